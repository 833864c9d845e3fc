import numpy as np
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.compositor import planes
from visavis.core.timeline import FRAME_SAMPLES
from visavis.engine.reference import reference_frames
from visavis.studio.player import Player


def tone(frames: int) -> NDArray[np.float32]:
    time = np.arange(frames * FRAME_SAMPLES) / 16_000
    return (0.5 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)


def test_it_shows_what_a_viewer_gets(lamp: Avatar) -> None:
    player, pcm = Player(lamp), np.pad(tone(20), (6400, 6400))
    path = player.idle_path(40)
    generator = lamp.generator.open()
    reference = reference_frames(lamp.bundle, lamp.template, lamp.encoder, generator, pcm)
    for shown, plain in zip(player.speak(pcm, path), reference, strict=True):
        assert np.abs(shown.astype(int) - plain.astype(int)).max() <= 1


def test_the_path_says_which_frames_lie_below(lamp: Avatar) -> None:
    player = Player(lamp)
    shown = list(player.speak(np.zeros(5 * FRAME_SAMPLES, np.float32), [4, 3, 2, 1, 0]))
    assert all(frame is player.resting(i) for frame, i in zip(shown, (4, 3, 2, 1, 0), strict=True))


def test_without_the_gate_the_networks_decide(lamp: Avatar) -> None:
    player, quiet = Player(lamp), 0.001 * tone(10)
    gated, free = (list(player.speak(quiet, [0] * 10, gated=g)) for g in (True, False))
    assert all(frame is player.resting(0) for frame in gated)
    assert all(frame is not player.resting(0) for frame in free)
    assert planes(free[5])[0].max() < 100
