"""Template frames are decoded once, and kept only as long as the bundle stays the same."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from visavis.core.bundle import Bundle, read_bundle
from visavis.media import kept
from visavis.media.clip import load_template
from visavis.media.kept import kept_template


@pytest.fixture
def bundle(avatar_folder: Path, tmp_path: Path) -> Bundle:
    ignored = shutil.ignore_patterns(".cache")
    return read_bundle(shutil.copytree(avatar_folder / "lamp", tmp_path / "lamp", ignore=ignored))


def test_the_frames_are_the_decoded_ones_the_first_time_and_after(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = load_template(bundle)
    first = kept_template(bundle, [tmp_path / "cache"])
    monkeypatch.setattr(kept, "load_template", None)  # not called again
    again = kept_template(bundle, [tmp_path / "cache"])
    for template in (first, again):
        assert len(template.frames) == len(plain.frames)
        for frame, expected in zip(template.frames, plain.frames, strict=True):
            np.testing.assert_array_equal(frame, expected)
            assert not frame.flags.writeable
        assert template.corners == plain.corners
        assert template.repertoire == plain.repertoire
        np.testing.assert_array_equal(template.mask.luma, plain.mask.luma)


def test_another_description_is_decoded_anew(bundle: Bundle, tmp_path: Path) -> None:
    places = [tmp_path / "cache"]
    kept_template(bundle, places)
    (old,) = places[0].iterdir()
    path = bundle.folder / "avatar.toml"
    path.write_text(path.read_text("utf-8") + "\n# changed\n", "utf-8")
    kept_template(read_bundle(bundle.folder), places)
    (new,) = places[0].iterdir()
    assert new.name != old.name


def test_what_was_begun_and_not_ended_is_done_again(bundle: Bundle, tmp_path: Path) -> None:
    kept_template(bundle, [tmp_path])
    (path,) = tmp_path.glob("*.frames")
    data = bytearray(path.read_bytes())
    data[4096] = 0  # the first frame's flag
    data[-1] ^= 255  # and a pixel, as if it had not been written
    path.write_bytes(data)
    frames = kept_template(bundle, [tmp_path]).frames
    np.testing.assert_array_equal(frames[-1], load_template(bundle).frames[-1])


def test_without_a_folder_the_frames_are_here(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    template = kept_template(bundle, [tmp_path / "file"])
    np.testing.assert_array_equal(template.frames[0], load_template(bundle).frames[0])
