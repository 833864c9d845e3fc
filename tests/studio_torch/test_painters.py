"""Every design: shapes, exactness at rest and outside the window, the cut into halves."""

from pathlib import Path
from typing import cast

import numpy as np
import onnx
import pytest
import torch

from visavis.studio import hoist
from visavis.studio.corpus import REST
from visavis.studio.framing import Framing
from visavis.studio.hearing import FEATURES, ROWS
from visavis.studio.networks import Generator, activity_gate
from visavis.studio.onnxwrite import rounded, to_onnx
from visavis.studio.painters import DESIGNS, painter
from visavis.studio.painters.carry import Carry, grain

FRAMING = Framing(roi=64, window=32, top=20, left=10)


@pytest.fixture(params=sorted(DESIGNS))
def generator(request: pytest.FixtureRequest) -> Generator:
    torch.manual_seed(1)
    return cast("Generator", Generator(painter(request.param, FRAMING.window), FRAMING).eval())


def test_a_resting_mouth_is_exactly_the_template(generator: Generator) -> None:
    window = torch.rand(2, 3, 32, 32)
    rest = torch.from_numpy(np.stack((REST, np.zeros_like(REST))))
    assert activity_gate(rest).abs().max() == 0
    with torch.no_grad():
        assert torch.equal(generator.paint(window, rest), window)


def test_outside_the_window_nothing_changes(generator: Generator) -> None:
    template = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        made, _ = generator(template, torch.randn(1, ROWS, FEATURES))
    assert made.shape == template.shape
    for roi in (made, template):
        FRAMING.inside(roi)[:] = 0
    assert torch.equal(made, template)


def test_what_the_template_decides_can_be_cut_off(generator: Generator, tmp_path: Path) -> None:
    inputs = {"template": torch.rand(1, 3, 64, 64), "audio": torch.rand(1, ROWS, FEATURES)}
    to_onnx(rounded(generator), inputs, ["roi"], tmp_path / "generator.onnx", ("articulation",))
    graph = onnx.load(tmp_path / "generator.onnx").graph
    assert hoist.crossing(graph, "template", "audio")


def test_grain_rides_where_the_flow_points() -> None:
    network = Carry(32).eval()
    window, flow = torch.rand(1, 1, 32, 32), torch.zeros(1, 2, 32, 32)
    assert torch.allclose(network.moved(window, flow), window, atol=1e-5)
    flow[:, 0], flow[:, 1] = 3, -2
    moved = network.moved(window, flow)
    assert torch.allclose(moved[..., 4:, :-4], window[..., 2:-2, 3:-1], atol=1e-4)


def test_an_even_picture_has_no_grain() -> None:
    rows = torch.linspace(0, 1, 32)[None, None, :, None].expand(1, 1, 32, 32)
    assert grain(rows)[..., 4:-4, 4:-4].abs().max() < 1e-6
    assert grain(torch.rand(1, 1, 32, 32)).std() > 0.2
