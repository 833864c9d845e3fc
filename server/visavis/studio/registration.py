"""Where the head is in each template frame, as an affine map to the middle frame of the loop.

Found by matching pictures: the maps are optimised until the middle frame, bent by them, looks
like each other frame around nose and mouth. They teach the painter's pose estimate.
"""

import torch
from torch import Tensor
from torch.nn import functional as fn

from visavis.studio.progress import tracked

ROWS, COLUMNS = (0.05, 0.74), (0.16, 0.84)  # of a picture: around nose, mouth and chin
COARSE_STEPS, FINE_STEPS = 60, 60
RATE = 0.2  # pixels per step
BLUR = 7  # pixels, of the coarse search


def sampling_grid(pose: Tensor, side: int) -> Tensor:
    """Affine maps [B, 6] → sampling points [B, side, side, 2] for `grid_sample`.

    A pose is (xx, xy, x, yx, yy, y): how many pixels a point lies off in x and y, per half picture
    of distance from the centre and in total. Zero is the identity.
    """
    steps = (torch.arange(side, dtype=pose.dtype) - (side - 1) / 2) / (side / 2)
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    points = torch.stack((x, y, torch.ones_like(x)), -1).view(1, side * side, 3)
    offset = points @ pose.view(-1, 2, 3).transpose(1, 2) / (side / 2)
    return (points[..., :2] + offset).view(-1, side, side, 2)


def bend(picture: Tensor, pose: Tensor) -> Tensor:
    """The picture [1 or B, C, side, side] seen through each pose [B, 6]."""
    grid = sampling_grid(pose, picture.shape[-1])
    source = picture.expand(pose.shape[0], -1, -1, -1)
    return fn.grid_sample(source, grid, padding_mode="border", align_corners=False)


def register(templates: Tensor) -> Tensor:
    """Pictures [N, 3, side, side] in [0, 1] → poses [N, 6] that bend the middle one into each."""
    middle = slice(len(templates) // 2, len(templates) // 2 + 1)
    rows, columns = (slice(*(round(p * templates.shape[-1]) for p in r)) for r in (ROWS, COLUMNS))
    pose = torch.zeros(len(templates), 6, requires_grad=True)
    optimizer = torch.optim.Adam([pose], RATE)
    blurred = fn.avg_pool2d(templates, BLUR, 1, BLUR // 2)
    for step in tracked(range(COARSE_STEPS + FINE_STEPS), "registration"):
        source = blurred if step < COARSE_STEPS else templates
        error = (bend(source[middle], pose) - source)[..., rows, columns].abs()
        optimizer.zero_grad()
        error.mean((1, 2, 3)).sum().backward()
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / (COARSE_STEPS + FINE_STEPS))
    return pose.detach()


def shifted_pose(pose: Tensor, shift: Tensor, side: int, window: int) -> Tensor:
    """Poses [B, 6] of patches `side` wide → those of windows cut `shift` [B, 2] (y, x) pixels off
    their centre."""
    linear = pose.view(-1, 2, 3)[:, :, :2]
    moved = shift.flip(1).to(pose.dtype)  # x, y
    total = pose.view(-1, 2, 3)[:, :, 2] + moved + (linear @ moved[:, :, None])[..., 0] * 2 / side
    return torch.cat((linear * (window / side), total[:, :, None]), 2).flatten(1)
