"""What lies between a mouth and a listener, for many pieces at once: `microphone` on tensors.

Rooms, noises, other voices, narrow lines, clipping, codecs and gain; on a graphics card they cost
next to nothing, so that every step has its own. Nothing here moves a sound in time.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from visavis.core.timeline import FRAME_SAMPLES, SAMPLE_RATE
from visavis.studio.microphone import BABBLE_SNR_DB, CODEC_WINDOW, GAIN_DB, MU, SNR_DB

TAIL_S = 0.6  # of the longest room
ACTIVE = 1e-3  # of the loudest frame's power; quieter frames are pauses
NOBODY_DB = (-40.0, 0.0)  # noise where nobody speaks, against noise behind speech


@dataclass(frozen=True)
class Air:
    """Shares of the pieces: in which `nobody` speaks, in a `room`, in `noise`, among `voices`, over
    a narrow `band`, `clipped`, through a telephone's `steps` and a codec's `holes`."""

    nobody: float = 0.06
    room: float = 0.35
    noise: float = 0.55
    voices: float = 0.14
    band: float = 0.3
    clipped: float = 0.1
    steps: float = 0.1
    holes: float = 0.16


ROUGH = Air()
GENTLE = Air(0.04, 0.1, 0.25, 0.04, 0.08, 0.03, 0.03, 0.05)


def some(pcm: Tensor, share: float) -> Tensor:
    """Indexes of a random share of the pieces, one at least."""
    order = torch.rand(len(pcm), device=pcm.device).argsort()
    return order[: max(1, round(len(pcm) * share))]


def between(pcm: Tensor, low: float, high: float) -> Tensor:
    """A random number [B, 1] for every piece."""
    return torch.rand(len(pcm), 1, device=pcm.device) * (high - low) + low


def decibels(pcm: Tensor, low: float, high: float) -> Tensor:
    """A random factor [B, 1] for every piece, from a range of decibels."""
    return 10 ** (between(pcm, low, high) / 20)


def level(pcm: Tensor) -> Tensor:
    """Root mean square of the spoken frames [B, 1]."""
    power = pcm.view(len(pcm), -1, FRAME_SAMPLES).square().mean(2)
    spoken = (power > power.amax(1, keepdim=True) * ACTIVE).float()
    return ((power * spoken).sum(1) / spoken.sum(1).clamp(min=1)).sqrt()[:, None] + 1e-5


def heard(pcm: Tensor, nobody: Tensor, noises: Tensor, air: Air) -> Tensor:
    """Pieces [B, samples] as some microphones hear them, within [-1, 1]; of those in `nobody`
    only the noise. `noises` [N, longer] are of any level."""
    loud, pcm = level(pcm), pcm.clone()
    pcm[nobody] = 0
    chosen = some(pcm, air.room)
    pcm[chosen] = reverberant(pcm[chosen])
    chosen = some(pcm, air.noise)
    pcm[chosen] += noise(noises, pcm[chosen]) * loud[chosen]
    chosen = some(pcm, air.voices)
    pcm[chosen] += babble(pcm, pcm[chosen]) * loud[chosen]
    pcm[nobody] *= decibels(pcm[nobody], *NOBODY_DB)
    for share, spoil in (
        (air.band, band_limited),
        (air.clipped, clipped),
        (air.steps, mu_law),
        (air.holes, holes),
    ):
        chosen = some(pcm, share)
        pcm[chosen] = spoil(pcm[chosen])
    return (pcm * decibels(pcm, *GAIN_DB)).clamp(-1, 1)


def reverberant(pcm: Tensor) -> Tensor:
    """A small room for each: the direct sound stays first and strongest."""
    time_s = torch.arange(round(TAIL_S * SAMPLE_RATE), device=pcm.device) / SAMPLE_RATE
    decay_s, wet = between(pcm, 0.1, TAIL_S), between(pcm, 0.05, 0.7)
    tail = torch.randn(len(pcm), len(time_s), device=pcm.device)
    tail = tail * torch.exp(-6.9 * time_s / decay_s) * (time_s < decay_s)
    tail = tail * wet / tail.square().sum(1, keepdim=True).sqrt()
    tail[:, 0] = 1
    whole = 2 ** math.ceil(math.log2(pcm.shape[1] + len(time_s)))
    both = torch.fft.rfft(pcm, whole) * torch.fft.rfft(tail, whole)
    return torch.fft.irfft(both, whole)[:, : pcm.shape[1]]


def noise(noises: Tensor, pcm: Tensor) -> Tensor:
    """Random places of random noises, against a level of 1."""
    count, length = noises.shape
    which = torch.randint(0, count, (len(pcm), 1), device=pcm.device)
    first = torch.randint(0, length - pcm.shape[1], (len(pcm), 1), device=pcm.device)
    cut = noises[which, first + torch.arange(pcm.shape[1], device=pcm.device)].float()
    cut = cut / (cut.square().mean(1, keepdim=True).sqrt() + 1e-6)
    return cut / decibels(pcm, *SNR_DB)


def babble(others: Tensor, pcm: Tensor, voices: int = 4) -> Tensor:
    """Several of the other pieces at once, against a level of 1."""
    mix = torch.zeros_like(pcm)
    for _ in range(voices):
        picks = torch.randint(0, len(others), (len(pcm),), device=pcm.device)
        mix += others[picks].roll(int(torch.randint(0, pcm.shape[1], ())), 1)
    return mix / level(mix) / decibels(pcm, *BABBLE_SNR_DB)


def band_limited(pcm: Tensor) -> Tensor:
    """Narrow microphones and lines: zero-phase, so that nothing moves in time."""
    low, high = between(pcm, 40, 300), between(pcm, 3200, 7800)
    hertz = torch.fft.rfftfreq(pcm.shape[1], 1 / SAMPLE_RATE, device=pcm.device)
    keep = 1 / (1 + (low / hertz.clamp(min=1)) ** 4) / (1 + (hertz / high) ** 12)
    return torch.fft.irfft(torch.fft.rfft(pcm) * keep, pcm.shape[1])


def clipped(pcm: Tensor) -> Tensor:
    """Amplifiers at their limit."""
    limit = (pcm.abs().amax(1, keepdim=True) + 1e-6) * between(pcm, 0.15, 0.8)
    return torch.maximum(torch.minimum(pcm, limit), -limit)


def mu_law(pcm: Tensor) -> Tensor:
    """Telephone samples of 8 bits, or of 6 where the line is poor."""
    pcm, steps = pcm.clamp(-1, 1), 2.0 ** torch.randint(5, 8, (len(pcm), 1), device=pcm.device)
    squeezed = torch.sign(pcm) * torch.log1p(MU * pcm.abs()) / math.log1p(MU)
    coarse = torch.round(squeezed * steps) / steps
    return torch.sign(coarse) * torch.expm1(coarse.abs() * math.log1p(MU)) / MU


def holes(pcm: Tensor) -> Tensor:
    """Codecs of few bits: what is quiet beside its neighbours is dropped."""
    window, hop = torch.hann_window(CODEC_WINDOW, device=pcm.device), CODEC_WINDOW // 4
    spectrum = torch.stft(pcm, CODEC_WINDOW, hop, window=window, return_complex=True)
    size, dropped = spectrum.abs(), decibels(pcm, -45, -25)[..., None]
    kept = torch.where(size < size.amax(1, keepdim=True) * dropped, 0, spectrum)
    return torch.istft(kept, CODEC_WINDOW, hop, window=window, length=pcm.shape[1])
