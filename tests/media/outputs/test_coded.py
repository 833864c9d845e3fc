"""Packets into a container: their times, and whose they are."""

from pathlib import Path

import av
from tests.media.outputs.lamplight import SIDE, picture, sound

from visavis.media.outputs.coded import Coded, Packer, open_container
from visavis.media.outputs.encoder import FilmEncoder


def test_a_container_begins_where_it_is_told(tmp_path: Path) -> None:
    encoder = FilmEncoder(SIDE, SIDE)
    container = open_container(str(tmp_path / "a.mkv"), "matroska")
    packer = Packer(container, encoder.streams, origin_s=4.0)
    for index in range(100, 110):
        for coded in encoder.picture(index, picture(index), keyframe=False):
            packer.pack(coded)
        for coded in encoder.sound(index * 1920, sound(index)):
            if coded.time_s >= 4.0:
                packer.pack(coded)
    packer.finish()
    with av.open(str(tmp_path / "a.mkv")) as film:
        assert [f.time for f in film.decode(video=0)] == [k / 25 for k in range(10)]


def test_sound_and_picture_count_differently() -> None:
    assert Coded(True, b"", 50, 1, True).time_s == 2.0
    assert Coded(False, b"", 96_000, 1024, False).time_s == 2.0
