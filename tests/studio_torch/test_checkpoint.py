import pickle
from pathlib import Path

import pytest
import torch
from torch import nn

from visavis.errors import StudioError
from visavis.studio.checkpoint import Average, load, save


def test_tensors_and_numbers_come_back(tmp_path: Path) -> None:
    path = tmp_path / "work" / "a.pt"
    save(path, {"weights": {"w": torch.arange(3.0)}, "step": 7})
    state = load(path)
    assert state["step"] == 7
    assert torch.equal(state["weights"]["w"], torch.arange(3.0))
    assert [p.name for p in path.parent.iterdir()] == ["a.pt"]


def test_what_is_no_data_is_not_loaded(tmp_path: Path) -> None:
    torch.save({"run": print}, tmp_path / "a.pt")
    with pytest.raises(pickle.UnpicklingError):
        load(tmp_path / "a.pt")


def test_a_missing_one_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="run that training first"):
        load(tmp_path / "none.pt")


def test_an_average_follows_fast_at_first_and_slowly_later() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    average = Average(network, 0.999)
    nn.init.ones_(network.weight)
    average.update(network, 0)
    first = average.network.weight.item()
    average.update(network, 10**6)
    assert first == pytest.approx(0.9)
    assert average.network.weight.item() == pytest.approx(first + 0.001 * (1 - first))
