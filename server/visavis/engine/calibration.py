"""How long each candidate takes for one frame, and how far it is from float32."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.engine.generator import FastGenerator, FastModel
from visavis.engine.models import GeneratorError
from visavis.engine.providers.candidate import EXACT, Candidate
from visavis.errors import BundleError

Float32 = NDArray[np.float32]
Sample = tuple[int, Float32]  # a template frame's number, and audio [1, W, F]
MOST_MEAN_LEVELS = 0.3  # that a low precision may be off
MOST_LEVELS = 6
_EXACT_LEVELS = 1
_ROUNDS = 9
_ROUND_S = 0.02


@dataclass(frozen=True)
class Measured:
    """A candidate on this machine, with one thread."""

    candidate: Candidate
    ms: float  # for one frame
    mean_levels: float  # off the exact planes
    max_levels: int
    refused: str = ""  # why it is not used although it runs, or why it does not run

    @property
    def usable(self) -> bool:
        return not self.refused


def calibrate(
    model: FastModel, candidates: Sequence[Candidate], samples: Sequence[Sample]
) -> list[Measured]:
    """Measure every candidate on the same inputs, all taking turns."""
    exact = _planes(model.on(EXACT).open(), model, samples)
    opened = dict[Candidate, FastGenerator]()
    found = dict[Candidate, Measured]()
    for candidate in candidates:
        try:
            generator = model.on(candidate).open()
            found[candidate] = _compared(candidate, exact, _planes(generator, model, samples))
            opened[candidate] = generator
        except (BundleError, GeneratorError) as error:
            found[candidate] = Measured(candidate, 0.0, 0.0, 0, str(error))
    times = _times(opened, model, samples)
    return [
        Measured(m.candidate, times.get(c, 0.0), m.mean_levels, m.max_levels, m.refused)
        for c, m in found.items()
    ]


def _planes(generator: FastGenerator, model: FastModel, samples: Sequence[Sample]) -> Float32:
    made = np.empty((len(samples), model.window.planes_bytes), np.uint8)
    for row, (key, audio) in enumerate(samples):
        generator.generate((key,), audio, made[row : row + 1])
    return made.astype(np.float32)


def _compared(candidate: Candidate, exact: Float32, made: Float32) -> Measured:
    off = np.abs(made - exact)
    mean, most = float(off.mean()), int(off.max(initial=0))
    limits = (MOST_MEAN_LEVELS, _EXACT_LEVELS if candidate.exact else MOST_LEVELS)
    inside = mean <= limits[0] and most <= limits[1]
    refused = "" if inside else f"it is off by {mean:.2f} levels, and by {most} at most"
    return Measured(candidate, 0.0, mean, most, refused)


def _times(
    opened: dict[Candidate, FastGenerator], model: FastModel, samples: Sequence[Sample]
) -> dict[Candidate, float]:
    """Milliseconds per frame: the fastest of rounds in which all take turns, as other work on the
    machine can only add to them."""
    out = np.empty((1, model.window.planes_bytes), np.uint8)
    rounds: dict[Candidate, list[float]] = {candidate: [] for candidate in opened}
    for _ in range(_ROUNDS):
        for candidate, generator in opened.items():
            start, runs = time.perf_counter(), 0
            while runs < len(samples) or time.perf_counter() - start < _ROUND_S:
                key, audio = samples[runs % len(samples)]
                generator.generate((key,), audio, out)
                runs += 1
            rounds[candidate].append(1000 * (time.perf_counter() - start) / runs)
    return {candidate: min(times) for candidate, times in rounds.items()}
