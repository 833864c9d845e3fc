from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.pictures import read_rgba, write_png


@pytest.mark.parametrize("shape", [(32, 48), (32, 48, 3)])
def test_png_round_trip(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    write_png(tmp_path / "a.png", pixels)
    again = read_rgba(tmp_path / "a.png")
    assert (again[..., 3] == 255).all()
    assert (again[..., :3] == (pixels[..., None] if pixels.ndim == 2 else pixels)).all()


def test_an_unreadable_picture_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(StudioError, match="render or copy"):
        read_rgba(tmp_path / "a.png")
