"""Any generator of two inputs keeps its pictures, or is left alone with a reason."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.graph.graphs import TINY, model, node, noise

from bench.synctalk import ULTRALIGHT, Family, build
from visavis.engine.graph import prepare as surgery
from visavis.engine.graph.bind import bind
from visavis.engine.graph.halves import Prepared
from visavis.engine.graph.network import GraphError
from visavis.engine.graph.prepare import cut, prepare
from visavis.engine.graph.verify import TOLERANCE, Rejoined, difference, samples_of
from visavis.engine.session import open_session

ROOM = 1 << 40
SMALL_ULTRALIGHT = replace(
    ULTRALIGHT, size=32, audio=(4, 8, 8), audio_pads=(1, 1), widths=(4, 4, 4, 8, 8)
)


def checked(data: bytes, way: str, budget: int = ROOM) -> Prepared:
    """The cut, after a comparison with the whole."""
    whole = open_session(data, "whole")
    binding = bind(whole)
    made = cut(data, binding, budget, way)
    rejoined = Rejoined(binding, made.halves)
    assert difference(whole, binding.output, rejoined, samples_of(binding, [])) <= TOLERANCE
    return made


@pytest.mark.parametrize("way", ["hoisted", "commuted"])
@pytest.mark.parametrize(
    "family",
    [
        TINY,
        replace(TINY, opset=11, batch="B"),
        replace(TINY, opset=13, names=("x", "y", "z")),
        replace(TINY, opset=9),
        replace(TINY, opset=10, pad=False),
        SMALL_ULTRALIGHT,
    ],
)
def test_both_families_of_every_opset_are_cut(family: Family, way: str) -> None:
    made = checked(build(family), way)
    mouth = onnx.load_model_from_string(made.halves.mouth).graph
    kinds = [n.op_type for n in mouth.node]
    assert "BatchNormalization" not in kinds
    assert "Pad" not in kinds
    levels = len(family.widths)
    assert made.report.rewritten == (levels if way == "commuted" else 0)
    assert made.halves.tensors
    assert made.report.kept_bytes <= made.report.crossing_bytes


@pytest.mark.parametrize("budget", [0, 3000, 20_000])
def test_the_budget_is_kept_to(budget: int) -> None:
    made = checked(build(TINY), "commuted", budget)
    assert made.report.kept_bytes <= budget
    assert bool(made.halves.tensors) == bool(made.report.kept_bytes)


def test_weights_in_half_precision_are_unpacked_once() -> None:
    proto = onnx.load_model_from_string(build(TINY))
    for tensor in list(proto.graph.initializer):
        value = onnx.numpy_helper.to_array(tensor)
        if value.ndim == 4:
            half = onnx.numpy_helper.from_array(value.astype(np.float16), f"{tensor.name}_half")
            proto.graph.initializer.append(half)
            proto.graph.initializer.remove(tensor)
            proto.graph.node.insert(0, node("Cast", half.name, tensor.name, to=1))
    made = checked(proto.SerializeToString(), "commuted")
    kinds = {n.op_type for n in onnx.load_model_from_string(made.halves.mouth).graph.node}
    assert "Cast" not in kinds


def test_the_fastest_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surgery, "_WORTH_MS", 0.0)
    monkeypatch.setattr(surgery, "_WORTH_RATIO", 0.0)
    real = [(noise(1, 6, 32, 32), noise(1, 4, 2, 2))]
    report = prepare(build(TINY), real=real).report
    assert report.way in ("hoisted", "commuted")
    assert min(report.whole_ms, report.mouth_ms, report.appearance_ms) > 0
    assert report.ratio == pytest.approx(report.whole_ms / report.mouth_ms)
    assert report.max_difference <= TOLERANCE
    monkeypatch.setattr(surgery, "_WORTH_RATIO", 1e9)
    with pytest.raises(GraphError, match="its halves take"):
        prepare(build(TINY))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (model([node("Relu", "template", "roi")], audio=(1, 1, 8, 8)), "depend on the audio"),
        (model([node("Mul", "template audio", "roi")], audio=(1, 1, 8, 8)), "nothing of it"),
        (model([node("Strange", "template audio", "roi")]), "ONNX Runtime cannot load"),
        (b"garbage", "ONNX Runtime cannot load"),
    ],
)
def test_what_cannot_be_cut_is_left_with_a_reason(
    monkeypatch: pytest.MonkeyPatch, data: bytes, says: str
) -> None:
    monkeypatch.setattr(surgery, "_WORTH_MS", 0.0)
    with pytest.raises(GraphError, match=says):
        prepare(data)


def test_a_quick_generator_is_left_alone() -> None:
    data = model([node("Mul", "template audio", "roi")], audio=(1, 1, 8, 8))
    with pytest.raises(GraphError, match="fast enough"):
        prepare(data)


@st.composite
def random_models(draw: st.DrawFn) -> bytes:
    """A chain of random layers over tensors of 2 to 4 channels, of 8 or 4 pixels."""
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    nodes, weights = [], {"scales": np.array([1, 1, 2, 2], np.float32)}
    tensors = [("template", 3, 8), ("audio", 2, 8)]  # name, channels, pixels
    for number in range(draw(st.integers(2, 12))):
        kind = draw(
            st.sampled_from(["conv", "deep", "relu", "add", "concat", "down", "up", "norm"])
        )
        name, channels, side = draw(st.sampled_from(tensors))
        out = f"t{number}"
        if kind in ("conv", "deep"):
            kernel = draw(st.sampled_from([1, 3]))
            group = channels if kind == "deep" else 1
            after = channels if kind == "deep" else draw(st.integers(2, 4))
            shape = (after, channels // group, kernel, kernel)
            weights[f"w{number}"] = rng.normal(0, 0.5, shape).astype(np.float32)
            pads = [kernel // 2] * 4
            nodes.append(node("Conv", f"{name} w{number}", out, group=group, pads=pads))
            channels = after
        elif kind == "relu":
            nodes.append(node("Relu", name, out))
        elif kind == "norm":
            names = [f"{letter}{number}" for letter in "smbv"]
            weights |= {key: rng.uniform(0.5, 1, channels).astype(np.float32) for key in names}
            nodes.append(node("BatchNormalization", " ".join([name, *names]), out))
        elif kind == "down" and side == 8:
            nodes.append(node("MaxPool", name, out, kernel_shape=[2, 2], strides=[2, 2]))
            side = 4
        elif kind == "up" and side == 4:
            place = draw(st.sampled_from(["align_corners", "half_pixel"]))
            modes = {"mode": "linear", "coordinate_transformation_mode": place}
            nodes.append(node("Resize", f"{name} - scales", out, **modes))
            side = 8
        elif kind in ("add", "concat"):
            fitting = [
                t for t in tensors if t[2] == side and (kind == "concat" or t[1] == channels)
            ]
            other = draw(st.sampled_from(fitting))
            if kind == "add":
                nodes.append(node("Add", f"{name} {other[0]}", out))
            else:
                nodes.append(node("Concat", f"{name} {other[0]}", out, axis=1))
                channels += other[1]
        else:
            continue
        tensors.append((out, channels, side))
    return model(_ended(nodes, weights, tensors, rng), weights, opset=13)


def _ended(
    nodes: list[onnx.NodeProto],
    weights: dict[str, "np.ndarray[tuple[int, ...], np.dtype[np.float32]]"],
    tensors: list[tuple[str, int, int]],
    rng: np.random.Generator,
) -> list[onnx.NodeProto]:
    """The layers, and a last one that mixes all tensors of the full size into a picture."""
    large = [t for t in tensors if t[2] == 8]
    weights["last"] = rng.normal(0, 0.1, (3, sum(t[1] for t in large), 1, 1)).astype(np.float32)
    joined = node("Concat", " ".join(t[0] for t in large), "all", axis=1)
    return [*nodes, joined, node("Conv", "all last", "mixed"), node("Sigmoid", "mixed", "roi")]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(random_models(), st.sampled_from(["hoisted", "commuted"]), st.integers(0, 6000))
def test_random_graphs_keep_their_function(data: bytes, way: str, budget: int) -> None:
    try:
        checked(data, way, budget)
    except GraphError as reason:
        assert "nothing of it can be computed without the audio" in str(reason)  # noqa: PT017
