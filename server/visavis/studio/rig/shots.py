"""What to render: which pictures a data set wants, and which of them one worker owes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from visavis.errors import ConfigError
from visavis.studio.rig.border import Box
from visavis.studio.rig.cover import REST
from visavis.studio.rig.motion import Motion
from visavis.studio.rig.takes import Take, combined


@dataclass(frozen=True)
class Shot:
    """One picture: where it goes, and the pose it shows; `box` is None for the whole frame."""

    path: Path
    samples: int
    rotation_deg: tuple[float, float, float]
    weights: Mapping[str, float] = field(default_factory=dict)
    tongue_up: float = 0.0
    breath: float = 0.0
    box: Box | None = None

    def lower(self, samples: int, box: Box) -> "Shot":
        """The same face, its lower part alone: `NNNN-lower.webp` beside `NNNN.webp`."""
        path = self.path.with_stem(f"{self.path.stem}-lower")
        return replace(self, path=path, samples=samples, box=box)


@dataclass(frozen=True)
class Shard:
    """Worker `index` of `count` workers that share one data set."""

    index: int = 0
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read `I/N`; ConfigError when it is not a worker of a crew."""
        index, slash, count = text.partition("/")
        if slash and index.isdecimal() and count.isdecimal() and int(index) < int(count):
            return cls(int(index), int(count))
        raise ConfigError(f"A shard is written I/N with I from 0 to N-1, not {text!r}.")


class Poses:
    """The template frames of one person: all clips one after the other."""

    def __init__(self, clips: Mapping[str, Motion]) -> None:
        self.clips = clips
        self.rotation_deg = np.concatenate([clip.rotation_deg for clip in clips.values()])
        self.breath = np.concatenate([clip.breath for clip in clips.values()])
        self.own = [row for clip in clips.values() for row in clip.weights]

    def __len__(self) -> int:
        return len(self.own)

    def shot(self, path: Path, samples: int, take: Take, box: Box | None = None) -> Shot:
        """The picture of a mouth at a template frame."""
        pitch, yaw, roll = self.rotation_deg[take.template].tolist()
        return Shot(
            path,
            samples,
            (pitch, yaw, roll),
            combined(self.own[take.template], take.articulation),
            float(take.articulation[-1]),
            float(self.breath[take.template]),
            box,
        )

    def template_shot(self, folder: Path, frame: int, samples: int) -> Shot:
        """A template frame in full, with the mouth at rest: `template/NNNN.webp`."""
        path = folder / "template" / f"{frame:04d}.webp"
        return self.shot(path, samples, Take(frame, REST, "template"))


def owed(shots: Sequence[Shot], shard: Shard) -> list[Shot]:
    """The shots that fall to one worker and are not on disk yet."""
    return [shot for shot in shots[shard.index :: shard.count] if not shot.path.exists()]
