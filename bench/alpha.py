"""How transparent the overlay page is, pixel by pixel, against the mattes that the avatar has."""

import base64
import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from visavis import avatars
from visavis.core.compositor import planes
from visavis.media.clip import load_cut_out

Bools = NDArray[np.bool_]
FAR = 16  # pixels from any pixel that the person covers in any frame: nothing may show
DEEP = 12  # pixels within all mattes: nothing may shine through
NEAR = 4  # the halo lies between this distance and FAR
PICTURES = 12
NOTHING, ALL = 16, 235  # luma of the matte, see `visavis.core.cutout`
_READ = """async (count) => {
  const canvas = document.querySelector('canvas');
  const video = document.querySelector('video.live');
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const pen = copy.getContext('2d', { willReadFrequently: true });
  const alphas = [];
  while (alphas.length < count) {
    await new Promise((next) => setTimeout(next, 160));
    await new Promise((next) => video.requestVideoFrameCallback(next));
    await new Promise((next) => requestAnimationFrame(next));
    pen.clearRect(0, 0, copy.width, copy.height);
    pen.drawImage(canvas, 0, 0);
    const pixels = pen.getImageData(0, 0, copy.width, copy.height).data;
    const alpha = new Uint8Array(copy.width * copy.height);
    for (let i = 0; i < alpha.length; i += 1) alpha[i] = pixels[4 * i + 3];
    let text = '';
    for (let i = 0; i < alpha.length; i += 32768) {
      text += String.fromCharCode(...alpha.subarray(i, i + 32768));
    }
    alphas.push(btoa(text));
  }
  return [canvas.width, canvas.height, alphas];
}"""


@dataclass(frozen=True)
class Alpha:
    """Levels of 255, over all pictures and pixels of a zone."""

    outside_max: float  # far from the person
    inside_min: float  # deep within
    halo_mean: float  # in the ring around the person, as a share of 1
    pictures: int


def measure_alpha(page: Page, avatar: str, pictures: int = PICTURES) -> Alpha:
    """Read the canvas of an overlay page that is being shown."""
    page.wait_for_selector(".stage.has-live", state="attached", timeout=20_000)
    page.wait_for_timeout(1000)
    width, height, texts = page.evaluate(_READ, pictures)
    shape = (height, width)
    shown = np.stack([np.frombuffer(base64.b64decode(t), np.uint8).reshape(shape) for t in texts])
    outside, inside, halo = zones(avatar)
    if outside.shape != shape:
        raise ValueError(f"the canvas has {width}×{height} pixels, the avatar {outside.shape}")
    if shown.max() < 255:
        raise ValueError("the canvas is empty")
    return Alpha(
        outside_max=float(shown[:, outside].max()),
        inside_min=float(shown[:, inside].min()),
        halo_mean=float(shown[:, halo].mean() / 255),
        pictures=len(shown),
    )


@functools.lru_cache
def zones(avatar: str) -> tuple[Bools, Bools, Bools]:
    """Pixels outside, inside and around the person in every frame of the idle clip."""
    template = load_cut_out(avatars.find(avatar))
    idle = {template.index(frame) for frame in range(template.repertoire.idle.period)}
    lumas = [planes(template.frames[index])[0] for index in sorted(idle)]
    mattes = [luma[len(luma) // 2 :] for luma in lumas]
    some = np.any([matte > NOTHING for matte in mattes], axis=0)
    every = np.all([matte == ALL for matte in mattes], axis=0)
    halo = ~grown(some, NEAR) & grown(some, FAR)
    return ~grown(some, FAR), ~grown(~every, DEEP), halo


def grown(mask: Bools, pixels: int) -> Bools:
    """A mask and all that is within some pixels of it, along rows and columns."""
    result = mask
    for axis in (0, 1):
        padded = np.pad(result, [(pixels, pixels) if a == axis else (0, 0) for a in (0, 1)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * pixels + 1, axis=axis)
        result = np.asarray(windows.any(axis=-1), np.bool_)
    return result
