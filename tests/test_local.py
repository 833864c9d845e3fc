"""The local way: this machine's microphone into a film, by a PortAudio that is made up."""

# ruff: noqa: F401, F811 - fixtures of other tests

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.transports.rtmp_server import free_port
from tests.transports.test_camera import FakeDevice, devices

from visavis.avatars import Avatar
from visavis.config_outputs import OutputsConfig
from visavis.errors import DeviceError, MediaError
from visavis.local import LocalJob, run_local
from visavis.media.outputs.guarded import GuardedFile
from visavis.transports import microphone

Float32 = NDArray[np.float32]


class Device:
    """A microphone that plays a clip in real time from a thread of its own."""

    PortAudioError = OSError

    def __init__(self, clip: Float32, unplugged_after_s: float | None = None) -> None:
        self.opened = 0
        self.rescans = 0
        self._blocks = clip[: len(clip) // 960 * 960].reshape(-1, 960, 1)
        self._unplugged_after = unplugged_after_s
        self._ended = threading.Event()
        self.closed = 0

    def InputStream(self, callback: Any, finished_callback: Any, **_: object) -> "Device":  # noqa: N802
        self.opened += 1
        self._came, self._finished = callback, finished_callback
        self._thread = threading.Thread(target=self._play)
        return self

    def _terminate(self) -> None:
        self.rescans += 1

    def _initialize(self) -> None:
        """There is one device, always."""

    def start(self) -> None:
        self._ended.clear()
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self.closed += 1

    def _play(self) -> None:
        status = SimpleNamespace(input_overflow=False)
        for number, block in enumerate(self._blocks):
            if self._ended.wait(0.02):
                return
            if self._unplugged_after and number * 0.02 > self._unplugged_after:
                self._unplugged_after = None
                self._finished()
                return
            self._came(block, 960, None, status)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Device], Device]:
    def use(device: Device) -> Device:
        monkeypatch.setattr(microphone, "_sounddevice", lambda: device)
        return device

    return use


Use = Callable[[Device], Device]


def test_speech_becomes_a_film(
    lamp: Avatar, use: Use, tmp_path: Path, make_tone: Callable[..., Float32]
) -> None:
    device = use(Device(make_tone(20.0, (0.3, 20.0))))
    run_local(lamp, LocalJob(tmp_path / "a.mp4", None, 1.6), 1)
    assert device.closed == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
    with av.open(str(tmp_path / "a.mp4")) as container:
        frames = [f.to_ndarray()[100:140, 100:140].mean() for f in container.decode(video=0)]
    with av.open(str(tmp_path / "a.mp4")) as container:
        sound = [np.abs(f.to_ndarray()).max() for f in container.decode(audio=0)]
    assert len(frames) > 1
    assert max(sound) > 0.3
    assert min(frames) < 60


def test_a_microphone_that_is_unplugged_is_awaited_and_the_film_goes_on(
    lamp: Avatar,
    use: Use,
    tmp_path: Path,
    make_tone: Callable[..., Float32],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    device = use(Device(make_tone(20.0, (0.0, 20.0)), unplugged_after_s=0.3))
    run_local(lamp, LocalJob(tmp_path / "a.mp4", None, 2.5), 1)
    assert (device.opened, device.closed, device.rescans) == (2, 2, 1)
    assert "the microphone went away; waiting for it" in caplog.messages
    assert "the microphone is back" in caplog.messages
    with av.open(str(tmp_path / "a.mp4")) as container:
        levels = [float(np.abs(f.to_ndarray()).max()) for f in container.decode(audio=0)]
    loud = "".join("x" if level > 0.2 else " " for level in levels).strip()
    assert "   " in loud  # it spoke, was silent, and spoke again


def test_a_place_that_cannot_be_written_is_told(lamp: Avatar, use: Use, tmp_path: Path) -> None:
    device = use(Device(np.zeros(96_000, np.float32)))
    with pytest.raises(MediaError, match="cannot be written"):
        run_local(lamp, LocalJob(tmp_path / "no" / "a.mp4", None, 1.0), 1)
    assert device.opened == device.closed


def test_a_film_that_is_there_is_kept(lamp: Avatar, use: Use, tmp_path: Path) -> None:
    use(Device(np.zeros(96_000, np.float32)))
    (tmp_path / "a.mp4").write_text("mine")
    with pytest.raises(MediaError, match="cannot be written: File exists"):
        run_local(lamp, LocalJob(tmp_path / "a.mp4", None, 1.0), 1)
    assert (tmp_path / "a.mp4").read_text() == "mine"


def test_a_full_disk_ends_it_and_keeps_what_was_filmed(
    lamp: Avatar, use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(Device(np.zeros(960_000, np.float32)))
    looks = [1 << 40] * 3

    def free(_: GuardedFile) -> int:
        return looks.pop() if looks else 0

    monkeypatch.setattr(GuardedFile, "free_bytes", free)
    with pytest.raises(MediaError, match="The recording failed: less than 256 MB are free"):
        run_local(lamp, LocalJob(tmp_path / "a.mp4", None, None), 1)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) > 5


def test_film_push_and_camera_go_on_together(
    lamp: Avatar,
    use: Use,
    tmp_path: Path,
    devices: list[FakeDevice],
) -> None:
    use(Device(np.zeros(960_000, np.float32)))
    url = f"rtmp://127.0.0.1:{free_port()}/live/key"  # where nobody listens
    outputs = OutputsConfig(rtmp=url, camera=True, voice=False)
    run_local(lamp, LocalJob(tmp_path / "a.mp4", None, 1.5, outputs), 1)
    assert devices[0].closed
    assert len(devices[0].shown) > 10
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].frames > 10


def test_without_portaudio_nothing_is_written(
    lamp: Avatar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise DeviceError("PortAudio is missing; install it.")

    monkeypatch.setattr(microphone, "_sounddevice", fail)
    with pytest.raises(DeviceError, match="PortAudio is missing"):
        run_local(lamp, LocalJob(tmp_path / "a.mp4", None, None), 1)
    assert not list(tmp_path.iterdir())
