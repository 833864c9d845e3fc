from pathlib import Path

import numpy as np
from tests.studio.test_template import cut_out

from visavis.core.compositor import Frame, new_frame, pack, planes
from visavis.studio import template, template_video
from visavis.studio.dataset import Box


def test_the_video_gives_the_composite_back(tmp_path: Path) -> None:
    picture = cut_out()
    wall = template.background_frame(64)
    box = Box(16, 16, 32, 32)
    template_video.encode([template.stack(picture)] * 3, tmp_path / "idle.mkv", box)
    frames = template_video.decode(tmp_path / "idle.mkv", wall)
    assert len(frames) == 3
    luma, under = planes(frames[0])[0].astype(np.int16), planes(wall)[0]
    assert (luma[:8] == under[:8]).all()  # outside the matte: exactly the wall
    centre = pack(template.bleed(picture))
    assert abs(int(luma[32, 32]) - int(planes(centre)[0][32, 32])) <= 2
    assert [path.name for path in tmp_path.iterdir()] == ["idle.mkv"]


def test_the_box_is_coded_finer(tmp_path: Path) -> None:
    size, left = 128, Box(0, 0, 64, 128)
    pictures = [_grain(size, seed) for seed in range(4)]
    template_video.encode(pictures, tmp_path / "idle.mkv", left)
    found = template_video.decode(tmp_path / "idle.mkv", template.background_frame(size))
    error = np.zeros((size, size))
    for made, true in zip(found, pictures, strict=True):
        error += np.abs(planes(made)[0].astype(float) - planes(true)[0][:size])
    assert error[:, :64].mean() < 0.7 * error[:, 64:].mean()


def _grain(size: int, seed: int) -> Frame:
    """An opaque picture of noise, stacked as clips are."""
    both = new_frame(size, 2 * size)
    luma, u, v = planes(both)
    random = np.random.default_rng(seed)
    luma[:size], luma[size:] = random.integers(90, 150, (size, size)), 255
    u[...] = v[...] = template.GREY
    return both
