"""A frame as PNG has the frame's colours."""

import io
from pathlib import Path

import av
import numpy as np
import pytest

from visavis.core.compositor import new_frame, planes
from visavis.media.png import png_bytes, write_png


@pytest.mark.parametrize(
    ("yuv", "rgb"),
    [
        ((16, 128, 128), (0, 0, 0)),
        ((235, 128, 128), (255, 255, 255)),
        ((81, 90, 240), (255, 0, 0)),
        ((145, 54, 34), (0, 255, 0)),
        ((41, 240, 110), (0, 0, 255)),
    ],
)
def test_bt601_colours_come_out_right(yuv: tuple[int, int, int], rgb: tuple[int, int, int]) -> None:
    frame = new_frame(64, 48)
    for plane, value in zip(planes(frame), yuv, strict=True):
        plane[:] = value
    with av.open(io.BytesIO(png_bytes(frame)), "r") as container:
        (picture,) = container.decode(video=0)
    pixels = picture.to_ndarray(format="rgb24")
    assert pixels.shape == (48, 64, 3)
    assert np.abs(pixels.astype(int) - np.array(rgb)).max() <= 3


def test_a_picture_is_moved_to_its_place(tmp_path: Path) -> None:
    frame = new_frame(64, 48)
    frame[:] = 128
    write_png(tmp_path / "a.png", frame)
    assert (tmp_path / "a.png").read_bytes() == png_bytes(frame)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
