"""The command `visavis`. Every failure is one line on stderr and exit status 2."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from visavis import __version__, avatars
from visavis.cli_options import AvatarName, Sessions, log_to_stderr
from visavis.cli_serve import serve
from visavis.engine.models import GeneratorError
from visavis.errors import VisavisError

app = typer.Typer(
    help="A person speaking your words: a real-time talking-avatar server.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
avatar_app = typer.Typer(help="The installed avatars.", no_args_is_help=True)
app.add_typer(avatar_app, name="avatar")
out = Console(highlight=False)

AudioPath = Annotated[Path, typer.Option("--audio", help="Any audio or video file.")]
Frames = Annotated[
    int | None, typer.Option(min=1, max=10_000_000, help="Exactly this many frames (25 a second).")
]
Batch = Annotated[int, typer.Option(min=1, max=64, help="Frames per generator run.")]


def main() -> None:
    """Entry point."""
    try:
        sys.exit(app(standalone_mode=False))  # 130 after Ctrl-C
    except (VisavisError, GeneratorError) as error:
        _fail(str(error))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except typer.TyperException as error:
        _fail(error.format_message())


def _fail(sentence: str) -> None:
    if sentence:
        print(f"visavis: {' '.join(sentence.split())}", file=sys.stderr)  # noqa: T201
    sys.exit(2)


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


class _FrameBar:
    """A progress bar over frames, with the rate."""

    def __init__(self, progress: Progress, text: str) -> None:
        self._progress = progress
        self._task = progress.add_task(text, total=None, rate="")

    def __call__(self, done: int, total: int | None) -> None:
        task = self._progress.tasks[self._task]
        rate = f"{task.speed:.0f} FPS" if task.speed else ""
        self._progress.update(self._task, completed=done, total=total, rate=rate)


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


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
    with _progress() as progress:
        job = ScoreJob(heldout, output, json_path, quick)
        shown, notes = run_score(loaded, job, _FrameBar(progress, loaded.bundle.name))
    out.print(shown)
    for note in notes:
        out.print(note, soft_wrap=True)


@app.command()
def render(
    audio: AudioPath,
    output: Annotated[Path | None, typer.Option("--out", help="MP4 to write.")] = None,
    avatar: AvatarName = "nova",
    frames: Frames = None,
    sessions: Sessions = None,
    batch: Batch = 15,
    frames_dir: Annotated[Path | None, typer.Option(help="Folder for PNG frames.")] = None,
    reference: Annotated[bool, typer.Option(help="One frame at a time, the plain way.")] = False,
) -> None:
    """Let an avatar speak a file."""
    from visavis.render import RenderJob
    from visavis.render import render as run

    if output is None and frames_dir is None:
        raise typer.BadParameter("Give --out FILE.mp4, or --frames-dir DIR, or both.")
    job = RenderJob(audio, output, frames_dir, frames, sessions, batch, reference)
    loaded = avatars.load(avatars.resolve(avatar))
    with _progress() as progress:
        result = run(loaded, job, _FrameBar(progress, loaded.bundle.name))
    out.print(f"{result.frames} frames in {result.seconds:.2f} s: {result.fps:.1f} FPS")


@app.command()
def validate(
    audio: AudioPath,
    output: Annotated[Path, typer.Option("--out", help="Folder for the side-by-side MP4.")],
    avatar: AvatarName = "nova",
    frames: Annotated[int, typer.Option(min=1, max=100_000)] = 250,
    sessions: Sessions = None,
    batch: Batch = 15,
) -> None:
    """Compare the pool's frames with the reference's, pixel by pixel."""
    from visavis.validate import validate as run

    loaded = avatars.load(avatars.resolve(avatar))
    with _progress() as progress:
        bar = _FrameBar(progress, "reference | pool")
        result = run(loaded, audio, frames, output, sessions, batch, bar)
    out.print(f"frames             {result.frames} ({result.identical_frames} identical)")
    out.print(f"identical pixels   {result.identical_pct:.4f} %")
    out.print(f"difference         mean {result.mean:.6f}, maximum {result.maximum} levels")
    out.print(f"PSNR               {result.psnr_db:.2f} dB")
    out.print(f"side by side       {output / 'side_by_side.mp4'}", soft_wrap=True)


app.command()(serve)


@app.command()
def local(
    output: Annotated[Path | None, typer.Option("--out", help="MP4 instead of a window.")] = None,
    avatar: AvatarName = "nova",
    device: Annotated[str | None, typer.Option(help="Microphone, by name or number.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Stop after so long.")] = None,
    sessions: Sessions = None,
) -> None:
    """Speak into this machine's microphone; watch in a window, or record an MP4."""
    from visavis.local import LocalJob, run_local

    log_to_stderr()
    run_local(avatars.load(avatars.resolve(avatar)), LocalJob(output, device, seconds), sessions)
