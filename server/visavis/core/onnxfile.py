"""A look inside an ONNX file without loading it: does it point to data outside itself?

ONNX Runtime follows external-data paths while it loads a model, so a bundle is searched for them
before. The file is walked as plain protobuf; the field numbers are those of onnx.proto3.
"""

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_TENSOR_EXTERNAL_DATA, _TENSOR_DATA_LOCATION = 13, 14

# message → {field number: message that the field holds}
_CHILDREN: dict[str, dict[int, str]] = {
    "Model": {7: "Graph", 20: "Training", 25: "Function"},
    "Training": {1: "Graph", 2: "Graph"},
    "Function": {7: "Node", 11: "Attribute"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Node": {5: "Attribute"},
    "Attribute": {
        5: "Tensor",
        6: "Graph",
        10: "Tensor",
        11: "Graph",
        22: "SparseTensor",
        23: "SparseTensor",
    },
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
    "Tensor": {},
}
_MAX_DEPTH = 32


class MalformedOnnxError(ValueError):
    """The bytes are not a protobuf message of the expected form."""


def has_external_data(model: bytes) -> bool:
    """True if any tensor of the model lies in another file. Raises `MalformedOnnxError`."""
    return _search(memoryview(model), "Model", 0)


def _search(message: memoryview, kind: str, depth: int) -> bool:
    if depth > _MAX_DEPTH:
        raise MalformedOnnxError("the graph is nested too deeply")
    children = _CHILDREN[kind]
    for number, value in _fields(message):
        if kind == "Tensor" and number == _TENSOR_DATA_LOCATION and value == 1:
            return True
        if not isinstance(value, memoryview):
            continue
        if kind == "Tensor" and number == _TENSOR_EXTERNAL_DATA:
            return True
        if number in children and _search(value, children[number], depth + 1):
            return True
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        if tag >= 1 << 32:  # protobuf itself would cut it down to another tag
            raise MalformedOnnxError("a tag is too long")
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, place = _varint(message, place)
            yield number, value
            continue
        if wire == _BYTES:
            size, place = _varint(message, place)
        elif wire in (_FIXED64, _FIXED32):
            size = 8 if wire == _FIXED64 else 4
        else:
            raise MalformedOnnxError(f"wire type {wire} is not protobuf 3")
        if place + size > len(message):
            raise MalformedOnnxError("a field is cut off")
        yield number, message[place : place + size]
        place += size


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            raise MalformedOnnxError("a number is cut off")
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, place
    raise MalformedOnnxError("a number is too long")
