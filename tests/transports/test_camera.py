"""The virtual camera: pyvirtualcam with a device of our own behind it, and without any."""

import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import pyvirtualcam
import pyvirtualcam.camera
from numpy.typing import NDArray

from visavis.core.compositor import Frame, new_frame
from visavis.errors import DeviceError
from visavis.transports import camera as module
from visavis.transports.camera import Camera

MARGIN_S = 30
SILENCE = np.zeros(1920, np.float32)


class FakeDevice:
    """What pyvirtualcam calls a backend."""

    devices: list["FakeDevice"] = []  # noqa: RUF012
    hold = threading.Event()

    def __init__(self, **settings: Any) -> None:
        if settings["device"] == "/dev/video9":
            raise RuntimeError("Device /dev/video9 is busy.")
        self.settings = settings
        self.shown: list[tuple[float, NDArray[np.uint8]]] = []
        self.came = threading.Semaphore(0)
        self.closed = False
        self.devices.append(self)

    def send(self, frame: NDArray[np.uint8]) -> None:
        if frame[0] == 99:
            raise RuntimeError("unplugged")
        self.shown.append((time.monotonic(), frame.copy()))
        self.came.release()
        assert self.hold.wait(MARGIN_S)

    def device(self) -> str:
        return "/dev/video2"

    def native_fourcc(self) -> None:
        return None

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[FakeDevice]]:
    monkeypatch.setattr(pyvirtualcam.camera, "BACKENDS", {"fake": FakeDevice})
    FakeDevice.hold.set()
    yield FakeDevice.devices
    FakeDevice.hold.set()
    FakeDevice.devices.clear()


def _grey(level: int) -> Frame:
    frame = new_frame(64, 48)
    frame[:] = level
    return frame


def test_frames_reach_the_device_as_they_are(devices: list[FakeDevice]) -> None:
    camera = Camera(64, 48)
    (device,) = devices
    assert camera.device == "/dev/video2"
    assert (device.settings["width"], device.settings["height"]) == (64, 48)
    assert device.settings["fps"] == 25
    for level in (10, 20, 30):
        camera.release(level, _grey(level), SILENCE)
        assert device.came.acquire(timeout=MARGIN_S)
        camera.release(level, None, SILENCE)  # sound alone: the picture stays
    camera.close()
    assert [int(frame[0]) for _, frame in device.shown] == [10, 20, 30]
    assert device.shown[0][1].size == 64 * 48 * 3 // 2
    assert (device.closed, camera.dropped) == (True, 0)


def test_the_picture_waits_for_a_voice_that_takes_longer(devices: list[FakeDevice]) -> None:
    camera = Camera(64, 48, hold_s=0.2)
    released = time.monotonic()
    camera.release(0, _grey(10), SILENCE)
    assert devices[0].came.acquire(timeout=MARGIN_S)
    camera.close()
    assert devices[0].shown[0][0] - released >= 0.2


def test_a_slow_driver_costs_frames_not_time(devices: list[FakeDevice]) -> None:
    FakeDevice.hold.clear()
    camera = Camera(64, 48)
    camera.release(0, _grey(1), SILENCE)
    assert devices[0].came.acquire(timeout=MARGIN_S)
    for tick in range(2, 9):
        camera.release(tick, _grey(tick), SILENCE)
    assert camera.dropped == 4
    FakeDevice.hold.set()
    for _ in range(3):
        assert devices[0].came.acquire(timeout=MARGIN_S)
    camera.close()
    assert [int(frame[0]) for _, frame in devices[0].shown] == [1, 6, 7, 8]


def test_a_driver_that_fails_is_told(
    devices: list[FakeDevice], caplog: pytest.LogCaptureFixture
) -> None:
    camera = Camera(64, 48)
    camera.release(0, _grey(99), SILENCE)
    camera._thread.join(MARGIN_S)
    assert camera.lost
    camera.release(1, _grey(1), SILENCE)
    camera.close()
    assert "the virtual camera /dev/video2 failed" in caplog.text


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux")
def test_without_the_kernel_module_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The true pyvirtualcam, which finds no such device here; or one that tells what it tells."""

    class Without:
        def __init__(self, **_: object) -> None:
            raise RuntimeError(
                "No v4l2 loopback device found at /dev/video[0-99]. Did you run 'modprobe "
                "v4l2loopback'? See also pyvirtualcam's documentation."
            )

    monkeypatch.setattr(pyvirtualcam.camera, "BACKENDS", {"v4l2loopback": Without})
    with pytest.raises(DeviceError) as told:
        Camera(64, 48)
    assert str(told.value) == (
        "There is no virtual camera: the kernel module v4l2loopback is missing. Debian and Ubuntu: "
        "sudo apt-get install v4l2loopback-dkms && "
        'sudo modprobe v4l2loopback exclusive_caps=1 card_label="visavis"'
    )


def test_a_device_that_is_busy_is_named(devices: list[FakeDevice]) -> None:
    with pytest.raises(DeviceError) as told:
        Camera(64, 48, "/dev/video9")
    reason = "cannot be opened: Device /dev/video9 is busy."
    assert str(told.value) == f"The virtual camera /dev/video9 {reason}"


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(DeviceError, match=r"pip install 'visavis\[camera\]'"):
        module.Camera(64, 48)
