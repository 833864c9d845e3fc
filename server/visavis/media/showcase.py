"""What the page shows before anyone connects: a poster and the idle loop as a small MP4."""

from pathlib import Path

from visavis.core.template import Template
from visavis.media.mp4 import Mp4Writer
from visavis.media.png import write_png


class Showcase:
    """Makes both files once, in a folder that the caller owns."""

    def __init__(self, folder: Path, template: Template) -> None:
        self.poster = folder / "poster.png"
        self.idle = folder / "idle.mp4"
        write_png(self.poster, template.idle(0))
        height, width = template.idle(0).shape[0] * 2 // 3, template.idle(0).shape[1]
        with Mp4Writer(self.idle, width, height, sound=False) as movie:
            for frame in range(template.repertoire.idle.period):
                movie.write_frame(template.idle(template.index(frame)))
