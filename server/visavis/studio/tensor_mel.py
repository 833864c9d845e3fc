"""Mel frames of many pieces at once, as of other throats and microphones, with gaps."""

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as fn

from visavis.core.mel import SILENCE, filterbank
from visavis.core.timeline import FRAME_SAMPLES
from visavis.studio.air import some
from visavis.studio.bank import BEFORE
from visavis.studio.corpus import MEL, WINDOWS


@dataclass(frozen=True)
class Ear:
    """Shares of the pieces from another `throat`, over a steady `floor` of noise and with `gaps`
    (Park and others, 2019), so many bands and so many moments; response and gain in dB."""

    throat: float = 0.55
    floor: float = 0.15
    gap: float = 0.25
    bands: int = 2
    moments: int = 3
    tilt_db: float = 5.0
    gain_db: tuple[float, float] = (-8.0, 8.0)


ROUGH = Ear()
GENTLE = Ear(0.2, 0.05, 0.12, 1, 1, 2.0, (-5.0, 3.0))
THROAT = (0.82, 1.2)  # length of the vocal tract against the speaker's own
SHAPE = 0.07  # share by which each part of the spectrum moves besides: throats differ in shape
PARTS = 5
FLOOR = (-3.5, 0.5)  # mel level of a steady noise
BAND_MASK, MOMENT_MASK = 12, 8  # widest, in bands and mel frames
PER_DB = 0.08  # mel levels
NEPER = 10 * math.log10(math.e) * PER_DB  # mel levels per neper of power


@cache
def _filters(device: torch.device) -> Tensor:
    return torch.from_numpy(filterbank(MEL).T.astype("float32")).to(device)


def mel(pcm: Tensor, frames: int, offset: int = WINDOWS.offset) -> Tensor:
    """Mel frames [B, frames, bands] of pieces, from the first that their first window sees;
    `offset` is that of a window from its index."""
    emphasised = torch.cat((pcm[:, :1], pcm[:, 1:] - MEL.preemphasis * pcm[:, :-1]), 1)
    first = BEFORE * FRAME_SAMPLES + offset * MEL.hop - MEL.n_fft // 2
    last = first + (frames - 1) * MEL.hop + MEL.n_fft
    cut = emphasised[:, first:last].unfold(1, MEL.n_fft, MEL.hop)
    spectrum = torch.fft.rfft(cut * torch.hann_window(MEL.n_fft, device=pcm.device)).abs()
    level = 20 * torch.log10((spectrum @ _filters(pcm.device)).clamp(min=1e-5)) - 20
    return (8 * (level + 100) / 100 - 4).clamp(-4, 4)


def another(mel: Tensor, ear: Ear) -> Tensor:
    """Mel frames [B, frames, bands] as of other throats and microphones, with gaps."""
    chosen = some(mel, ear.throat)
    mel[chosen] = _other_throat(mel[chosen])
    response = _curve(mel, 4, -ear.tilt_db, ear.tilt_db) + _one(mel, *ear.gain_db)
    mel = (mel + response * PER_DB).clamp(min=float(SILENCE))
    chosen = some(mel, ear.floor)
    mel[chosen] = _with_floor(mel[chosen])
    for axis, widest, count in ((2, BAND_MASK, ear.bands), (1, MOMENT_MASK, ear.moments)):
        for _ in range(count):
            chosen = some(mel, ear.gap)
            mel[chosen] = _masked(mel[chosen], axis, widest)
    return mel.clamp(max=4)


def _one(mel: Tensor, low: float, high: float) -> Tensor:
    return torch.rand(len(mel), 1, 1, device=mel.device) * (high - low) + low


def _curve(mel: Tensor, points: int, low: float, high: float) -> Tensor:
    """A random line of `points` places over the bands [B, 1, bands]."""
    places = torch.rand(len(mel), 1, points, device=mel.device) * (high - low) + low
    return fn.interpolate(places, mel.shape[2], mode="linear", align_corners=True)


def _other_throat(mel: Tensor) -> Tensor:
    """Another vocal tract for each, shorter or longer and of a little different shape: formants
    move, time stays (vocal tract length perturbation, Jaitly and Hinton, 2013)."""
    factors = _one(mel, *THROAT) * (1 + _curve(mel, PARTS, -SHAPE, SHAPE))
    last = mel.shape[2] - 1
    places = (torch.arange(last + 1, device=mel.device) * factors).clamp(max=last)
    below = places.long().expand_as(mel)
    share = places - places.floor()
    above = (below + 1).clamp(max=last)
    return mel.gather(2, below) * (1 - share) + mel.gather(2, above) * share


def _with_floor(mel: Tensor) -> Tensor:
    """Add a steady noise of any colour, powers adding up."""
    colour = _curve(mel, 4, -1, 1) + _one(mel, *FLOOR)
    flutter = torch.randn_like(mel) * (3 * PER_DB)
    return NEPER * torch.logaddexp(mel / NEPER, (colour + flutter) / NEPER)


def _masked(mel: Tensor, axis: int, widest: int) -> Tensor:
    """Hide a band or a moment of each."""
    size = mel.shape[axis]
    width = torch.randint(1, widest, (len(mel), 1), device=mel.device)
    first = torch.randint(0, size - widest, (len(mel), 1), device=mel.device)
    at = torch.arange(size, device=mel.device)
    hidden = ((at >= first) & (at < first + width)).unsqueeze(3 - axis)
    return torch.where(hidden, mel.mean((1, 2), keepdim=True), mel)
