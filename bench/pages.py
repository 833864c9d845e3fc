"""`make bench-pages`: pages and outputs as people use them, into bench/results/pages.json."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bench import machine
from bench.alpha import measure_alpha
from bench.browser import chromiums, running_server
from bench.call import call
from bench.kiosk import recoveries

RESULTS = Path(__file__).parent / "results" / "pages.json"
Figures = dict[str, float | int | str]


def alpha(_: float) -> Figures:
    """The overlay page over nothing."""
    with running_server("--avatar", "nova") as server, chromiums(None, webgl=True) as (browser,):
        page = browser.new_page()
        page.goto(f"{server.url}/overlay/?mic=1&sound=off")
        found = measure_alpha(page, "nova")
    return {
        "alpha_outside_max": found.outside_max,
        "alpha_inside_min": found.inside_min,
        "alpha_halo_mean": round(found.halo_mean, 6),
    }


def kiosk(_: float) -> Figures:
    """The server is killed and restarted three times."""
    return {"kiosk_recoveries": recoveries()}


def two_people(seconds: float) -> Figures:
    """A call between two pages."""
    found = call(seconds)
    worst = max(found.skew_ms, key=abs)
    return {
        "call_seconds": seconds,
        "call_fps": round(min(found.fps), 2),
        "call_skew_ms": round(worst, 1),
    }


SECTIONS: dict[str, Callable[[float], Figures]] = {
    "alpha": alpha,
    "kiosk": kiosk,
    "call": two_people,
}


def main(
    only: Annotated[str, typer.Option(help="Sections, separated by commas.")] = ",".join(SECTIONS),
    seconds: Annotated[float, typer.Option(help="Length of the call.")] = 60.0,
    json_file: Annotated[Path, typer.Option("--json", help="Where the figures go.")] = RESULTS,
) -> None:
    """Measure, print, and put the figures beside those that are there already."""
    figures: Figures = json.loads(json_file.read_text("utf-8")) if json_file.exists() else {}
    for name in only.split(","):
        for key, value in SECTIONS[name](seconds).items():
            print(f"{key:24} {value}")
            figures[key] = value
    figures["machine"] = machine.describe()
    part = json_file.with_suffix(".part")
    part.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    part.replace(json_file)


if __name__ == "__main__":
    typer.run(main)
