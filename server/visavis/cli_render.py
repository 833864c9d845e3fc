"""`visavis render`: files and pipes in, films out."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from visavis import avatars
from visavis.cli_engine import Provider, TemplateCache, engine_config
from visavis.cli_output import FrameBar, out, progress_bar
from visavis.engine.config import AUTO, DEFAULT_CACHE
from visavis.media.audiofile import STDIN, RawSound
from visavis.media.movie import PRESET, PRESETS
from visavis.sinks import STDOUT, Places


class InputFormat(StrEnum):
    """What the audio is."""

    AUTO = "auto"
    S16LE = "s16le"


class OutputFormat(StrEnum):
    """What goes to the standard output."""

    MP4 = "mp4"
    RAW = "raw"


def render(
    audio: Annotated[Path, typer.Option("--audio", help="Any audio or video file; - is stdin.")],
    output: Annotated[
        Path | None, typer.Option("--out", help="MP4 to write; - is stdout, in fragments.")
    ] = None,
    avatar: Annotated[
        str, typer.Option("--avatar", help="An avatar's id, or a bundle's folder.")
    ] = "nova",
    frames: Annotated[
        int | None,
        typer.Option(min=1, max=10_000_000, help="Exactly this many frames (25 a second)."),
    ] = None,
    sessions: Annotated[
        int | None, typer.Option(min=1, max=64, help="Generator sessions; default: one per core.")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, max=64, help="Frames per generator run.")] = 8,
    frames_dir: Annotated[Path | None, typer.Option(help="Folder for PNG frames.")] = None,
    preset: Annotated[
        str, typer.Option(help=f"Of libx264: {PRESETS[0]} … {PRESETS[-1]}, the smallest file.")
    ] = PRESET,
    output_format: Annotated[
        OutputFormat, typer.Option(help="Of --out -: MP4, or bare yuv420p frames.")
    ] = OutputFormat.MP4,
    input_format: Annotated[
        InputFormat, typer.Option(help="s16le: samples without a header.")
    ] = InputFormat.AUTO,
    input_rate: Annotated[
        int, typer.Option(min=8_000, max=192_000, help="Of s16le, in Hz.")
    ] = 48_000,
    input_channels: Annotated[int, typer.Option(min=1, max=8, help="Of s16le.")] = 1,
    reference: Annotated[bool, typer.Option(help="One frame at a time, the plain way.")] = False,
    provider: Provider = AUTO,
    template_cache: TemplateCache = DEFAULT_CACHE,
) -> None:
    """Let an avatar speak a file."""
    from visavis.render import RenderJob
    from visavis.render import render as run

    places = Places(output, frames_dir, output_format is OutputFormat.RAW, preset)
    _require_sense(audio, places)
    raw = RawSound(input_rate, input_channels) if input_format is InputFormat.S16LE else None
    job = RenderJob(audio, places, frames, sessions, batch, reference, raw)
    loaded = avatars.load(avatars.resolve(avatar), engine_config(provider, template_cache))
    with progress_bar() as progress:
        result = run(loaded, job, FrameBar(progress, loaded.bundle.name))
    told = f"{result.frames} frames in {result.seconds:.2f} s: {result.fps:.1f} FPS"
    typer.echo(told, err=True) if output == STDOUT else out.print(told)


def _require_sense(audio: Path, places: Places) -> None:
    """Refuse what no single option shows to be wrong."""
    if places.movie is None and places.folder is None:
        raise typer.BadParameter("Give --out FILE.mp4, or --frames-dir DIR, or both.")
    if places.preset not in PRESETS:
        raise typer.BadParameter(f"--preset is one of {', '.join(PRESETS)}.")
    if places.raw and places.movie != STDOUT:
        raise typer.BadParameter("--output-format raw is for --out -, the standard output.")
    if audio == STDIN and sys.stdin.isatty():
        raise typer.BadParameter("--audio - reads a pipe: ffmpeg … | visavis render --audio - …")
