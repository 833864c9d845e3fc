"""Frames a second of the generators, each optimisation alone and all of them together."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import onnxruntime as ort

from bench.synctalk import SYNCTALK, build
from bench.turns import Run, rates
from visavis.avatars import Avatar
from visavis.core.region import Region
from visavis.engine.cores import usable_cores
from visavis.engine.generator import FastModel, MouthModel
from visavis.engine.graph.bind import Binding, bind
from visavis.engine.graph.finish import finish
from visavis.engine.graph.halves import Halves
from visavis.engine.graph.mouth import CHECK, PLANES
from visavis.engine.graph.network import Feeds
from visavis.engine.graph.prepare import cut
from visavis.engine.graph.verify import Rejoined, inputs_of, samples_of
from visavis.engine.layout import candidates as plans
from visavis.engine.models import Generator
from visavis.engine.providers.candidate import EXACT, Candidate
from visavis.engine.providers.opening import open_candidate
from visavis.engine.providers.usable import candidates
from visavis.engine.session import Array, Float32, open_session

_KEPT = 100_000_000  # bytes per template frame: everything
BATCHES = (1, 2, 4, 8, 16)
Figures = dict[str, float]
Levels = tuple[float, int]  # mean and largest difference to the exact picture, of 255


def synctalk(wanted: str) -> tuple[Figures, dict[str, Levels], bytes]:
    """Frames a second of each way on all cores, how far its picture is off, and the network that
    runs when all ways are taken together. `wanted` is a provider, or "auto" for all."""
    model, cores = build(SYNCTALK), usable_cores()
    whole = open_session(model, "whole")
    binding = bind(whole)
    feeds = samples_of(binding, [])[0]
    naive = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    ways: dict[str, Callable[[], Run]] = {
        "one session per core": lambda: _plain(open_session(model, "whole"), binding, feeds)
    }
    exact = {name: cut(model, binding, _KEPT, name).halves for name in ("hoisted", "commuted")}
    for name, halves in exact.items():
        title = "template's half hoisted" if name == "hoisted" else "hoisted and 1×1 commuted"
        ways[title] = partial(_half, halves, binding, feeds)
    tried = [c for c in candidates() if wanted in ("auto", c.provider, str(c))]
    size = SYNCTALK.size
    seen = Region(0, 0, size, size)
    mouth = finish(exact["commuted"], binding, seen, "f2")
    given = inputs_of(mouth, binding, feeds, Rejoined(binding, exact["commuted"]).appearance(feeds))
    off: dict[str, Levels] = {}
    planes = _bound(mouth.network, EXACT, given, _planes(seen))
    planes[0]()
    levels = planes[1][PLANES].astype(np.float32)
    for candidate in tried:
        if candidate != EXACT:
            ways[f"whole on {candidate}"] = partial(_whole, model, candidate, binding, feeds)
        title = f"all together on {candidate}"
        ways[title] = partial(_finished, mouth.network, candidate, given, seen)
        run, out = _bound(mouth.network, candidate, given, _planes(seen))
        run()
        difference = np.abs(out[PLANES] - levels)
        off[title] = (float(difference.mean()), int(difference.max()))
    teams = {"naive": [_plain(naive, binding, feeds)]}
    teams |= {name: [opened() for _ in range(cores)] for name, opened in ways.items()}
    found = rates(teams)
    return found, off, mouth.network


def _plain(session: ort.InferenceSession, binding: Binding, feeds: Feeds) -> Run:
    def run() -> int:
        session.run([binding.output], feeds)
        return 1

    return run


def _half(halves: Halves, binding: Binding, feeds: Feeds) -> Run:
    given = feeds | Rejoined(binding, halves).appearance(feeds)
    return _plain(open_session(halves.mouth, "half"), binding, given)


def _whole(model: bytes, candidate: Candidate, binding: Binding, feeds: Feeds) -> Run:
    picture = np.empty((1, 3, *binding.template_shape[-2:]), np.float32)
    return _bound(model, candidate, feeds, {binding.output: picture})[0]


def _finished(
    network: bytes, candidate: Candidate, given: Mapping[str, Array], seen: Region
) -> Run:
    return _bound(network, candidate, given, _planes(seen))[0]


def _generated(generator: Generator, template: Float32, audio: Float32) -> int:
    return len(generator.generate(template, audio))


def _planes(window: Region) -> dict[str, Array]:
    return {
        PLANES: np.empty((1, window.planes_bytes), np.uint8),
        CHECK: np.empty((1, 1, 1, 1), np.float32),
    }


def _bound(
    model: bytes, candidate: Candidate, feeds: Mapping[str, Array], out: dict[str, Array]
) -> tuple[Run, dict[str, Array]]:
    shapes = {name: array.shape for name, array in feeds.items()}
    session = open_candidate(model, candidate, 1, shapes)
    for name, array in feeds.items():
        session.set_input(name, array)
    for name, array in out.items():
        session.set_output(name, array)

    def run() -> int:
        session.run()
        return 1

    return run, out


def own(avatar: Avatar) -> tuple[Figures, Figures]:
    """Frames a second of an avatar's own generator: naive and fast; and by layout and batch."""
    model, spec, cores = avatar.fast, avatar.bundle.generator, usable_cores()
    audio = _audio(avatar, 1)
    naive = ort.InferenceSession(avatar.generator.model, providers=["CPUExecutionProvider"])
    feeds = {spec.template: avatar.template.roi(0)[None], spec.audio: audio}

    def plain() -> int:
        naive.run([spec.output], feeds)
        return 1

    whole = [avatar.generator.open() for _ in range(cores)]
    teams: dict[str, Sequence[Run]] = {
        "naive": [plain],
        "one session per core": [
            partial(_generated, g, feeds[spec.template], audio) for g in whole
        ],
    }
    if isinstance(model, FastModel):
        for candidate in candidates():
            teams[f"all together on {candidate}"] = [
                _fast(avatar, model.on(candidate), 1) for _ in range(cores)
            ]
    else:
        teams["all together"] = [_fast(avatar, model, 1) for _ in range(cores)]
    found = rates(teams)
    most = model.open().most
    batches = {
        f"batch {size}": [_fast(avatar, model, size) for _ in range(cores)]
        for size in BATCHES
        if size <= most
    }
    layouts = {
        f"{plan.sessions} × {plan.threads} threads": [
            _fast(avatar, model, 1, plan.threads) for _ in range(plan.sessions)
        ]
        for plan in plans(cores, 1)
    }
    return found, rates(batches | layouts, rounds=3)


def _fast(avatar: Avatar, model: MouthModel, batch: int, threads: int = 1) -> Run:
    generator = model.open(threads)
    audio = _audio(avatar, batch)
    out = np.empty((batch, avatar.fast.window.planes_bytes), np.uint8)
    keys = list(range(batch))

    def run() -> int:
        generator.generate(keys, audio, out)
        return batch

    return run


def _audio(avatar: Avatar, batch: int) -> Float32:
    rows, features = avatar.bundle.window.rows, avatar.bundle.encoder.features
    return np.random.default_rng(0).standard_normal((batch, rows, features), np.float32)
