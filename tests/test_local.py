"""The local way: this machine's microphone into a film, by a PortAudio that is made up."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.errors import DeviceError, MediaError
from visavis.local import LocalJob, run_local
from visavis.transports import microphone

Float32 = NDArray[np.float32]


class Device:
    """A microphone that plays a clip in real time from a thread of its own."""

    PortAudioError = OSError

    def __init__(self, clip: Float32, unplugged_after_s: float | None = None) -> None:
        self._blocks = clip[: len(clip) // 960 * 960].reshape(-1, 960, 1)
        self._unplugged_after = unplugged_after_s
        self._ended = threading.Event()
        self.closed = 0

    def InputStream(self, callback: Any, finished_callback: Any, **_: object) -> "Device":  # noqa: N802
        self._came, self._finished = callback, finished_callback
        self._thread = threading.Thread(target=self._play)
        return self

    def start(self) -> None:
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


def test_a_microphone_that_goes_away_is_told_and_the_film_kept(
    lamp: Avatar, use: Use, tmp_path: Path, make_tone: Callable[..., Float32]
) -> None:
    device = use(Device(make_tone(20.0), unplugged_after_s=0.4))
    with pytest.raises(DeviceError, match="The microphone went away"):
        run_local(lamp, LocalJob(tmp_path / "a.mp4", None, None), 1)
    assert device.closed == 1
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].frames > 0


def test_a_place_that_cannot_be_written_is_told(lamp: Avatar, use: Use, tmp_path: Path) -> None:
    device = use(Device(np.zeros(96_000, np.float32)))
    with pytest.raises(MediaError, match="cannot be written"):
        run_local(lamp, LocalJob(tmp_path / "no" / "a.mp4", None, 1.0), 1)
    assert device.closed == 1


def test_without_portaudio_nothing_is_written(
    lamp: Avatar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise DeviceError("PortAudio is missing; install it.")

    monkeypatch.setattr(microphone, "_sounddevice", fail)
    with pytest.raises(DeviceError, match="PortAudio is missing"):
        run_local(lamp, LocalJob(tmp_path / "a.mp4", None, None), 1)
    assert not list(tmp_path.iterdir())
