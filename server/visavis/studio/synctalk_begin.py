"""A generator of the SyncTalk_2D family that copies its template before it has learnt anything.

Most of what such a network draws is the template again. So the first block is set to turn colours
into the logits that the last layer expects, and the last two stages to carry on what the stage
below says: a change of the logits at a quarter of the size, and how much of the template's fine
detail the change hides. Everything else keeps its random weights and learns.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.synctalk import Inverted, SyncTalk

KNOTS = ((0.0, 10.55), (0.195, -6.28), (0.751, 2.59), (0.8965, 11.14))  # place, change of slope
START = -3.364
LIFT = 16.0  # carries signed values through a ReLU
HIDE = 4.0  # how much detail, in logits, a unit of hiding hides
CHANGE, HIDING, COARSE = slice(0, 3), 3, slice(4, 7)  # channels of the stage at half size
LOW = 4  # channels that the stage at a quarter of the size gives: a change and the hiding


def begin(network: SyncTalk) -> None:
    """Set the weights in place; the stages named here are used in evaluation mode from now on."""
    with torch.no_grad():
        for stage in (network.inc, network.down1, network.up4, network.up5):
            for module in stage.modules():
                if isinstance(module, nn.BatchNorm2d):
                    _plain(module)
        for stage in (network.down2, network.down3, network.down4, network.down5):
            for module in stage.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.momentum = 1.0  # the first pictures tell the scale
        _logits(network.inc.inconv[0])
        _half(network.down1.maxpool_conv[0].double_conv)
        _carry(network.up4.conv.double_conv)
        _compose(network.up5.conv.double_conv)
        network.outc.conv.weight.zero_()
        network.outc.conv.bias.zero_()
        for channel in range(3):
            network.outc.conv.weight[channel, channel] = 1


def composed(network: SyncTalk, skips: list[Tensor], low: Tensor) -> Tensor:
    """What the last two stages make of `low` [B, LOW, 80, 80] at the beginning: colours
    [B, 3, 320, 320]; the same arithmetic, but only for what matters."""
    half = fn.interpolate(low, scale_factor=2.0, mode="bilinear", align_corners=True)
    coarse = skips[1][:, :3]
    joined = torch.cat((half, coarse), 1)
    whole = fn.interpolate(joined, scale_factor=2.0, mode="bilinear", align_corners=True)
    change, hiding, blurred = whole[:, CHANGE], fn.relu(whole[:, HIDING, None]), whole[:, COARSE]
    detail = skips[0][:, :3] - blurred
    kept = fn.relu(detail - HIDE * hiding) - fn.relu(-detail - HIDE * hiding)
    return torch.sigmoid(blurred + change + kept)


def install(network: SyncTalk, head: nn.Conv2d) -> None:
    """Let up4 read what a head [LOW, 32, 1, 1] on up3 found: the same function in the family's
    own layers."""
    first = network.up4.conv.double_conv[0].conv
    with torch.no_grad():
        for row in range(LOW):
            first[0].weight[row].zero_()
            first[0].weight[row, :32] = head.weight[row, :, 0, 0][:, None, None]
            first[1].bias[row] = LIFT + head.bias[row]


def _plain(norm: nn.BatchNorm2d) -> None:
    """A batch norm that does nothing."""
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.weight.fill_(1)
    norm.bias.zero_()


def _point(layer: nn.Conv2d, rows: slice) -> None:
    """A depthwise layer that leaves these channels alone."""
    layer.weight[rows].zero_()
    layer.weight[rows, 0, 1, 1] = 1


def _logits(block: Inverted) -> None:
    """Colours → their logits in channels 0 to 2, as broken lines of four pieces."""
    widen, first, middle, _, narrow, last = (block.conv[i] for i in (0, 1, 3, 4, 6, 7))
    widen.weight.zero_()
    narrow.weight[:3].zero_()
    _point(middle, slice(0, 12))
    for channel in range(3):
        for number, (place, slope) in enumerate(KNOTS):
            unit = 4 * channel + number
            widen.weight[unit, channel] = 1
            first.bias[unit] = -place
            narrow.weight[channel, unit] = slope
        last.bias[channel] = START


def _half(double: nn.Sequential) -> None:
    """Channels 0 to 2: the logits once more, blurred, at half the size."""
    widen, first, middle, narrow, last = (double[0].conv[i] for i in (0, 1, 3, 6, 7))
    widen.weight[:3].zero_()
    middle.weight[:3] = 1 / 9
    narrow.weight[:3].zero_()
    for channel in range(3):
        widen.weight[channel, channel] = 1
        first.bias[channel] = LIFT
        narrow.weight[channel, channel] = 1
        last.bias[channel] = -LIFT
    double[1].conv[6].weight[:3].zero_()


def _carry(double: nn.Sequential) -> None:
    """Change and hiding from below (see `install`) and the blurred logits beside them."""
    widen, first, middle, narrow, last = (double[0].conv[i] for i in (0, 1, 3, 6, 7))
    rows = slice(0, COARSE.stop)
    widen.weight[rows].zero_()
    _point(middle, rows)
    narrow.weight[rows].zero_()
    for unit in range(COARSE.stop):
        if unit >= COARSE.start:
            widen.weight[unit, 32 + unit - COARSE.start] = 1
        first.bias[unit] = LIFT
        narrow.weight[unit, unit] = 1
        last.bias[unit] = -LIFT
    double[1].conv[6].weight[rows].zero_()


def _compose(double: nn.Sequential) -> None:
    """Blurred logits, change, and the detail that is not hidden, in channels 0 to 2."""
    widen, first, middle, narrow, last = (double[0].conv[i] for i in (0, 1, 3, 6, 7))
    widen.weight[:10].zero_()
    _point(middle, slice(0, 10))
    narrow.weight[:9].zero_()
    for channel in range(3):  # units: change 0-2, hiding 3, blurred 4-6, template 7-9
        change, blurred, template = channel, COARSE.start + channel, 7 + channel
        widen.weight[change, channel] = 1
        widen.weight[blurred, blurred] = 1
        widen.weight[template, 32 + channel] = 1
        for unit in (change, blurred, template):
            first.bias[unit] = LIFT
        narrow.weight[channel, change] = narrow.weight[channel, blurred] = 1
        last.bias[channel] = -2 * LIFT
        for sign, row in ((1, 3 + channel), (-1, 6 + channel)):
            narrow.weight[row, template], narrow.weight[row, blurred] = sign, -sign
            narrow.weight[row, HIDING] = -HIDE
    widen.weight[HIDING, HIDING] = 1
    again = double[1].conv
    again[0].weight[:6].zero_()
    _point(again[3], slice(0, 6))
    again[6].weight[:9].zero_()
    for unit in range(6):
        again[0].weight[unit, 3 + unit] = 1
        again[6].weight[unit % 3, unit] = 1 if unit < 3 else -1
