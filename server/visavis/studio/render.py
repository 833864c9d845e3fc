"""Render a data set: the idle loop in full, and the lower face for every frame of speech.

`python -m visavis.studio.render DIR` reads `DIR/speech/meta.json` and writes `template.json`,
`frames.json`, `template/NNNN.webp` and `crops/CC_KKKK.webp` into DIR. It runs in an environment
of its own, made from `requirements-render.txt`. Stop it and start it again at will: pictures
that exist are not rendered again. A crop costs seconds and Cycles takes every core it can get,
so give each worker one core:

    taskset -c 0 python -m visavis.studio.render DIR --shard 0/2 &
    taskset -c 1 python -m visavis.studio.render DIR --shard 1/2 &
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from visavis.core.timeline import FPS
from visavis.errors import StudioError, VisavisError
from visavis.studio.rig.border import Border, Box
from visavis.studio.rig.camera import Camera
from visavis.studio.rig.clip import ClipEntry, load_clips, paired_with_loop
from visavis.studio.rig.head import Head, load_head
from visavis.studio.rig.meshdata import MeshData, locate_data
from visavis.studio.rig.motion import IdleLoop, idle_loop
from visavis.studio.rig.shots import Shard, Shot, crop_shots, owed, template_shots

_SAME_PICTURES = ("res", "loop", "border_x0y0x1y1_bottom_up")


class Poser(Protocol):
    """The person, or what stands in for her."""

    def pose(
        self,
        weights: Mapping[str, float],
        rotation_deg: tuple[float, float, float],
        tongue_up: float,
    ) -> None:
        """Take a pose; see `rig.person.Person.pose`."""


class Renderer(Protocol):
    """The scene, or what stands in for it."""

    def render(self, path: Path, samples: int, box: Box | None = None) -> None:
        """Write a picture; see `rig.scene.Scene.render`."""


@dataclass(frozen=True)
class Settings:
    """Picture side in pixels, Cycles samples per pixel, and how many crops are wanted at most."""

    resolution: int = 448
    template_samples: int = 8
    crop_samples: int = 4
    limit: int | None = None


@dataclass(frozen=True)
class Plan:
    """A whole data set: its two indexes and every picture, the loop first."""

    template: dict[str, Any]
    clips: list[ClipEntry]
    shots: list[Shot]


def require_blender() -> None:
    """StudioError when Blender's Python module is not installed here."""
    if find_spec("bpy") is None:
        raise StudioError(
            "Blender is missing: render in an environment made from "
            "server/visavis/studio/requirements-render.txt."
        )


def template_entry(loop: IdleLoop, boxes: Sequence[Box], resolution: int) -> dict[str, Any]:
    """What `template.json` says: the loop's motion, and its lower-face boxes (y from the
    bottom)."""
    return {
        "res": resolution,
        "loop": len(loop.blink),
        "fps": FPS,
        "rot_deg": loop.rotation_deg.tolist(),
        "blink": loop.blink.tolist(),
        "border_x0y0x1y1_bottom_up": [list(box) for box in boxes],
    }


def plan(folder: Path, head: Head, settings: Settings) -> Plan:
    """What a data set in `folder` needs; reads `speech/meta.json`."""
    loop = idle_loop(fps=FPS)
    border = Border(head, Camera())
    boxes = [border.box(rotation, settings.resolution) for rotation in loop.rotation_deg]
    clips = paired_with_loop(load_clips(folder / "speech" / "meta.json"), len(boxes))
    crops = crop_shots(folder, clips, loop, boxes, settings.crop_samples)
    shots = template_shots(folder, loop, settings.template_samples)
    shots += islice(crops, settings.limit)
    return Plan(template_entry(loop, boxes, settings.resolution), clips, shots)


def write_indexes(folder: Path, scratch: Path, wanted: Plan) -> None:
    """Write `template.json` and `frames.json` by way of `scratch`.

    StudioError when the folder already holds pictures of another size or motion.
    """
    index = folder / "template.json"
    if index.exists():
        held = json.loads(index.read_text(encoding="utf-8"))
        if any(held.get(key) != wanted.template[key] for key in _SAME_PICTURES):
            raise StudioError(
                f"{folder} holds pictures of another size or motion: render into a new folder."
            )
    for name, content in (("template.json", wanted.template), ("frames.json", wanted.clips)):
        beside = scratch / name
        beside.write_text(json.dumps(content), encoding="utf-8")
        beside.replace(folder / name)


def take(shot: Shot, person: Poser, scene: Renderer, scratch: Path) -> None:
    """Render one shot beside its place, then move it there."""
    person.pose(shot.weights, shot.rotation_deg, shot.tongue_up)
    beside = scratch / shot.path.name
    scene.render(beside, shot.samples, shot.box)
    shot.path.parent.mkdir(exist_ok=True)
    beside.replace(shot.path)


def take_all(
    shots: Sequence[Shot], data: MeshData, head: Head, resolution: int, scratch: Path
) -> None:
    """Build the person once and render every shot, with a progress bar on stderr."""
    from visavis.studio.rig.person import Person
    from visavis.studio.rig.scene import Scene

    scene = Scene(resolution, Camera())
    person = Person(data, head)
    columns = (TextColumn("rendering"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for shot in progress.track(shots):
            take(shot, person, scene, scratch)


def render_dataset(folder: Path, settings: Settings, shard: Shard) -> int:
    """Render what one worker still owes to the data set in `folder`; returns how many pictures."""
    require_blender()
    data = MeshData(locate_data())
    head = load_head(data)
    wanted = plan(folder, head, settings)
    with TemporaryDirectory(prefix=".render-", dir=folder) as name:
        scratch = Path(name)
        write_indexes(folder, scratch, wanted)
        shots = owed(wanted.shots, shard)
        if shots:
            take_all(shots, data, head, settings.resolution, scratch)
    return len(shots)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The data set's folder.")],
    resolution: Annotated[int, typer.Option(min=64, help="Picture side, pixels.")] = 448,
    template_samples: Annotated[int, typer.Option(min=1, help="Per pixel of the loop.")] = 8,
    crop_samples: Annotated[int, typer.Option(min=1, help="Per pixel of a crop.")] = 4,
    limit: Annotated[int | None, typer.Option(min=0, help="At most so many crops.")] = None,
    shard: Annotated[str, typer.Option(metavar="I/N", help="Worker I of N.")] = "0/1",
) -> None:
    """Render the idle loop and the lower-face crops of a data set."""
    settings = Settings(resolution, template_samples, crop_samples, limit)
    try:
        count = render_dataset(folder, settings, Shard.parse(shard))
    except VisavisError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{count} pictures rendered into {folder}.", err=True)


if __name__ == "__main__":
    app()
