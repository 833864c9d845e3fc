"""A process that records until something ends it: `endless.py FILE [LARGEST_BYTES]`."""

import resource
import sys
import time
from pathlib import Path

from tests.media.outputs.lamplight import SIDE, picture, sound

from visavis.media.outputs.programme import Programme
from visavis.media.outputs.recording import Recording


def main(path: Path, largest: int | None = None) -> None:
    """Record in real time, or as fast as it goes where the file may only grow so large."""
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    programme = Programme(SIDE, SIDE)
    recording = programme.add(lambda streams: Recording(path, streams))
    begun, tick = time.monotonic(), 0
    while not recording.done:
        programme.release(tick, picture(tick), sound(tick))
        tick += 1
        print(tick, flush=True)  # noqa: T201
        due = begun + tick / 25 if largest is None else 0.0
        time.sleep(max(0.002, due - time.monotonic()))
    programme.close()
    print(recording.reason, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
