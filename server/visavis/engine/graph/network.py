"""An ONNX graph as plain lists that can be rewritten, and the models that are built from parts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from visavis.core.onnxfile import MalformedOnnxError, has_external_data

Array = NDArray[Any]
Feeds = dict[str, NDArray[np.float32]]
_DOMAINS = ("", "ai.onnx", "com.microsoft")
_STANDARD = ("", "ai.onnx")
_RANDOM = {
    "Bernoulli",
    "Multinomial",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
}
_OLDEST_IR = 4  # the first in which weights need not be inputs as well
_LOG_NOTHING = 4
_MOST_NODES = 5000


class GraphError(ValueError):
    """The surgery cannot be done on this graph; the message is the reason, a clause."""


@dataclass
class Network:
    """A graph without control flow: nodes in the order of execution, constants as arrays."""

    nodes: list[onnx.NodeProto]
    weights: dict[str, Array]
    inputs: list[onnx.ValueInfoProto]
    outputs: list[onnx.ValueInfoProto]
    opsets: list[onnx.OperatorSetIdProto]
    ir_version: int
    _taken: set[str] = field(default_factory=set)

    @property
    def output_names(self) -> set[str]:
        return {info.name for info in self.outputs}

    @property
    def opset(self) -> int:
        """The version of the standard operators."""
        return max(int(opset.version) for opset in self.opsets if opset.domain in _STANDARD)

    def consumers(self) -> Counter[str]:
        """How often each tensor is used, as the input of a node or as an output of the graph."""
        uses = Counter(name for node in self.nodes for name in node.input if name)
        uses.update(self.output_names)
        return uses

    def producers(self) -> dict[str, onnx.NodeProto]:
        """Tensor → the node that makes it."""
        return {name: node for node in self.nodes for name in node.output if name}

    def dependent(self, sources: Iterable[str]) -> set[str]:
        """Names of the tensors that depend on any of `sources`, these included."""
        found = set(sources)
        for node in self.nodes:
            if not found.isdisjoint(node.input):
                found.update(filter(None, node.output))
        return found

    def fresh(self, stem: str) -> str:
        """A tensor name that is not taken, and is from now on."""
        if not self._taken:
            self._taken.update(name for node in self.nodes for name in (*node.input, *node.output))
            self._taken.update(self.weights, (info.name for info in self.inputs))
        number = len(self._taken)
        while f"{stem}_{number}" in self._taken:
            number += 1
        self._taken.add(f"{stem}_{number}")
        return f"{stem}_{number}"

    def prune(self) -> None:
        """Take out the nodes that the outputs do not need."""
        self.nodes[:], _ = self._behind(self.output_names, set())

    def build(self, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[str]) -> bytes:
        """The model that makes `outputs` of `inputs`, with what it needs and nothing else."""
        kept, needed = self._behind(outputs, {info.name for info in inputs})
        weights = [
            numpy_helper.from_array(value, name)
            for name, value in self.weights.items()
            if name in needed
        ]
        described = {info.name: info for info in self.outputs}
        results = [described.get(name, onnx.ValueInfoProto(name=name)) for name in outputs]
        graph = helper.make_graph(kept, "part", list(inputs), results, weights)
        model = helper.make_model(graph, opset_imports=self.opsets, ir_version=self.ir_version)
        data: bytes = model.SerializeToString()
        return data

    def _behind(
        self, outputs: Iterable[str], given: set[str]
    ) -> tuple[list[onnx.NodeProto], set[str]]:
        """The nodes that make `outputs` of what is given, and every tensor that these read."""
        needed, kept = set(outputs) - given, list[onnx.NodeProto]()
        for node in reversed(self.nodes):
            if not needed.isdisjoint(node.output):
                needed.update(name for name in node.input if name and name not in given)
                kept.append(node)
        return kept[::-1], needed

    def evaluate(self, names: Sequence[str], feeds: Feeds) -> dict[str, Array]:
        """The values of some tensors, computed as the graph says, without any optimisation.

        Raises `GraphError`.
        """
        if not names:
            return {}
        session = open_plain(self.build([i for i in self.inputs if i.name in feeds], names))
        try:
            values = session.run(list(names), feeds)
        except Exception as error:  # ONNX Runtime's exceptions share no base class
            raise GraphError(f"it does not run: {first_line(error)}") from error
        return dict(zip(names, values, strict=True))


def read_network(model: bytes) -> Network:
    """Parse a model. Raises `GraphError` for what the surgery does not understand."""
    try:
        if has_external_data(model):
            raise GraphError("it keeps weights in another file")
        proto = onnx.load_model_from_string(model)
    except MalformedOnnxError as error:
        raise GraphError(f"it is not an ONNX model: {error}") from error
    except Exception as error:
        if isinstance(error, GraphError):
            raise
        raise GraphError(f"it is not an ONNX model: {first_line(error)}") from error
    _refuse(proto)
    graph = proto.graph
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes = list(graph.node)
    for number, node in enumerate(nodes):
        node.name = f"n{number}"  # unique, as profiles are read by name
    inputs = [info for info in graph.input if info.name not in weights]
    return Network(
        nodes,
        weights,
        inputs,
        list(graph.output),
        list(proto.opset_import),
        max(proto.ir_version, _OLDEST_IR),
    )


def open_plain(model: bytes) -> ort.InferenceSession:
    """A session that runs the nodes one by one as they are. Raises `GraphError`."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return _open(model, options)


def open_profiled(model: bytes, prefix: str) -> ort.InferenceSession:
    """A session that runs as the runtime's do and writes how long each node takes to a file whose
    path begins with `prefix`. Raises `GraphError`."""
    options = ort.SessionOptions()
    options.enable_profiling = True
    options.profile_file_prefix = prefix
    return _open(model, options)


def _open(model: bytes, options: ort.SessionOptions) -> ort.InferenceSession:
    options.intra_op_num_threads = 1
    options.log_severity_level = _LOG_NOTHING
    try:
        return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions share no base class
        raise GraphError(f"ONNX Runtime cannot load it: {first_line(error)}") from error


def attribute(node: onnx.NodeProto, name: str, default: Any = None) -> Any:
    """The value of a node's attribute."""
    for item in node.attribute:
        if item.name == name:
            return helper.get_attribute_value(item)
    return default


def first_line(error: Exception) -> str:
    """What an exception says, short enough for a log."""
    return str(error).strip().split("\n")[0][:200].rstrip(".")


def _refuse(proto: onnx.ModelProto) -> None:
    graph = proto.graph
    if len(graph.node) > _MOST_NODES:
        raise GraphError(f"it has {len(graph.node)} nodes, more than {_MOST_NODES}")
    if proto.functions or proto.training_info or graph.sparse_initializer:
        raise GraphError("it has functions, training steps or sparse weights of its own")
    for node in graph.node:
        if node.domain not in _DOMAINS:
            raise GraphError(f"its operator {node.op_type} is of the unknown domain {node.domain}")
        if node.op_type in _RANDOM:
            raise GraphError(f"its operator {node.op_type} is random")
        if any(item.HasField("g") or item.graphs for item in node.attribute):
            raise GraphError(f"its operator {node.op_type} has a graph inside")
