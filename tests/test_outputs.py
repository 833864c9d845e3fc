"""The ways out as the settings put them together."""

# ruff: noqa: F401, F811 - fixtures of other tests

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.transports.test_camera import FakeDevice, devices

from visavis.avatars import Avatar
from visavis.config_outputs import OutputsConfig
from visavis.core.compositor import Frame
from visavis.errors import DeviceError, MediaError
from visavis.outputs import Outputs, open_devices
from visavis.transports import virtual_microphone
from visavis.transports.virtual_microphone import WAY_S


class Voice:
    """In place of the virtual microphone."""

    lost = False
    closed = 0

    def release(self, tick: int, frame: Frame | None, sound: NDArray[np.float32]) -> None:
        """It is not looked at."""

    def close(self) -> None:
        Voice.closed += 1


@pytest.fixture(autouse=True)
def voice(monkeypatch: pytest.MonkeyPatch) -> type[Voice]:
    monkeypatch.setattr(Voice, "closed", 0)
    monkeypatch.setattr(virtual_microphone, "VirtualMicrophone", Voice)
    return Voice


def test_nothing_asked_for_is_nothing(lamp: Avatar, tmp_path: Path) -> None:
    with Outputs(OutputsConfig(), lamp, tmp_path) as outputs:
        assert outputs.on_air is None
        assert (outputs.decks.tapes, outputs.decks.shelf) == (None, None)


def test_the_picture_waits_for_the_voice(lamp: Avatar, devices: list[FakeDevice]) -> None:
    with ExitStack() as stack:
        voice, camera = open_devices(OutputsConfig(camera=True), lamp, stack)
        assert isinstance(voice._device, Voice)
        assert getattr(camera._device, "_hold_s", None) == WAY_S
        assert devices[0].settings["width"] == lamp.bundle.width
    assert devices[0].closed
    assert Voice.closed == 1


def test_a_picture_without_a_voice_waits_for_nothing(
    lamp: Avatar,
    devices: list[FakeDevice],
) -> None:
    with ExitStack() as stack:
        (camera,) = open_devices(OutputsConfig(camera=True, voice=False), lamp, stack)
        assert getattr(camera._device, "_hold_s", None) == 0
    assert len(devices) == 1


def test_without_a_camera_the_voice_is_given_back(
    lamp: Avatar,
    tmp_path: Path,
    devices: list[FakeDevice],
) -> None:
    config = OutputsConfig(camera=True, camera_device="/dev/video9")
    with pytest.raises(DeviceError, match="/dev/video9"), Outputs(config, lamp, tmp_path):
        pass
    assert Voice.closed == 1


def test_a_folder_that_cannot_be_is_told(lamp: Avatar, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MediaError, match="cannot hold recordings"):
        Outputs(OutputsConfig(record=tmp_path / "file"), lamp, tmp_path)
