"""A spoken clip as the renderer sees it: ARKit weights per frame, and its place in the loop."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import numpy as np

from visavis.errors import StudioError

_PAIRING_SEED = 11


class ClipEntry(TypedDict):
    """One entry of `speech/meta.json`, at 25 frames a second.

    `ph` are phonemes (symbol, start s, end s); `weights` (frames, names) are 0..1;
    `tongue_up` (frames) is in dm. `start` and `template_index` (frames) say which frame of the
    idle loop each frame is rendered at; `paired_with_loop` adds them.
    """

    id: int
    voice: str
    text: str
    frames: int
    ph: list[Any]
    names: list[str]
    weights: list[list[float]]
    tongue_up: list[float]
    start: NotRequired[int]
    template_index: NotRequired[list[int]]


def _is_clip(entry: object) -> bool:
    if not isinstance(entry, dict) or not ClipEntry.__required_keys__ <= entry.keys():
        return False
    per_frame = (entry["weights"], entry["tongue_up"])
    widths = {len(row) for row in entry["weights"]}
    return all(len(rows) == entry["frames"] for rows in per_frame) and widths <= {
        len(entry["names"])
    }


def load_clips(path: Path) -> list[ClipEntry]:
    """Read a list of clips; StudioError when the file is missing or is something else."""
    hint = "make it with `python -m visavis.studio.speech DIR`."
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudioError(f"There is no {path}: {hint}") from None
    except ValueError:
        raise StudioError(f"{path} is not valid JSON: {hint}") from None
    if not isinstance(entries, list) or not all(_is_clip(entry) for entry in entries):
        raise StudioError(f"{path} is not a list of clips with weights for every frame: {hint}")
    return entries


def paired_with_loop(clips: Sequence[ClipEntry], loop_frames: int) -> list[ClipEntry]:
    """The clips, each begun at a random frame of the loop.

    The draw goes by position: clips added at the end leave earlier ones where they were.
    """
    rng = np.random.default_rng(_PAIRING_SEED)
    paired: list[ClipEntry] = []
    for clip in clips:
        start = int(rng.integers(0, loop_frames))
        index = [(start + k) % loop_frames for k in range(clip["frames"])]
        paired.append({**clip, "start": start, "template_index": index})
    return paired
