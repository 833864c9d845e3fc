"""The family's sizes as its makers published them."""

from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from visavis.studio.macs import count
from visavis.studio.onnxwrite import rounded, to_onnx
from visavis.studio.synctalk import FEATURES, ROWS, RgbSyncTalk, SyncTalk, SyncTalkEncoder


def millions(network: nn.Module) -> float:
    return float(sum(weight.numel() for weight in network.parameters())) / 1e6


def test_sizes_are_those_of_the_family() -> None:
    assert round(millions(SyncTalk()), 2) == 12.19
    assert round(millions(SyncTalkEncoder()), 2) == 2.81


def test_names_are_those_of_the_family() -> None:
    names = set(SyncTalk().state_dict())
    assert "inc.inconv.0.conv.0.weight" in names
    assert "down3.maxpool_conv.0.double_conv.1.conv.7.running_mean" in names
    assert "audio_model.bn5.bias" in names
    assert "fuse_conv.1.double_conv.0.conv.3.weight" in names
    assert "up5.conv.double_conv.1.conv.4.weight" in names
    assert "outc.conv.bias" in names
    assert "12.conv_block.1.running_var" in SyncTalkEncoder().state_dict()


def test_the_bundle_form_costs_what_the_family_costs(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = rounded(RgbSyncTalk(SyncTalk())).eval()
    inputs = {"template": torch.rand(1, 3, 320, 320), "audio": torch.rand(1, ROWS, FEATURES)}
    path = tmp_path / "generator.onnx"
    to_onnx(network, inputs, ["roi"], path)
    assert round(count(path) / 1e6) == 4886
    stored = onnx.load(str(path)).graph.initializer
    assert sum(np.prod(t.dims) for t in stored if t.data_type == onnx.TensorProto.FLOAT16) > 12e6
    assert path.stat().st_size < 26e6


def test_the_mouth_of_the_second_copy_is_hidden() -> None:
    seen: list[torch.Tensor] = []

    class Spy(nn.Module):  # type: ignore[misc]  # torch is not followed
        def forward(self, picture: torch.Tensor, audio: torch.Tensor) -> torch.Tensor:
            seen.extend((picture, audio))
            return picture[:, :3]

    template, audio = torch.rand(2, 3, 320, 320), torch.rand(2, ROWS, FEATURES)
    made = RgbSyncTalk(Spy())(template, audio)
    assert torch.equal(made, template)
    assert torch.equal(seen[0][:, 0], template[:, 2])
    assert seen[0][:, 3:, 5:310, 5:315].abs().max() == 0
    assert torch.equal(seen[0][:, 3:, :5], seen[0][:, :3, :5])
    assert seen[1].shape == (2, 32, 16, 16)
    assert torch.equal(seen[1][0, 1].flatten(), audio[0, 0, 256:])
