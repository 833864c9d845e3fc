"""What right context is worth: `python -m visavis.studio.contexts`.

The same gentle lessons, steps and beginning for every distance that the listener may hear ahead;
the marks are those of the held-out speech, from articulation, without a gate.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from visavis.studio import school
from visavis.studio.corpus import MEL, WINDOWS, Spoken, load_corpus
from visavis.studio.lesson import Pupil, Schooling, report
from visavis.studio.pictures import write_bytes
from visavis.studio.school import Classroom

OFFSETS = (-12, -8, -5, -4, 0)  # of a window's first mel frame: 10 ms further each
FIGURES = ("opening_r", "width_r", "closure_recall", "false_closure")
SIZE, SEED = 12, 2


def ahead_ms(offset: int) -> int:
    """Milliseconds of sound that a video frame waits for."""
    samples = replace(WINDOWS, offset=offset).look_ahead_samples(MEL)
    return round(1000 * samples / MEL.sample_rate)


def row_of(
    room: Classroom, path: Path, start: Path, steps: int, held_out: Sequence[Spoken]
) -> dict[str, Any]:
    """Teach from `start` on, or go on where `path` has got to, and examine."""
    schooling = Schooling(steps, SIZE, school.GENTLE_RATE, steps, SEED)
    pupil = Pupil.fresh(schooling.rate, SEED, room.bank.device)
    if path.exists():
        pupil.resume(path)
    else:
        pupil.begin_with(start)
    listener = school.teach(pupil, room, schooling, [], path)
    marks = report(listener, held_out, replace(WINDOWS, offset=room.offset))
    row: dict[str, Any] = {"right_context_ms": ahead_ms(room.offset), "steps": steps}
    for group in ("seen", "unseen", "unseen 10 dB"):
        found = asdict(marks[group])
        name = group.replace(" dB", "").replace("unseen 10", "noise10")
        row |= {f"{figure}_{name}": round(found[figure], 4) for figure in FIGURES}
    return row


def main(
    folder: Annotated[Path, typer.Argument(help="work folder, a subfolder per context")],
    corpus: Annotated[list[Path], typer.Option(help="speech corpus; may be given again")],
    held_out: Annotated[list[Path], typer.Option(help="speech corpus never trained on")],
    out: Annotated[Path, typer.Option("--json", help="table to write")],
    start: Annotated[Path, typer.Option(help="listener.pt to begin with")],
    steps: Annotated[int, typer.Option(help="for every context")] = 1500,
) -> None:
    """Teach a listener for every context and write the table."""
    room = school.classroom([clip for path in corpus for clip in load_corpus(path)], gentle=True)
    unseen = [clip for path in held_out for clip in load_corpus(path)]
    table: list[dict[str, Any]] = []
    for offset in OFFSETS:
        path = folder / f"offset{offset}" / "listener.pt"
        table.append(row_of(replace(room, offset=offset), path, start, steps, unseen))
        typer.echo(table[-1])
        write_bytes(out, (json.dumps(table, indent=1) + "\n").encode())


if __name__ == "__main__":
    typer.run(main)
