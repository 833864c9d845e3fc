"""What the page shows before anyone connects: a poster and the idle clip as a small MP4."""

import threading
from collections.abc import Callable
from pathlib import Path

from visavis.core.compositor import Frame
from visavis.core.template import Template
from visavis.media.mp4 import Mp4Writer
from visavis.media.png import cut_out_png_bytes, write_png, write_whole


class Showcase:
    """Makes its files once, in a folder that the caller owns: the poster at once, the rest when it
    is first asked for."""

    def __init__(self, folder: Path, template: Template) -> None:
        self.poster = folder / "poster.png"
        self._cut_out = folder / "cut_out.png"
        self._film = folder / "idle.mp4"
        self._template = template
        self._making = threading.Lock()
        write_png(self.poster, template.idle(0))

    def cut_out(self, first: Callable[[], Frame]) -> Path:
        """The poster without its background, of the stacked frame that `first` brings."""
        with self._making:
            if not self._cut_out.exists():
                write_whole(self._cut_out, cut_out_png_bytes(first()))
        return self._cut_out

    def film(self, stopped: Callable[[], bool] = lambda: False) -> Path:
        """The idle clip, once round; takes seconds the first time. Raises `InterruptedError` if
        `stopped` says so meanwhile."""
        with self._making:
            if not self._film.exists():
                self._make_film(stopped)
        return self._film

    def _make_film(self, stopped: Callable[[], bool]) -> None:
        template = self._template
        height, width = template.idle(0).shape[0] * 2 // 3, template.idle(0).shape[1]
        with Mp4Writer(self._film, width, height, sound=False) as movie:
            for frame in range(template.repertoire.idle.period):
                if stopped():
                    raise InterruptedError
                movie.write_frame(template.idle(template.index(frame)))
