"""Who is there and who is gone."""

import os
import subprocess

from visavis.transports.processes import lives


def test_a_process_lives_or_not() -> None:
    assert lives(os.getpid())
    assert lives(1)
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    assert not lives(gone.pid)
