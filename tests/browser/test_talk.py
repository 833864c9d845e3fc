"""A person talks to the page in a real Chromium, through the real server, and is spoken back."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from bench.analysis import beeps, skew_ms
from bench.browser import open_page, running_server, talk
from bench.live import WARM_UP_S, Talk, talk_to
from bench.mouth import mouth_box
from bench.wav import write_wav
from visavis import avatars
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ, build_lamp

Result = TypeVar("Result")
ATTEMPTS = 3  # the machine is shared: a neighbour's burst is not our stutter
VOICE_PEAK = 0.85  # of two recordings of one voice; 0.88 to 0.92 were seen
TONES_S = WARM_UP_S + 12


def attempt(measure: Callable[[], Result], holds: Callable[[Result], bool]) -> Result:
    """The first measurement that holds, or the last."""
    for _ in range(ATTEMPTS):
        result = measure()
        if holds(result):
            break
    return result


def is_fluent(result: Talk) -> bool:
    return result.fps >= 24 and result.freezes == 0 and result.voice_peak >= VOICE_PEAK


@pytest.mark.timeout(300)
def test_nova_speaks_what_the_microphone_hears() -> None:
    """Ten seconds of speech, three of silence."""
    mouth = mouth_box(avatars.find("nova"))
    result = attempt(lambda: talk_to("nova", mouth), is_fluent)
    assert result.fps >= 24
    assert result.freezes == 0
    assert result.voice_peak >= VOICE_PEAK
    assert result.mouth_ratio >= 5


@pytest.mark.timeout(300)
def test_flash_and_beep_arrive_together(tmp_path: Path) -> None:
    """The lamp lights up exactly while its tone sounds, once the page has brought both together."""
    tones = beeps(TONES_S + 8, TONE_HZ, TONE_AMPLITUDE)
    microphone = write_wav(tmp_path / "tones.wav", tones)
    lamps = build_lamp(tmp_path).parent

    def settled_ms() -> float:
        with (
            running_server("--avatar", "lamp", avatars=lamps) as server,
            open_page(f"{server.url}/?processing=off", microphone) as page,
        ):
            skew = skew_ms(talk(page, TONES_S))[int(WARM_UP_S) :]
        assert len(skew) >= 8
        return float(np.mean(skew))

    assert abs(attempt(settled_ms, lambda mean: abs(mean) <= 40)) <= 40
