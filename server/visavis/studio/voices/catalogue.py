"""The voices of the corpus: who speaks how much, how far a voice may vary, who is held out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from visavis.errors import StudioError
from visavis.studio.voices import diphones, espeak, festival, flite, hibari, kokoro
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


_PITCHES = (0.85, 1.18)


def _espeak(name: str) -> Voice:
    return Voice(espeak.synthesize, name, 2, (0.8, 1.25), (0.75, 1.3), 0)


def _diphones(name: str) -> Voice:
    return Voice(diphones.synthesize, name, 10, (0.85, 1.1), _PITCHES, timbre_steps=6)


def _kokoro(name: str, share: float) -> Voice:
    return Voice(kokoro.synthesize, name, share, (0.9, 1.15), timbre_steps=5)


def _hibari(name: str, share: float, pitches: tuple[float, float]) -> Voice:
    return Voice(hibari.synthesize, name, share, pitches=pitches, timbre_steps=0)


ESPEAK = {
    "gmw/en-US": "f1 f2 f3 f4 m1 m3 m6 adam linda quincy klatt2 steph grandpa",
    "gmw/en-US-nyc": "f5 m7 belinda victor",
    "gmw/en": "f3 f5 m1 m4 Andy Annie david klatt4",
    "gmw/en-GB-x-rp": "f4 m2 anika paul",
    "gmw/en-GB-scotland": "f2 m5 aunty travis",
    "gmw/en-GB-x-gbclan": "f1 m3 Mike",
    "gmw/en-GB-x-gbcwmd": "f4 m8 edward",
    "gmw/en-029": "f2 m4 Alicia",
}
"""Accents of eSpeak, each with the speakers it is heard from."""

SLOW = {
    **{name: _kokoro(name, 4) for name in kokoro.ENGLISH},
    **{name: _kokoro(name, 2) for name in kokoro.ABROAD},
    **{name: _kokoro(name, 1) for name in kokoro.mixtures()},
    "jf_gongitsune": _kokoro("jf_gongitsune", 6),
    "jf_nezumi": _kokoro("jf_nezumi", 6),
    "jf_alpha-gongitsune": _kokoro("jf_gongitsune:0.5+jf_alpha:0.5", 5),
    "jf_tebukuro-nezumi": _kokoro("jf_nezumi:0.55+jf_tebukuro:0.45", 5),
    "jf_nezumi-gongitsune": _kokoro("jf_nezumi:0.5+jf_gongitsune:0.5", 5),
    "jf_gongitsune-tebukuro": _kokoro("jf_gongitsune:0.6+jf_tebukuro:0.4", 3),
    "jf_gongitsune-less-nezumi": _kokoro("jf_gongitsune:1.6+jf_nezumi:-0.6", 4),
    "jf_gongitsune-less-alpha": _kokoro("jf_gongitsune:1.4+jf_alpha:-0.4", 4),
    "jf_gongitsune-less-tebukuro": _kokoro("jf_gongitsune:1.3+jf_tebukuro:-0.3", 4),
    "jf_nezumi-less-gongitsune": _kokoro("jf_nezumi:1.4+jf_gongitsune:-0.4", 4),
    "jf_nezumi-less-tebukuro": _kokoro("jf_nezumi:1.4+jf_tebukuro:-0.4", 4),
    "jf_nezumi-less-alpha": _kokoro("jf_nezumi:1.3+jf_alpha:-0.3", 4),
    "jf_both-less-alpha": _kokoro("jf_gongitsune:0.8+jf_nezumi:0.6+jf_alpha:-0.4", 4),
    "jf_both-less-tebukuro": _kokoro("jf_nezumi:0.8+jf_gongitsune:0.6+jf_tebukuro:-0.4", 4),
    "jf_alpha-both": _kokoro("jf_alpha:0.4+jf_gongitsune:0.3+jf_nezumi:0.3", 4),
    "jf_tebukuro-both": _kokoro("jf_tebukuro:0.4+jf_gongitsune:0.4+jf_nezumi:0.2", 4),
}
"""Voices that take half as long as they speak or longer; mixtures are other speakers, and so is
one voice with another taken away."""

VOICES: dict[str, Voice] = {
    "slt": Voice(flite.synthesize, "slt", 30, pitches=_PITCHES, timbre_steps=5),
    "rms": Voice(flite.synthesize, "rms", 35, timbre_steps=6),
    "awb": Voice(flite.synthesize, "awb", 35, pitches=_PITCHES, timbre_steps=6),
    "ked": Voice(festival.synthesize, "ked", 25, pitches=_PITCHES, timbre_steps=6),
    "slt_hts": Voice(festival.synthesize, "slt_hts", 15, timbre_steps=5),
    "hibari": Voice(hibari.synthesize, "heart", 40, pitches=_PITCHES),
    "hibari-bass": _hibari("bass", 20, (0.45, 0.7)),
    "hibari-tenor": _hibari("tenor", 20, (0.55, 0.85)),
    "hibari-alto": _hibari("alto", 15, (0.8, 1.2)),
    "hibari-child": _hibari("child", 10, (1.05, 1.35)),
    **{name: _diphones(name) for name in diphones.VOICES},
    **SLOW,
    **{
        f"espeak-{accent.rpartition('/')[2]}-{speaker}": _espeak(f"{accent}+{speaker}")
        for accent, speakers in ESPEAK.items()
        for speaker in speakers.split()
    },
}
"""Voices to train on; shares are minutes in a corpus of thirteen hours."""

NATURAL = frozenset(("slt", "rms", "awb", "ked", "hibari", *SLOW))
"""Training voices that speak English from recordings of a person, formants where they were."""

HELD_OUT_VOICES: dict[str, Voice] = {
    "kal16": Voice(flite.synthesize, "kal16", 1),
    "jm_kumo": _kokoro("jm_kumo", 1),
    "slt": replace(VOICES["slt"], share=1),
    "hibari": replace(VOICES["hibari"], share=1),
}
"""Voices that speak the held-out sentences; the first two are never trained on."""


def chosen(names: str | None) -> dict[str, Voice]:
    """Training voices by a comma-separated list, all of them without one; `fast` and `slow` stand
    for those that cost little and those that take about as long as they speak.

    Raises:
        StudioError: a name is unknown or held out.
    """
    wanted = [name.strip() for name in names.split(",")] if names else list(VOICES)
    groups = {"fast": [name for name in VOICES if name not in SLOW], "slow": list(SLOW)}
    wanted = [name for entry in wanted for name in groups.get(entry, [entry])]
    unknown = [name for name in wanted if name not in VOICES]
    if unknown:
        raise StudioError(
            f"There is no training voice {unknown[0]!r}; choose from {', '.join(VOICES)}."
        )
    return {name: VOICES[name] for name in wanted}
