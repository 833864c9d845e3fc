"""How many sessions of how many threads suit this machine: measured once, and remembered."""

import contextlib
import hashlib
import json
import logging
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnxruntime as ort

from visavis.core.timeline import FRAME_S
from visavis.engine.cores import usable_cores
from visavis.engine.generator import FastModel, MouthGenerator, MouthModel, PlainModel
from visavis.engine.graph import cache
from visavis.engine.plan import Plan
from visavis.engine.processor import processor

_ROUNDS = 3
_ROUND_S = 0.06
_WORTH = 1.08  # a layout that is no clearer gain is not worth larger runs
_SUFFIX = ".plan"
_log = logging.getLogger(__name__)


def choose_plan(model: MouthModel, sessions: int | None = None) -> Plan:
    """The layout that makes the most frames a second, or as many sessions as were asked for.

    Measuring takes about a second; it is done again for another model, processor or number of
    cores. Raises `BundleError` if the model cannot be opened.
    """
    if sessions is not None:
        return Plan(sessions)
    path = cache.folders(model.bundle.id, None)[0] / f"{_name(model)}{_SUFFIX}"
    known = _read(path)
    if known is None:
        rates = measure(model, candidates(usable_cores(), model.open().most))
        known = _best(rates)
        _log.info("the pool has %s at once", known)
        _write(path, known)
    return known


def candidates(cores: int, most: int) -> list[Plan]:
    """Layouts worth a try, the plainest first; `most` is what the generator takes at once."""
    plans = [Plan(cores), *(Plan(cores, 1, batch) for batch in (2, 4) if batch <= most)]
    return plans + [
        Plan(cores // threads, threads) for threads in (2, 4, cores) if 1 < threads <= cores
    ]


def measure(model: MouthModel, plans: Sequence[Plan]) -> dict[Plan, float]:
    """Frames a second of each layout; they take turns."""
    teams = {plan: _Team(model, plan) for plan in dict.fromkeys(plans)}
    rates: dict[Plan, list[float]] = {plan: [] for plan in teams}
    for _ in range(_ROUNDS):
        for plan, team in teams.items():
            rates[plan].append(team.rate(_ROUND_S))
    return {plan: statistics.median(found) for plan, found in rates.items()}


def _best(rates: dict[Plan, float]) -> Plan:
    """The fastest, if it is clearly faster than the plainest, or that is too slow for a stream."""
    plain, fastest = next(iter(rates)), max(rates, key=rates.__getitem__)
    in_time = plain.sessions / rates[plain] < FRAME_S / 2
    return plain if in_time and rates[fastest] < _WORTH * rates[plain] else fastest


class _Team:
    """The sessions of a layout, each on a thread of its own while they are measured."""

    def __init__(self, model: MouthModel, plan: Plan) -> None:
        bundle, self._plan = model.bundle, plan
        self._audio = np.zeros((plan.batch, bundle.window.rows, bundle.encoder.features), "f4")
        self._bytes = model.window.planes_bytes
        self._generators = [model.open(plan.threads) for _ in range(plan.sessions)]
        self.rate(0.0)

    def rate(self, seconds: float) -> float:
        """Frames a second; each session runs at least once."""
        end_s, runs = time.perf_counter() + seconds, [0] * len(self._generators)
        threads = [
            threading.Thread(target=self._run, args=(generator, number, runs, end_s))
            for number, generator in enumerate(self._generators)
        ]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(runs) * self._plan.batch / (time.perf_counter() - start)

    def _run(self, generator: MouthGenerator, number: int, runs: list[int], end_s: float) -> None:
        out = np.empty((self._plan.batch, self._bytes), np.uint8)
        keys = [0] * self._plan.batch
        while not runs[number] or time.perf_counter() < end_s:
            generator.generate(keys, self._audio, out)
            runs[number] += 1


def _name(model: MouthModel) -> str:
    digest = hashlib.sha256(repr((processor().name, usable_cores(), ort.__version__)).encode())
    if isinstance(model, FastModel):
        digest.update(f"{model.candidate}".encode())
        digest.update(model.mouth.network)
    elif isinstance(model, PlainModel):
        digest.update(model.whole.model)
    return digest.hexdigest()


def _read(path: Path) -> Plan | None:
    with contextlib.suppress(OSError, ValueError, TypeError):
        known = Plan(**json.loads(path.read_text("utf-8")))
        if all(isinstance(number, int) and 1 <= number <= 64 for number in asdict(known).values()):
            return known
    return None


def _write(path: Path, plan: Plan) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.part")
        beside.write_text(json.dumps(asdict(plan)), "utf-8")
        beside.replace(path)
