"""The engine's figures as pictures for the docs: `python -m bench.plots`."""

import json
from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "engine.json"
PICTURES = HERE.parent / "docs" / "pictures"
Figures = Mapping[str, float | str]
_DEADLINE_MS = 40


def draw(figures: Figures, folder: Path = PICTURES) -> None:
    """Write `engine_generators.png` and `engine_streams.png`."""
    _generators(figures, folder / "engine_generators.png")
    _streams(figures, folder / "engine_streams.png")


def _generators(figures: Figures, path: Path) -> None:
    figure, axes = pyplot.subplots(1, 2, figsize=(11, 3.6))
    titles = {"synctalk": "SyncTalk_2D class, 320 px", "own": "Nova's own"}
    for axis, (prefix, title) in zip(axes, titles.items(), strict=True):
        rows = _starting(figures, f"{prefix}: ")
        axis.barh(list(rows), list(rows.values()), color="#3b6ea5")
        axis.invert_yaxis()
        axis.set_title(f"{title}, frames a second")
        axis.bar_label(axis.containers[0], fmt="%.0f", padding=3)
        axis.margins(x=0.15)
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def _streams(figures: Figures, path: Path) -> None:
    ticks = {int(name): ms for name, ms in _starting(figures, "tick_p99_ms_").items()}
    if not ticks:
        return
    kept = {int(name): share for name, share in _starting(figures, "mouths_kept_").items()}
    figure, axis = pyplot.subplots(figsize=(7, 3.6))
    axis.plot(list(ticks), list(ticks.values()), "o-", color="#3b6ea5", label="p99 of the tick, ms")
    axis.axhline(_DEADLINE_MS, color="#a53b3b", linewidth=1, label="a frame's time")
    axis.set_xlabel("talking streams")
    axis.set_ylim(bottom=0)
    other = axis.twinx()
    other.plot(list(kept), [100 * share for share in kept.values()], "s--", color="#888888")
    other.set_ylabel("mouths made in time, % (dashed)")
    other.set_ylim(0, 102)
    axis.legend(loc="lower right", frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def _starting(figures: Figures, prefix: str) -> dict[str, float]:
    return {
        name.removeprefix(prefix): float(value)
        for name, value in figures.items()
        if name.startswith(prefix)
    }


if __name__ == "__main__":
    draw(json.loads(RESULTS.read_text("utf-8")))
