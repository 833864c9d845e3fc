"""The painted picture against the path-traced one, with the true articulation fed in."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import Frame, crop
from visavis.studio.fidelity import psnr_db, ssim
from visavis.studio.reader import Place
from visavis.studio.truth import Truth, pictures

Float32 = NDArray[np.float32]
MOUTH_ROWS, MOUTH_COLUMNS = (0.25, 0.84), (0.16, 0.84)  # of the rendered picture
NOTHING: dict[str, float | int | str | None] = dict.fromkeys(
    ("psnr_db", "ssim", "psnr_mouth_db", "ssim_mouth", "psnr_resting_db", "likeness_pictures")
)


def likeness(avatar: Avatar, truth: Truth, folder: Path) -> dict[str, float | int | str | None]:
    """PSNR (over all pictures together) and SSIM (their mean) of the painted window and of the
    mouth within it; all None without the package onnx, or for a generator that does not speak in
    articulation."""
    try:
        from visavis.studio.bypass import open_told
    except ImportError:
        return dict(NOTHING)
    generator, renders = open_told(avatar), pictures(folder / "crops.mkv")
    if generator is None or not renders:
        return dict(NOTHING)
    rows: list[tuple[float, ...]] = []
    for render, index, articulation in zip(
        renders, truth.crop_template.tolist(), truth.crop_articulation, strict=True
    ):
        place = truth.picture_place(index)
        made = generator.generate(avatar.template.roi(index), articulation)
        painted = avatar.template.speaking(index, made, 1.0)
        true = colours(render, Place(0, 0, place.side))
        rows.append(
            compared(colours(painted, place), true)
            + compared(colours(avatar.template.idle(index), place), true)
        )
    error, like, mouth_error, mouth_like, *_ = resting = np.mean(rows, 0).tolist()
    return {
        "psnr_db": psnr_db(error),
        "ssim": like,
        "psnr_mouth_db": psnr_db(mouth_error),
        "ssim_mouth": mouth_like,
        "psnr_resting_db": psnr_db(resting[4]),
        "likeness_pictures": len(rows),
    }


def colours(frame: Frame, place: Place) -> Float32:
    """RGB [3, side, side] of a part of a frame."""
    return planes_to_rgb(crop(frame, place.x, place.y, place.side))


def compared(made: Float32, true: Float32) -> tuple[float, ...]:
    """Squared error and SSIM of the whole, then of the mouth within."""
    side = made.shape[-1]
    rows, columns = (
        slice(round(low * side), round(high * side)) for low, high in (MOUTH_ROWS, MOUTH_COLUMNS)
    )
    found: list[float] = []
    for part in (np.s_[:, :, :], np.s_[:, rows, columns]):
        a, b = made[part], true[part]
        found += [float(np.square(a - b, dtype=np.float64).mean()), ssim(_grey(a), _grey(b))]
    return tuple(found)


def _grey(rgb: Float32) -> Float32:
    grey: Float32 = np.tensordot(np.array([0.299, 0.587, 0.114], np.float32), rgb, 1)
    return grey
