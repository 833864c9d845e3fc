import numpy as np

from visavis.studio.background import studio_wall


def test_the_wall_is_the_same_every_time() -> None:
    assert (studio_wall(64) == studio_wall(64)).all()


def test_the_wall_is_smooth_but_for_the_dither() -> None:
    wall = studio_wall(448).astype(np.int16)
    assert wall.shape == (448, 448, 3)
    assert np.abs(np.diff(wall, axis=0)).max() <= 4
    assert np.abs(np.diff(wall, axis=1)).max() <= 4


def test_light_is_warm_and_shade_is_cool() -> None:
    wall = studio_wall(448).astype(np.float64)
    light, corner = wall[140:160, 180:200].mean((0, 1)), wall[-20:, -20:].mean((0, 1))
    assert light[0] > light[2]
    assert corner[2] > corner[0]
    assert light.mean() > corner.mean()
