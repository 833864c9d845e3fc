"""All of the surgery on an avatar's generator: cut, finish, and check against the whole."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from visavis.core.region import Region
from visavis.engine.graph.bind import Binding, bind
from visavis.engine.graph.finish import finish
from visavis.engine.graph.halves import Finished, Halves, Prepared, Report
from visavis.engine.graph.network import GraphError, read_network
from visavis.engine.graph.partition import halve
from visavis.engine.graph.prepare import WAYS, prepare
from visavis.engine.graph.verify import (
    Rejoined,
    difference,
    level_difference,
    open_half,
    samples_of,
)
from visavis.engine.session import Float32

_log = logging.getLogger(__name__)
_HALF, _FULL = "f2", "f4"


def operate(
    model: bytes,
    names: tuple[str, str, str],
    hoisted: tuple[str, ...],
    seen: Region,
    real: Sequence[tuple[Float32, Float32]],
    each: int,
) -> Finished:
    """Make the network that runs for each spoken frame.

    `hoisted` are the tensors at which the bundle says to cut, if it does; `seen` is the part of the
    ROI where the mask shows anything; `real` are inputs that it will meet; `each` bounds the bytes
    kept per template frame. Raises `GraphError` with the reason why the whole should run as it is.
    """
    whole = open_half(model)
    binding = bind(whole, names)
    samples = samples_of(binding, real)
    reasons = list[str]()
    for kind in (_HALF, _FULL):
        shrink = 2 if kind == _HALF else 1  # the planner counts float32
        made = _told(hoisted, binding, model, samples) if hoisted else None
        made = made or _cut(model, names, real, shrink * each)
        try:
            mouth = finish(made.halves, binding, seen, kind)
            if mouth.offsets[-1] > each and made.report.way in WAYS:
                # It reads the template's picture as well, which takes room of its own.
                besides = mouth.offsets[-1] - made.report.kept_bytes // shrink
                made = _cut(model, names, real, shrink * max(0, each - besides))
                mouth = finish(made.halves, binding, seen, kind)
            levels = level_difference(whole, binding, made.halves, mouth, samples)
            return Finished(mouth, replace(made.report, kind=kind, levels=levels))
        except GraphError as error:
            reasons.append(str(error))
    raise GraphError("; ".join(dict.fromkeys(reasons)))


def _told(
    hoisted: tuple[str, ...], binding: Binding, model: bytes, samples: list[dict[str, Float32]]
) -> Prepared | None:
    """The halves as the bundle says to cut, if they make the whole's pictures."""
    try:
        network, (template, audio) = read_network(model), (binding.template, binding.audio)
        halves = halve(network, hoisted, template, audio, binding.output, samples[0])
        worst = difference(open_half(model), binding.output, Rejoined(binding, halves), samples)
    except GraphError as error:
        _log.info("the cut that the bundle asks for is not made: %s", error)
        return None
    return Prepared(halves, Report("told", 0, 0, 0, 0.0, worst))


def _cut(
    model: bytes,
    names: tuple[str, str, str],
    real: Sequence[tuple[Float32, Float32]],
    each: int,
) -> Prepared:
    """Its halves, or, where they gain nothing, the whole as the second of them."""
    try:
        return prepare(model, names, real, each)
    except GraphError as error:
        _log.info("the generator is not cut: %s", error)
        return Prepared(Halves(b"", model, ()), Report("whole", 0, 0, 0, 0.0, 0.0))
