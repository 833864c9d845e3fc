"""Options that several commands share, and where their log goes."""

import logging
import sys
from typing import Annotated

import typer

AvatarName = Annotated[str, typer.Option("--avatar", help="An avatar's id, or a bundle's folder.")]
Sessions = Annotated[
    int | None, typer.Option(min=1, max=64, help="Generator sessions; default: one per core.")
]


def log_to_stderr() -> None:
    """One line of text per event, on stderr."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("aioice").setLevel(logging.WARNING)
