"""A rectangle of pixels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Where a rectangle lies in a picture, in pixels."""

    top: int
    left: int
    height: int
    width: int

    @property
    def rows(self) -> slice:
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        return slice(self.left, self.left + self.width)

    @property
    def planes_bytes(self) -> int:
        """Of its yuv420p planes."""
        return self.height * self.width * 3 // 2

    def within(self, other: "Region") -> "Region":
        """What both have in common; empty at the other's corner if that is nothing."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        bottom = min(self.top + self.height, other.top + other.height)
        right = min(self.left + self.width, other.left + other.width)
        if bottom <= top or right <= left:
            return Region(other.top, other.left, 0, 0)
        return Region(top, left, bottom - top, right - left)

    def even(self) -> "Region":
        """The smallest one around it with even numbers, as 4:2:0 planes need."""
        top, left = self.top // 2 * 2, self.left // 2 * 2
        bottom, right = self.top + self.height, self.left + self.width
        return Region(top, left, -(-(bottom - top) // 2) * 2, -(-(right - left) // 2) * 2)
