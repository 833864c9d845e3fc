"""Speech with phoneme times, and the mel windows that the runtime would see of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.core.mel import SILENCE, MelSpec, filterbank
from visavis.core.timeline import FRAME_SAMPLES
from visavis.core.window import WindowSpec
from visavis.errors import StudioError
from visavis.studio.labels import Labels, labels, resting
from visavis.studio.phonemes import Phoneme
from visavis.studio.wav import read_wav

Float32 = NDArray[np.float32]
MEL = MelSpec(n_fft=400, hop=160)
"""25 ms of sound every 10 ms: 50, as the SyncTalk_2D family has, blur a short closure."""
WINDOWS = WindowSpec(length=20, offset=-5, left=11, right=0, shift=0, edge="silence")
REST = resting(1).articulation[0]  # [19]


@dataclass(frozen=True)
class Spoken:
    """One clip: PCM of whole video frames and the phonemes in it."""

    voice: str
    text: str
    pcm: Float32
    phonemes: tuple[Phoneme, ...]

    @property
    def frames(self) -> int:
        return len(self.pcm) // FRAME_SAMPLES

    def labels(self) -> Labels:
        """What a listener should say of it.

        Raises:
            StudioError: a phoneme symbol is unknown.
        """
        return labels(self.phonemes, self.frames)


def _spoken(entry: dict[str, Any], wav: Path) -> Spoken:
    rate, pcm = read_wav(wav)
    if rate != MEL.sample_rate:
        raise StudioError(f"{wav} has {rate} samples per second; convert it to {MEL.sample_rate}.")
    whole = len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES
    phonemes = tuple(Phoneme(*sound) for sound in entry["ph"])
    return Spoken(entry["voice"], entry["text"], pcm[:whole], phonemes)


def load_corpus(folder: Path) -> list[Spoken]:
    """A speech corpus of `speech/meta.json` and `speech/NNNN.wav`."""
    try:
        entries = json.loads((folder / "speech" / "meta.json").read_text())
    except OSError as error:
        raise StudioError(f"{folder} holds no speech corpus: synthesize one there.") from error
    return [_spoken(entry, folder / "speech" / f"{entry['id']:04d}.wav") for entry in entries]


def mel_frames(pcm: Float32, spec: MelSpec = MEL) -> Float32:
    """`core.mel.mel_spectrogram` in one array operation: [1 + samples // hop, bands]."""
    emphasised = pcm.astype(np.float64)
    emphasised[1:] -= spec.preemphasis * pcm[:-1].astype(np.float64)
    padded = np.pad(emphasised, spec.n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, spec.n_fft)[:: spec.hop]
    phase = 2 * np.pi * np.arange(spec.n_fft) / spec.n_fft
    hann = 0.5 - 0.5 * np.cos(phase)
    spectrum = np.abs(np.fft.rfft((frames * hann).astype(np.float32)))
    magnitude = spectrum @ filterbank(spec).T.astype(np.float32)
    level = 20.0 * np.log10(np.maximum(1e-5, magnitude)) - 20.0
    mel: Float32 = np.clip(8.0 * (level + 100.0) / 100.0 - 4.0, -4.0, 4.0).astype(np.float32)
    return mel


def encoder_windows(
    mel: Float32, frames: int, spec: WindowSpec = WINDOWS, rate: int = MEL.rate
) -> Float32:
    """The encoder's inputs [frames, bands, length] of a clip, silence beyond both ends."""
    starts = np.array([spec.mel_start(index, rate) for index in range(frames)])
    before = max(0, -int(starts.min()))
    after = max(0, int(starts.max()) + spec.length - len(mel))
    padded = np.pad(mel, ((before, after), (0, 0)), constant_values=float(SILENCE))
    rows = starts[:, None] + before + np.arange(spec.length)
    return np.ascontiguousarray(padded[rows].transpose(0, 2, 1))


def silent_window() -> Float32:
    """The encoder's input of digital silence [bands, length]."""
    return np.full((MEL.bands, WINDOWS.length), SILENCE, np.float32)
