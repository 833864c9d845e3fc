"""The provider that runs an avatar's generator fastest here, found once and remembered."""

import contextlib
import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from visavis.engine.calibration import Measured, Sample, calibrate
from visavis.engine.cores import usable_cores
from visavis.engine.generator import FastModel
from visavis.engine.processor import processor
from visavis.engine.providers.candidate import EXACT, Candidate
from visavis.engine.providers.catalogue import CATALOGUE, Precision
from visavis.engine.providers.onnx import built_in
from visavis.engine.providers.usable import candidates

_SUFFIX = ".choice"
_LIBRARIES = ("onnxruntime", "onnxruntime-gpu", "openvino")
_WORTH = 0.9  # of the exact provider's time: less gain is not worth less exactness
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """What was measured, and what is best."""

    measured: tuple[Measured, ...]

    @property
    def best(self) -> Candidate:
        return self._best.candidate

    @property
    def reason(self) -> str:
        """Why it is the best, in one clause."""
        best, exact = self._best, self._of(EXACT)
        if best.candidate == EXACT:
            others = [m for m in self.measured if m.usable and m.candidate != EXACT]
            return "nothing else is clearly faster" if others else "nothing else works here"
        times = exact.ms / best.ms
        off = "the same picture"
        if best.max_levels:
            off = f"off by {best.mean_levels:.2f} levels on average and {best.max_levels} at most"
        return f"{times:.1f} times as fast as {EXACT}, {off}"

    @property
    def _best(self) -> Measured:
        exact = self._of(EXACT)
        usable = [m for m in self.measured if m.usable]
        fastest = min(usable, key=lambda m: m.ms, default=exact)
        return fastest if fastest.ms < _WORTH * exact.ms else exact

    def _of(self, candidate: Candidate) -> Measured:
        return next(m for m in self.measured if m.candidate == candidate)


def choose(model: FastModel, samples: Sequence[Sample], places: Sequence[Path], key: str) -> Choice:
    """The choice for a model that is kept under `key` in one of `places`: remembered, or measured
    now, which takes a second or two."""
    name = _name(key)
    known = _read(places, name)
    if known is None:
        known = Choice(tuple(calibrate(model, candidates(), samples)))
        _log.info("the generator runs on %s: %s", known.best, known.reason)
        _write(places, name, known)
    return known


def _name(key: str) -> str:
    """Another machine, or other libraries, make another name."""
    libraries = [_version(name) for name in _LIBRARIES]
    libraries += [row.id for row in CATALOGUE if row.module and find_spec(row.module)]
    facts = (key, processor(), usable_cores(), libraries, built_in())
    return hashlib.sha256(repr(facts).encode()).hexdigest() + _SUFFIX


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _read(places: Sequence[Path], name: str) -> Choice | None:
    for place in places:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, StopIteration):
            rows = json.loads((place / name).read_text("utf-8"))
            choice = Choice(tuple(_measured(**row) for row in rows))
            assert choice.best.row
            return choice
    return None


def _measured(candidate: dict[str, str], **facts: float) -> Measured:
    known = Candidate(candidate["provider"], Precision(candidate["precision"]))
    return Measured(known, **facts)  # type: ignore[arg-type]


def _write(places: Sequence[Path], name: str, choice: Choice) -> None:
    text = json.dumps([asdict(measured) for measured in choice.measured])
    for place in places:
        with contextlib.suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            beside = place / f".{name}.part"
            beside.write_text(text, "utf-8")
            beside.replace(place / name)
            return
