import torch
from torch.nn import functional as fn

from visavis.studio.registration import bend, register, shifted_pose

SIDE = 152


def picture() -> torch.Tensor:
    random = torch.Generator().manual_seed(1)
    coarse = torch.rand(1, 3, SIDE // 8, SIDE // 8, generator=random)
    return fn.interpolate(coarse, size=(SIDE, SIDE), mode="bicubic", align_corners=False)


def test_the_zero_pose_changes_nothing() -> None:
    torch.testing.assert_close(bend(picture(), torch.zeros(1, 6)), picture())


def test_a_pose_counts_in_pixels() -> None:
    pose = torch.tensor([[0.0, 0.0, 3.0, 0.0, 0.0, -2.0]])
    moved = bend(picture(), pose)
    torch.testing.assert_close(moved[..., 10:-10, 10:-10], picture()[..., 8:-12, 13:-7])


def test_registration_finds_the_movement() -> None:
    true = torch.tensor([[0.6, -0.8, 2.5, 0.5, 0.3, -1.5], [0.0] * 6, [0.0, 0.4, -2.0, 0, 0, 1.0]])
    found = register(bend(picture(), true))
    assert (found - true).abs().max() < 0.15


def test_a_shifted_window_keeps_the_pose() -> None:
    pose = torch.tensor([[2.0, -3.0, 4.0, 1.0, 1.5, -5.0]])
    whole = bend(picture(), pose)
    centre = picture()[..., 4:-4, 4:-4]
    for y, x in ((0, 0), (2, -4), (-4, 2)):
        moved = shifted_pose(pose, torch.tensor([[y, x]]), SIDE, SIDE - 8)
        window = whole[..., 4 + y : SIDE - 4 + y, 4 + x : SIDE - 4 + x]
        inner = (..., slice(20, -20), slice(20, -20))
        torch.testing.assert_close(bend(centre, moved)[inner], window[inner], atol=1e-5, rtol=0)
