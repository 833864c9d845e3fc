"""The command `visavis`. Every failure is one line on stderr and exit status 2."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from visavis import __version__, avatars
from visavis.cli_avatar import avatar_app
from visavis.cli_engine import Provider, TemplateCache, doctor, engine_config
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
from visavis.cli_render import render
from visavis.cli_serve import serve
from visavis.config_outputs import OutputsConfig
from visavis.engine.config import AUTO, DEFAULT_CACHE, EXACT_ENGINE
from visavis.engine.models import GeneratorError
from visavis.errors import VisavisError

app = typer.Typer(
    help="A person speaking your words: a real-time talking-avatar server.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(avatar_app, name="avatar")
app.command()(doctor)
app.command()(render)

AudioPath = Annotated[Path, typer.Option("--audio", help="Any audio or video file.")]
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
def validate(
    audio: AudioPath,
    output: Annotated[Path, typer.Option("--out", help="Folder for the side-by-side MP4.")],
    avatar: AvatarName = "nova",
    frames: Annotated[int, typer.Option(min=1, max=100_000)] = 250,
    sessions: Sessions = None,
    batch: Batch = 8,
    provider: Provider = EXACT_ENGINE.provider,
    template_cache: TemplateCache = DEFAULT_CACHE,
) -> None:
    """Compare the pool's frames with the reference's, pixel by pixel."""
    from visavis.validate import validate as run

    loaded = avatars.load(avatars.resolve(avatar), engine_config(provider, template_cache))
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
    provider: Provider = AUTO,
    template_cache: TemplateCache = DEFAULT_CACHE,
) -> None:
    """Speak into this machine's microphone; watch, record, stream, or be a camera."""
    from visavis.local import LocalJob, run_local

    log_to_stderr()
    outputs = OutputsConfig(
        rtmp=rtmp, camera=camera, camera_device=camera_device, voice=not no_voice
    )
    job = LocalJob(output, device, seconds, outputs)
    loaded = avatars.load(avatars.resolve(avatar), engine_config(provider, template_cache))
    run_local(loaded, job, sessions)
