from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from visavis.errors import StudioError
from visavis.studio import onnxwrite
from visavis.studio.onnxwrite import BYTES, SCALE, SMALL, in_bytes, rounded, to_onnx


def _network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2)).eval()


def test_larger_weights_are_stored_in_half_precision(tmp_path: Path) -> None:
    network = rounded(_network())
    inputs = {"x": torch.rand(1, 32)}
    assert to_onnx(network, inputs, ["y"], tmp_path / "a.onnx") < 1e-5
    stored = {t.name: t for t in onnx.load(str(tmp_path / "a.onnx")).graph.initializer}
    halves = [t for t in stored.values() if t.data_type == onnx.TensorProto.FLOAT16]
    assert [np.prod(t.dims) for t in halves] == [1024]
    assert all(np.prod(t.dims) < SMALL for t in stored.values() if t not in halves)
    assert [p.name for p in tmp_path.iterdir()] == ["a.onnx"]


def test_large_matrices_are_stored_in_bytes_with_a_scale_for_each_row(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(600, 900), nn.ReLU(), nn.Linear(900, 2)).eval()
    before = network[0].weight.detach().clone()
    rounded(network)
    limits = before.abs().amax(1, keepdim=True) / 127 / 2
    assert ((network[0].weight - before).abs() <= limits * 1.001).all()
    assert to_onnx(network, {"x": torch.rand(1, 600)}, ["y"], tmp_path / "a.onnx") < 1e-5
    stored = {t.name: t for t in onnx.load(str(tmp_path / "a.onnx")).graph.initializer}
    (whole,) = [t for t in stored.values() if t.data_type == onnx.TensorProto.INT8]
    assert list(whole.dims) == [900, 600]
    assert list(stored[whole.name.removesuffix(BYTES) + SCALE].dims) == [900, 1]
    assert (tmp_path / "a.onnx").stat().st_size < 560_000


def test_a_row_of_nothing_stays_nothing() -> None:
    whole, scale = in_bytes(np.array([[0, 0], [1, -2]], np.float32))
    expected = np.array([[0, 0], [64 * 2 / 127, -2]], np.float32)
    assert np.abs(whole * scale - expected).max() < 1e-6


def test_the_batch_is_free_and_the_answer_pytorchs(tmp_path: Path) -> None:
    network = rounded(_network())
    to_onnx(network, {"x": torch.rand(1, 32)}, ["y"], tmp_path / "a.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "a.onnx"))
    x = torch.rand(5, 32)
    with torch.no_grad():
        np.testing.assert_allclose(session.run(["y"], {"x": x.numpy()})[0], network(x), atol=1e-5)


def test_a_file_that_computes_something_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnxwrite, "_difference", lambda *_: 0.1)
    with pytest.raises(StudioError, match=r"differ by 1\.0e-01"):
        to_onnx(_network(), {"x": torch.rand(1, 32)}, ["y"], tmp_path / "a.onnx")
    assert not (tmp_path / "a.onnx").exists()
