"""Render a person: the template clips in full, and the lower face for a choice of mouths.

`python -m visavis.studio.render DIR --person nova --speech SPEECH --held-out HELD_OUT` reads the
phonemes of two speech folders and writes `template.json`, `crops.json`, `template/NNNN.webp` and
`crops/NNNN.webp` into DIR. It runs in an environment of its own, made from
`requirements-render.txt`. Stop it and start it again at will: pictures that exist are not
rendered again. Cycles takes every core it can get, so give each worker one core:

    taskset -c 0 python -m visavis.studio.render DIR ... --shard 0/2 &
    taskset -c 1 python -m visavis.studio.render DIR ... --shard 1/2 &
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from visavis.errors import StudioError, VisavisError
from visavis.studio.rig.border import Box
from visavis.studio.rig.camera import Camera
from visavis.studio.rig.character import CHARACTERS, Character
from visavis.studio.rig.cover import SHUT_SHARE
from visavis.studio.rig.head import Head, load_head
from visavis.studio.rig.meshdata import MeshData, locate_data
from visavis.studio.rig.plan import Plan, Settings, make_plan
from visavis.studio.rig.shots import Shard, Shot, owed

_SAME_PICTURES = ("person", "res", "clips", "rot_deg", "border_x0y0x1y1_bottom_up")


class Poser(Protocol):
    """The person, or what stands in for her."""

    def pose(
        self,
        weights: Mapping[str, float],
        rotation_deg: tuple[float, float, float],
        tongue_up: float,
        breath: float,
    ) -> None:
        """Take a pose; see `rig.person.Person.pose`."""


class Renderer(Protocol):
    """The scene, or what stands in for it."""

    def render(self, path: Path, samples: int, box: Box | None = None) -> None:
        """Write a picture; see `rig.scene.Scene.render`."""


def require_blender() -> None:
    """StudioError when Blender's Python module is not installed here."""
    if find_spec("bpy") is None:
        raise StudioError(
            "Blender is missing: render in an environment made from "
            "server/visavis/studio/requirements-render.txt."
        )


def write_indexes(folder: Path, scratch: Path, wanted: Plan) -> None:
    """Write `template.json` and `crops.json` by way of `scratch`.

    StudioError when the folder already holds pictures of another person, size or motion.
    """
    index = folder / "template.json"
    if index.exists():
        held = json.loads(index.read_text(encoding="utf-8"))
        if any(held.get(key) != wanted.template[key] for key in _SAME_PICTURES):
            raise StudioError(
                f"{folder} holds pictures of another person, size or motion: render into a "
                "new folder."
            )
    for name, content in (("template.json", wanted.template), ("crops.json", wanted.crops)):
        beside = scratch / name
        beside.write_text(json.dumps(content), encoding="utf-8")
        beside.replace(folder / name)


def take(shot: Shot, person: Poser, scene: Renderer, scratch: Path) -> None:
    """Render one shot beside its place, then move it there."""
    person.pose(shot.weights, shot.rotation_deg, shot.tongue_up, shot.breath)
    beside = scratch / shot.path.name
    scene.render(beside, shot.samples, shot.box)
    shot.path.parent.mkdir(exist_ok=True)
    beside.replace(shot.path)


@dataclass(frozen=True)
class Sitter:
    """Who is rendered: a look, and the head that wears it."""

    look: Character
    data: MeshData
    head: Head

    @classmethod
    def named(cls, name: str) -> "Sitter":
        """One of the characters; StudioError for another name."""
        if name not in CHARACTERS:
            raise StudioError(f"There is no {name!r}: choose from {', '.join(CHARACTERS)}.")
        data = MeshData(locate_data())
        return cls(CHARACTERS[name], data, load_head(data, CHARACTERS[name].identity))


def take_all(shots: Sequence[Shot], sitter: Sitter, resolution: int, scratch: Path) -> None:
    """Build the person once and render every shot, with a progress bar on stderr."""
    from visavis.studio.rig.person import Person
    from visavis.studio.rig.scene import Scene

    scene = Scene(resolution, Camera())
    person = Person(sitter.data, sitter.head, sitter.look)
    columns = (TextColumn("rendering"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for shot in progress.track(shots):
            if not shot.path.exists():
                take(shot, person, scene, scratch)


def render_dataset(folder: Path, settings: Settings, shard: Shard) -> int:
    """Render what one worker still owes to the data set in `folder`; returns how many pictures."""
    require_blender()
    sitter = Sitter.named(settings.person)
    wanted = make_plan(folder, sitter.head, settings)
    with TemporaryDirectory(prefix=".render-", dir=folder) as name:
        scratch = Path(name)
        write_indexes(folder, scratch, wanted)
        shots = owed(wanted.shots, shard)
        if shots:
            take_all(shots, sitter, settings.resolution, scratch)
    return len(shots)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The data set's folder.")],
    speech: Annotated[Path, typer.Option(help="Folder of speech that training mouths follow.")],
    held_out: Annotated[
        Path | None, typer.Option(help="Folder of speech kept from training.")
    ] = None,
    person: Annotated[str, typer.Option(help="Who is rendered: nova or leo.")] = "nova",
    resolution: Annotated[int, typer.Option(min=64, help="Picture side, pixels.")] = 640,
    template_samples: Annotated[int, typer.Option(min=1, help="Per pixel of a template.")] = 8,
    crop_samples: Annotated[int, typer.Option(min=1, help="Per pixel of a crop.")] = 8,
    truth_samples: Annotated[int, typer.Option(min=1, help="Per pixel held out.")] = 16,
    train: Annotated[int, typer.Option(min=0, help="Crops to learn from.")] = 650,
    truth: Annotated[int, typer.Option(min=0, help="Single held-out crops.")] = 60,
    shut: Annotated[
        float, typer.Option(min=0, max=1, help="Share of crops to learn from with shut lips.")
    ] = SHUT_SHARE,
    further: Annotated[
        bool, typer.Option(help="Crops to learn from alone, for a finished avatar.")
    ] = False,
    shard: Annotated[str, typer.Option(metavar="I/N", help="Worker I of N.")] = "0/1",
) -> None:
    """Render the template and the lower-face crops of one person."""
    samples = (template_samples, crop_samples, truth_samples)
    settings = Settings(person, resolution, *samples, train, truth, speech, held_out, shut)
    if further == (held_out is not None):
        raise typer.BadParameter(
            "Name the speech kept from training with --held-out, or --further."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        count = render_dataset(folder, settings, Shard.parse(shard))
    except VisavisError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{count} pictures rendered into {folder}.", err=True)


if __name__ == "__main__":
    app()
