"""PyTorch's own exports of the family are cut like any other generator."""

import io
from pathlib import Path

import pytest
import torch

from visavis.engine.graph.bind import bind
from visavis.engine.graph.prepare import cut
from visavis.engine.graph.verify import TOLERANCE, Rejoined, difference, samples_of
from visavis.engine.session import open_session
from visavis.studio.onnxwrite import rounded, to_onnx
from visavis.studio.synctalk import FEATURES, ROWS, RgbSyncTalk, SyncTalk

CONVOLUTIONS = 6  # behind a concatenation: five on the way up, one where audio comes in


def rewritten(model: bytes) -> int:
    """How many convolutions the surgery takes apart, after a comparison with the whole."""
    whole = open_session(model, "whole")
    binding = bind(whole)
    made = cut(model, binding, 16_000_000, "commuted")
    rejoined = Rejoined(binding, made.halves)
    assert difference(whole, binding.output, rejoined, samples_of(binding, [])) <= TOLERANCE
    assert 0 < made.report.kept_bytes <= 16_000_000
    return made.report.rewritten


@pytest.mark.filterwarnings("ignore")  # the old exporter warns of its age
@pytest.mark.parametrize("opset", [11, 17])
def test_an_export_by_tracing_is_cut(opset: int) -> None:
    torch.manual_seed(1)
    file = io.BytesIO()
    inputs = (torch.rand(1, 6, 320, 320), torch.rand(1, 32, 16, 16))
    torch.onnx.export(SyncTalk().eval(), inputs, file, opset_version=opset, dynamo=False)
    assert rewritten(file.getvalue()) == CONVOLUTIONS


def test_the_bundle_form_with_half_precision_weights_is_cut(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = rounded(RgbSyncTalk(SyncTalk())).eval()
    inputs = {"template": torch.rand(1, 3, 320, 320), "audio": torch.rand(1, ROWS, FEATURES)}
    to_onnx(network, inputs, ["roi"], tmp_path / "generator.onnx")
    assert rewritten((tmp_path / "generator.onnx").read_bytes()) == CONVOLUTIONS
