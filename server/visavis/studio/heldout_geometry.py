"""How far a person's mouth opens in the held-out sentences, from her mesh:
`python -m visavis.studio.heldout_geometry DATA --heldout bench/data/heldout`.

Runs where the renderer runs, for the mesh lies there; writes `geometry.npz` into the data set.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from visavis.core.choreography import Course
from visavis.errors import StudioError
from visavis.studio.heldout import Sentence, read_sentences
from visavis.studio.progress import tracked
from visavis.studio.rig.camera import Camera
from visavis.studio.rig.cover import REST
from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.head import Head, load_head
from visavis.studio.rig.lips import lip_gap
from visavis.studio.rig.takes import combined

Float32 = NDArray[np.float32]
STRIDE = 37  # frames of idle between the beginnings of two sentences: they meet every pose


class Mouths:
    """Openings and widths of one head at the template frames of its data set."""

    def __init__(self, head: Head, template: Mapping[str, Any]) -> None:
        """`template` is what `template.json` says."""
        self._head, self._camera = head, Camera()
        self._rotations, self._weights = template["rot_deg"], template["weights"]
        self._size = int(template["res"])
        idle = template["clips"]["idle"]
        self._idle = Course(int(idle["first"]), int(idle["count"]), there_and_back=True)

    def at(self, index: int, articulation: Floats) -> tuple[float, float]:
        """Opening and width in pixels at a template frame, in an articulation [19]."""
        weights = combined(self._weights[index], articulation)
        gap = lip_gap(
            self._head, self._camera, self._rotations[index], weights, resolution=self._size
        )
        return gap.opening_px, gap.width_px

    def resting(self) -> Float32:
        """[frames, 2] of every template frame, as its picture shows it."""
        return np.array([self.at(i, REST) for i in range(len(self._rotations))], np.float32)

    def path(self, sentence: Sentence) -> list[int]:
        """The template frames over which a sentence is scored."""
        first = STRIDE * sentence.number
        return [self._idle.index(first + frame) for frame in range(sentence.frames)]

    def spoken(self, sentence: Sentence) -> Float32:
        """[frames, 2] while the sentence sounds."""
        places = zip(self.path(sentence), sentence.articulation().astype(np.float64), strict=True)
        return np.array([self.at(index, said) for index, said in places], np.float32)


def write(data: Path, mouths: Mouths, sentences: list[Sentence]) -> None:
    """Write `geometry.npz`: path [total], spoken [total, 2], resting [frames, 2]."""
    spoken = [mouths.spoken(sentence) for sentence in tracked(sentences, "mouths")]
    path = [index for sentence in sentences for index in mouths.path(sentence)]
    beside = data / "part-geometry.npz"
    np.savez_compressed(
        beside, path=np.array(path), spoken=np.concatenate(spoken), resting=mouths.resting()
    )
    beside.replace(data / "geometry.npz")


def main(
    data: Annotated[Path, typer.Argument(help="rendered data set of a person")],
    heldout: Annotated[Path, typer.Option(help="held-out folder")] = Path("bench/data/heldout"),
) -> None:
    """Tell from the mesh what the mouth does in every held-out sentence."""
    from visavis.studio.rig.character import CHARACTERS
    from visavis.studio.rig.meshdata import MeshData, locate_data

    try:
        template = json.loads((data / "template.json").read_text("utf-8"))
    except OSError as error:
        raise StudioError(f"{data} has no template.json: render it first.") from error
    identity = CHARACTERS[template["person"]].identity
    head = load_head(MeshData(locate_data()), identity)
    write(data, Mouths(head, template), read_sentences(heldout))


if __name__ == "__main__":
    typer.run(main)
