"""A score as a viewer reads it: the table with its aims, and the files beside it."""

import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from visavis.avatars import Avatar
from visavis.studio.heldout import default_folder
from visavis.studio.pictures import write_bytes
from visavis.studio.score import Examiner, Progress, Report
from visavis.studio.side_by_side import write_film
from visavis.studio.takes import Figures


@dataclass(frozen=True)
class ScoreJob:
    """What to score with, and where the files go; None: the checkout's set, and no file."""

    heldout: Path | None = None
    folder: Path | None = None
    json_path: Path | None = None
    quick: bool = False


@dataclass(frozen=True)
class Aim:
    """A figure and what it should reach: a least or a greatest value."""

    key: str
    text: str
    least: float | None = None
    greatest: float | None = None

    def met(self, value: float) -> bool:
        """Whether a value reaches the aim."""
        return (self.least is None or value >= self.least) and (
            self.greatest is None or value <= self.greatest
        )

    @property
    def bound(self) -> str:
        """The aim in words."""
        if self.least is not None and self.least == self.greatest:
            return f"{self.least:g}"
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.greatest:g}"


AIMS = (
    Aim("opening_r_seen", "mouth opening, known voices, r", 0.95),
    Aim("opening_r_unseen", "mouth opening, unknown voices, r", 0.90),
    Aim("opening_r_noise20", "the same in noise at 20 dB, r", 0.80),
    Aim("opening_r_noise10", "the same in noise at 10 dB, r", 0.80),
    Aim("width_r_unseen", "mouth width, unknown voices, r", 0.85),
    Aim("lag_frames", "best lag, frames", 0, 0),
    Aim("closure_recall", "lips shut on p, b, m", 0.95),
    Aim("closure_recall_human", "the same, human recordings", 0.85),
    Aim("closure_false_rate", "lips shut where they should be open", None, 0.05),
    Aim("silence_motion_ratio", "motion in silence over speech", None, 0.02),
    Aim("psnr_db", "painted against path-traced, dB", 34),
    Aim("ssim", "the same, structural similarity", 0.97),
    Aim("border_ratio", "step across the painted border", None, 1.1),
    Aim("jitter_px", "jitter of static points, px", None, 0.3),
    Aim("gmac", "generator, GMAC a spoken frame", None, 0.4),
    Aim("bundle_mb", "bundle, MB", None, 25),
    Aim("right_context_ms", "audio needed ahead, ms", None, 120),
)


def run_score(avatar: Avatar, job: ScoreJob, progress: Progress) -> tuple[Table, list[str]]:
    """Measure and write; returns the table, and what there is to tell about the files.

    Raises `StudioError`, `MediaError` and `GeneratorError`.
    """
    began = time.monotonic()
    examiner = Examiner(avatar, job.heldout or default_folder(), job.quick, progress)
    report = examiner.report()
    if job.json_path:
        spent: Figures = {
            "machine": machine(),
            "minutes": round((time.monotonic() - began) / 60, 1),
        }
        write_json(job.json_path, report.figures | spent)
    notes = list(write_pictures(job.folder, examiner, report)) if job.folder else []
    return table(report.figures), notes


def machine() -> str:
    """What the score ran on, in one line."""
    return f"{platform.machine()}, {os.cpu_count()} cores, {platform.platform(terse=True)}"


def table(figures: Figures) -> Table:
    """The figures that have an aim."""
    shown = Table("figure", "value", "aim", "", box=None, pad_edge=False)
    for aim in AIMS:
        value = figures.get(aim.key)
        if isinstance(value, int | float):
            mark = "ok" if aim.met(value) else "missed"
            shown.add_row(aim.text, f"{value:.4g}", aim.bound, mark)
        else:
            shown.add_row(aim.text, "–", aim.bound, "not measured")
    return shown


def write_json(path: Path, figures: Figures) -> None:
    """The figures, flat."""
    write_bytes(path, (json.dumps(figures, indent=2) + "\n").encode())


def write_pictures(folder: Path, examiner: Examiner, report: Report) -> Iterator[str]:
    """Write plot, contact sheet and film; a sentence for each that could not be made.

    Raises `MediaError` if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = examiner.avatar.bundle.id
    for draw in _drawings():
        draw(folder, name, examiner, report)
    if not _drawings():
        yield "Plot and contact sheet need matplotlib: pip install 'visavis[studio]'."
    film = folder / f"{name}_side_by_side.mp4"
    player, truth = examiner.watcher.player, examiner.truth
    if not write_film(film, player, truth, examiner.folder, examiner.sounds):
        yield "The held-out set has no rendered sentence to put beside the avatar."


def _drawings() -> list[Callable[[Path, str, Examiner, Report], None]]:
    try:
        from visavis.studio.people_sheet import draw_people
        from visavis.studio.plot import draw_score
    except ImportError:
        return []

    def both(folder: Path, name: str, examiner: Examiner, report: Report) -> None:
        draw_score(folder / f"{name}_score.png", report)
        draw_people(folder / f"{name}_people.png", examiner)

    return [both]
