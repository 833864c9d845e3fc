"""A rendered data set in miniature: a head that nods, with three mouths."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.core.compositor import new_frame, planes
from visavis.studio import template
from visavis.studio.dataset import Dataset
from visavis.studio.flow import CELLS, Flow
from visavis.studio.heldout import SENTENCES, Sentence, sound_name
from visavis.studio.heldout_speech import write_flac
from visavis.studio.heldout_truth import write_video
from visavis.studio.lamp import SIDE
from visavis.studio.phonemes import Phoneme
from visavis.studio.pictures import write_png
from visavis.studio.reader import Place, Reader, patch
from visavis.studio.truth import PEOPLE, Truth

SIZE, BOX = 128, (32, 24, 96, 88)  # pixels; x0, y0, x1, y1, y from the bottom
SPLITS = ("train", "train", "heldout")


def _face(index: int) -> NDArray[np.uint8]:
    random = np.random.default_rng(5)
    coarse = random.integers(60, 200, (17, 16, 4), dtype=np.uint8)
    picture = coarse.repeat(8, 0).repeat(8, 1)[index : index + SIZE]
    picture[..., 3] = 255
    return picture


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    """Five template frames in two clips, their encoded clips in `bundle`, three crops
    and the flow of four."""
    folder = tmp_path / "someone"
    clips = {
        "nod": {"first": 3, "count": 2},
        "idle": {"first": 0, "count": 3, "homes": [0, 2]},
    }
    table = {"res": SIZE, "fps": 25, "frames": 5, "clips": clips}
    table |= {"border_x0y0x1y1_bottom_up": [BOX] * 5}
    (folder / "template").mkdir(parents=True)
    (folder / "template.json").write_text(json.dumps(table))
    for index in range(5):
        write_png(folder / f"template/{index:04d}.png", _face(index % 3))
    crops = [
        {
            "id": n,
            "template": (0, 4, 2, 1)[n],
            "articulation": [0.5] * 19,
            "split": split,
            "box": BOX,
        }
        for n, split in enumerate((*SPLITS, "train"))
    ]
    (folder / "crops.json").write_text(json.dumps(crops))
    (folder / "crops").mkdir()
    for crop in crops[:3]:  # the last is not rendered yet
        picture = _face(int(str(crop["template"])) % 3)[40:104, 32:96].copy()
        picture[30:50, 20:44, :3] = 10
        write_png(folder / f"crops/{crop['id']:04d}.png", picture)
    Flow(
        number=np.arange(4),
        first=np.full((4, 2), -40),
        flow=np.arange(4).repeat(2 * CELLS**2).reshape(4, 2, CELLS, CELLS).astype(np.float16),
        seen=np.ones((4, CELLS, CELLS), np.bool_),
    ).save(folder)
    template.build(Dataset(folder), folder / "bundle")
    return folder


@pytest.fixture(scope="session")
def lamp_exam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A held-out set for the lamp: its mouth is open where it is white, as the sounds want it."""
    folder = tmp_path_factory.mktemp("heldout")
    sentences = [
        Sentence(number, f"voice{number}", number == 0, "Beep.", 60, PHONEMES)
        for number in range(2)
    ]
    (folder / SENTENCES).write_text(json.dumps([s.entry() for s in sentences]))
    for sentence in sentences:
        write_flac(folder / sound_name(sentence.number), _beeps())
    person = folder / PEOPLE / "lamp"
    path = np.arange(120) % 25
    opening = np.tile(_opening(), 2).astype(np.float32)
    write_video(person / "clips.mkv", [np.full((48, 32), 200, np.uint8)] * 3, 32, 0)
    Truth(
        size=np.array(SIDE),
        roi=np.array(SIDE),
        corners=np.zeros((25, 2), np.int64),
        window=np.array([100, 100, 32]),
        path=path,
        opening=opening,
        width=opening / np.float32(2),
        static=np.empty((0, 2), np.int64),
        near=np.empty((0, 2), np.int64),
        static_px=np.array(0, np.float32),
        crop_template=np.empty(0, np.int64),
        crop_articulation=np.empty((0, 19), np.float32),
        clip_sentence=np.zeros(3, np.int64),
        clip_frame=np.array([2, 1, 0]),
        clip_template=np.array([2, 1, 0]),
    ).save(person)
    _lamp_reader().save(person / "reader.npz")
    return folder


PHONEMES = (Phoneme("_", 0, 0.8), Phoneme("aa", 0.8, 1.6), Phoneme("_", 1.6, 2.4))


def _opening() -> NDArray[np.float64]:
    """Ten pixels while the tone sounds, per frame."""
    frame = np.arange(60)
    return np.where((frame >= 20) & (frame < 40), 10.0, 0.0)


def _beeps() -> NDArray[np.float32]:
    time = np.arange(60 * 640) / 16_000
    sounding = np.repeat(_opening() > 0, 640)
    return (sounding * 0.5 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)


def _lamp_reader() -> Reader:
    """Tells how much brighter it is than at rest: white is ten pixels."""
    dark = new_frame(SIDE, SIDE)
    dark[:] = 128
    planes(dark)[0][:] = 40
    place = Place(0, 0, SIDE)
    levels = np.linspace(40, 235, 30)
    sights = []
    for level in levels:
        lit = dark.copy()
        planes(lit)[0][:] = round(float(level))
        sights.append(patch(lit, place) - patch(dark, place))
    openings = (levels - 40) / 195 * 10
    truth = np.stack((openings, openings / 2), 1).astype(np.float32)
    return Reader.fit(np.stack(sights), truth)
