"""The clips of a bundle, as its description tells them."""

import re
from dataclasses import dataclass

from visavis.core.choreography import Course
from visavis.core.fields import Fields

IDLE = "idle"
MAX_CLIPS = 16
MAX_CLIP_FRAMES = 10_000
FORWARD, THERE_AND_BACK = "forward", "there-and-back"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True)
class ClipSpec:
    """A clip of the person at rest: the video file and where the mouth is in each frame.

    The clip `idle` runs all the time, every other one is a gesture.
    """

    name: str
    file: str
    frames: int
    alpha: bool  # the matte lies below the colour, in one picture of twice the height
    there_and_back: bool  # else it plays forward
    homes: tuple[int, ...]  # frames of the idle clip that look like the first of every gesture
    roi: tuple[tuple[int, int], ...]  # x, y of the ROI's top left corner per frame, even

    def course(self, first: int = 0) -> Course:
        """The clip as a stretch of the template that begins at frame `first`."""
        return Course(first, self.frames, self.there_and_back)


def read_clips(table: Fields, files: dict[str, str], limit: tuple[int, int]) -> dict[str, ClipSpec]:
    """The clips by name, in the order of the file; `limit` is the last corner of a ROI.

    Raises `BundleError`.
    """
    names = table.names()
    if IDLE not in names:
        raise table.error(IDLE, "is missing: every avatar needs an idle clip")
    if len(names) > MAX_CLIPS:
        raise table.error(names[-1], f"is one too many: at most {MAX_CLIPS} clips are read")
    for name in names:
        if not _NAME.fullmatch(name):
            raise table.error(name, f"must match {_NAME.pattern}")
    clips = {name: _clip(name, table.table(name), files, limit) for name in names}
    if len(clips) > 1 and not clips[IDLE].homes:
        raise table.error(f"{IDLE}.homes", "is missing: gestures begin where idle is at home")
    return clips


def _clip(name: str, clip: Fields, files: dict[str, str], limit: tuple[int, int]) -> ClipSpec:
    frames = clip.integer("frames", 1, MAX_CLIP_FRAMES)
    roi = clip.pairs("roi", limit)
    if len(roi) != frames:
        raise clip.error("roi", f"has {len(roi)} corners for {frames} frames")
    return ClipSpec(
        name=name,
        file=clip.file("file", files),
        frames=frames,
        alpha=clip.choice("alpha", ("below", "none")) == "below",
        there_and_back=clip.choice("play", (FORWARD, THERE_AND_BACK), FORWARD) == THERE_AND_BACK,
        homes=clip.integers("homes", 0, frames - 1) if name == IDLE else (),
        roi=roi,
    )
