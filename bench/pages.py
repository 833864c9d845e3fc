"""`make bench-pages`: pages and outputs as people use them, into bench/results/pages.json."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bench import outputs
from bench.alpha import measure_alpha
from bench.browser import chromiums, running_server
from bench.call import call
from bench.kiosk import recoveries
from bench.merge import RESULTS, merge, show
from bench.outputs import Figures


def alpha(_: float) -> Figures:
    """The overlay page over nothing."""
    with running_server("--avatar", "nova") as server, chromiums(None, webgl=True) as (browser,):
        page = browser.new_page()
        page.goto(f"{server.url}/overlay/?stream=main&sound=off")
        found = measure_alpha(page, "nova")
    return {
        "alpha_outside_max": found.outside_max,
        "alpha_inside_min": found.inside_min,
        "alpha_halo_mean": round(found.halo_mean, 5),
    }


def kiosk(_: float) -> Figures:
    """The server is killed and restarted three times."""
    return {"kiosk_recoveries": recoveries()}


def two_people(seconds: float) -> Figures:
    """A call between two pages."""
    found = call(seconds)
    worst: float = max(found.skew_ms, key=abs)
    return {
        "call_seconds": seconds,
        "call_fps": round(min(found.fps), 2),
        "call_skew_ms": round(worst, 1),
        "call_pieces": found.pieces,
    }


SECTIONS: dict[str, Callable[[float], Figures]] = {
    "alpha": alpha,
    "kiosk": kiosk,
    "call": two_people,
    **outputs.SECTIONS,
}


def main(
    only: Annotated[str, typer.Option(help="Sections, separated by commas.")] = ",".join(SECTIONS),
    seconds: Annotated[float, typer.Option(help="Length of the call and of the push.")] = 62.0,
    json_file: Annotated[Path, typer.Option("--json", help="Where the figures go.")] = RESULTS
    / "pages.json",
) -> None:
    """Measure, print, and put the figures beside those that are there already."""
    for name in only.split(","):
        figures = SECTIONS[name](seconds)
        show(figures)
        merge(json_file, figures)


if __name__ == "__main__":
    typer.run(main)
