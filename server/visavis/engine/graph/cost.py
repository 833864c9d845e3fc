"""What the nodes that speech does not change cost: milliseconds to compute, bytes to keep."""

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from visavis.engine.graph.network import Feeds, GraphError, Network, open_profiled

_RUNS = 5
NEVER = float("inf")


@dataclass(frozen=True)
class Costs:
    """Of one template frame."""

    ms: dict[str, float]  # node name → to compute it
    nbytes: dict[str, float]  # tensor → to keep it; infinite if it cannot be kept
    needed: frozenset[str]  # tensors that the nodes after the cut read


def measure_costs(network: Network, template: str, audio: str, trials: list[Feeds]) -> Costs:
    """Profile the part of a graph that depends on the template alone.

    A tensor can be kept if it is float32 and one row belongs to each template. Raises `GraphError`
    if no such part is left.
    """
    heard, seen = network.dependent([audio]), network.dependent([template])
    apart = [n for n in network.nodes if not heard.intersection(n.output)]
    made = [name for node in apart for name in node.output if name in seen]
    readers = [n for n in network.nodes if heard.intersection(n.output)]
    needed = {name for node in readers for name in node.input} & set(made)
    if not heard.intersection(network.output_names):
        raise GraphError("its picture does not depend on the audio")
    if not needed:
        raise GraphError("nothing of it can be computed without the audio")
    return Costs(
        ms=_profile(network, template, sorted(needed), trials[0]),
        nbytes=_sizes(network, template, made, trials),
        needed=frozenset(needed),
    )


def _sizes(
    network: Network, template: str, names: list[str], trials: list[Feeds]
) -> dict[str, float]:
    sizes = dict.fromkeys(names, 0.0)
    for feeds in trials:
        picture = feeds[template]
        for name, value in network.evaluate(names, {template: picture}).items():
            rows = value.shape[:1] == picture.shape[:1]
            keepable = value.dtype == np.float32 and rows
            size = value.nbytes / len(picture) if keepable else NEVER
            sizes[name] = max(sizes[name], size)
    return sizes


def _profile(network: Network, template: str, outputs: list[str], feeds: Feeds) -> dict[str, float]:
    """Milliseconds of each node of the part that makes `outputs` of the template, as ONNX Runtime
    runs it; what is fused counts for its last node."""
    inputs = [info for info in network.inputs if info.name == template]
    model = network.build(inputs, outputs)
    given, spent = {template: feeds[template]}, NEVER
    with tempfile.TemporaryDirectory(prefix="visavis-") as folder:
        session = open_profiled(model, str(Path(folder) / "profile"))
        for _ in range(_RUNS):
            start = time.thread_time()
            session.run(outputs, given)
            spent = min(spent, 1000 * (time.thread_time() - start))
        times = _times(Path(session.end_profiling()))
    # The profile tells time on the wall; other work on the machine is taken out.
    scale = min(1.0, spent / max(sum(times.values()), 1e-6))
    return {node.name: scale * _time_of(node, times) for node in network.nodes}


def _times(profile: Path) -> dict[str, float]:
    """Name of a node → the fewest milliseconds that it took."""
    times: dict[str, float] = {}
    for event in json.loads(profile.read_text("utf-8")):
        name, _, kind = event["name"].rpartition("_kernel_")
        if kind == "time":
            times[name] = min(times.get(name, NEVER), event["dur"] / 1000)
    return times


def _time_of(node: onnx.NodeProto, times: dict[str, float]) -> float:
    """ONNX Runtime names a node of its own after the tensor that it makes."""
    names = [node.name, *(f"{name}_nchwc" for name in node.output)]
    return sum(times.get(name, 0.0) for name in names)
