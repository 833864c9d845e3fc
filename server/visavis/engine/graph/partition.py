"""A generator in two models: what makes the kept tensors of the template, and all the rest."""

import onnx
from onnx import TensorProto, helper

from visavis.engine.graph.halves import Halves
from visavis.engine.graph.network import Feeds, Network


def halve(
    network: Network,
    kept: tuple[str, ...],
    template: str,
    audio: str,
    output: str,
    feeds: Feeds,
) -> Halves:
    """Build both models. `feeds` are any inputs, to tell the shapes of the kept tensors. Raises
    `GraphError` for a tensor that is not there or needs audio."""
    infos = {info.name: info for info in network.inputs}
    values = network.evaluate(kept, {template: feeds[template]})
    batch = _batch(infos[template])
    handed = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, *values[name].shape[1:]])
        for name in kept
    ]
    return Halves(
        appearance=network.build([infos[template]], kept) if kept else b"",
        mouth=network.build([infos[template], infos[audio], *handed], [output]),
        tensors=kept,
    )


def _batch(info: onnx.ValueInfoProto) -> int | str:
    """The first side of an input: a number, or a name for any number."""
    side = info.type.tensor_type.shape.dim[0]
    return int(side.dim_value) if side.HasField("dim_value") else side.dim_param or "batch"
