"""A contact sheet of an avatar: at rest, in twelve visemes, in its gestures.

A viseme is shown twice: as it is painted, where the painter can be told an articulation, and as it
is heard, by the held-out frame whose true articulation is nearest to it, painted from the sound
alone. Needs matplotlib.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import Frame, planes
from visavis.studio.bypass import open_told
from visavis.studio.heldout import Sentence
from visavis.studio.pictures import write_png
from visavis.studio.player import Player
from visavis.studio.score import Examiner
from visavis.studio.visemes import VISEMES

Float32 = NDArray[np.float32]
Tile = tuple[str, Frame]
SHOWN = ("PP", "FF", "TH", "DD", "nn", "CH", "SS", "RR", "aa", "E", "oh", "ou")
COLUMNS = 6
INCHES, DPI = 4.0, 100
MARGIN_FRAMES = 6  # frames at both ends of a sentence that are not chosen


def truest(sentences: list[Sentence]) -> dict[str, tuple[Sentence, int]]:
    """For each viseme the sentence and frame whose articulation is nearest to it."""
    inner = slice(MARGIN_FRAMES, -MARGIN_FRAMES)
    said = [(s, s.articulation()[inner]) for s in sentences if s.frames > 3 * MARGIN_FRAMES]
    found = {}
    for name in SHOWN:
        away = [np.abs(weights - shape(name)).sum(1) for _, weights in said]
        best = int(np.argmin([distance.min() for distance in away]))
        found[name] = (said[best][0], MARGIN_FRAMES + int(away[best].argmin()))
    return found


def tiles(examiner: Examiner) -> Iterator[Tile]:
    """Rest, gestures, visemes."""
    player = examiner.watcher.player
    yield "at rest", player.resting(player.avatar.template.index(0))
    yield from gestures(player)
    yield from painted(player)
    for name, (sentence, frame) in truest(examiner.sentences).items():
        path, pcm = examiner.heard(sentence)
        yield f"{name}, from sound", next(islice(player.speak(pcm, path), frame, None))


def painted(player: Player) -> Iterator[Tile]:
    """Every viseme at full strength; none if the generator cannot be told."""
    template = player.avatar.template
    index, teller = template.index(0), open_told(player.avatar)
    if teller:
        for name in SHOWN:
            made = teller.generate(template.roi(index), shape(name))
            yield name, template.speaking(index, made, 1.0)


def shape(viseme: str) -> Float32:
    """A viseme as an articulation [19]."""
    form = VISEMES[viseme]
    return np.append(form.vector(), form.gain * form.tongue_up).astype(np.float32)


def gestures(player: Player) -> Iterator[Tile]:
    """Every gesture at its farthest."""
    for name, course in player.avatar.template.repertoire.gestures.items():
        last = course.count - 1 if course.there_and_back else course.count // 2
        yield name, player.resting(course.first + last)


def draw_people(path: Path, examiner: Examiner) -> None:
    """Write the sheet as PNG."""
    chosen = list(tiles(examiner))
    rows = -(-len(chosen) // COLUMNS)
    figure = Figure(figsize=(COLUMNS * INCHES, rows * (INCHES + 0.25)), dpi=DPI, layout="tight")
    canvas = FigureCanvasAgg(figure)
    for panel in figure.subplots(rows, COLUMNS).ravel():
        panel.set_axis_off()
    for panel, (name, frame) in zip(figure.axes, chosen, strict=False):
        panel.imshow(planes_to_rgb(planes(frame)).transpose(1, 2, 0), interpolation="lanczos")
        panel.set_title(name, fontsize=12, pad=3)
    canvas.draw()
    write_png(path, np.asarray(canvas.buffer_rgba())[..., :3].copy())
