import numpy as np
import pytest

from visavis.studio.rig.border import Border, Box, enclosing_box, speech_vertices
from visavis.studio.rig.camera import Camera
from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.head import Head
from visavis.studio.rig.meshdata import BODY_VERTICES


@pytest.fixture
def head() -> Head:
    """A column of skin in front of the skull whose lower half the jaw moves."""
    rest = np.zeros((BODY_VERTICES, 3))
    rest[:, 0] = np.linspace(-0.5, 0.5, BODY_VERTICES)
    rest[:, 1] = 5.6 + np.arange(BODY_VERTICES) % 100 / 100
    rest[:, 2] = 1.2
    jaw = np.zeros_like(rest)
    jaw[rest[:, 1] < 6.0, 1] = -0.3
    tip = np.array([0, 1])
    return Head(rest, {"jawOpen": jaw, "browInnerUp": np.ones_like(rest)}, tip, tip)


@pytest.mark.parametrize("resolution", [256, 448, 512, 1000])
def test_borders_fall_on_their_pixel_whether_cut_or_rounded(resolution: int) -> None:
    for edge in range(resolution + 1):
        fraction = np.float32(Box(edge, 0, edge, 0).fractions(resolution).min_x)
        pixel = fraction * np.float32(resolution)
        assert int(pixel) == round(float(pixel)) == edge


def test_fractions_keep_the_order_of_their_edges() -> None:
    fractions = Box(1, 2, 3, 4).fractions(100)
    assert fractions == pytest.approx((0.0125, 0.0225, 0.0325, 0.0425))


def test_size_is_width_and_height() -> None:
    assert Box(10, 20, 40, 90).size == (30, 70)


def test_box_holds_every_position_and_its_margins() -> None:
    box = enclosing_box(np.array([[0.4, 0.4], [0.6, 0.5]]), 100)
    assert box == (38, 35, 62, 51)


def test_box_stays_within_the_picture() -> None:
    assert enclosing_box(np.array([[-1.0, -1.0], [2.0, 2.0]]), 64) == (0, 0, 64, 64)


def test_speech_moves_only_what_mouth_units_move_visibly() -> None:
    def units(index: int, offset: float) -> Floats:
        offsets = np.zeros((BODY_VERTICES + 10, 3))
        offsets[index, 1] = offset
        return offsets

    moved = speech_vertices(
        {
            "jawOpen": units(3, -0.2),
            "mouthClose": units(4, 0.001),
            "browInnerUp": units(5, 0.4),
            "mouthPucker": units(BODY_VERTICES + 1, 0.4),
        }
    )
    assert moved.tolist() == [3]


def test_box_follows_the_head(head: Head) -> None:
    border = Border(head, Camera())
    ahead, aside = border.box((0, 0, 0), 448), border.box((0, 15, 0), 448)
    assert aside.x0 > ahead.x0
    assert aside.x1 > ahead.x1


def test_box_has_room_for_an_open_jaw(head: Head) -> None:
    box = Border(head, Camera()).box((0, 0, 0), 448)
    opened = head.rest + 0.6 * head.units["jawOpen"]
    lowest = Camera().project(head.turned(opened, (0, 0, 0)))[:, 1].min() * 448
    assert box.y0 < lowest
