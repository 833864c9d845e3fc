"""Put a person's truth together:
`python -m visavis.studio.heldout_truth DATA BUNDLE --heldout bench/data/heldout`.

The reader of mouths learns from the training renders and is judged on the held-out ones; some of
these stay as pictures, to compare a painter with.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import av
import numpy as np
import typer
from numpy.typing import NDArray

from visavis.core.compositor import Frame, crop, new_frame, planes
from visavis.errors import StudioError
from visavis.studio.crops import shown
from visavis.studio.curves import correlation
from visavis.studio.dataset import Crop, Dataset
from visavis.studio.framing import Framing
from visavis.studio.heldout import Sentence, read_sentences
from visavis.studio.pictures import read_rgba
from visavis.studio.progress import tracked
from visavis.studio.quiet import quiet_points
from visavis.studio.reader import Place, Reader, patch
from visavis.studio.template import background_frame, decode_all, roi_corner
from visavis.studio.truth import PEOPLE, Truth

Float32 = NDArray[np.float32]
PICTURES = 32  # held-out renders that are kept
POSES = 60  # renders in which quiet places are looked for
SAME = 2e-3  # largest difference between two articulations that are one
SHUT = 1e-3  # pixels: an opening that the mesh calls shut


@dataclass(frozen=True)
class Render:
    """A crop in its frame, as a viewer would get it."""

    crop: Crop
    entry: dict[str, Any]  # what `crops.json` says
    frame: Frame


class Studio:
    """A data set, its template as shipped, and what the mesh says."""

    def __init__(self, folder: Path, bundle: Path, framing: Framing) -> None:
        """Raises `StudioError` if something is not there yet."""
        self.data, self.framing = Dataset(folder), framing
        self._background = background_frame(self.data.size)
        self.frames = decode_all(self.data.clips, bundle, self._background)
        try:
            with np.load(folder / "geometry.npz", allow_pickle=False) as arrays:
                self.geometry = {name: arrays[name] for name in arrays.files}
        except OSError as error:
            raise StudioError(f"{folder} has no geometry.npz: make it first.") from error
        self.corners = [roi_corner(self.data, i, framing.roi) for i in range(self.data.length)]
        entries = json.loads((folder / "crops.json").read_text("utf-8"))
        self._entries = {int(entry["id"]): entry for entry in entries}

    def place(self, index: int) -> Place:
        """The ROI in a template frame."""
        x, y = self.corners[index]
        return Place(x, y, self.framing.roi)

    def renders(self, held_out: bool) -> list[Render]:
        """All crops of one kind."""
        chosen = [crop for crop in self.data.crops() if crop.held_out == held_out]
        return [self._render(c) for c in tracked(chosen, "held out" if held_out else "to learn")]

    def truth_of(self, renders: Sequence[Render]) -> Float32:
        """Opening and width [n, 2] beyond the template's, pixels."""
        resting = self.geometry["resting"]
        rows = [
            np.array([r.entry["opening_px"], r.entry["width_px"]]) - resting[r.crop.template]
            for r in renders
        ]
        return np.array(rows, np.float32)

    def differences(self, renders: Sequence[Render]) -> Float32:
        """What the reader looks at, [n, cells]."""
        rows = []
        for r in renders:
            place = self.place(r.crop.template)
            rows.append(patch(r.frame, place) - patch(self.frames[r.crop.template], place))
        return np.stack(rows)

    def _render(self, crop: Crop) -> Render:
        resting = self.frames[crop.template]
        frame = shown(read_rgba(crop.path), crop.box, resting, self._background)
        return Render(crop, self._entries[crop.number], frame)


def taught(studio: Studio, learnt: list[Render], held_out: list[Render]) -> Reader:
    """A reader; tells how well it reads renders that it did not learn from."""
    reader = Reader.fit(studio.differences(learnt), studio.truth_of(learnt))
    read, true = reader.read(studio.differences(held_out)), studio.truth_of(held_out)
    shut = true[:, 0] < SHUT
    most = float(read[shut, 0].max()) if shut.any() else 0.0
    error = np.sqrt(np.mean((read - true) ** 2, 0))
    typer.echo(
        f"reader on {len(true)} renders it never saw: r = {correlation(read[:, 0], true[:, 0]):.4f}"
        f" (opening) and {correlation(read[:, 1], true[:, 1]):.4f} (width), error "
        f"{error[0]:.2f} and {error[1]:.2f} px; shut renders read up to {most:.2f} px"
    )
    return reader


def cut(studio: Studio, render: Render) -> Frame:
    """The window of a render as a small frame."""
    f, place = studio.framing, studio.place(render.crop.template)
    small = new_frame(f.window, f.window)
    source = crop(render.frame, place.x + f.left, place.y + f.top, f.window)
    for target, plane in zip(planes(small), source, strict=True):
        target[...] = plane
    return small


def write_video(path: Path, pictures: Iterable[Frame], side: int, crf: int) -> None:
    """Small frames as H.264; 0 keeps every level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"part-{path.name}")
    with av.open(str(beside), "w") as container:
        stream = container.add_stream("libx264", 25)
        stream.width, stream.height, stream.pix_fmt = side, side, "yuv420p"
        stream.options = {"qp" if crf == 0 else "crf": str(crf), "preset": "slow", "threads": "1"}
        stream.codec_context.time_base = Fraction(1, 25)
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p")))
        container.mux(stream.encode(None))
    beside.replace(path)


def sentence_of(renders: Sequence[Render], sentences: Sequence[Sentence]) -> int:
    """Which sentence a rendered clip shows. Raises `StudioError` if it is none of them."""
    frames = np.array([r.entry["clip"]["frame"] for r in renders])
    shown = np.stack([r.crop.articulation for r in renders])
    long_enough = [s for s in sentences if s.frames > frames.max()]
    away = [float(np.abs(s.articulation()[frames] - shown).max()) for s in long_enough]
    if not away or min(away) > SAME:
        raise StudioError("A rendered clip says no held-out sentence: render it again.")
    return long_enough[int(np.argmin(away))].number


def build(studio: Studio, folder: Path, sentences: Sequence[Sentence]) -> None:
    """Write the four files of a person."""
    learnt, held_out = studio.renders(False), studio.renders(True)
    single = [r for r in held_out if r.entry["clip"] is None]
    moving = [r for r in held_out if r.entry["clip"] is not None]
    spoken = {
        number: sentence_of([r for r in moving if r.entry["clip"]["id"] == number], sentences)
        for number in {int(r.entry["clip"]["id"]) for r in moving}
    }
    taught(studio, learnt, single).save(folder / "reader.npz")
    kept = single[:: max(1, len(single) // PICTURES)][:PICTURES]
    some = learnt[:: max(1, len(learnt) // POSES)]
    quiet = quiet_points(
        studio.framing,
        [(r.frame, studio.frames[r.crop.template], studio.place(r.crop.template)) for r in some],
    )
    f = studio.framing
    write_video(folder / "crops.mkv", (cut(studio, r) for r in kept), f.window, 0)
    if moving:
        write_video(folder / "clips.mkv", (cut(studio, r) for r in moving), f.window, 10)
    geometry = studio.geometry
    beyond = geometry["spoken"] - geometry["resting"][geometry["path"]]
    Truth(
        size=np.array(studio.data.size),
        roi=np.array(f.roi),
        corners=np.array(studio.corners),
        window=np.array([f.top, f.left, f.window]),
        path=geometry["path"],
        opening=beyond[:, 0].astype(np.float32),
        width=beyond[:, 1].astype(np.float32),
        static=quiet.static,
        near=quiet.near,
        static_px=np.array(quiet.static_px, np.float32),
        crop_template=np.array([r.crop.template for r in kept]),
        crop_articulation=np.stack([r.crop.articulation for r in kept]),
        clip_sentence=np.array([spoken[r.entry["clip"]["id"]] for r in moving], np.int64),
        clip_frame=np.array([r.entry["clip"]["frame"] for r in moving], np.int64),
        clip_template=np.array([r.crop.template for r in moving], np.int64),
    ).save(folder)


def main(
    data: Annotated[Path, typer.Argument(help="rendered data set with geometry.npz")],
    bundle: Annotated[Path, typer.Argument(help="avatar folder with its clips")],
    heldout: Annotated[Path, typer.Option(help="held-out folder")] = Path("bench/data/heldout"),
) -> None:
    """Write `people/<person>/` of the held-out folder."""
    studio = Studio(data, bundle, Framing())
    person = str(studio.data.template["person"])
    build(studio, heldout / PEOPLE / person, read_sentences(heldout))


if __name__ == "__main__":
    typer.run(main)
