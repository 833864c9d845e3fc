"""The clock of counted samples: all rates meet at every frame."""

import pytest

from visavis.core import timeline


@pytest.mark.parametrize(
    ("samples", "frames"), [(0, 0), (1, 1), (639, 1), (640, 1), (641, 2), (16_000, 25)]
)
def test_a_begun_frame_counts(samples: int, frames: int) -> None:
    assert timeline.frames_for(samples) == frames


@pytest.mark.parametrize("frame", [0, 1, 24, 25, 90_001])
def test_picture_and_sound_of_a_frame_have_the_same_time(frame: int) -> None:
    picture = timeline.video_pts(frame) * timeline.VIDEO_TIME_BASE
    sound = timeline.audio_pts(frame) * timeline.AUDIO_TIME_BASE
    assert picture == sound == frame * timeline.FRAME_SAMPLES * (timeline.AUDIO_TIME_BASE * 3)


def test_a_frame_is_two_opus_packets() -> None:
    assert 2 * timeline.PTIME_SAMPLES == timeline.FRAME_OUTPUT_SAMPLES
