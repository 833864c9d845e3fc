"""What a painter is taught by, and how well it paints what it never saw."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.flow import CELL
from visavis.studio.framing import Framing
from visavis.studio.networks import blend, window_border
from visavis.studio.pool import Batch, Pool
from visavis.studio.precision import fast

MOUTH_WEIGHT = 4.0
EDGE_WEIGHT = 1.5
SQUARE_WEIGHT = 6.0  # large errors count more, as they do in PSNR
MASK_WEIGHT = 0.004  # keeps the mask at 0 where the template already is right
STILL_WEIGHT = 1.0  # what the truth leaves alone must stay, or the face would swim
STILL_LEVEL, STILL_CELL = 0.005, 8  # a change smaller than this, averaged over so many pixels
MOTION_WEIGHT = 1.0  # the difference between two articulations on one template window
LIKENESS_WEIGHT = 1.5  # of structure, the window's and the mouth's: a mean error lets it go soft
RAW_WEIGHT = 0.3  # of the painting itself, so that it learns even where the mask is still low
FLOW_FINE = 0.25  # pixels
RING, RING_WEIGHT = 20, 3.0  # pixels at the window's edge, where a change would show as a box


class PaintingLoss:
    """The loss for one framing."""

    def __init__(self, framing: Framing) -> None:
        side = framing.window
        self.border = window_border(side)
        self.weight = torch.ones(1, 1, side, side)
        self.mouth = (..., *framing.mouth)
        self.weight[self.mouth] = MOUTH_WEIGHT
        self.still_weight = torch.full((1, 1, side, side), 1 + RING_WEIGHT)
        self.still_weight[:, :, RING:-RING, RING:-RING] = 1.0

    def __call__(self, painted: Tensor, batch: Batch) -> Tensor:
        """Weighted L1 and L2, edges on two scales, structure, stillness, motion, and a price on the
        mask; the batch is two halves that share their template windows."""
        result = blend(painted, batch.template, batch.articulation, self.border)
        error = result - batch.target
        size = error.abs()
        loss = (size * (1 + SQUARE_WEIGHT * size) * self.weight).mean()
        coarse = fn.avg_pool2d(error, 2), fn.avg_pool2d(self.weight, 2)
        for difference, weight in ((error, self.weight), coarse):
            across = (difference[..., 1:] - difference[..., :-1]).abs() * weight[..., 1:]
            down = (difference[..., 1:, :] - difference[..., :-1, :]).abs() * weight[..., 1:, :]
            loss = loss + EDGE_WEIGHT * (across.mean() + down.mean())
        for part in (self.mouth, ...):
            alike = ssim(result[part], batch.target[part]).mean()
            loss = loss + LIKENESS_WEIGHT * (1 - alike)
        first, second = error.chunk(2)
        loss = loss + MOTION_WEIGHT * (first - second).abs().mean()
        calm = self._still(batch)
        raw = (painted[:, :3] - batch.target).abs() * self.weight * (1 - calm)
        loss = loss + RAW_WEIGHT * raw.mean()
        still = calm * (result - batch.template).abs() * self.still_weight
        return cast(
            "Tensor", loss + STILL_WEIGHT * still.mean() + MASK_WEIGHT * painted[:, 3:].mean()
        )

    def _still(self, batch: Batch) -> Tensor:
        change = (batch.target - batch.template).abs().mean(1, keepdim=True)
        cells = (fn.avg_pool2d(change, STILL_CELL) < STILL_LEVEL).float()
        return fn.interpolate(cells, scale_factor=float(STILL_CELL))


def carrying_error(flow: Tensor, batch: Batch) -> Tensor:
    """How many pixels off the flow [B, 2, W, W] of a painter is where the mesh tells it, the mean;
    below a quarter it counts less."""
    made = fn.avg_pool2d(flow, CELL)
    error = fn.smooth_l1_loss(made, batch.flow, reduction="none", beta=FLOW_FINE)
    return (error * batch.seen).mean()


@torch.no_grad()
def quality(painter: nn.Module, pool: Pool) -> dict[str, float]:
    """Mouth region of the held-out pairs: PSNR in dB and SSIM, of the painting and, for
    comparison, PSNR of the template unchanged."""
    rows, columns = pool.framing.mouth
    border = window_border(pool.framing.window)
    errors, likeness = [], []
    for chosen in pool.held_out.split(16):
        batch = pool.exact(chosen)
        with fast():
            painted = painter(batch.template, batch.articulation).picture
        result = blend(painted, batch.template, batch.articulation, border)
        both = torch.stack((result, batch.template))[..., rows, columns]
        true = batch.target[..., rows, columns]
        errors.append((both - true).square().mean((2, 3, 4)))
        likeness.append(ssim(both[0], true))
    made, base = (-10 * torch.cat(errors, 1).mean(1).log10()).tolist()
    return {"psnr_db": made, "ssim": float(torch.cat(likeness).mean()), "template_psnr_db": base}


def ssim(made: Tensor, true: Tensor) -> Tensor:
    """Structural similarity [B] of pictures [B, 3, H, W] in [0, 1]: luma, 11×11 Gaussian window of
    1.5 pixels, after Wang et al. 2004."""
    grey = made.new_tensor([0.299, 0.587, 0.114])[None, :, None, None]
    x, y = (made * grey).sum(1, keepdim=True), (true * grey).sum(1, keepdim=True)
    line = torch.exp(-((torch.arange(11) - 5.0) ** 2) / (2 * 1.5**2))
    across = (line / line.sum()).expand(5, 1, 1, 11)
    moments = fn.conv2d(torch.cat((x, y, x * x, y * y, x * y), 1), across, groups=5)
    moments = fn.conv2d(moments, across.transpose(2, 3), groups=5)
    mean_x, mean_y, square_x, square_y, product = moments.unbind(1)
    spread_x, spread_y = square_x - mean_x**2, square_y - mean_y**2
    shared = product - mean_x * mean_y
    low, high = 0.01**2, 0.03**2
    top = (2 * mean_x * mean_y + low) * (2 * shared + high)
    bottom = (mean_x**2 + mean_y**2 + low) * (spread_x + spread_y + high)
    return (top / bottom).mean((1, 2))
