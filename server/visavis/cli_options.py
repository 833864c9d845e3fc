"""Options that several commands share, and where their log goes."""

import logging
import sys
from typing import Annotated

import typer

WAYS_OUT = "Ways out"  # a group of options in the help

AvatarName = Annotated[str, typer.Option("--avatar", help="An avatar's id, or a bundle's folder.")]
Sessions = Annotated[
    int | None, typer.Option(min=1, max=64, help="Generator sessions; default: one per core.")
]

Rtmp = Annotated[
    str | None,
    typer.Option(
        envvar="VISAVIS_RTMP",
        help="Push to rtmp://host/app/key, H.264 and AAC.",
        rich_help_panel=WAYS_OUT,
    ),
]
Camera = Annotated[
    bool,
    typer.Option(
        "--camera",
        help="Be a camera of this machine, with its microphone.",
        rich_help_panel=WAYS_OUT,
    ),
]
CameraDevice = Annotated[
    str | None,
    typer.Option(
        help="Which camera, such as /dev/video2.",
        rich_help_panel=WAYS_OUT,
    ),
]
NoVoice = Annotated[
    bool,
    typer.Option(
        "--no-voice", help="With --camera: make no virtual microphone.", rich_help_panel=WAYS_OUT
    ),
]


def log_to_stderr() -> None:
    """One line of text per event, on stderr."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("aioice").setLevel(logging.WARNING)
