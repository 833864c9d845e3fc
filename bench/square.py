"""An avatar cut to another frame size, for figures that name one."""

from dataclasses import replace

from visavis.avatars import Avatar
from visavis.core.compositor import Frame, new_frame, planes


def cut_to(avatar: Avatar, width: int, height: int) -> Avatar:
    """The same person in a frame of that size: cut around the mouth, or set in the middle of grey.
    The mouths stay as they are, as the ROI does. Sides are multiples of 4."""
    size = avatar.template.size
    before = avatar.bundle
    corners = avatar.template.corners
    x0 = _start(min(x for x, _ in corners), size, width, before.width)
    y0 = _start(min(y for _, y in corners), size, height, before.height)
    frames = tuple(_moved(frame, x0, y0, width, height) for frame in avatar.template.frames)
    moved = tuple((x - x0, y - y0) for x, y in corners)
    template = replace(avatar.template, frames=frames, corners=moved)
    return replace(avatar, template=template, bundle=replace(before, width=width, height=height))


def _start(roi: int, size: int, side: int, whole: int) -> int:
    """Where the new frame begins in the old one, below zero if it is larger; even."""
    if side >= whole:
        return -((side - whole) // 4 * 2)
    return min(max(0, roi + size // 2 - side // 2), whole - side) // 2 * 2


def _moved(frame: Frame, x0: int, y0: int, width: int, height: int) -> Frame:
    made = new_frame(width, height)
    made[:] = 128
    for target, source, step in zip(planes(made), planes(frame), (1, 2, 2), strict=True):
        top, left = y0 // step, x0 // step
        into = target[max(0, -top) :, max(0, -left) :]
        taken = source[max(0, top) : max(0, top) + len(into), max(0, left) :][:, : into.shape[1]]
        into[: len(taken), : taken.shape[1]] = taken
    made.setflags(write=False)
    return made
