"""A server that records and is asked to end, or is killed: what is left, and what is not."""

import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import pytest
from tests.media.outputs.lamplight import frames
from tests.test_serve import COMMAND, LIMIT_S, QUICK, READY, environment  # noqa: F401

Server = tuple["subprocess.Popen[str]", str]


@pytest.fixture
def temporary(tmp_path: Path, environment: dict[str, str]) -> dict[str, str]:  # noqa: F811
    """An environment in which temporary files are the test's own."""
    (tmp_path / "tmp").mkdir()
    return {**environment, "TMPDIR": str(tmp_path / "tmp")}


@contextmanager
def _serving(environment: dict[str, str], *arguments: str) -> Iterator[Server]:  # noqa: F811
    command = [*COMMAND, *QUICK, "--port", "0", "--hls", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stderr is not None
            found = (re.search(READY, line) for line in process.stderr)
            yield process, next(filter(None, found))[1]
        finally:
            process.kill()


def _watch(url: str) -> None:
    """Opens the stage, which is then recorded; three seconds of it have been encoded."""
    with urllib.request.urlopen(f"{url}/hls/main/index.m3u8", timeout=LIMIT_S) as answer:  # noqa: S310
        assert answer.status == 200


def test_sigterm_finishes_recordings(tmp_path: Path, temporary: dict[str, str]) -> None:
    films = tmp_path / "films"
    with _serving(temporary, "--record", str(films)) as (process, url):
        _watch(url)
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_S) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    (film,) = films.iterdir()
    with av.open(str(film)) as container:
        assert container.streams.video[0].frames > 25  # which a fragmented film does not tell
    assert not list((tmp_path / "tmp").iterdir())


def test_sigkill_leaves_a_film_and_nothing_that_stands_in_the_way(
    tmp_path: Path, temporary: dict[str, str]
) -> None:
    films = tmp_path / "films"
    with _serving(temporary, "--record", str(films)) as (process, url):
        _watch(url)
        process.kill()
        process.wait()
    (film,) = films.iterdir()
    assert frames(film) > 25
    (left,) = (tmp_path / "tmp").glob("visavis-*")
    with _serving(temporary, "--record", str(films)) as (process, url):
        assert not left.exists()
        _watch(url)
    assert film in films.iterdir()
