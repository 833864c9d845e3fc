"""Which tensors to keep for each template frame and which to compute again, as a minimum cut.

Every tensor that the nodes after the cut read is either kept, at a price per byte, or computed
again, at the cost of its node, for which that node's inputs must be there in turn. The cheapest
choice is a minimum cut of a network of two vertices per tensor: "there" and "computed again".
The price per byte is raised until the kept tensors fit the budget.
"""

from collections import deque
from dataclasses import dataclass, replace

import onnx

from visavis.engine.graph.cost import NEVER, Costs
from visavis.engine.graph.network import Network

_READ_MS_PER_BYTE = 1 / 4e6  # to fetch a kept tensor from memory, lay it out and add it
_DEAREST_MS_PER_BYTE = 1.0
_STEPS = 24
_REFILLS = 3
_SOURCE, _SINK = "source", "sink"
_Edges = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Plan:
    """Tensors that are kept, in the order of the graph, and what that costs."""

    kept: tuple[str, ...]
    kept_bytes: int  # per template frame
    recomputed_ms: float  # per frame, of nodes that need no audio


def plan(network: Network, costs: Costs, budget: int) -> Plan:
    """The cheapest plan found that keeps at most `budget` bytes per template frame: one that none
    of its size beats, and then what makes it quicker still and finds room."""
    found = _within(network, costs, budget)
    for _ in range(_REFILLS):
        room = budget - found.kept_bytes
        sizes = {
            name: 0.0 if name in found.kept else size if size <= room else NEVER
            for name, size in costs.nbytes.items()
        }
        more = _within(network, replace(costs, nbytes=sizes), room)
        kept_bytes = int(sum(costs.nbytes[name] for name in more.kept))
        if more.recomputed_ms >= found.recomputed_ms or kept_bytes > budget:
            break
        found = replace(more, kept_bytes=kept_bytes)
    return found


def _within(network: Network, costs: Costs, budget: int) -> Plan:
    """The cheapest plan at the lowest price per byte at which it fits; some room may be left, as a
    price moves whole groups of tensors."""
    low, high = _READ_MS_PER_BYTE, _DEAREST_MS_PER_BYTE
    best = _cut(network, costs, low)
    if best.kept_bytes <= budget:
        return best
    best = _cut(network, costs, high)
    for _ in range(_STEPS):
        price = (low * high) ** 0.5
        tried = _cut(network, costs, price)
        if tried.kept_bytes > budget:
            low = price
        else:
            high, best = price, tried
    return best if best.kept_bytes <= budget else Plan((), 0, sum(costs.ms.values()))


def _cut(network: Network, costs: Costs, price: float) -> Plan:
    nodes = [node for node in network.nodes if set(costs.nbytes).intersection(node.output)]
    edges = _edges(nodes, costs, price)
    reached = _min_cut(edges)
    again = {node.name for node in nodes if _again(node) in reached}
    kept = tuple(
        name
        for node in nodes
        if node.name not in again
        for name in node.output
        if _there(name) in reached
    )
    size = int(sum(costs.nbytes[name] for name in kept))
    return Plan(kept, size, sum(costs.ms.get(name, 0.0) for name in again))


def _edges(nodes: list[onnx.NodeProto], costs: Costs, price: float) -> _Edges:
    edges: _Edges = {_SOURCE: {_there(name): float("inf") for name in costs.needed}}
    for node in nodes:
        again = _again(node)
        edges.setdefault(again, {})[_SINK] = costs.ms.get(node.name, 0.0)
        for name in node.output:
            if name:
                edges.setdefault(_there(name), {})[again] = price * costs.nbytes[name]
        for name in node.input:
            if name in costs.nbytes:
                edges[again][_there(name)] = float("inf")
    return edges


def _there(tensor: str) -> str:
    return f"there {tensor}"


def _again(node: onnx.NodeProto) -> str:
    return f"again {node.name}"


def _min_cut(edges: _Edges) -> set[str]:
    """Vertices on the source's side of a minimum cut (Edmonds and Karp, 1972). Uses up `edges`."""
    while (path := _path(edges)) is not None:
        flow = min(edges[a][b] for a, b in path)
        for a, b in path:
            edges[a][b] -= flow
            back = edges.setdefault(b, {})
            back[a] = back.get(a, 0.0) + flow
    return _reach(edges).keys() | {_SOURCE}


def _path(edges: _Edges) -> list[tuple[str, str]] | None:
    came = _reach(edges)
    if _SINK not in came:
        return None
    path, vertex = [], _SINK
    while vertex != _SOURCE:
        path.append((came[vertex], vertex))
        vertex = came[vertex]
    return path


def _reach(edges: _Edges) -> dict[str, str]:
    """Each vertex that can be reached from the source → the one before it on a shortest way."""
    came, waiting = dict[str, str](), deque([_SOURCE])
    while waiting:
        vertex = waiting.popleft()
        for other, room in edges.get(vertex, {}).items():
            if room > 0 and other != _SOURCE and other not in came:
                came[other] = vertex
                waiting.append(other)
    return came
