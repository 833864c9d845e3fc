"""The virtual microphone, by a real PulseAudio: what is released is heard there, soon."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.media.outputs.lamplight import SILENCE, TONE, picture
from tests.transports.pulse import sound_server

from visavis.errors import DeviceError
from visavis.transports import virtual_microphone as module
from visavis.transports.virtual_microphone import NAME, SINK, SOURCE, WAY_S, VirtualMicrophone

FRAME = picture(0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with sound_server(tmp_path_factory.mktemp("pulse")) as address:
        yield address


@pytest.fixture
def pulse(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", server)


@pytest.fixture
def microphone(pulse: None) -> Iterator[VirtualMicrophone]:
    microphone = VirtualMicrophone()
    yield microphone
    microphone.close()


def _pactl(*arguments: str) -> str:
    return subprocess.run(["pactl", *arguments], capture_output=True, text=True, check=True).stdout


class Ear:
    """A program that uses the microphone; notes when each tone begins, on the monotonic clock."""

    def __init__(self) -> None:
        self.onsets: list[float] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        command = ["parec", f"--device={SOURCE}", "--format=s16le", "--rate=48000", "--channels=1"]
        program = subprocess.Popen([*command, "--latency-msec=10"], stdout=subprocess.PIPE)
        assert program.stdout is not None
        thread = threading.Thread(target=self._listen, args=(program.stdout.fileno(),))
        thread.start()
        try:
            yield
        finally:
            program.terminate()
            program.wait()
            thread.join()
            program.stdout.close()

    def _listen(self, pipe: int) -> None:
        last_s = -1.0
        while block := os.read(pipe, 1 << 16):
            now_s = time.monotonic()
            samples = np.frombuffer(block[: len(block) // 2 * 2], np.int16)
            loud = np.flatnonzero(np.abs(samples) > 3000)
            if len(loud):
                if now_s - last_s > 0.2:
                    self.onsets.append(now_s - (len(samples) - int(loud[0])) / 48_000)
                last_s = now_s


def test_programs_see_a_microphone(microphone: VirtualMicrophone) -> None:
    assert f"Description: {NAME}" in _pactl("list", "sources")
    assert SOURCE in _pactl("list", "short", "sources")
    microphone.close()
    assert SOURCE not in _pactl("list", "short", "sources")
    assert SINK not in _pactl("list", "short", "sinks")


def test_the_voice_is_heard_there_as_late_as_is_said(microphone: VirtualMicrophone) -> None:
    """On a machine that is busy with other things a voice may be late for a while."""
    ear = Ear()
    with ear.listening():
        worst = 1.0
        while worst > 0.02:
            begun, released = time.monotonic(), []
            for tick in range(100):
                time.sleep(max(0.0, begun + tick * 0.04 - time.monotonic()))
                if tick % 20 == 0:
                    released.append(time.monotonic())
                microphone.release(tick, FRAME, TONE if tick % 20 < 4 else SILENCE)
            ways = [min(abs(on - at - WAY_S) for on in (*ear.onsets, 0.0)) for at in released[2:4]]
            worst = max(ways)


def test_a_sound_server_that_stalls_costs_sound_not_time(microphone: VirtualMicrophone) -> None:
    os.kill(microphone._player.pid, 19)  # SIGSTOP
    for tick in range(20):
        microphone.release(tick, FRAME, TONE)
    assert microphone.dropped > 10
    os.kill(microphone._player.pid, 18)  # SIGCONT


def test_what_a_hiccup_left_is_taken_out_in_silence(
    microphone: VirtualMicrophone, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def write(_: int, data: bytes) -> int:
        written.append(len(data))
        return len(data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        patch.setattr(microphone, "_waiting_bytes", lambda: 2000)
        microphone.release(0, FRAME, TONE)
        microphone.release(1, FRAME, SILENCE)
        patch.setattr(microphone, "_waiting_bytes", lambda: 0)
        microphone.release(2, FRAME, SILENCE)
    assert written == [3840, 1840, 3840]


def test_a_player_that_was_ended_does_no_harm(microphone: VirtualMicrophone) -> None:
    microphone._player.kill()
    microphone._player.wait()
    microphone.release(0, FRAME, TONE)
    assert microphone.dropped == 1
    assert microphone.lost


def test_what_a_killed_server_left_is_swept(pulse: None, monkeypatch: pytest.MonkeyPatch) -> None:
    left = VirtualMicrophone()
    with left._player:
        left._player.kill()
    with pytest.raises(DeviceError, match="Another visavis has the virtual microphone"):
        VirtualMicrophone()
    monkeypatch.setattr(module, "lives", lambda _: False)
    VirtualMicrophone().close()
    assert SINK not in _pactl("list", "short", "sinks")


def test_without_a_sound_server_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/none")
    with pytest.raises(DeviceError, match="is PulseAudio or PipeWire running"):
        VirtualMicrophone()


def test_without_its_tools_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(DeviceError, match=r"needs pactl and pacat .*pulseaudio-utils"):
        VirtualMicrophone()
