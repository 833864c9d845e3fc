import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.framing import Framing
from visavis.studio.heldout import Sentence
from visavis.studio.heldout_truth import Studio, build, sentence_of
from visavis.studio.phonemes import Phoneme
from visavis.studio.reader import Reader
from visavis.studio.truth import Truth, pictures

FRAMING = Framing(roi=64, window=48, top=8, left=8)
SENTENCE = Sentence(4, "someone", True, "A.", 10, (Phoneme("aa", 0, 0.4),))
Edit = Callable[[list[dict[str, Any]]], None]


def studio(folder: Path, edit: Edit = lambda crops: None) -> Studio:
    """The miniature data set with what the mesh says."""
    crops = json.loads((folder / "crops.json").read_text())
    for crop in crops:
        crop |= {"opening_px": 3.0 * crop["id"], "width_px": 50.0, "clip": None}
    edit(crops)
    (folder / "crops.json").write_text(json.dumps(crops))
    np.savez(
        folder / "geometry.npz",
        path=np.array([0, 1, 2]),
        spoken=np.array([[0, 40], [5, 44], [9, 39]], np.float32),
        resting=np.full((5, 2), (0, 40), np.float32),
    )
    return Studio(folder, folder / "bundle", FRAMING)


def test_a_person_is_four_files_without_one_for_the_film(rendered: Path, tmp_path: Path) -> None:
    build(studio(rendered), tmp_path / "person", [])
    truth = Truth.load(tmp_path / "person")
    np.testing.assert_array_equal(truth.opening, [0, 5, 9])
    np.testing.assert_array_equal(truth.width, [0, 4, -1])
    assert truth.crop_template.tolist() == [2]
    assert len(pictures(tmp_path / "person" / "crops.mkv")) == 1
    assert Reader.load(tmp_path / "person" / "reader.npz").basis.shape[0] >= 2
    assert not (tmp_path / "person" / "clips.mkv").exists()


def test_the_kept_picture_is_the_render_to_the_level(rendered: Path, tmp_path: Path) -> None:
    made = studio(rendered)
    build(made, tmp_path / "person", [])
    kept = pictures(tmp_path / "person" / "crops.mkv")[0]
    render = made.renders(True)[0]
    truth = Truth.load(tmp_path / "person")
    place = truth.picture_place(render.crop.template)
    window = render.frame[place.y : place.y + 48, place.x : place.x + 48]
    np.testing.assert_array_equal(kept[:48], window)


def test_a_rendered_clip_finds_its_sentence(rendered: Path) -> None:
    said = SENTENCE.articulation()

    def edit(crops: list[dict[str, Any]]) -> None:
        crops[2] |= {"clip": {"id": 0, "frame": 6}, "articulation": said[6].tolist()}

    renders = studio(rendered, edit).renders(True)
    other = Sentence(5, "someone", True, "E.", 10, (Phoneme("iy", 0, 0.4),))
    assert sentence_of(renders, [other, SENTENCE]) == 4
    with pytest.raises(StudioError, match="no held-out sentence"):
        sentence_of(renders, [other])
