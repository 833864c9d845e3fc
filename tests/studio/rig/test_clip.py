import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.studio.rig.doll import words, write_speech

from visavis.errors import StudioError
from visavis.studio.articulation import curves
from visavis.studio.rig.clip import load_clips

_ENTRY = {"voice": "slt", "text": "Map.", "frames": 4, "ph": [["m", 0.0, 0.16]]}


def _write(folder: Path, content: str) -> Path:
    (folder / "speech").mkdir()
    (folder / "speech" / "meta.json").write_text(content)
    return folder


def test_clips_are_moved_by_their_phonemes(tmp_path: Path) -> None:
    slt, rms = load_clips(write_speech(tmp_path, ("slt", 20), ("rms", 30)))
    assert (slt.voice, slt.text, rms.voice) == ("slt", "Map.", "rms")
    assert slt.articulation.shape == (20, 19)
    assert rms.articulation.shape == (30, 19)
    moved = curves(words(30), 30)
    assert np.array_equal(rms.articulation[:, :-1], moved.weights)
    assert np.array_equal(rms.articulation[:, -1], moved.tongue_up)


def test_a_missing_list_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"visavis\.studio\.speech"):
        load_clips(tmp_path)


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="not valid JSON"):
        load_clips(_write(tmp_path, '[{"voice": 1'))


@pytest.mark.parametrize("left_out", sorted(_ENTRY))
def test_a_clip_without_all_it_needs_is_refused(tmp_path: Path, left_out: str) -> None:
    entry = {key: value for key, value in _ENTRY.items() if key != left_out}
    with pytest.raises(StudioError, match="clips with phonemes"):
        load_clips(_write(tmp_path, json.dumps([_ENTRY, entry])))


@pytest.mark.parametrize("content", [{}, ["clip"], 3])
def test_something_else_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(StudioError, match="clips with phonemes"):
        load_clips(_write(tmp_path, json.dumps(content)))


def test_a_sound_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    entry = {**_ENTRY, "ph": [["qqq", 0.0, 0.16]]}
    with pytest.raises(StudioError, match="qqq"):
        load_clips(_write(tmp_path, json.dumps([entry])))
