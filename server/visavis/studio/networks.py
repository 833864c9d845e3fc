"""From a painted window to the finished ROI.

Only the part of the ROI that speech moves is computed at all; the rest of the template passes
through untouched, and so does all of it while the mouth is at rest.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.dataset import CHANNELS
from visavis.studio.ensemble import Heads
from visavis.studio.framing import Framing

PRESS = ("mouthPressLeft", "mouthPressRight")  # a mouth at rest is pressed a little
REST_LEVEL, REST_PRESS = 0.015, 0.07  # weights up to these count as rest
GATE_SLOPE = 12.0
FEATHER = 12  # pixels over which a window's weight falls to 0 at its edge


def activity_gate(articulation: Tensor) -> Tensor:
    """[B, 19] → [B, 1, 1, 1]: 0 for a mouth at rest, 1 as soon as it clearly moves."""
    floor = [REST_PRESS if name in PRESS else REST_LEVEL for name in CHANNELS]
    excess = fn.relu(articulation - articulation.new_tensor(floor)).sum(1)
    return (excess * GATE_SLOPE).clamp(0, 1)[:, None, None, None]


def window_border(window: int) -> Tensor:
    """Weights [1, 1, window, window] that fall smoothly to exactly 0 at the edge."""
    steps = torch.arange(window)
    ramp = (torch.minimum(steps, window - 1 - steps) / FEATHER).clamp(0, 1)
    ramp = ramp * ramp * (3 - 2 * ramp)
    return (ramp[:, None] * ramp[None, :])[None, None]


def blend(painted: Tensor, window: Tensor, articulation: Tensor, border: Tensor) -> Tensor:
    """Template where the mask is 0, painting where it is 1; a resting mouth is the template."""
    mask = painted[:, 3:] * border * activity_gate(articulation)
    return window + mask * (painted[:, :3] - window)


class Generator(nn.Module):
    """Template ROI [B, 3, roi, roi] and features [B, ROWS, n · FEATURES] of n listeners → ROI
    [B, 3, roi, roi] and articulation [B, 19]."""

    border: Tensor

    def __init__(self, painter: nn.Module, framing: Framing, listeners: int = 1) -> None:
        super().__init__()
        self.framing = framing
        self.heads = Heads(listeners)
        self.painter = painter
        self.register_buffer("border", window_border(framing.window), persistent=False)

    def forward(self, template: Tensor, audio: Tensor) -> tuple[Tensor, Tensor]:
        f = self.framing
        window = cast("Tensor", f.inside(template))
        articulation = self.heads(audio)
        change = self.paint(window, articulation) - window
        return template + fn.pad(change, (f.left, f.right, f.top, f.bottom)), articulation

    def paint(self, window: Tensor, articulation: Tensor) -> Tensor:
        """The finished window for a known articulation."""
        return blend(self.painter(window, articulation)[0], window, articulation, self.border)
