"""Live figures from a real Chromium: cadence, processor time, skew, delay."""

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.analysis import beeps, correlation_peak, mic_to_glass_ms, skew_ms
from bench.browser import RATE, Recording, open_page, running_server, talk
from bench.sound import FULL_SCALE
from bench.wav import speech, write_wav
from visavis.core.window import WindowSpec
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ, build_lamp

SPEECH_S = 10.0
SILENCE_S = 3.0
WARM_UP_S = 8.0
_TICKS = os.sysconf("SC_CLK_TCK")
_LOUD = 0.02  # of full scale
_CLOSING_MS = 500.0  # a mouth may take so long


@dataclass(frozen=True)
class Talk:
    """A minute of one person talking to an avatar."""

    fps: float
    freezes: float
    voice_peak: float
    voice_delay_s: float
    mouth_ratio: float
    cpu_pct: float
    idle_cpu_pct: float


@dataclass(frozen=True)
class Sync:
    """Flash and beep through the pipeline, after the warm-up. Milliseconds."""

    skew: NDArray[np.float64]
    mic_to_glass: NDArray[np.float64]


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def talk_to(avatar: str, mouth: list[int]) -> Talk:
    """Ten seconds of speech and three of silence; `mouth` is the box [x, y, w, h] to watch."""
    with tempfile.TemporaryDirectory() as folder:
        voice = np.concatenate((speech(SPEECH_S), np.zeros(round(48_000 * (SILENCE_S + 4)))))
        microphone = write_wav(Path(folder) / "speech.wav", voice)
        with running_server("--avatar", avatar) as server:
            pid = server.process.pid
            before = cpu_seconds(pid)
            time.sleep(3)
            idle = 100 * (cpu_seconds(pid) - before) / 3
            with open_page(f"{server.url}/?processing=off", microphone) as page:
                begin, started = cpu_seconds(pid), time.perf_counter()
                recording = talk(page, SPEECH_S + SILENCE_S, mouth)
                cpu = 100 * (cpu_seconds(pid) - begin) / (time.perf_counter() - started)
    peak, delay = correlation_peak(recording.mic.at_rate(RATE), recording.remote.at_rate(RATE))
    return Talk(
        fps=recording.delta("video", "framesDecoded") / recording.elapsed_ms * 1000,
        freezes=recording.delta("video", "freezeCount"),
        voice_peak=peak,
        voice_delay_s=delay,
        mouth_ratio=mouth_ratio(recording),
        cpu_pct=cpu,
        idle_cpu_pct=idle,
    )


def mouth_ratio(recording: Recording) -> float:
    """RMS difference between frames in the mouth's box while the voice sounds, over silence's."""
    level = np.abs(recording.remote.samples.astype(np.int32))
    loud = np.flatnonzero(level > _LOUD * FULL_SCALE)
    first, last, end = recording.remote.at_ms(np.array([loud[0], loud[-1], len(level) - 1]))
    shown = recording.shown_ms
    speaking = (shown > first) & (shown < last)
    silent = (shown > last + _CLOSING_MS) & (shown < end)
    energy = recording.change[speaking].mean() / recording.change[silent].mean()
    return float(np.sqrt(energy))


def lamp_sync(window: WindowSpec, seconds: float = 60.0) -> Sync:
    """Tones through an avatar of the same audio window that lights up while they sound."""
    with tempfile.TemporaryDirectory() as folder:
        avatars = build_lamp(Path(folder), window).parent
        tones = beeps(seconds + WARM_UP_S + 8, TONE_HZ, TONE_AMPLITUDE)
        microphone = write_wav(Path(folder) / "tones.wav", tones)
        with (
            running_server("--avatar", "lamp", avatars=avatars) as server,
            open_page(f"{server.url}/?processing=off", microphone) as page,
        ):
            recording = talk(page, seconds + WARM_UP_S)
    skip = int(WARM_UP_S)
    return Sync(skew_ms(recording)[skip:], mic_to_glass_ms(recording)[skip:])
