"""What right context is worth: `python -m visavis.studio.contexts`.

The same lessons, steps and beginning for every distance that the listener may hear ahead; the marks
are those of the held-out speech, from articulation, without a gate.
"""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from visavis.studio.corpus import MEL, WINDOWS, load_corpus
from visavis.studio.pictures import write_bytes
from visavis.studio.stretches import Library
from visavis.studio.train_articulation import Schooling, report, train

OFFSETS = (-12, -8, -5, -4, 0)  # of a window's first mel frame: 10 ms further each
FIGURES = ("opening_r", "width_r", "closure_recall", "false_closure")


def ahead_ms(offset: int) -> int:
    """Milliseconds of sound that a video frame waits for."""
    samples = replace(WINDOWS, offset=offset).look_ahead_samples(MEL)
    return round(1000 * samples / MEL.sample_rate)


def main(
    folder: Annotated[Path, typer.Argument(help="work folder, a subfolder per context")],
    stretches: Annotated[Path, typer.Option(help="folder of stretches")],
    held_out: Annotated[list[Path], typer.Option(help="speech corpus never trained on")],
    out: Annotated[Path, typer.Option("--json", help="table to write")],
    start: Annotated[Path | None, typer.Option(help="listener.pt to begin with")] = None,
    steps: Annotated[int, typer.Option(help="for every context")] = 1500,
) -> None:
    """Train a listener for every context and write the table."""
    torch.set_num_threads(1)
    library = Library(stretches)
    unseen = [clip for path in held_out for clip in load_corpus(path)]
    schooling = Schooling(steps, log_every=steps)
    table: list[dict[str, Any]] = []
    for offset in OFFSETS:
        listener = train(library, [], folder / f"offset{offset}", schooling, offset, start)
        marks = report(listener, unseen, replace(WINDOWS, offset=offset))
        row: dict[str, Any] = {"right_context_ms": ahead_ms(offset), "steps": steps}
        for group in ("seen", "unseen", "unseen 10 dB"):
            found = asdict(marks[group])
            name = group.replace(" dB", "").replace("unseen 10", "noise10")
            row |= {f"{figure}_{name}": round(found[figure], 4) for figure in FIGURES}
        table.append(row)
        typer.echo(row)
        write_bytes(out, (json.dumps(table, indent=1) + "\n").encode())


if __name__ == "__main__":
    typer.run(main)
