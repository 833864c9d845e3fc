"""The SyncTalk_2D family: its audio encoder and its 320-pixel generator, layer by layer and name by
name, so that state dicts fit either way."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

FEATURES, ROWS = 512, 16  # per encoder window, windows per video frame
ROI = 320  # pixels
MASK_ROWS, MASK_COLUMNS = slice(5, 310), slice(5, 315)  # of the copy whose mouth is hidden


class ConvBlock(nn.Module):
    """Convolution, batch norm, ReLU; with a way around it where the shape stays."""

    def __init__(
        self, inside: int, outside: int, kernel: int, stride: tuple[int, int], padding: int
    ) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.Conv2d(inside, outside, kernel, stride, padding), nn.BatchNorm2d(outside)
        )
        self.residual = inside == outside and kernel == 3

    def forward(self, x: Tensor) -> Tensor:
        out = self.conv_block(x)
        return fn.relu(out + x if self.residual else out)


class SyncTalkEncoder(nn.Sequential):
    """Mel window [B, 1, 80, 16] → feature [B, 512]."""

    def __init__(self) -> None:
        same, tall, both, wide = (1, 1), (3, 1), (3, 3), (3, 2)
        super().__init__(
            ConvBlock(1, 32, 3, same, 1),
            ConvBlock(32, 32, 3, same, 1),
            ConvBlock(32, 32, 3, same, 1),
            ConvBlock(32, 64, 3, tall, 1),
            ConvBlock(64, 64, 3, same, 1),
            ConvBlock(64, 64, 3, same, 1),
            ConvBlock(64, 128, 3, both, 1),
            ConvBlock(128, 128, 3, same, 1),
            ConvBlock(128, 128, 3, same, 1),
            ConvBlock(128, 256, 3, wide, 1),
            ConvBlock(256, 256, 3, same, 1),
            ConvBlock(256, 512, 3, same, 0),
            ConvBlock(512, 512, 1, same, 0),
        )

    def forward(self, mel: Tensor) -> Tensor:
        return cast("Tensor", super().forward(mel)).flatten(1)


class Inverted(nn.Module):
    """1×1 convolution to twice the channels, depthwise 3×3, 1×1 to `outside` channels."""

    def __init__(self, inside: int, outside: int, stride: int, residual: bool) -> None:
        super().__init__()
        hidden = 2 * inside
        self.conv = nn.Sequential(
            nn.Conv2d(inside, hidden, 1, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU(),
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU(),
            nn.Conv2d(hidden, outside, 1, bias=False),
            nn.BatchNorm2d(outside),
        )
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        out = cast("Tensor", self.conv(x))
        return x + out if self.residual else out


class Double(nn.Module):
    """An inverted block that changes the shape, then a residual one."""

    def __init__(self, inside: int, outside: int, stride: int = 1) -> None:
        super().__init__()
        self.double_conv = nn.Sequential(
            Inverted(inside, outside, stride, False), Inverted(outside, outside, 1, True)
        )

    def forward(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.double_conv(x))


class Enter(nn.Module):
    """The first block."""

    def __init__(self, outside: int) -> None:
        super().__init__()
        self.inconv = nn.Sequential(Inverted(6, outside, 1, False))

    def forward(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.inconv(x))


class Down(nn.Module):
    """Half the size."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.maxpool_conv = nn.Sequential(Double(inside, outside, 2))

    def forward(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.maxpool_conv(x))


class Up(nn.Module):
    """Twice the size, joined with the features of that size from the way down."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.conv = Double(inside, outside)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        size = skip.shape[-2:]
        large = fn.interpolate(x, size=size, mode="bilinear", align_corners=True)
        return cast("Tensor", self.conv(torch.cat((large, skip), 1)))


class Out(nn.Module):
    """Features → colours."""

    def __init__(self, inside: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inside, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.conv(x))


class AudioModel(nn.Module):
    """Features of a video frame [B, 32, 16, 16] → [B, 512, 10, 10]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = Inverted(32, 64, 1, False)
        self.conv2 = Inverted(64, 128, 1, False)
        self.conv3 = nn.Conv2d(128, 256, 3, 1, 1)
        self.bn3 = nn.BatchNorm2d(256)
        self.conv4 = Inverted(256, 256, 1, True)
        self.conv5 = nn.Conv2d(256, 512, 3, 2, 3)
        self.bn5 = nn.BatchNorm2d(512)
        self.conv6 = Inverted(512, 512, 1, True)
        self.conv7 = Inverted(512, 512, 1, True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv2(self.conv1(x))
        x = self.conv4(fn.relu(self.bn3(self.conv3(x))))
        x = fn.relu(self.bn5(self.conv5(x)))
        return cast("Tensor", self.conv7(self.conv6(x)))


class SyncTalk(nn.Module):
    """Template ROI beside itself with its mouth hidden [B, 6, 320, 320], and features
    [B, 32, 16, 16] → ROI [B, 3, 320, 320] in [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.audio_model = AudioModel()
        self.fuse_conv = nn.Sequential(Double(1024, 512), Double(512, 256))
        self.inc = Enter(32)
        self.down1, self.down2, self.down3 = Down(32, 32), Down(32, 64), Down(64, 128)
        self.down4, self.down5 = Down(128, 256), Down(256, 512)
        self.up1, self.up2, self.up3 = Up(512, 128), Up(256, 64), Up(128, 32)
        self.up4, self.up5 = Up(64, 32), Up(64, 16)
        self.outc = Out(16)

    def forward(self, picture: Tensor, audio: Tensor) -> Tensor:
        return self.drawn(self.skips(picture), self.audio_model(audio))

    def skips(self, picture: Tensor) -> list[Tensor]:
        """What the template alone decides, from 320 down to 10 pixels."""
        found = [self.inc(picture)]
        for down in (self.down1, self.down2, self.down3, self.down4, self.down5):
            found.append(down(found[-1]))
        return found

    def low(self, skips: list[Tensor], heard: Tensor) -> Tensor:
        """What was seen and heard, up to a quarter of the size: [B, 32, 80, 80]."""
        x = self.fuse_conv(torch.cat((skips[5], heard), 1))
        x = self.up2(self.up1(x, skips[4]), skips[3])
        return cast("Tensor", self.up3(x, skips[2]))

    def drawn(self, skips: list[Tensor], heard: Tensor) -> Tensor:
        """The picture, of what was seen and heard."""
        x = self.up4(self.low(skips, heard), skips[1])
        return torch.sigmoid(self.outc(self.up5(x, skips[0])).float())


class RgbSyncTalk(nn.Module):
    """The generator as a bundle has it: template ROI [B, 3, 320, 320], RGB, and features
    [B, 16, 512] → ROI. The family itself works on BGR and hides the mouth of a second copy."""

    visible: Tensor

    def __init__(self, network: SyncTalk) -> None:
        super().__init__()
        self.network = network
        visible = torch.ones(1, 1, ROI, ROI)
        visible[:, :, MASK_ROWS, MASK_COLUMNS] = 0
        self.register_buffer("visible", visible, persistent=False)

    def forward(self, template: Tensor, audio: Tensor) -> Tensor:
        made = self.network(self.seen(template), audio.reshape(-1, 2 * ROWS, 16, 16))
        return cast("Tensor", made[:, [2, 1, 0]])

    def seen(self, template: Tensor) -> Tensor:
        """The network's view of a template ROI."""
        bgr = template[:, [2, 1, 0]]
        return torch.cat((bgr, bgr * self.visible), 1)
