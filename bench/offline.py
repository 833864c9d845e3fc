"""Render speed and exactness: the reference path and the pool on the same clip, in one run."""

import statistics
import tempfile
from pathlib import Path

from bench.wav import speech, write_wav
from visavis.avatars import Avatar
from visavis.render import BATCH, RenderJob, render
from visavis.sinks import Places
from visavis.validate import Comparison, validate

FRAMES = 250
_ROUNDS = 3


def _quiet(done: int, total: int | None) -> None:
    """A progress report that nobody reads."""


def render_fps(avatar: Avatar, batch: int = BATCH) -> tuple[float, float]:
    """Median frames per second of the reference and of the pool: decode to MP4, 250 frames."""
    with tempfile.TemporaryDirectory() as folder:
        audio = write_wav(Path(folder) / "speech.wav", speech(FRAMES / 25))
        rates: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(_ROUNDS):
            for reference in (True, False):
                out = Path(folder) / f"{reference}.mp4"
                places = Places(out)
                job = RenderJob(audio, places, FRAMES, batch=batch, reference=reference)
                rates[reference].append(render(avatar, job, _quiet).fps)
    return statistics.median(rates[True]), statistics.median(rates[False])


def compare(avatar: Avatar, batch: int, sessions: int | None = None) -> Comparison:
    """Reference against pool on 250 frames."""
    with tempfile.TemporaryDirectory() as folder:
        audio = write_wav(Path(folder) / "speech.wav", speech(FRAMES / 25))
        return validate(avatar, audio, FRAMES, Path(folder) / "out", sessions, batch, _quiet)
