"""The preview window, by a Tk that is made up."""

import builtins
import sys
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from visavis.core.compositor import new_frame, planes
from visavis.errors import DeviceError
from visavis.transports import window as module
from visavis.transports.window import Window


class TclError(Exception):
    """What Tk raises."""


@pytest.fixture
def tk(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    tk = SimpleNamespace(
        Tk=MagicMock(), PhotoImage=MagicMock(), Label=MagicMock(), TclError=TclError
    )
    monkeypatch.setattr(module, "_tkinter", lambda: tk)
    return tk


def test_a_release_is_shown_at_once_in_its_colours(tk: SimpleNamespace) -> None:
    window = Window("Nova", 64, 48, lambda: None)
    frame = new_frame(64, 48)
    for plane, value in zip(planes(frame), (81, 90, 240), strict=True):
        plane[:] = value
    window.release(0, frame, np.zeros(1920, np.float32))
    data: bytes = tk.PhotoImage.return_value.configure.call_args.kwargs["data"]
    header, pixels = data[:13], np.frombuffer(data[13:], np.uint8).reshape(48, 64, 3)
    assert header == b"P6 64 48 255\n"
    assert np.abs(pixels.astype(int) - [255, 0, 0]).max() <= 3
    tk.Tk.return_value.update.assert_called_once_with()
    window.release(1, None, np.zeros(1920, np.float32))  # sound alone: the picture stays
    tk.PhotoImage.return_value.configure.assert_called_once()


def test_closing_the_window_tells_the_caller(tk: SimpleNamespace) -> None:
    closed = MagicMock()
    window = Window("Nova", 64, 48, closed)
    name, handler = tk.Tk.return_value.protocol.call_args.args
    assert (name, handler) == ("WM_DELETE_WINDOW", closed)
    window.close()
    tk.Tk.return_value.destroy.assert_called_once_with()


def test_without_a_screen_it_says_what_to_do(tk: SimpleNamespace) -> None:
    tk.Tk.side_effect = TclError("no display name")
    with pytest.raises(DeviceError, match=r"no screen for a window here; record with --out"):
        Window("Nova", 64, 48, lambda: None)


def test_without_tk_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    find = builtins.__import__

    def fail(name: str, *rest: Any) -> ModuleType:
        if name == "tkinter":
            raise ImportError(name)
        return find(name, *rest)

    monkeypatch.delitem(sys.modules, "tkinter", raising=False)
    monkeypatch.setattr(builtins, "__import__", fail)
    with pytest.raises(DeviceError, match="no Tk for a window"):
        module._tkinter()
