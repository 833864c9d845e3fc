"""Italian, Finnish and Czech diphone voices that say English as best they can.

Eight more throats, through the festival program: it is told every sound, its length and its pitch.
Lengths are those that flite gives the text. Each English sound is said by the nearest one that the
voice has, and the labels tell what is said, not what was meant: an /r/ that is rolled rounds no
lips. Their times are those that were asked for.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from visavis.studio.phonemes import PAUSE, Phoneme
from visavis.studio.voices import festival, flite
from visavis.studio.voices.utterance import Speech


def _table(pairs: str) -> dict[str, str]:
    """`x` stands for itself, `x:y` for y and `x:y+z` for y, then z."""
    return {
        key: (value if colon else key).replace("+", " ")
        for key, colon, value in (pair.partition(":") for pair in pairs.split())
    }


_ITALIAN = _table("""
    p b m f v s z t d k g n l r w ng th:t dh:d sh:S zh:S ch:tS jh:dZ hh: y:j pau:#
    iy:i ih:i eh:E ae:a ah:a aa:a ao:O uh:u uw:u ax:e er:e+r ey:e+i ay:a+i aw:a+u oy:O+i ow:o+u
""")
_FINNISH = _ITALIAN | _table("""
    eh:e ao:o oy:o+i ae:@ z:s sh:s zh:s ch:t+s jh:t+s w:v ng:N hh:h
""")
_CZECH = _ITALIAN | _table("""
    eh:e ao:o oy:o+j ay:a+j ey:e+j sh:s~ zh:z~ ch:c~ jh:dz~ w:v ng:n hh:h
""")
SYMBOLS = _table("""
    p b m f v s z t d k g n l S tS dZ a e E O i u w j h N
    @:a r:l ng:N s~:S z~:Z c~:tS dz~:dZ
""") | {"o": "o:", "#": PAUSE}
"""Sounds of these voices in the symbols of `phonemes`."""
_VOWELS = set("aeEioOu@")
_MISSING = re.compile(r"default diphone \S+ for (\S+?)-(\S+)")

Floats = NDArray[np.float64]
Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Throat:
    """What festival calls the voice, its mean pitch, and how it says ARPAbet."""

    voice: str
    pitch_hz: float
    sounds: Mapping[str, str]


VOICES = {
    "lp": Throat("lp_diphone", 190, _ITALIAN),
    "pc": Throat("pc_diphone", 115, _ITALIAN),
    "lj": Throat("suo_fi_lj_diphone", 180, _FINNISH),
    "mv": Throat("hy_fi_mv_diphone", 110, _FINNISH),
    "dita": Throat("czech_dita", 190, _CZECH),
    "krb": Throat("czech_krb", 240, _CZECH),
    "machac": Throat("czech_machac", 105, _CZECH),
    "ph": Throat("czech_ph", 110, _CZECH),
}
READERS = ("slt", "rms", "awb")
"""Flite voices that give the lengths."""
BREAK_S = 0.03
"""Where a voice has no way from one sound to the next, it pauses so long."""
SWING, FALL = 0.12, 0.25  # of the pitch: from vowel to vowel, and over a text


class Sound(NamedTuple):
    """A sound of a voice and how long it lasts."""

    name: str
    length_s: float


def synthesize(text: str, name: str, rate: float = 1.0, pitch: float = 1.0) -> Speech:
    """Speak `text` as voice `name`, `rate` times as fast and `pitch` times as high.

    Raises:
        StudioError: festival, flite or the voice is missing.
    """
    throat, chance = VOICES[name], np.random.default_rng(zlib.crc32(text.encode()))
    reader = READERS[int(chance.integers(len(READERS)))]
    sounds = foreign(flite.synthesize(text, reader, rate).phonemes, throat.sounds)
    speech, missing = _said(sounds, throat, pitch, chance)
    if missing:
        speech, _ = _said(broken(sounds, missing), throat, pitch, chance)
    return speech


def foreign(phonemes: Sequence[Phoneme], sounds: Mapping[str, str]) -> list[Sound]:
    """The sounds of a voice for ARPAbet; one that it lacks prolongs the sound before."""
    said: list[Sound] = []
    for symbol, start_s, end_s in phonemes:
        parts = sounds[symbol].split()
        said += [Sound(part, (end_s - start_s) / len(parts)) for part in parts]
        if not parts and said:
            said[-1] = said[-1]._replace(length_s=said[-1].length_s + end_s - start_s)
    return said


def broken(sounds: Sequence[Sound], missing: Pairs) -> list[Sound]:
    """The same with a short pause between sounds that do not go together, taken from the first."""
    said: list[Sound] = []
    for sound in sounds:
        if said and (said[-1].name, sound.name) in missing:
            pause_s = min(BREAK_S, said[-1].length_s / 2)
            said[-1] = said[-1]._replace(length_s=said[-1].length_s - pause_s)
            said.append(Sound("#", pause_s))
        said.append(sound)
    return said


def _said(
    sounds: Sequence[Sound], throat: Throat, pitch: float, chance: np.random.Generator
) -> tuple[Speech, Pairs]:
    """Speech, and the pairs of sounds that the voice cannot say after one another."""
    pitches_hz = _contour(len(sounds), chance) * throat.pitch_hz * pitch
    speech, told = festival.said(
        _script(sounds, throat.voice, pitches_hz),
        f"Festival has no voice {throat.voice}; install the packages festvox-italp16k, "
        "festvox-itapc16k, festvox-suopuhe-lj, festvox-suopuhe-mv and festvox-czech-*.",
    )
    symbols = tuple(sound._replace(symbol=SYMBOLS[sound.symbol]) for sound in speech.phonemes)
    return replace(speech, phonemes=symbols), set(_MISSING.findall(told))


def _contour(sounds: int, chance: np.random.Generator) -> Floats:
    """Pitch at each sound over the mean: it falls, and wanders about that."""
    wander = np.convolve(chance.standard_normal(sounds + 2), np.full(3, 3**-0.5), "valid")
    return np.asarray(1 + FALL * np.linspace(0.5, -0.5, sounds) + SWING * wander.clip(-2, 2))


def _script(sounds: Sequence[Sound], voice: str, pitches_hz: Floats) -> str:
    told = " ".join(
        f"({name} {length_s:.4f}{f' ({length_s / 2:.4f} {hz:.0f})' if name in _VOWELS else ''})"
        for (name, length_s), hz in zip(sounds, pitches_hz, strict=True)
    )
    return f"""
(voice_{voice})
(set! spoken (utt.synth (Utterance Segments ({told}))))
"""
