"""The surgery as a whole: a generator's bytes in, its two halves out, or the reason why not."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from visavis.engine.graph.bind import Binding, bind
from visavis.engine.graph.commute import commute
from visavis.engine.graph.cost import measure_costs
from visavis.engine.graph.fold import drop_identities, fold_batch_norms, fold_constants
from visavis.engine.graph.halves import Prepared, Report
from visavis.engine.graph.network import GraphError, Network, read_network
from visavis.engine.graph.partition import halve
from visavis.engine.graph.planner import plan
from visavis.engine.graph.verify import Rejoined, difference, milliseconds, open_half, samples_of
from visavis.engine.session import Float32

_ROUNDS = 7
_FEW_ROUNDS = 3
_WORTH_MS = 1.0  # a generator that is faster as a whole needs no surgery
_WORTH_RATIO = 1.05
WAYS = ("hoisted", "commuted")


def prepare(
    model: bytes,
    names: tuple[str, str, str] | None = None,
    real: Sequence[tuple[Float32, Float32]] = (),
    budget: int = 1 << 62,
) -> Prepared:
    """Cut a generator in two, the fastest of the ways that make its pictures.

    `names` are its template, audio and output; without them they are told by their shapes. `real`
    are templates and audio that it will meet, each a batch of one. At most `budget` bytes are kept
    per template frame. Raises `GraphError` with the reason why the whole should run instead.
    """
    whole = open_half(model)
    binding = bind(whole, names)
    samples = samples_of(binding, real)
    feeds, outputs = samples[0], [binding.output]
    calls: dict[str, Callable[[], object]] = {"whole": partial(whole.run, outputs, feeds)}
    if milliseconds(calls, _FEW_ROUNDS)["whole"] < _WORTH_MS:
        raise GraphError("it is fast enough as it is")
    found, joined = dict[str, Prepared](), dict[str, Rejoined]()
    for way in WAYS:
        made = cut(model, binding, budget, way)
        joined[way] = Rejoined(binding, made.halves)
        worst = difference(whole, binding.output, joined[way], samples)
        found[way] = replace(made, report=replace(made.report, max_difference=worst))
        given = feeds | joined[way].appearance(feeds)
        calls[way] = partial(joined[way].mouth, given)
    times = milliseconds(calls, _ROUNDS)
    best = min(WAYS, key=times.__getitem__)
    again = milliseconds({"it": partial(joined[best].appearance, feeds)}, _FEW_ROUNDS)
    return _judged(found[best], times["whole"], times[best], again["it"])


def cut(model: bytes, binding: Binding, budget: int, way: str) -> Prepared:
    """One way to do it: "hoisted" leaves every node as it is, "commuted" also takes convolutions
    apart. Nothing is checked or timed. Raises `GraphError`."""
    network, trials = simplify(model, binding), _trials(binding)
    rewritten = commute(network, binding.audio, trials[0]) if way == "commuted" else 0
    costs = measure_costs(network, binding.template, binding.audio, trials)
    chosen = plan(network, costs, budget)
    halves = halve(network, chosen.kept, binding.template, binding.audio, binding.output, trials[0])
    crossing = [size for name in costs.needed if math.isfinite(size := costs.nbytes[name])]
    return Prepared(
        halves,
        Report(way, rewritten, chosen.kept_bytes, int(sum(crossing)), chosen.recomputed_ms, 0.0),
    )


def simplify(model: bytes, binding: Binding) -> Network:
    """The graph with constants folded, and batch norms and idle nodes gone. Raises `GraphError`."""
    network = read_network(model)
    fold_constants(network, _trials(binding))
    drop_identities(network)
    fold_batch_norms(network)
    return network


def _trials(binding: Binding) -> list[dict[str, Float32]]:
    return [binding.random(batch, 0) for batch in ((1, 2) if binding.free_batch else (1,))]


def _judged(made: Prepared, whole_ms: float, mouth_ms: float, appearance_ms: float) -> Prepared:
    report = replace(made.report, whole_ms=whole_ms, mouth_ms=mouth_ms, appearance_ms=appearance_ms)
    if report.ratio < _WORTH_RATIO:
        raise GraphError(f"its halves take {mouth_ms:.1f} ms, the whole {whole_ms:.1f} ms")
    return replace(made, report=report)
