"""The plan of a data set: its two indexes, and every picture in the order of rendering."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from visavis.core.timeline import FPS
from visavis.studio.rig.border import Border, Box, mouth_box
from visavis.studio.rig.camera import Camera
from visavis.studio.rig.clip import load_clips
from visavis.studio.rig.cover import SHUT_SHARE
from visavis.studio.rig.gestures import gestures
from visavis.studio.rig.head import Head
from visavis.studio.rig.lips import lip_gap
from visavis.studio.rig.motion import idle_clip
from visavis.studio.rig.shots import Poses, Shot
from visavis.studio.rig.takes import (
    FIRST_CROPS,
    FURTHER_SEED,
    TRAIN,
    Take,
    clip_takes,
    entry,
    held_out_takes,
    mixed,
    train_takes,
)

_CLIP_SAMPLES = 6


@dataclass(frozen=True)
class Settings:
    """Whom to render: picture side in pixels, Cycles samples per pixel of the template, of crops
    to learn from and of held-out crops, how many of both, the folders of their speech, and which
    share of the crops to learn from shows shut lips.

    Without held-out speech nothing is taken but crops to learn from, for a finished avatar.
    """

    person: str
    resolution: int
    template_samples: int
    crop_samples: int
    truth_samples: int
    train: int
    truth: int
    speech: Path
    held_out: Path | None
    shut: float = SHUT_SHARE


@dataclass(frozen=True)
class Plan:
    """A whole data set: what its two indexes say, and all its pictures."""

    template: dict[str, Any]
    crops: list[dict[str, Any]]
    shots: list[Shot]


class _Planner:
    def __init__(self, folder: Path, head: Head, settings: Settings) -> None:
        self.folder, self.head, self.settings = folder, head, settings
        self.poses = Poses({"idle": idle_clip(), **gestures()})
        border = Border(head, Camera())
        self.boxes = [border.box(r, settings.resolution) for r in self.poses.rotation_deg]
        self.lower_boxes = [mouth_box(box, settings.resolution) for box in self.boxes]

    def template(self) -> dict[str, Any]:
        clips: dict[str, Any] = {}
        first = 0
        for name, motion in self.poses.clips.items():
            clips[name] = {"first": first, "count": len(motion)}
            if motion.homes:
                clips[name]["homes"] = list(motion.homes)
            first += len(motion)
        return {
            "person": self.settings.person,
            "res": self.settings.resolution,
            "fps": FPS,
            "frames": first,
            "clips": clips,
            "rot_deg": self.poses.rotation_deg.tolist(),
            "weights": self.poses.own,
            "breath": self.poses.breath.tolist(),
            "border_x0y0x1y1_bottom_up": [list(box) for box in self.boxes],
            "lower_x0y0x1y1_bottom_up": [list(box) for box in self.lower_boxes],
        }

    def takes(self) -> list[Take]:
        speech = load_clips(self.settings.speech)
        asked = (speech, len(self.poses), self.settings.train, self.settings.shut)
        if self.settings.held_out is None:
            return train_takes(*asked, FURTHER_SEED)
        train = train_takes(*asked)
        held_out = load_clips(self.settings.held_out)
        truth = held_out_takes(held_out, self.settings.truth) if self.settings.truth else []
        later = mixed(train[FIRST_CROPS:], mixed(truth, clip_takes(held_out)))
        return [*train[:FIRST_CROPS], *later]

    def box(self, take: Take) -> Box:
        return self.lower_boxes[take.template]

    def entry(self, number: int, take: Take) -> dict[str, Any]:
        shot = self.crop_shot(number, take)
        seen = lip_gap(
            self.head,
            Camera(),
            shot.rotation_deg,
            shot.weights,
            shot.tongue_up,
            self.settings.resolution,
        )
        return entry(number, take, shot.weights, box=list(self.box(take)), **seen._asdict())

    def crop_shot(self, number: int, take: Take) -> Shot:
        samples = self.settings.crop_samples
        if take.split != TRAIN:
            samples = _CLIP_SAMPLES if take.clip else self.settings.truth_samples
        path = self.folder / "crops" / f"{number:04d}.webp"
        return self.poses.shot(path, samples, take, self.box(take))

    def shots(self, takes: list[Take]) -> list[Shot]:
        """The first crops after their template frames, then the rest of both."""
        crops = [self.crop_shot(number, take) for number, take in enumerate(takes)]
        if self.settings.held_out is None:
            return crops
        needed = dict.fromkeys(take.template for take in takes[:FIRST_CROPS])
        later = [frame for frame in range(len(self.poses)) if frame not in needed]
        begun = self.template_shots([*needed]) + crops[:FIRST_CROPS]
        return begun + self.template_shots(later) + crops[FIRST_CROPS:]

    def template_shots(self, frames: list[int]) -> list[Shot]:
        """Template frames in full, and once more their lower faces, from which the painter carries
        grain, with as many samples as the truth has."""
        made = self.settings
        whole = [self.poses.template_shot(self.folder, f, made.template_samples) for f in frames]
        boxes = [self.lower_boxes[frame] for frame in frames]
        return whole + [
            shot.lower(made.truth_samples, box) for shot, box in zip(whole, boxes, strict=True)
        ]


def make_plan(folder: Path, head: Head, settings: Settings) -> Plan:
    """What a data set in `folder` needs.

    Raises StudioError when a speech folder is no speech folder.
    """
    planner = _Planner(folder, head, settings)
    takes = planner.takes()
    crops = [planner.entry(number, take) for number, take in enumerate(takes)]
    return Plan(planner.template(), crops, planner.shots(takes))
