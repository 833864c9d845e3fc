"""A virtual camera of this machine: every program that takes a webcam can take the avatar."""

import logging
import sys
import threading
import time
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.core.timeline import FPS
from visavis.errors import DeviceError

_log = logging.getLogger(__name__)
_WAITING = 3  # frames, 120 ms
_LINUX = (
    "There is no virtual camera: the kernel module v4l2loopback is missing. Debian and Ubuntu: "
    "sudo apt-get install v4l2loopback-dkms && "
    'sudo modprobe v4l2loopback exclusive_caps=1 card_label="visavis"'
)
_ELSEWHERE = (
    "There is no virtual camera: install OBS Studio, start its virtual camera once, and quit."
)


def _pyvirtualcam() -> Any:
    """The library, imported late: it is an extra."""
    try:
        import pyvirtualcam
    except ImportError as error:
        raise DeviceError(
            "The virtual camera needs pyvirtualcam: pip install 'visavis[camera]'"
        ) from error
    return pyvirtualcam


class Camera:
    """An outlet of the stream. The driver is called by a thread of its own; a frame that it is too
    slow for is left out, counted."""

    def __init__(
        self,
        width: int,
        height: int,
        device: str | None = None,
        hold_s: float = 0.0,
    ) -> None:
        """`device` is such as /dev/video2; None takes the first that is free. Frames are shown
        `hold_s` after their release, for a voice that takes so long. Raises `DeviceError`."""
        library = _pyvirtualcam()
        try:
            self._camera = library.Camera(
                width, height, FPS, fmt=library.PixelFormat.I420, device=device
            )
        except RuntimeError as error:
            raise DeviceError(_no_camera(str(error), device)) from error
        self.device: str = self._camera.device
        self.dropped = 0  # frames
        self._hold_s = hold_s
        self.lost = False  # the device is gone: then open another
        self._waiting: deque[tuple[float, Frame]] = deque(maxlen=_WAITING)
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._show, name="camera", daemon=True)
        self._thread.start()

    def release(self, tick: int, frame: Frame | None, sound: NDArray[np.float32]) -> None:
        """See `visavis.media.outlet.Outlet`."""
        if frame is None:
            return
        with self._changed:
            self.dropped += len(self._waiting) == _WAITING
            self._waiting.append((time.monotonic() + self._hold_s, frame.copy()))
            self._changed.notify()

    def close(self) -> None:
        """Give the device back."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        self._camera.close()

    def _show(self) -> None:
        try:
            while (frame := self._take()) is not None:
                self._camera.send(frame)
        except Exception:  # a driver's fault ends the camera alone
            _log.warning("the virtual camera %s failed", self.device, exc_info=True)
            self.lost = True

    def _take(self) -> Frame | None:
        """The next frame, when it is due; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or len(self._waiting) > 0)
            if self._closing:
                return None
            due_s, frame = self._waiting.popleft()
            self._changed.wait_for(lambda: self._closing, max(0.0, due_s - time.monotonic()))
            return frame


def _no_camera(reason: str, device: str | None) -> str:
    if "No v4l2 loopback device" in reason or ("not found" in reason and device is None):
        return _LINUX if sys.platform.startswith("linux") else _ELSEWHERE
    reason = reason.rpartition("backend: ")[2].strip().rstrip(".")
    return f"The virtual camera {device or ''} cannot be opened: {reason}.".replace("  ", " ")
