"""Spoken clips as the renderer sees them: what the mouth does in each video frame."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from visavis.errors import StudioError
from visavis.studio.articulation import curves
from visavis.studio.phonemes import Phoneme
from visavis.studio.rig.geometry import Floats

_NEEDED = {"voice", "text", "frames", "ph"}


@dataclass(frozen=True)
class SpokenClip:
    """One text by one voice; `articulation` (frames, 19) are 18 ARKit weights and the tongue's
    lift (dm), at 25 frames a second."""

    voice: str
    text: str
    articulation: Floats


def _spoken(entry: dict[str, Any]) -> SpokenClip:
    movement = curves([Phoneme(*sound) for sound in entry["ph"]], int(entry["frames"]))
    articulation = np.column_stack([movement.weights, movement.tongue_up])
    return SpokenClip(entry["voice"], entry["text"], articulation)


def load_clips(folder: Path) -> list[SpokenClip]:
    """The clips of a speech folder, moved by their phonemes.

    Raises StudioError when `speech/meta.json` is missing or is something else.
    """
    path = folder / "speech" / "meta.json"
    hint = "make it with `python -m visavis.studio.speech DIR`."
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudioError(f"There is no {path}: {hint}") from None
    except ValueError:
        raise StudioError(f"{path} is not valid JSON: {hint}") from None
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and entry.keys() >= _NEEDED for entry in entries
    ):
        raise StudioError(f"{path} is not a list of clips with phonemes: {hint}")
    return [_spoken(entry) for entry in entries]
