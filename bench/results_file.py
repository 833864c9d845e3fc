"""A flat file of figures that several benchmarks share: each puts in its own and keeps the rest."""

import json
from pathlib import Path

from bench import machine

RESULTS = Path(__file__).parent / "results"
Figures = dict[str, float | int | str]


def merge(path: Path, figures: Figures) -> None:
    """Print figures and put them beside those that are in the file already."""
    known: Figures = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for key, value in figures.items():
        print(f"{key:24} {value}")
    known |= figures
    known["machine"] = machine.describe()
    part = path.with_suffix(".part")
    part.write_text(json.dumps(known, indent=2) + "\n", "utf-8")
    part.replace(path)
