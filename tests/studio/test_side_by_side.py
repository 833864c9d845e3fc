from pathlib import Path

import av
import numpy as np

from visavis.avatars import Avatar
from visavis.core.compositor import planes
from visavis.studio.player import Player
from visavis.studio.side_by_side import write_film
from visavis.studio.truth import Truth, person_folder


def test_the_render_lies_in_the_left_picture(lamp: Avatar, lamp_exam: Path, tmp_path: Path) -> None:
    folder = person_folder(lamp_exam, "lamp")
    sounds = {0: np.zeros(3 * 640, np.float32)}
    path = tmp_path / "film.mp4"
    assert write_film(path, Player(lamp), Truth.load(folder), folder, sounds)
    with av.open(str(path)) as film:
        frames = [
            frame.to_ndarray(format="yuv420p").astype(np.uint8) for frame in film.decode(video=0)
        ]
        assert film.streams.audio
    assert len(frames) == 3
    luma = planes(frames[0])[0]
    assert luma.shape == (240, 480)
    assert luma[116, 116] > 180
    assert luma[116, 356] < 60


def test_without_renders_there_is_no_film(lamp: Avatar, lamp_exam: Path, tmp_path: Path) -> None:
    truth = Truth.load(person_folder(lamp_exam, "lamp"))
    assert not write_film(tmp_path / "film.mp4", Player(lamp), truth, tmp_path, {})
    assert not list(tmp_path.iterdir())
