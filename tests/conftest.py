"""What all tests share: the lamp as the avatar, sounds, and a watch over tasks and threads."""

import asyncio
import gc
import inspect
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import aioice.ice
import numpy as np
import pytest
from aioice.ice import Connection
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

from visavis import avatars, cli
from visavis.avatars import Avatar
from visavis.core.bundle import read_bundle
from visavis.engine.generator import PlainModel
from visavis.engine.models import Generator, GeneratorModel
from visavis.engine.pool import SessionPool
from visavis.engine.session import Runner
from visavis.studio.lamp import build_lamp
from visavis.transports.aiortc_patches import end_closed_connections, use_addresses

Float32 = NDArray[np.float32]
ToneMaker = Callable[..., Float32]
Run = Callable[..., tuple[int, str, str]]  # visavis … → exit status, stdout, stderr
FakeRun = Callable[[Float32, Float32], Float32]
_WAY_OUT_S = 30.0  # far more than anything here takes
ModelMaker = Callable[[FakeRun], GeneratorModel]
MouthMaker = Callable[[FakeRun], PlainModel]

# The same examples in every run and on any machine: no run is red by chance. `make fuzz` searches.
_LENIENT = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
_PATIENT = settings(deadline=None, suppress_health_check=_LENIENT)
settings.register_profile("same", _PATIENT, derandomize=True)
settings.register_profile("search", _PATIENT, max_examples=2000, print_blob=True)
settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What visavis keeps for its user goes to a folder of this run."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def avatar_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of avatars that holds the lamp, made known to visavis."""
    folder = tmp_path_factory.mktemp("avatars")
    build_lamp(folder)
    before = os.environ.get(avatars.PATH_VARIABLE)
    os.environ[avatars.PATH_VARIABLE] = str(folder)
    yield folder
    if before is None:
        del os.environ[avatars.PATH_VARIABLE]
    else:
        os.environ[avatars.PATH_VARIABLE] = before


@pytest.fixture(scope="session")
def lamp(avatar_folder: Path) -> Avatar:
    """The lamp, loaded: white while a 1 kHz tone sounds."""
    return avatars.load(read_bundle(avatar_folder / "lamp"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `visavis …`; returns exit status, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["visavis", *map(str, arguments)])
        status = 0
        try:
            cli.main()
        except SystemExit as end:
            status = int(end.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def pool(lamp: Avatar) -> Iterator[SessionPool]:
    """One session of the lamp's generator."""
    with SessionPool(lamp.fast, 1) as pool:
        yield pool


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Only what nobody refers to any more is freed; rings of references stay."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@dataclass(frozen=True)
class _FakeModel(GeneratorModel):
    session: Runner

    def open(self) -> Generator:
        return Generator(self.session, self)


class _FakeSession:
    def __init__(self, run: FakeRun) -> None:
        self._run = run

    def run(self, outputs: list[str], feeds: dict[str, Float32]) -> list[Float32]:
        return [self._run(feeds["template"], feeds["audio"])]


@pytest.fixture
def fake_model(lamp: Avatar) -> ModelMaker:
    """Makes a generator of the lamp's shapes out of a function of templates and audio."""
    return lambda run: _FakeModel(lamp.bundle, b"", _FakeSession(run))


@pytest.fixture
def fake_mouths(lamp: Avatar, fake_model: ModelMaker) -> MouthMaker:
    """The same as the pool runs it."""
    return lambda run: PlainModel(fake_model(run), lamp.template, lamp.fast.window)


@pytest.fixture(scope="session")
def speechlike() -> Float32:
    """Three seconds at 16 kHz that move as speech does: voiced syllables, hiss, pauses."""
    rng = np.random.default_rng(7)
    time = np.arange(3 * 16_000) / 16_000
    pitch = 120 + 25 * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / 16_000
    voice = sum((np.sin(h * phase) / h for h in range(1, 25)), np.zeros_like(time))
    syllables = np.clip(np.sin(2 * np.pi * 2.3 * time), 0, 1)
    hiss = rng.normal(0, 0.05, len(time)) * np.clip(np.sin(2 * np.pi * 1.1 * time + 2), 0, 1)
    pcm = 0.2 * voice * syllables + hiss
    pcm[20_000:26_000] = 0
    return np.asarray(pcm, np.float32)


@pytest.fixture(scope="session")
def make_tone() -> ToneMaker:
    """Makes silence with 1 kHz tones in it: seconds in all, (begin, end) of each, sample rate."""

    def make(seconds: float, *spans: tuple[float, float], rate: int = 48_000) -> Float32:
        time = np.arange(round(seconds * rate)) / rate
        on = np.zeros(len(time), np.bool_)
        for begin, end in spans:
            on |= (time >= begin) & (time < end)
        return (0.5 * np.sin(2 * np.pi * 1000 * time) * on).astype(np.float32)

    return make


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Media stays on this machine."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", aioice.ice.get_host_addresses)
    use_addresses(["127.0.0.1"])
    monkeypatch.setattr(Connection, "query_consent", Connection.query_consent)
    end_closed_connections()


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test leaves a thread behind, and none that has an event loop leaves a task behind."""
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("_no_leaks_of_the_loop")
        yield
        return
    before = threading.enumerate()
    yield
    _no_threads_since(before)


@pytest.fixture
async def _no_leaks_of_the_loop() -> AsyncIterator[None]:
    threads, tasks = threading.enumerate(), asyncio.all_tasks()
    yield
    left = {task for task in asyncio.all_tasks() - tasks if task is not asyncio.current_task()}
    if left:  # what is on its way out may take a moment
        _, left = await asyncio.wait(left, timeout=_WAY_OUT_S)
    assert not left
    await asyncio.get_running_loop().shutdown_default_executor()
    _no_threads_since(threads)


def _no_threads_since(before: list[threading.Thread]) -> None:
    left = [thread for thread in threading.enumerate() if thread not in before]
    # anyio keeps idle workers for the next file and ends them with their loop.
    left = [thread for thread in left if not thread.name.startswith("AnyIO worker")]
    for thread in left:  # what is on its way out may take a moment
        thread.join(_WAY_OUT_S)
    assert not [thread for thread in left if thread.is_alive()]
