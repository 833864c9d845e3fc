"""What became of a stream's frames."""

from dataclasses import dataclass


@dataclass
class StreamCounters:
    """What the loop did since it began, in frames."""

    released: int = 0
    generated: int = 0
    late: int = 0  # not made in time: the mouth was held
    failed: int = 0  # the generator or the encoder failed: the idle frame was shown
    refused: int = 0  # the pool was full: the mouth was held
    spared: int = 0  # not due at this rung of the ladder: the mouth was held, or at rest
    skipped: int = 0  # the loop itself was held up: the sound went out alone
    lost: int = 0  # it was held up for so long that the sound was given up, too
    interrupted: int = 0  # heard, but dropped by an interrupt
