"""A neutral studio wall, made by arithmetic: no photograph, no licence, always the same bytes."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from visavis.studio.pictures import Bytes, write_png

Float64 = NDArray[np.float64]

WARM = np.array([190.0, 184.0, 176.0])  # where the key light meets the wall, RGB in 0…255
COOL = np.array([112.0, 124.0, 138.0])  # in its shade
LIGHT = (0.42, 0.34)  # centre of the light, as a share of width and height
SEED = 7


def studio_wall(size: int) -> Bytes:
    """A square picture [size, size, 3]: soft light, gentle vignette, dithered against banding."""
    steps = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(steps, steps)
    distance = np.hypot((x - LIGHT[0]) * 0.95, y - LIGHT[1])
    shade = 1.0 / (1.0 + np.exp(-(distance - 0.42) / 0.15))
    vignette = 1.0 - 0.16 * np.clip(np.hypot(x - 0.5, y - 0.5) / 0.707, 0.0, 1.0) ** 2.4
    wall = (WARM + (COOL - WARM) * shade[..., None]) * vignette[..., None]
    pixels: Bytes = np.rint(np.clip(wall + _dither(size), 0, 255)).astype(np.uint8)
    return pixels


def _dither(size: int) -> Float64:
    """Triangular noise of one step, shared by the channels so that it has no colour."""
    random = np.random.default_rng(SEED)
    noise: Float64 = random.random((size, size, 1)) - random.random((size, size, 1))
    return noise


def main(
    out: Annotated[Path, typer.Argument(help="PNG file to write")],
    size: Annotated[int, typer.Option(help="width and height in pixels")] = 448,
) -> None:
    """Write the wall as PNG."""
    write_png(out, studio_wall(size))


if __name__ == "__main__":
    typer.run(main)
