"""Template clips: decoded as described, or refused in one sentence."""

import hashlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.bundle import Bundle
from visavis.core.choreography import Course, Repertoire
from visavis.core.compositor import new_frame, planes
from visavis.errors import BundleError
from visavis.media.clip import load_cut_out, load_template
from visavis.media.png import png_bytes

Frame = NDArray[np.uint8]
Make = Callable[..., Bundle]


def _video(path: Path, frames: list[Frame]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "1"})
        height, width = frames[0].shape[0] * 2 // 3, frames[0].shape[1]
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for index, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(frame, format="yuv420p")
            picture.pts, picture.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _grey(width: int, height: int, level: int) -> Frame:
    frame = new_frame(width, height)
    frame[:] = 128
    planes(frame)[0][:] = level
    return frame


@pytest.fixture
def make(lamp: Avatar, tmp_path: Path) -> Make:
    """Makes a bundle of 64×64 out of files in a folder, with three frames and a ROI of 16."""

    def make(**changes: object) -> Bundle:
        files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.iterdir()}
        idle = replace(
            lamp.bundle.clips["idle"], frames=3, roi=((4, 6),) * 3, alpha="background" in changes
        )
        described = replace(
            lamp.bundle,
            folder=tmp_path, width=64, height=64, roi_size=16, clips={"idle": idle}, files=files,
        )  # fmt: skip
        return replace(described, **changes)  # type: ignore[arg-type]

    return make


def test_a_clip_is_its_frames(tmp_path: Path, make: Make) -> None:
    _video(tmp_path / "idle.mkv", [_grey(64, 64, 50 + 60 * i) for i in range(3)])
    template = load_template(make())
    levels = [float(planes(frame)[0].mean()) for frame in template.frames]
    assert levels == pytest.approx([50, 110, 170], abs=2)
    assert template.corners == ((4, 6),) * 3
    assert template.size == 16


def test_the_clips_follow_each_other_idle_first(tmp_path: Path, make: Make) -> None:
    for name, level in (("idle.mkv", 50), ("nod.mkv", 110)):
        _video(tmp_path / name, [_grey(64, 64, level)] * 3)
    bundle = make()
    idle = replace(bundle.clips["idle"], there_and_back=True, homes=(0, 2))
    nod = replace(idle, name="nod", file="nod.mkv", homes=(), roi=((6, 8),) * 3)
    template = load_template(replace(bundle, clips={"nod": nod, "idle": idle}))
    levels = [float(planes(frame)[0].mean()) for frame in template.frames]
    assert levels == pytest.approx([50] * 3 + [110] * 3, abs=2)
    assert template.corners == ((4, 6),) * 3 + ((6, 8),) * 3
    assert template.repertoire == Repertoire(
        Course(0, 3, True), frozenset({0, 2}), {"nod": Course(3, 3, True)}
    )


def test_frames_are_shared_and_cannot_be_written(tmp_path: Path, make: Make) -> None:
    _video(tmp_path / "idle.mkv", [_grey(64, 64, 50)] * 3)
    with pytest.raises(ValueError, match="read-only"):
        load_template(make()).idle(0)[:] = 0


def test_a_cut_out_has_the_person_above_and_the_matte_below(tmp_path: Path, make: Make) -> None:
    stacked = _grey(64, 128, 200)
    planes(stacked)[0][64:96] = 0
    planes(stacked)[0][96:] = 255
    _video(tmp_path / "idle.mkv", [stacked] * 3)
    (tmp_path / "wall.png").write_bytes(png_bytes(_grey(64, 64, 60)))
    bundle = make(background="wall.png")
    whole, cut_out = load_template(bundle), load_cut_out(bundle)
    luma = planes(cut_out.idle(0))[0]
    assert luma[:64].mean() == pytest.approx(200, abs=2)  # the background is not in it
    assert (luma[64:92] == 16).all()
    assert (luma[100:] == 235).all()
    assert (cut_out.corners, cut_out.repertoire) == (whole.corners, whole.repertoire)


def test_a_clip_without_a_matte_is_cut_out_as_a_whole(tmp_path: Path, make: Make) -> None:
    _video(tmp_path / "idle.mkv", [_grey(64, 64, 50)] * 3)
    assert (planes(load_cut_out(make()).idle(0))[0][64:] == 235).all()


def test_without_a_mask_the_border_is_feathered(tmp_path: Path, make: Make) -> None:
    _video(tmp_path / "idle.mkv", [_grey(64, 64, 50)] * 3)
    mask = load_template(make()).mask.luma
    assert mask[0].max() == 0
    assert mask[:, -1].max() == 0
    assert mask[8, 8] == 1


def test_a_mask_is_taken_from_its_picture(tmp_path: Path, make: Make) -> None:
    _video(tmp_path / "idle.mkv", [_grey(64, 64, 50)] * 3)
    encoder = av.VideoCodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 16, 16, "gray"
    encoder.time_base = Fraction(1, 25)
    weights = np.tile(np.arange(16, dtype=np.uint8) * 17, (16, 1))
    picture = av.VideoFrame.from_ndarray(weights, format="gray")
    data = b"".join(bytes(p) for p in (*encoder.encode(picture), *encoder.encode(None)))
    (tmp_path / "mask.png").write_bytes(data)
    mask = load_template(make(mask="mask.png")).mask
    np.testing.assert_allclose(mask.luma, weights / 255, atol=1e-6)
    assert mask.chroma.shape == (8, 8)


def test_a_person_cut_out_stands_before_the_background(tmp_path: Path, make: Make) -> None:
    stacked = _grey(64, 128, 200)
    planes(stacked)[0][64:, :32], planes(stacked)[0][64:, 32:] = 0, 255
    _video(tmp_path / "idle.mkv", [stacked] * 3)
    (tmp_path / "background.png").write_bytes(png_bytes(_grey(64, 64, 90)))
    luma = planes(load_template(make(background="background.png")).idle(1))[0].astype(int)
    assert np.abs(luma[8:-8, :24] - 90).max() <= 2
    assert np.abs(luma[8:-8, 40:] - 200).max() <= 2


def test_a_person_cut_out_needs_a_background(tmp_path: Path, make: Make) -> None:
    _video(tmp_path / "idle.mkv", [_grey(64, 128, 50)] * 3)
    with pytest.raises(BundleError, match=r"cut out but names no frame\.background"):
        load_template(make(background=None))


@pytest.mark.parametrize("count", [2, 4])
def test_too_few_or_too_many_frames_are_told(tmp_path: Path, make: Make, count: int) -> None:
    _video(tmp_path / "idle.mkv", [_grey(64, 64, 50)] * count)
    with pytest.raises(BundleError, match=r"idle\.mkv does not hold 3 pictures of 64×64"):
        load_template(make())


def test_the_wrong_size_is_told(tmp_path: Path, make: Make) -> None:
    _video(tmp_path / "idle.mkv", [_grey(64, 48, 50)] * 3)
    with pytest.raises(BundleError, match=r"idle\.mkv does not hold 3 pictures of 64×64"):
        load_template(make())


def test_a_picture_that_would_fill_the_memory_is_not_decoded(tmp_path: Path, make: Make) -> None:
    """16 million grey pixels."""
    side = 4000
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(side * (side + 1)), 9)
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + kind + body
        data += struct.pack(">I", zlib.crc32(kind + body))
    (tmp_path / "idle.mkv").write_bytes(data)
    with pytest.raises(BundleError, match=r"idle\.mkv is not a picture or video that FFmpeg reads"):
        load_template(make())


@pytest.mark.parametrize("data", [b"", b"This is no film.", bytes(10_000)])
def test_what_is_no_film_is_told(tmp_path: Path, make: Make, data: bytes) -> None:
    (tmp_path / "idle.mkv").write_bytes(data)
    with pytest.raises(BundleError, match=r"idle\.mkv is not a picture or video that FFmpeg reads"):
        load_template(make())


def test_a_file_of_sound_is_told(
    tmp_path: Path, make: Make, write_sound: Callable[..., Path]
) -> None:
    sound = np.zeros((1, 48_000), np.float32)
    write_sound(tmp_path / "a.wav", "pcm_s16le", sound, 48_000).rename(tmp_path / "idle.mkv")
    with pytest.raises(BundleError, match=r"idle\.mkv is not a picture or video"):
        load_template(make())


def test_a_film_that_is_cut_off_is_told(tmp_path: Path, make: Make) -> None:
    noise = np.random.default_rng(0).integers(20, 230, (96, 64), np.uint8)
    _video(tmp_path / "idle.mkv", [noise, noise[::-1].copy(), noise.copy()])
    data = (tmp_path / "idle.mkv").read_bytes()
    (tmp_path / "idle.mkv").write_bytes(data[: len(data) // 2])
    with pytest.raises(BundleError, match=r"idle\.mkv (does not hold|is not a picture)"):
        load_template(make())
