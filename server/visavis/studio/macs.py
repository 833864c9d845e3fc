"""Count the multiplications of an ONNX graph, so that a budget can be kept."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import typer

Shapes = dict[str, list[int]]


def shapes_of(model: Any, batch: int) -> Shapes:
    """Every tensor's shape with dynamic dimensions set to `batch`."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for value in copy.graph.input:
        for dimension in value.type.tensor_type.shape.dim:
            if not dimension.HasField("dim_value"):
                dimension.dim_value = batch
    for value in copy.graph.output:
        value.type.tensor_type.ClearField("shape")
    del copy.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(copy, data_prop=True).graph
    known = {t.name: list(t.dims) for t in inferred.initializer}
    for value in [*inferred.input, *inferred.output, *inferred.value_info]:
        known[value.name] = [d.dim_value or batch for d in value.type.tensor_type.shape.dim]
    return known


def node_macs(node: Any, shapes: Shapes) -> int:
    """Multiply-accumulates of one node; element-wise work is not counted."""
    out = int(np.prod(shapes.get(node.output[0], [0])))
    if node.op_type == "Conv":
        return out * int(np.prod(shapes[node.input[1]][1:]))
    if node.op_type == "Gemm":
        transposed = any(a.name == "transA" and a.i for a in node.attribute)
        return out * shapes[node.input[0]][0 if transposed else 1]
    if node.op_type == "MatMul":
        return out * shapes[node.input[0]][-1]
    return 0


def depends_on(nodes: Iterable[Any], source: str) -> set[str]:
    """Names of all tensors that the input `source` reaches."""
    reached = {source}
    for node in nodes:
        if reached & set(node.input):
            reached |= set(node.output)
    return reached


def count(path: Path, source: str | None = None) -> int:
    """Multiply-accumulates for a batch of one; with `source`, only of what depends on it."""
    model = onnx.load(str(path))
    shapes = shapes_of(model, 1)
    nodes = list(model.graph.node)
    reached = depends_on(nodes, source) if source else None
    return sum(
        node_macs(node, shapes) for node in nodes if reached is None or reached & set(node.output)
    )


def main(
    path: Annotated[Path, typer.Argument(help="ONNX file")],
    source: Annotated[str | None, typer.Option(help="count only what this input reaches")] = None,
) -> None:
    """Print the count in millions."""
    typer.echo(f"{count(path, source) / 1e6:.1f} MMAC")


if __name__ == "__main__":
    typer.run(main)
