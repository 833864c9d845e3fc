"""The command `visavis`. Every failure is one line on stderr and exit status 2."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from visavis import __version__, avatars
from visavis.cli_avatar import avatar_app
from visavis.cli_options import (
    AvatarName,
    Camera,
    CameraDevice,
    NoVoice,
    Rtmp,
    Sessions,
    log_to_stderr,
)
from visavis.cli_output import FrameBar, out, progress_bar
from visavis.cli_serve import serve
from visavis.config_outputs import OutputsConfig
from visavis.engine.models import GeneratorError
from visavis.errors import VisavisError

app = typer.Typer(
    help="A person speaking your words: a real-time talking-avatar server.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(avatar_app, name="avatar")

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


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


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
    with progress_bar() as progress:
        result = run(loaded, job, FrameBar(progress, loaded.bundle.name))
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
    with progress_bar() as progress:
        bar = FrameBar(progress, "reference | pool")
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
    rtmp: Rtmp = None,
    camera: Camera = False,
    camera_device: CameraDevice = None,
    no_voice: NoVoice = False,
    avatar: AvatarName = "nova",
    device: Annotated[str | None, typer.Option(help="Microphone, by name or number.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Stop after so long.")] = None,
    sessions: Sessions = None,
) -> None:
    """Speak into this machine's microphone; watch, record, stream, or be a camera."""
    from visavis.local import LocalJob, run_local

    log_to_stderr()
    outputs = OutputsConfig(
        rtmp=rtmp, camera=camera, camera_device=camera_device, voice=not no_voice
    )
    job = LocalJob(output, device, seconds, outputs)
    run_local(avatars.load(avatars.resolve(avatar)), job, sessions)
