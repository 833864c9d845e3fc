from pathlib import Path

import numpy as np
import pytest

from visavis import avatars
from visavis.core.bundle import read_bundle
from visavis.core.mel import MelSpec
from visavis.core.window import WindowSpec
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ, build_lamp, lamp_threshold
from visavis.studio.player import Player


def test_the_threshold_lies_between_silence_and_the_tone() -> None:
    assert -4 < lamp_threshold(MelSpec()) < 4


@pytest.mark.parametrize("offset", [-5, -1])
def test_it_is_white_while_the_tone_sounds_whatever_the_window(tmp_path: Path, offset: int) -> None:
    window = WindowSpec(offset=offset, left=7, right=0, shift=0, edge="silence")
    lamp = avatars.load(read_bundle(build_lamp(tmp_path, window)))
    assert lamp.bundle.window == window
    sounding = np.repeat((np.arange(50) >= 20) & (np.arange(50) < 30), 640)
    wave = TONE_AMPLITUDE * np.sin(2 * np.pi * TONE_HZ * np.arange(50 * 640) / 16_000)
    shown = Player(lamp).speak((sounding * wave).astype(np.float32), [0] * 50, gated=False)
    lit = [float(frame[100:140, 100:140].mean()) > 128 for frame in shown]
    assert np.flatnonzero(lit).tolist() == pytest.approx(range(20, 30), abs=1)


def test_it_can_be_built_again_over_itself(tmp_path: Path) -> None:
    folder = build_lamp(tmp_path)
    names = sorted(path.name for path in folder.iterdir())
    assert build_lamp(tmp_path) == folder
    assert sorted(path.name for path in folder.iterdir()) == names
    avatars.load(read_bundle(folder)).check()
