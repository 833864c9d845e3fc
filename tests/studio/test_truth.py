from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.heldout import Sentence
from visavis.studio.reader import Place
from visavis.studio.truth import Truth, person_folder, pictures

NONE = np.empty(0, np.int64)
TRUTH = Truth(
    size=np.array(128),
    roi=np.array(64),
    corners=np.array([[10, 20], [12, 20]]),
    window=np.array([8, 4, 32]),
    path=np.array([0, 1, 1, 0, 0]),
    opening=np.arange(5, dtype=np.float32),
    width=np.zeros(5, np.float32),
    static=np.array([[3, 4]]),
    near=NONE.reshape(0, 2),
    static_px=np.array(0.1, np.float32),
    crop_template=NONE,
    crop_articulation=np.empty((0, 19), np.float32),
    clip_sentence=NONE,
    clip_frame=NONE,
    clip_template=NONE,
)


def sentence(frames: int) -> Sentence:
    return Sentence(0, "someone", True, "", frames, ())


def test_it_comes_back_from_the_disk(tmp_path: Path) -> None:
    TRUTH.save(tmp_path)
    again = Truth.load(tmp_path)
    for name, value in vars(TRUTH).items():
        np.testing.assert_array_equal(getattr(again, name), value)


def test_places_are_those_of_the_template_frame() -> None:
    assert TRUTH.place(1) == Place(12, 20, 64)
    assert TRUTH.picture_place(1) == Place(16, 28, 32)


def test_sentences_lie_one_after_the_other() -> None:
    assert TRUTH.spans([sentence(2), sentence(3)]) == [slice(0, 2), slice(2, 5)]
    with pytest.raises(StudioError, match="newer"):
        TRUTH.spans([sentence(2)])


def test_a_second_family_is_judged_by_the_same_person(tmp_path: Path) -> None:
    (tmp_path / "people" / "ada").mkdir(parents=True)
    assert person_folder(tmp_path, "ada-320") == person_folder(tmp_path, "ada")
    with pytest.raises(StudioError, match="no person eve"):
        person_folder(tmp_path, "eve")


def test_missing_files_are_named_or_empty(tmp_path: Path) -> None:
    assert pictures(tmp_path / "clips.mkv") == []
    with pytest.raises(StudioError, match="no truth"):
        Truth.load(tmp_path)


def test_the_arrays_hold_numbers_only() -> None:
    assert all(value.dtype.kind in "if" for value in vars(replace(TRUTH)).values())
