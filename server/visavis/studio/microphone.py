"""What a microphone makes of speech: rooms, noises, narrow lines, codecs, clipping, gain.

Nothing here moves a sound in time, so the labels stay right.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import istft, stft

from visavis.studio.augment import at_snr, babble, band_limited, reverberant
from visavis.studio.rooms import far_away, office

Float32 = NDArray[np.float32]
Random = np.random.Generator
SNR_DB = (0.0, 30.0)
BABBLE_SNR_DB = (8.0, 30.0)  # other voices nearer than this would be speech themselves
GAIN_DB = (-24.0, 6.0)
MURMUR_DB = (-65.0, -38.0)
MU = 255.0
CODEC_WINDOW = 320  # samples


def mu_law(pcm: Float32, random: Random) -> Float32:
    """Telephone samples of 8 bits, or of 6 where the line is poor."""
    steps = 2.0 ** int(random.integers(5, 8))
    squeezed = np.sign(pcm) * np.log1p(MU * np.abs(pcm)) / np.log1p(MU)
    coarse = np.rint(squeezed * steps) / steps
    spread: Float32 = (np.sign(coarse) * np.expm1(np.abs(coarse) * np.log1p(MU)) / MU).astype(
        np.float32
    )
    return spread


def holes(pcm: Float32, random: Random) -> Float32:
    """A codec of few bits: what is quiet beside its neighbours is dropped, the rest is coarse."""
    overlap = CODEC_WINDOW * 3 // 4
    spectrum = stft(pcm, nperseg=CODEC_WINDOW, noverlap=overlap)[2]
    size = np.abs(spectrum)
    loudest = size.max(axis=0, keepdims=True) + 1e-9
    spectrum[size < loudest * 10 ** (-random.uniform(25, 45) / 20)] = 0
    sound = istft(spectrum, nperseg=CODEC_WINDOW, noverlap=overlap)[1]
    kept: Float32 = np.resize(sound, len(pcm)).astype(np.float32)
    return kept


def clipped(pcm: Float32, random: Random) -> Float32:
    """An amplifier at its limit."""
    limit = np.float32((float(np.abs(pcm).max()) + 1e-6) * random.uniform(0.15, 0.8))
    cut: Float32 = np.clip(pcm, -limit, limit)
    return cut


def heard(pcm: Float32, others: Sequence[Float32], random: Random) -> Float32:
    """Speech [samples] as some microphone might hear it, within [-1, 1]."""
    if random.random() < 0.35:
        pcm = reverberant(pcm, random)
    chance = random.random()
    if chance < 0.5:
        pcm = at_snr(pcm, office(len(pcm), random), random.uniform(*SNR_DB))
    elif chance < 0.68:
        pcm = at_snr(pcm, babble(others, len(pcm), random), random.uniform(*BABBLE_SNR_DB))
    return sent(pcm, random)


def sent(pcm: Float32, random: Random) -> Float32:
    """What the line and the converter make of a sound, at any gain, within [-1, 1]."""
    if random.random() < 0.3:
        pcm = band_limited(pcm, random)
    if random.random() < 0.12:
        pcm = clipped(pcm, random)
    chance = random.random()
    if chance < 0.12:
        pcm = mu_law(np.clip(pcm, -1, 1), random)
    elif chance < 0.3:
        pcm = holes(pcm, random)
    gain = np.float32(10 ** (random.uniform(*GAIN_DB) / 20))
    level: Float32 = np.clip(pcm * gain, -1.0, 1.0)
    return level


def nobody(samples: int, others: Sequence[Float32], random: Random) -> Float32:
    """A room in which nobody speaks: silence, noises at any level, talk far away."""
    chance = random.random()
    if chance < 0.15:
        return np.zeros(samples, np.float32)
    if chance < 0.3:
        murmur = far_away(babble(others, samples, random), random)
        quiet: Float32 = murmur * np.float32(10 ** (random.uniform(*MURMUR_DB) / 20))
        return quiet
    level = np.float32(10 ** (random.uniform(-75, -18) / 20))
    return sent(office(samples, random) * level, random)
