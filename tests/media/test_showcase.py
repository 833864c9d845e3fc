"""What the page shows at first: a poster and the idle loop."""

from pathlib import Path

import av

from visavis.avatars import Avatar
from visavis.media.showcase import Showcase


def test_the_poster_and_the_loop_are_the_template(tmp_path: Path, lamp: Avatar) -> None:
    showcase = Showcase(tmp_path, lamp.template)
    with av.open(str(showcase.idle)) as container:
        frames = list(container.decode(video=0))
        assert not container.streams.audio
    assert len(frames) == len(lamp.template.frames)
    with av.open(str(showcase.poster)) as container:
        (poster,) = container.decode(video=0)
    assert (poster.width, poster.height) == (frames[0].width, frames[0].height) == (240, 240)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["idle.mp4", "poster.png"]
