"""A person talks to the page in a real Chromium, through the real server, and is spoken back."""

from pathlib import Path

import numpy as np
import pytest

from bench.analysis import beeps, skew_ms
from bench.browser import open_page, running_server, talk
from bench.live import WARM_UP_S, Talk, talk_to
from bench.mouth import mouth_box
from bench.wav import write_wav
from visavis import avatars
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ, build_lamp

ATTEMPTS = 3  # the machine is shared: a neighbour's burst is not our stutter


def steady_talk() -> Talk:
    """Ten seconds of speech, three of silence; again if something else took the processor."""
    mouth = mouth_box(avatars.find("nova"))
    for _ in range(ATTEMPTS):
        result = talk_to("nova", mouth)
        if result.fps >= 24 and not result.freezes:
            break
    return result


@pytest.mark.timeout(240)
def test_nova_speaks_what_the_microphone_hears() -> None:
    result = steady_talk()
    assert result.fps >= 24
    assert result.freezes == 0
    assert result.mouth_ratio >= 5
    assert result.voice_peak >= 0.9


@pytest.mark.timeout(180)
def test_flash_and_beep_arrive_together(tmp_path: Path) -> None:
    """The lamp lights up exactly while its tone sounds, once Chromium's buffers have settled."""
    seconds = WARM_UP_S + 12
    tones = beeps(seconds + 8, TONE_HZ, TONE_AMPLITUDE)
    microphone = write_wav(tmp_path / "tones.wav", tones)
    lamps = build_lamp(tmp_path).parent
    with (
        running_server("--avatar", "lamp", avatars=lamps) as server,
        open_page(f"{server.url}/?processing=off", microphone) as page,
    ):
        settled = skew_ms(talk(page, seconds))[int(WARM_UP_S) :]
    assert len(settled) >= 8
    assert abs(float(np.mean(settled))) <= 40
