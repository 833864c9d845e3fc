import numpy as np
import pytest

from visavis.studio.rig.camera import Camera


def test_the_target_is_the_middle_of_the_picture() -> None:
    camera = Camera()
    assert camera.project(np.array([camera.target])).tolist()[0] == pytest.approx([0.5, 0.5])


def test_right_is_positive_x_and_up_is_positive_y() -> None:
    middle, right, top = Camera().project(np.array([[0, 6.4, 1], [0.5, 6.4, 1], [0, 7.0, 1]]))
    assert right[0] > middle[0]
    assert right[1] == pytest.approx(middle[1])
    assert top[1] > middle[1]


def test_the_picture_spans_its_width_at_the_face() -> None:
    camera = Camera(position=(0, 0, 16), target=(0, 0, 0.6))
    edges = camera.project(np.array([[-1.575, 0, 0.6], [1.575, 0, 0.6]]))
    assert edges[:, 0].tolist() == pytest.approx([0, 1])


def test_nearer_is_larger() -> None:
    near, far = Camera().project(np.array([[0.5, 6.4, 2], [0.5, 6.4, -2]]))
    assert near[0] > far[0]
