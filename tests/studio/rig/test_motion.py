import numpy as np
import pytest

from visavis.studio.rig.motion import idle_loop


def test_the_loop_closes() -> None:
    loop = idle_loop()
    steps = np.abs(np.diff(loop.rotation_deg, axis=0)).max(axis=0)
    seam = np.abs(loop.rotation_deg[0] - loop.rotation_deg[-1])
    assert (seam <= steps).all()
    assert loop.blink[0] < 1e-6
    assert loop.blink[-1] < 1e-6


def test_a_frame_further_round_is_the_first_frame() -> None:
    fine, coarse = idle_loop(frames=300), idle_loop(frames=150)
    assert np.allclose(fine.rotation_deg[::2], coarse.rotation_deg)


def test_the_poses_of_the_shipped_data_set_stay() -> None:
    loop = idle_loop()
    expected = [-1.6089381752660696, 2.006971493005436, 0.21730516181201837]
    assert loop.rotation_deg[0].tolist() == pytest.approx(expected)


def test_lids_shut_twice_and_fall_faster_than_they_rise() -> None:
    blink = idle_loop().blink
    shut = np.flatnonzero(blink > 0.9)
    assert len(np.split(shut, np.flatnonzero(np.diff(shut) > 1) + 1)) == 2
    peak = int(np.argmax(blink[:75]))
    assert blink[peak + 2] > blink[peak - 2]


def test_both_lids_blink_alike() -> None:
    loop = idle_loop()
    lids = loop.eyelids(33)
    assert lids["eyeBlinkLeft"] == lids["eyeBlinkRight"] == float(loop.blink[33])


def test_another_seed_moves_otherwise() -> None:
    assert not np.allclose(idle_loop(seed=5).rotation_deg, idle_loop(seed=6).rotation_deg)
