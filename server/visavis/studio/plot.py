"""A score as curves: what the mouth should do, and what it did. Needs matplotlib."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from visavis.core.timeline import FPS
from visavis.studio.pictures import write_png
from visavis.studio.score import Report
from visavis.studio.takes import Take, joined

Float32 = NDArray[np.float32]
TRUE_COLOUR, MADE_COLOUR = "#8a8f98", "#c0392b"
EACH = 2  # sentences per kind
KINDS = ("known voice", "unknown voice", "unknown voice, noise at 10 dB")


def draw_score(path: Path, report: Report) -> None:
    """Openings over time, made against true openings and widths, and the mouth in silence."""
    figure = Figure(figsize=(12, 13), dpi=90, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    grid = figure.add_gridspec(3 * EACH + 2, 3)
    panels = [figure.add_subplot(grid[row, :]) for row in range(3 * EACH)]
    groups = (report.seen, report.unseen, report.noisy)
    chosen = [(k, t) for k, takes in zip(KINDS, groups, strict=True) for t in _spread(takes)]
    for panel, (kind, take) in zip(panels, chosen, strict=False):
        _curve(panel, kind, take)
    panels[0].legend(loc="upper right", frameon=False, fontsize=8)
    clouds = [figure.add_subplot(grid[-2:, column]) for column in range(3)]
    for column, (panel, name) in enumerate(zip(clouds, ("opening", "width"), strict=False)):
        _cloud(panel, name, report.unseen, column)
    _silence(clouds[2], report)
    title = f"{report.figures['id']}: held-out sentences, read off the pixels"
    figure.suptitle(title)
    canvas.draw()
    write_png(path, np.asarray(canvas.buffer_rgba())[..., :3].copy())


def _spread(takes: list[Take]) -> list[Take]:
    return [takes[i] for i in np.linspace(0, len(takes) - 1, EACH).astype(int)] if takes else []


def _curve(panel: Axes, kind: str, take: Take) -> None:
    time = np.arange(len(take.made)) / FPS
    panel.fill_between(time, take.true[:, 0], color=TRUE_COLOUR, alpha=0.35, label="true")
    panel.plot(time, take.made[:, 0], color=MADE_COLOUR, linewidth=1.2, label="from sound")
    closed = np.flatnonzero(take.sentence.closed())
    panel.plot(closed / FPS, np.full(len(closed), -1.5), "|", color="black", label="p, b, m")
    said = f"{kind} ({take.sentence.voice}): “{take.sentence.text}”"
    panel.set_title(said, fontsize=8, loc="left", pad=2)
    panel.set_ylabel("px", fontsize=8)
    panel.tick_params(labelsize=7)
    panel.margins(x=0)


def _cloud(panel: Axes, name: str, takes: list[Take], column: int) -> None:
    made, true = joined(takes)
    panel.plot(true[:, column], made[:, column], ".", color=MADE_COLOUR, markersize=2, alpha=0.5)
    low, high = float(true[:, column].min()), float(true[:, column].max())
    panel.plot([low, high], [low, high], color=TRUE_COLOUR)
    panel.set_title(f"{name}, unknown voices", fontsize=9)
    panel.set_xlabel("true, px", fontsize=8)
    panel.set_ylabel("from sound, px", fontsize=8)


def _silence(panel: Axes, report: Report) -> None:
    for name, opening in report.still.items():
        panel.plot(np.arange(len(opening)) / FPS, opening, label=name, linewidth=1)
    panel.set_title("opening while nobody speaks", fontsize=9)
    panel.set_xlabel("time, s", fontsize=8)
    panel.set_ylabel("px", fontsize=8)
    panel.legend(frameon=False, fontsize=8)
