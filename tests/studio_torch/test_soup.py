"""The mean of listeners lies between them."""

from pathlib import Path
from typing import Any

import pytest
import torch

from visavis.errors import StudioError
from visavis.studio import checkpoint, soup


def state(weight: float, seed: int, step: int) -> dict[str, Any]:
    return {
        "average": {"w": torch.full((2,), weight), "n": torch.tensor(step)},
        "seeds": [1, seed],
        "step": step,
    }


def test_weights_are_mixed_by_their_shares(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "a.pt", state(1.0, 2, 10))
    checkpoint.save(tmp_path / "b.pt", state(5.0, 3, 20))
    soup.main(tmp_path / "c.pt", [f"{tmp_path}/a.pt:1", f"{tmp_path}/b.pt:3"])
    mixed = checkpoint.load(tmp_path / "c.pt")
    torch.testing.assert_close(mixed["average"]["w"], torch.full((2,), 4.0))
    assert mixed["average"]["n"] == 20
    assert (mixed["seeds"], mixed["step"], mixed["seconds"]) == ([1, 2, 3], 20, 0.0)


def test_a_painter_keeps_what_it_is_opened_with() -> None:
    before = {"average": {"w": torch.zeros(2)}, "step": 9, "design": "carry", "crops": 3}
    after = before | {"average": {"w": torch.ones(2)}, "step": 4, "crops": 5, "optimizer": {}}
    mixed = soup.mean([before, after], [3, 1])
    torch.testing.assert_close(mixed["average"]["w"], torch.full((2,), 0.25))
    assert (mixed["design"], mixed["crops"], mixed["step"]) == ("carry", 5, 9)
    assert "optimizer" not in mixed


def test_different_makes_do_not_mix() -> None:
    with pytest.raises(StudioError, match="different makes"):
        soup.mean([state(1.0, 2, 1), {**state(1.0, 2, 1), "average": {}}], [1, 1])


@pytest.mark.parametrize("text", ["a.pt", "a.pt:half", "a.pt:0", "a.pt:nan", ":1"])
def test_a_part_needs_a_share(text: str) -> None:
    with pytest.raises(StudioError, match="PATH:SHARE"):
        soup.part(text)
