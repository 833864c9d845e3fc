"""The mean of listeners is one that can go on."""

from pathlib import Path

import pytest
import torch

from visavis.errors import StudioError
from visavis.studio import checkpoint
from visavis.studio.listener import Listener
from visavis.studio.mean_listener import main, mean


def test_weights_are_the_mean_and_steps_add_up(tmp_path: Path) -> None:
    paths = [tmp_path / f"{seed}.pt" for seed in range(3)]
    for seed, path in enumerate(paths):
        torch.manual_seed(seed)
        state = {"average": Listener().state_dict(), "seeds": [0, seed], "step": 10 * (seed + 1)}
        checkpoint.save(path, state)
    main(tmp_path / "mean.pt", paths)
    made = checkpoint.load(tmp_path / "mean.pt")
    biases = [checkpoint.load(path)["average"]["head.weights.bias"] for path in paths]
    assert torch.allclose(made["average"]["head.weights.bias"], sum(biases) / torch.tensor(3.0))
    assert made["step"] == 60
    assert made["seeds"] == [0, 1, 2]
    Listener().load_state_dict(made["average"])


def test_other_makes_have_no_mean() -> None:
    with pytest.raises(StudioError, match="one make"):
        mean([{"a": torch.zeros(2)}, {"a": torch.zeros(3)}])
