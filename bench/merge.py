"""Results as one flat JSON file that several benchmarks fill, each its own keys."""

import json
from collections.abc import Mapping
from pathlib import Path

from bench.machine import describe

RESULTS = Path(__file__).parent / "results"
LIVE = RESULTS / "live.json"


def merge(path: Path, figures: Mapping[str, object]) -> None:
    """Put figures into a file and leave what else is in it; written beside, then renamed."""
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    merged = {**known, "machine": describe(), **rounded(figures)}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(merged, indent=2) + "\n", "utf-8")
    part.replace(path)


def rounded(figures: Mapping[str, object]) -> dict[str, object]:
    """Floats to four places."""
    return {key: round(v, 4) if isinstance(v, float) else v for key, v in figures.items()}


def show(figures: Mapping[str, object]) -> None:
    """Print a table of figures."""
    width = max(map(len, figures))
    for key, value in rounded(figures).items():
        print(f"{key:<{width}}  {value}", flush=True)
