"""`make bench-engine`: every figure of the engine in one run: a table, JSON and plots.

Machines are shared and noisy: compare figures of one run, not of two. `--only` runs some of the
parts and keeps the others' figures; `faults` goes by the capacity that `live` has found last.
"""

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import written
from bench.engine_parts import PARTS, Bench
from bench.machine import describe
from visavis import avatars
from visavis.engine.config import EngineConfig

RESULTS = Path(__file__).parent / "results" / "engine.json"
TARGETS: dict[str, tuple[str, float]] = {
    "synctalk_fps": ("≥", 60),
    "synctalk_ratio": ("≥", 3),
    "synctalk_exact_ratio": ("≥", 1.6),
    "streaming_fps": ("≥", 400),
    "render_ratio": ("≥", 5),
    "talking_streams": ("≥", 12),
    "idle_streams_per_core": ("≥", 15),
    "composite_720p_ms": ("≤", 0.5),
    "rss_per_session_mb": ("≤", 50),
    "frame_allocs": ("≤", 0),
    "fp32_max_level": ("≤", 1),
    "lowp_mean_level": ("≤", 0.3),
    "lowp_max_level": ("≤", 6),
    "start_ready_s": ("≤", 3),
    "overload_latency_ms": ("≤", 40),
    "overload_audio_lost_ms": ("≤", 0),
    "overload_back_s": ("≤", 5),
    "session_kill_freeze_ms": ("≤", 200),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--avatar", default="nova")
    parser.add_argument("--provider", default="auto", help="auto, or such as cpu or cuda")
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    sys.setswitchinterval(0.0005)  # as the server does
    avatar = avatars.load(avatars.resolve(arguments.avatar), EngineConfig(arguments.provider))
    avatar.prepare_rest(lambda: False)
    figures = _known(arguments.out) | {"machine": describe(), "avatar": avatar.bundle.id}
    bench = Bench(avatar, arguments.provider, dict(figures))
    for part in arguments.only:
        figures |= _timed(part, PARTS[part], bench)
        _write(arguments.out, figures)
    _show(figures)
    if arguments.out == RESULTS and {"live", "compatible"} & set(arguments.only):
        from bench.plots import draw

        draw(figures)
    if arguments.out == RESULTS:
        written.write(figures)


def _timed(
    name: str, part: "Callable[[Bench], dict[str, float | str]]", bench: Bench
) -> dict[str, float | str]:
    console, start = Console(stderr=True), time.perf_counter()
    console.print(f"{name} …")
    figures = part(bench)
    console.print(f"{name}: {time.perf_counter() - start:.0f} s")
    return figures


def _known(path: Path) -> dict[str, float | str]:
    known: dict[str, float | str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return known


def _write(path: Path, figures: dict[str, float | str]) -> None:
    rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in figures.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(rounded, indent=2, ensure_ascii=False) + "\n", "utf-8")
    part.replace(path)


def _show(figures: dict[str, float | str]) -> None:
    table = Table("figure", "value", "target", "met", box=None)
    for name, value in figures.items():
        text = f"{value:.4g}" if isinstance(value, float | int) else value
        sign, target = TARGETS.get(name, ("", 0.0))
        met = ""
        if sign and isinstance(value, float | int):
            met = "yes" if (value >= target if sign == "≥" else value <= target) else "NO"
        table.add_row(name, text, f"{sign} {target:g}" if sign else "", met)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
