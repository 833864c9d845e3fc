"""A preview window on this machine, by Tk."""

from collections.abc import Callable
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.errors import DeviceError


def _tkinter() -> Any:
    """The library, imported late: some Python builds leave it out."""
    try:
        import tkinter
    except ImportError as error:
        raise DeviceError(
            "This Python has no Tk for a window (Debian and Ubuntu: apt-get install python3-tk); "
            "record with --out FILE.mp4 instead."
        ) from error
    return tkinter


class Window:
    """Shows each released frame at once. An outlet of the stream; the sound is not played, since
    the speaker stands beside the screen."""

    def __init__(self, title: str, width: int, height: int, closed: Callable[[], None]) -> None:
        """`closed` is called when the user closes the window. Raises `DeviceError`."""
        tkinter = _tkinter()
        try:
            self._root = tkinter.Tk()
        except tkinter.TclError as error:
            raise DeviceError(
                "There is no screen for a window here; record with --out FILE.mp4 instead."
            ) from error
        self._root.title(title)
        self._root.resizable(False, False)
        self._root.protocol("WM_DELETE_WINDOW", closed)
        self._picture = tkinter.PhotoImage(master=self._root, width=width, height=height)
        tkinter.Label(self._root, image=self._picture, borderwidth=0).pack()

    def release(self, tick: int, frame: Frame | None, sound: NDArray[np.float32]) -> None:
        """See `visavis.media.outlet.Outlet`."""
        if frame is not None:
            self._picture.configure(data=_ppm(frame))
        self._root.update()

    def close(self) -> None:
        self._root.destroy()


def _ppm(frame: Frame) -> bytes:
    picture = VideoFrame.from_ndarray(frame, format="yuv420p")
    rgb = picture.reformat(format="rgb24", src_colorspace="ITU601", dst_colorspace="ITU601")
    header = f"P6 {rgb.width} {rgb.height} 255\n".encode()
    return header + rgb.to_ndarray().tobytes()
