"""Batches to train on: pieces of stretches, each heard a little differently every time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visavis.core.window import WindowSpec
from visavis.studio.augment import other_throat
from visavis.studio.hearing import NEIGHBOURS, ROWS
from visavis.studio.listener import span
from visavis.studio.stretches import BEAT, PER_BEAT, Stretch, in_levels

Float32 = NDArray[np.float32]
Random = np.random.Generator
BEATS = 16  # of a piece
THROAT_SHARE = 0.5
PER_DB = 0.08  # mel levels
GAIN_DB = 8.0
TILT_DB = 5.0
FLOOR_SHARE = 0.2
FLOOR = (-3.5, 0.5)  # mel level of a steady noise
BAND_MASK, TIME_MASK = 12, 6  # widest, in bands and mel frames
MASK_SHARE = 0.25
SILENCE = -4.0


@dataclass(frozen=True)
class Batch:
    """`mel` [B, 80, span] and the truth of the last N frames: articulation [B, N, 19], contact
    [B, N, 2], sounds [B, N, NEIGHBOURS], speech [B, N]."""

    mel: Tensor
    articulation: Tensor
    contact: Tensor
    sound: Tensor
    speech: Tensor


def draw(stretches: Sequence[Stretch], size: int, spec: WindowSpec, random: Random) -> Batch:
    """Random pieces of random stretches, each as `another` hears it."""
    beats = np.array([stretch.beats for stretch in stretches], float)
    picks = random.choice(len(stretches), size, p=beats / beats.sum())
    pieces = [_piece(stretches[pick], spec, random) for pick in picks]
    return Batch(*(torch.from_numpy(np.stack(parts)) for parts in zip(*pieces, strict=True)))


def _piece(stretch: Stretch, spec: WindowSpec, random: Random) -> tuple[NDArray[np.generic], ...]:
    beat = int(random.integers(2, stretch.beats - BEATS - 2))
    first = beat * PER_BEAT + spec.offset
    mel = in_levels(stretch.mel[first : first + span(BEATS * BEAT)])
    frames = slice(beat * BEAT + ROWS - 1, (beat + BEATS) * BEAT)
    reach = NEIGHBOURS // 2
    near = stretch.labels.sound[frames.start - reach : frames.stop + reach]
    return (
        np.ascontiguousarray(another(mel, random).T),
        stretch.labels.articulation[frames],
        stretch.labels.contact[frames],
        np.lib.stride_tricks.sliding_window_view(near, NEIGHBOURS),
        stretch.labels.speech[frames],
    )


def another(mel: Float32, random: Random) -> Float32:
    """Mel frames [frames, bands] as of another throat, microphone and room, with gaps."""
    if random.random() < THROAT_SHARE:
        mel = other_throat(mel, random)
    mel = np.maximum(mel + _response(mel.shape[1], random), np.float32(SILENCE))
    if random.random() < FLOOR_SHARE:
        mel = _with_floor(mel, random)
    if random.random() < MASK_SHARE:
        _mask(mel, random)
    return np.minimum(mel, np.float32(4))


def _response(bands: int, random: Random) -> Float32:
    """Gain and a smooth frequency response, in mel levels [bands]."""
    places = np.linspace(0, 3, bands)
    curve = np.interp(places, np.arange(4), random.uniform(-TILT_DB, TILT_DB, 4))
    level: Float32 = ((curve + random.uniform(-GAIN_DB, GAIN_DB)) * PER_DB).astype(np.float32)
    return level


def _with_floor(mel: Float32, random: Random) -> Float32:
    """Add a steady noise of any colour, powers adding up."""
    places = np.linspace(0, 3, mel.shape[1])
    colour = np.interp(places, np.arange(4), random.uniform(-1, 1, 4)) + random.uniform(*FLOOR)
    flutter = random.standard_normal(mel.shape) * (3 * PER_DB)
    nepers = 10 * np.log10(np.e) * PER_DB  # mel levels per neper of power
    summed: Float32 = nepers * np.logaddexp(mel / nepers, (colour + flutter) / nepers)
    return summed.astype(np.float32)


def _mask(mel: Float32, random: Random) -> None:
    """Hide a band and a moment (SpecAugment, Park and others, 2019)."""
    width, low = random.integers(1, BAND_MASK), random.integers(0, mel.shape[1] - BAND_MASK)
    mel[:, low : low + width] = mel.mean()
    length, at = random.integers(1, TIME_MASK), random.integers(0, len(mel) - TIME_MASK)
    mel[at : at + length] = mel.mean()
