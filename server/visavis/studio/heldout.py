"""Sentences that no training saw: their sound, and how the rendered mouth opened to it.

The folder holds `CC.wav` and `truth.json`, enough to score an avatar without its data set.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from visavis.errors import StudioError
from visavis.studio.crops import LEFT, MARGIN, TOP, Pairs
from visavis.studio.dataset import HELD_OUT_CLIPS, Dataset
from visavis.studio.opening import opening
from visavis.studio.pictures import Bytes, write_bytes
from visavis.studio.template import ROI
from visavis.studio.wav import read_wav

Float32 = NDArray[np.float32]
TRUTH = "truth.json"


@dataclass(frozen=True)
class HeldOut:
    """One sentence: PCM at 16 kHz, template frame and true opening in pixels per video frame."""

    clip: int
    voice: str
    text: str
    pcm: Float32
    template: tuple[int, ...]
    opening: Float32


def canvas(patch: Bytes) -> Float32:
    """A window patch [3, side, side] in an otherwise black ROI [3, ROI, ROI], in [0, 1]."""
    roi = np.zeros((3, ROI, ROI), np.float32)
    y, x, side = TOP - MARGIN, LEFT - MARGIN, patch.shape[-1]
    roi[:, y : y + side, x : x + side] = patch.astype(np.float32) / np.float32(255)
    return roi


def true_opening(pairs: Pairs, clip: int) -> tuple[list[int], Float32]:
    """Template frames and openings of the rendered crops of one clip, in order."""
    chosen = np.flatnonzero(pairs.clip == clip)
    chosen = chosen[np.argsort(pairs.frame[chosen])]
    frames = [int(pairs.index[i]) for i in chosen]
    curve = [
        opening(canvas(pairs.targets[i]), canvas(pairs.templates[pairs.index[i]])) for i in chosen
    ]
    return frames, np.array(curve, np.float32)


def write(folder: Path, pairs: Pairs, data: Dataset) -> None:
    """Write the held-out clips of a data set."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for clip in HELD_OUT_CLIPS:
        frames, curve = true_opening(pairs, clip)
        shutil.copyfile(data.wav(clip), folder / f"{clip:02d}.wav")
        meta = data.clips[clip]
        entry = {"clip": clip, "voice": meta["voice"], "text": meta["text"]}
        entries.append(entry | {"template": frames, "opening_px": curve.round(3).tolist()})
    write_bytes(folder / TRUTH, (json.dumps(entries, indent=1) + "\n").encode())


def read(folder: Path) -> list[HeldOut]:
    """Read what `write` wrote; StudioError if it is not there."""
    try:
        entries = json.loads((folder / TRUTH).read_text())
    except OSError as error:
        raise StudioError(f"{folder} holds no held-out sentences: give their folder.") from error
    return [
        HeldOut(
            entry["clip"],
            entry["voice"],
            entry["text"],
            read_wav(folder / f"{entry['clip']:02d}.wav")[1],
            tuple(entry["template"]),
            np.array(entry["opening_px"], np.float32),
        )
        for entry in entries
    ]


def main(
    pairs: Annotated[Path, typer.Argument(help="npz of training pairs")],
    data: Annotated[Path, typer.Argument(help="rendered data set")],
    out: Annotated[Path, typer.Argument(help="folder to write, e.g. bench/data/heldout")],
) -> None:
    """Write the held-out sentences."""
    write(out, Pairs.load(pairs), Dataset(data))


if __name__ == "__main__":
    typer.run(main)
