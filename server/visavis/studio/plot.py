"""Curves as pictures."""

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from visavis.core.timeline import FPS
from visavis.studio.heldout import HeldOut
from visavis.studio.pictures import write_png

Float32 = NDArray[np.float32]
TRUE_COLOUR, MADE_COLOUR = "#8a8f98", "#c0392b"


def draw_openings(
    path: Path, clips: list[HeldOut], curves: list[Float32], correlation: float
) -> None:
    """Rendered and generated mouth opening over time, one panel per sentence."""
    figure = Figure(figsize=(10, 2.3 * len(clips)), dpi=110, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    panels = np.atleast_1d(figure.subplots(len(clips), 1))
    for panel, clip, made in zip(panels, clips, curves, strict=True):
        true = clip.opening[: len(made)]
        time = np.arange(len(made)) / FPS
        panel.fill_between(time, true, color=TRUE_COLOUR, alpha=0.35, label="rendered")
        panel.plot(time, made, color=MADE_COLOUR, label="from sound")
        panel.set_title(f"“{clip.text}” ({clip.voice})", fontsize=9, loc="left")
        panel.set_ylabel("opening, px")
        panel.margins(x=0)
    panels[0].legend(loc="upper right", frameon=False)
    panels[-1].set_xlabel("time, s")
    figure.suptitle(f"Mouth opening on sentences never learnt, r = {correlation:.3f}")
    canvas.draw()
    write_png(path, np.asarray(canvas.buffer_rgba())[..., :3].copy())
