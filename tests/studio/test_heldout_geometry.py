from pathlib import Path

import numpy as np
import pytest

from visavis.studio.heldout import Sentence
from visavis.studio.heldout_geometry import STRIDE, Mouths, write
from visavis.studio.phonemes import Phoneme
from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.head import RESTING_EXPRESSION, Head
from visavis.studio.rig.lips import CORNERS, LOWER_LIP, UPPER_LIP
from visavis.studio.rig.meshdata import BODY_VERTICES
from visavis.studio.visemes import TRACKS

SAID = (Phoneme("_", 0, 0.2), Phoneme("aa", 0.2, 0.6), Phoneme("p", 0.6, 0.8))
TEMPLATE = {
    "res": 640,
    "rot_deg": [[0.0, 0.0, 0.0], [0.0, 20.0, 0.0], [0.0, 0.0, 0.0]],
    "weights": [{}, {}, {}],
    "clips": {"idle": {"first": 0, "count": 3}},
}


def sentence(number: int) -> Sentence:
    return Sentence(number, "someone", True, "Ap.", 20, SAID)


@pytest.fixture(scope="module")
def mouths() -> Mouths:
    """Two lips that the jaw parts, and corners."""
    rest = np.tile([0.0, 6.0, 1.4], (BODY_VERTICES, 1))
    rest[list(UPPER_LIP), 1] += np.linspace(0, 0.1, len(UPPER_LIP))
    rest[list(LOWER_LIP), 1] -= np.linspace(0, 0.1, len(LOWER_LIP))
    rest[list(CORNERS), 0] = 0.25, -0.25
    still = np.zeros_like(rest)
    units: dict[str, Floats] = dict.fromkeys((*RESTING_EXPRESSION, *TRACKS), still)
    units["jawOpen"] = still.copy()
    units["jawOpen"][list(LOWER_LIP), 1] = -0.3
    for side, corner in zip(("Left", "Right"), CORNERS, strict=True):
        units[f"mouthPress{side}"] = still.copy()
        units[f"mouthPress{side}"][corner, 0] = 0.1 * np.sign(rest[corner, 0])
    neck = np.array([0])
    return Mouths(Head(rest, units, neck, neck), TEMPLATE)


def test_lips_part_for_a_vowel_and_meet_for_p(mouths: Mouths) -> None:
    spoken = mouths.spoken(sentence(0))
    assert spoken[8:12, 0].min() > 10
    assert spoken[sentence(0).closed(), 0].max() == 0


def test_a_turned_head_has_a_narrower_mouth(mouths: Mouths) -> None:
    width = mouths.resting()[:, 1]
    assert width[1] < 0.97 * width[0]


def test_who_is_silent_is_as_wide_as_the_template_shows_her(mouths: Mouths) -> None:
    silent = Sentence(0, "someone", True, "", 3, (Phoneme("_", 0, 0.2),))
    assert silent.articulation().max() > 0
    np.testing.assert_allclose(mouths.spoken(silent), mouths.resting()[mouths.path(silent)])


def test_sentences_meet_different_poses_there_and_back(mouths: Mouths) -> None:
    assert mouths.path(sentence(0))[:6] == [0, 1, 2, 1, 0, 1]
    assert mouths.path(sentence(1))[:3] == [(0, 1, 2, 1)[(STRIDE + k) % 4] for k in range(3)]


def test_all_sentences_go_into_one_table(mouths: Mouths, tmp_path: Path) -> None:
    write(tmp_path, mouths, [sentence(0), sentence(1)])
    with np.load(tmp_path / "geometry.npz") as arrays:
        assert arrays["path"].shape == (40,)
        assert arrays["spoken"].shape == (40, 2)
        assert arrays["resting"].shape == (3, 2)
