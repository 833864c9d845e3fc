"""What the page shows at first: a poster and the idle clip."""

from dataclasses import replace
from pathlib import Path

import av
import pytest

from visavis.avatars import Avatar
from visavis.core.choreography import Course, Repertoire
from visavis.media.showcase import Showcase


def test_the_poster_and_the_loop_are_the_template(tmp_path: Path, lamp: Avatar) -> None:
    showcase = Showcase(tmp_path, lamp.template)
    with av.open(str(showcase.film())) as container:
        frames = list(container.decode(video=0))
        assert not container.streams.audio
    assert len(frames) == len(lamp.template.frames)
    with av.open(str(showcase.poster)) as container:
        (poster,) = container.decode(video=0)
    assert (poster.width, poster.height) == (frames[0].width, frames[0].height) == (240, 240)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["idle.mp4", "poster.png"]


def test_the_film_goes_there_and_back_and_is_made_once(tmp_path: Path, lamp: Avatar) -> None:
    repertoire = Repertoire(Course(0, 8, there_and_back=True))
    showcase = Showcase(tmp_path, replace(lamp.template, repertoire=repertoire))
    film = showcase.film()
    with av.open(str(film)) as container:
        assert len(list(container.decode(video=0))) == 14
    made = film.stat().st_mtime_ns
    assert showcase.film().stat().st_mtime_ns == made


def test_a_film_that_is_stopped_leaves_nothing(tmp_path: Path, lamp: Avatar) -> None:
    showcase = Showcase(tmp_path, lamp.template)
    with pytest.raises(InterruptedError):
        showcase.film(stopped=lambda: True)
    assert [path.name for path in tmp_path.iterdir()] == ["poster.png"]
