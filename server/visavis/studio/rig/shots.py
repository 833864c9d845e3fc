"""What to render: which pictures a data set wants, and which of them one worker owes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from visavis.errors import ConfigError
from visavis.studio.rig.border import Box
from visavis.studio.rig.clip import ClipEntry
from visavis.studio.rig.motion import IdleLoop


@dataclass(frozen=True)
class Shot:
    """One picture: where it goes, and the pose it shows; `box` is None for the whole frame."""

    path: Path
    samples: int
    rotation_deg: tuple[float, float, float]
    weights: Mapping[str, float] = field(default_factory=dict)
    tongue_up: float = 0.0
    box: Box | None = None


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


def _rotation(loop: IdleLoop, frame: int) -> tuple[float, float, float]:
    pitch, yaw, roll = loop.rotation_deg[frame].tolist()
    return pitch, yaw, roll


def template_shots(folder: Path, loop: IdleLoop, samples: int) -> list[Shot]:
    """The idle loop in full frames, mouth shut: `template/NNNN.webp`."""
    return [
        Shot(
            folder / "template" / f"{frame:04d}.webp",
            samples,
            _rotation(loop, frame),
            loop.eyelids(frame),
        )
        for frame in range(len(loop.blink))
    ]


def crop_shots(
    folder: Path, clips: Sequence[ClipEntry], loop: IdleLoop, boxes: Sequence[Box], samples: int
) -> Iterator[Shot]:
    """The lower face of every frame of paired clips: `crops/CC_KKKK.webp`.

    `boxes` holds the lower-face box of each frame of the loop.
    """
    for clip in clips:
        for k, frame in enumerate(clip["template_index"]):
            spoken = dict(zip(clip["names"], clip["weights"][k], strict=True))
            yield Shot(
                folder / "crops" / f"{clip['id']:02d}_{k:04d}.webp",
                samples,
                _rotation(loop, frame),
                spoken | loop.eyelids(frame),
                clip["tongue_up"][k],
                boxes[frame],
            )


def owed(shots: Sequence[Shot], shard: Shard) -> list[Shot]:
    """The shots that fall to one worker and are not on disk yet."""
    return [shot for shot in shots[shard.index :: shard.count] if not shot.path.exists()]
