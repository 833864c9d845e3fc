"""The voices of the corpus: who speaks how much, how far a voice may vary, who is held out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from visavis.errors import StudioError
from visavis.studio.voices import espeak, flite, hibari, kokoro
from visavis.studio.voices.utterance import Speech

TIMBRE_STEPS = 40
"""Timbre factors are whole fortieths, so that resampling ratios stay small fractions."""


@dataclass(frozen=True)
class Manner:
    """How a text is said: pace, pitch, and `timbre` (above 1: a smaller speaker)."""

    rate: float = 1.0
    pitch: float = 1.0
    timbre: Fraction = Fraction(1)


@dataclass(frozen=True)
class Voice:
    """A voice of an engine, its weight in a corpus, and the ranges of its manner.

    `rates` and `pitches` are the lowest and highest factor; `timbre_steps` is the greatest
    deviation from the own timbre in fortieths.
    """

    engine: Callable[[str, str, float, float], Speech]
    name: str
    share: float
    rates: tuple[float, float] = (0.88, 1.15)
    pitches: tuple[float, float] = (1.0, 1.0)
    timbre_steps: int = 3

    def speak(self, text: str, manner: Manner, sample_rate: int) -> Speech:
        """Say `text`; the pace is kept when the timbre changes it.

        Raises:
            StudioError: the engine or the voice is missing.
        """
        rate = manner.rate / float(manner.timbre)
        spoken = self.engine(text, self.name, rate, manner.pitch)
        return spoken.resampled(sample_rate, manner.timbre)

    def manner(self, chance: np.random.Generator) -> Manner:
        """A manner within the ranges; every other one has the voice's own timbre."""
        rate, pitch = chance.uniform(*self.rates), chance.uniform(*self.pitches)
        steps = int(chance.integers(-self.timbre_steps, self.timbre_steps + 1))
        if chance.random() < 0.5:
            steps = 0
        return Manner(rate, pitch, Fraction(TIMBRE_STEPS + steps, TIMBRE_STEPS))


def _espeak(name: str) -> Voice:
    return Voice(espeak.synthesize, name, 20 / 6, (0.85, 1.2), (0.8, 1.25), 0)


def _kokoro(name: str, share: float) -> Voice:
    return Voice(kokoro.synthesize, name, share, (0.9, 1.15))


_PITCHES = (0.9, 1.12)

VOICES: dict[str, Voice] = {
    "slt": Voice(flite.synthesize, "slt", 25, pitches=_PITCHES),
    "rms": Voice(flite.synthesize, "rms", 25),
    "awb": Voice(flite.synthesize, "awb", 25, pitches=_PITCHES),
    "hibari": Voice(hibari.synthesize, "heart", 40, pitches=_PITCHES),
    "jf_gongitsune": _kokoro("jf_gongitsune", 12),
    "jf_nezumi": _kokoro("jf_nezumi", 12),
    "espeak-us-f2": _espeak("gmw/en-US+f2"),
    "espeak-us-m3": _espeak("gmw/en-US+m3"),
    "espeak-nyc-m7": _espeak("gmw/en-US-nyc+m7"),
    "espeak-gb-f5": _espeak("gmw/en+f5"),
    "espeak-gb-m1": _espeak("gmw/en+m1"),
    "espeak-rp-f4": _espeak("gmw/en-GB-x-rp+f4"),
}
"""Voices to train on; shares are minutes in a corpus of two and a half hours."""

HELD_OUT_VOICES: dict[str, Voice] = {
    "kal16": Voice(flite.synthesize, "kal16", 1),
    "jm_kumo": _kokoro("jm_kumo", 1),
    "slt": replace(VOICES["slt"], share=1),
    "hibari": replace(VOICES["hibari"], share=1),
}
"""Voices that speak the held-out sentences; the first two are never trained on."""


def chosen(names: str | None) -> dict[str, Voice]:
    """Training voices by a comma-separated list, all of them without one.

    Raises:
        StudioError: a name is unknown or held out.
    """
    wanted = [name.strip() for name in names.split(",")] if names else list(VOICES)
    unknown = [name for name in wanted if name not in VOICES]
    if unknown:
        raise StudioError(
            f"There is no training voice {unknown[0]!r}; choose from {', '.join(VOICES)}."
        )
    return {name: VOICES[name] for name in wanted}
