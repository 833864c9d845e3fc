"""One encoding for all outputs: keyframes where they are needed, nothing held back."""

from itertools import pairwise

import numpy as np
from tests.media.outputs.lamplight import SIDE, SILENCE, TONE, picture

from visavis.media.outputs.encoder import KEYFRAME_FRAMES, FilmEncoder


def test_every_picture_comes_out_at_once() -> None:
    encoder = FilmEncoder(SIDE, SIDE)
    for index in range(5):
        (coded,) = encoder.picture(index, picture(index), keyframe=False)
        assert (coded.video, coded.pts, coded.duration) == (True, index, 1)
        assert coded.time_s == index / 25


def test_keyframes_come_every_two_seconds_and_when_asked_for() -> None:
    encoder = FilmEncoder(SIDE, SIDE)
    keys = []
    for index in range(KEYFRAME_FRAMES + 10):
        (coded,) = encoder.picture(index, picture(index), keyframe=index == 7)
        keys += [index] if coded.keyframe else []
    assert keys == [0, 7, 7 + KEYFRAME_FRAMES]


def test_sound_keeps_its_place() -> None:
    encoder = FilmEncoder(SIDE, SIDE)
    coded = [
        c for k in range(10) for c in encoder.sound(1920 * (k + 3), TONE if k % 2 else SILENCE)
    ]
    assert coded[0].pts == 3 * 1920 - 1024  # AAC begins with a packet of nothing
    assert {b.pts - a.pts for a, b in pairwise(coded)} == {1024}
    assert not any(c.video or c.keyframe for c in coded)


def test_no_sound_is_left_in_the_encoder() -> None:
    encoder = FilmEncoder(SIDE, SIDE)
    coded = [*encoder.sound(0, TONE), *encoder.sound(1920, TONE), *encoder.rest()]
    assert coded[-1].pts + coded[-1].duration >= 2 * 1920


def test_containers_learn_what_is_in_them() -> None:
    video, audio = FilmEncoder(SIDE, SIDE).streams
    assert video.codec_context.extradata
    assert audio.codec_context.extradata
    assert (video.codec_context.colorspace, video.codec_context.color_range) == (6, 1)


def test_odd_sound_is_taken() -> None:
    encoder = FilmEncoder(SIDE, SIDE)
    assert not list(encoder.sound(0, np.zeros(1, np.float32)))
