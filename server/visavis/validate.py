"""Proof that the fast path makes the reference's frames: both rendered, compared pixel by pixel."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.compositor import Frame, beside
from visavis.core.pcm import resample
from visavis.core.timeline import FRAME_SAMPLES, OUTPUT_RATE, SAMPLE_RATE
from visavis.engine.pool import SessionPool
from visavis.engine.reference import reference_frames
from visavis.engine.renderer import Renderer
from visavis.errors import MediaError
from visavis.media.audiofile import read_mono
from visavis.media.mp4 import Mp4Writer
from visavis.render import Progress

Float32 = NDArray[np.float32]


@dataclass
class Comparison:
    """Differences over all planes of all frames, in levels of 0…255."""

    frames: int = 0
    identical_frames: int = 0
    pixels: int = 0
    histogram: NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))

    def add(self, reference: Frame, pooled: Frame) -> None:
        """Count one pair of frames."""
        levels = np.abs(reference.astype(np.int16) - pooled.astype(np.int16))
        self.histogram += np.bincount(levels.ravel(), minlength=256)
        self.frames += 1
        self.identical_frames += not levels.any()
        self.pixels += levels.size

    @property
    def identical_pct(self) -> float:
        return 100.0 * float(self.histogram[0]) / max(1, self.pixels)

    @property
    def mean(self) -> float:
        return float(np.arange(256) @ self.histogram) / max(1, self.pixels)

    @property
    def maximum(self) -> int:
        return int(np.flatnonzero(self.histogram).max(initial=0))

    @property
    def psnr_db(self) -> float:
        """Infinite when the frames are the same."""
        squared = float(np.arange(256) ** 2 @ self.histogram) / max(1, self.pixels)
        return float("inf") if squared == 0 else 10 * float(np.log10(255**2 / squared))


def validate(
    avatar: Avatar,
    audio: Path,
    frames: int,
    out: Path,
    sessions: int | None,
    batch: int,
    progress: Progress,
) -> Comparison:
    """Render `frames` frames by both paths; write `side_by_side.mp4` (reference | pool) to `out`.

    Raises `MediaError` and `GeneratorError`.
    """
    pcm = np.zeros(frames * FRAME_SAMPLES, np.float32)
    sound = read_mono(audio)[: len(pcm)]
    pcm[: len(sound)] = sound
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MediaError(f"{out} cannot be made a folder: {error}.") from error
    bundle, comparison = avatar.bundle, Comparison()
    reference = reference_frames(
        bundle, avatar.template, avatar.encoder, avatar.generator.open(), pcm
    )
    features = avatar.features()
    steps = [*features.push(pcm), *features.flush()]
    with (
        SessionPool(avatar.fast, sessions, waiting=1024) as pool,
        Mp4Writer(out / "side_by_side.mp4", 2 * bundle.width, bundle.height) as movie,
    ):
        movie.write_sound(_stereo(pcm))
        pooled = Renderer(avatar.template, pool, batch).frames(steps)
        for left, right in zip(reference, pooled, strict=True):
            comparison.add(left, right)
            movie.write_frame(beside(left, right))
            progress(comparison.frames, frames)
    return comparison


def _stereo(pcm: Float32) -> Float32:
    mono = resample(pcm, SAMPLE_RATE, OUTPUT_RATE)
    return np.stack((mono, mono), axis=1)
