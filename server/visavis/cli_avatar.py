"""The commands `visavis avatar …`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from visavis import avatars
from visavis.cli_engine import avatar_prepare
from visavis.cli_output import FrameBar, out, progress_bar
from visavis.errors import VisavisError

avatar_app = typer.Typer(help="The installed avatars.", no_args_is_help=True)
avatar_app.command("prepare")(avatar_prepare)


@avatar_app.command("list")
def avatar_list() -> None:
    """List the installed avatars."""
    table = Table("id", "name", "size", "licence", "description", box=None, pad_edge=False)
    for name in avatars.installed():
        try:
            bundle = avatars.find(name)
        except VisavisError as error:
            table.add_row(name, "–", "–", "–", str(error))
            continue
        size = f"{bundle.width}×{bundle.height}"
        table.add_row(bundle.id, bundle.name, size, bundle.licence, bundle.description)
    out.print(table)


@avatar_app.command("info")
def avatar_info(avatar: Annotated[str, typer.Argument(help="Id or folder.")]) -> None:
    """Tell what a bundle holds and how far its audio must run ahead."""
    bundle = avatars.resolve(avatar)
    ahead = 1000 * bundle.window.look_ahead_samples(bundle.mel) / bundle.mel.sample_rate
    clips = (f"{name} ({clip.course().period / 25:g} s)" for name, clip in bundle.clips.items())
    rows = {
        "id": bundle.id,
        "name": bundle.name,
        "licence": bundle.licence,
        "frame": f"{bundle.width}×{bundle.height}, 25 FPS",
        "clips": ", ".join(clips),
        "mouth": f"{bundle.roi_size}×{bundle.roi_size}",
        "look-ahead": f"{ahead:.0f} ms beyond the frame",
        "bundle": f"{bundle.size_bytes / 1e6:.1f} MB in {bundle.folder}",
    }
    for label, text in (rows | {key: str(value) for key, value in bundle.card.items()}).items():
        out.print(f"{label:<12} {text}", soft_wrap=True)


@avatar_app.command("check")
def avatar_check(avatar: Annotated[str, typer.Argument(help="Id or folder.")]) -> None:
    """Check hashes, shapes and sizes, and run the generator once."""
    loaded = avatars.load(avatars.resolve(avatar))
    loaded.check()
    out.print(f"{loaded.bundle.id} is whole: {loaded.bundle.size_bytes / 1e6:.1f} MB")


@avatar_app.command("score")
def avatar_score(
    avatar: Annotated[str, typer.Argument(help="Id or folder.")],
    heldout: Annotated[
        Path | None, typer.Option(help="Held-out set; default: that of the checkout.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--out", help="Folder for plot, contact sheet and film.")
    ] = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="File for the figures.")] = None,
    quick: Annotated[bool, typer.Option(help="A third of the sentences.")] = False,
) -> None:
    """Measure on sentences never learnt how well an avatar speaks."""
    from visavis.studio.score_report import ScoreJob, run_score

    loaded = avatars.load(avatars.resolve(avatar))
    with progress_bar() as progress:
        job = ScoreJob(heldout, output, json_path, quick)
        shown, notes = run_score(loaded, job, FrameBar(progress, loaded.bundle.name))
    out.print(shown)
    for note in notes:
        out.print(note, soft_wrap=True)
