"""The tracks: in order, in step, bounded, and never raising."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from visavis.core.compositor import new_frame
from visavis.transports.tracks import ReleasedTrack, TalkTracks

Float32 = NDArray[np.float32]
FRAME = new_frame(64, 64)
FRAME[:] = 128


def _audio(number: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), format="s16", layout="mono")
    frame.pts = number
    return frame


async def test_media_comes_in_order() -> None:
    track: ReleasedTrack[AudioFrame] = ReleasedTrack("audio", 8)
    for number in range(5):
        track.put(_audio(number))
    assert [(await track.recv()).pts for _ in range(5)] == list(range(5))
    assert track.dropped == 0


async def test_a_slow_sender_loses_the_oldest() -> None:
    track: ReleasedTrack[AudioFrame] = ReleasedTrack("audio", 3)
    for number in range(10):
        track.put(_audio(number))
    assert track.dropped == 7
    assert [(await track.recv()).pts for _ in range(3)] == [7, 8, 9]


async def test_an_early_sender_waits() -> None:
    track: ReleasedTrack[AudioFrame] = ReleasedTrack("audio", 3)
    waiting = [asyncio.create_task(track.recv()) for _ in range(2)]
    for _ in range(3):
        await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    track.put(_audio(1))
    track.put(_audio(2))
    assert sorted([(await task).pts or 0 for task in waiting]) == [1, 2]


async def _drain(tracks: TalkTracks, releases: int) -> tuple[list[VideoFrame], list[AudioFrame]]:
    pictures = [await tracks.video.recv() for _ in range(releases)]
    return pictures, [await tracks.audio.recv() for _ in range(2 * releases)]


async def test_a_release_is_one_picture_and_two_packets_of_the_same_time(
    make_tone: Callable[..., Float32],
) -> None:
    tracks = TalkTracks()
    sound = make_tone(0.12, (0, 1)).reshape(3, 1920)
    for tick in range(3):
        tracks.release(7 + tick, FRAME, sound[tick])
    pictures, packets = await _drain(tracks, 3)
    tracks.stop()
    assert [float(picture.time or 0) for picture in pictures] == pytest.approx([0.28, 0.32, 0.36])
    times = [float(packet.time or 0) for packet in packets]
    assert times == pytest.approx([0.28 + 0.02 * n for n in range(6)])
    heard = np.concatenate([packet.to_ndarray().reshape(-1, 2) for packet in packets])
    np.testing.assert_array_equal(heard[:, 0], heard[:, 1])
    heard = heard[:, 0]
    assert np.abs(heard / 32_767 - sound.ravel()).max() < 1e-4
    assert all(packet.samples == 960 and packet.sample_rate == 48_000 for packet in packets)
    np.testing.assert_array_equal(pictures[0].to_ndarray(), FRAME)


async def test_the_last_packet_comes_without_another_release() -> None:
    tracks = TalkTracks()
    tracks.release(0, FRAME, np.zeros(1920, np.float32))
    assert [(await tracks.audio.recv()).pts for _ in range(2)] == [0, 960]
    tracks.stop()


async def test_the_epoch_is_that_of_the_first_release() -> None:
    tracks = TalkTracks()
    seen = [tracks.epoch.wall_s]
    for tick in (5, 6):
        tracks.release(tick, FRAME, np.zeros(1920, np.float32))
        seen.append(tracks.epoch.wall_s)
    assert seen[0] is None
    assert seen[1] == seen[2] is not None
    tracks.stop()


async def test_full_scale_is_not_wrapped() -> None:
    tracks = TalkTracks()
    sound = np.ones(1920, np.float32)
    sound[1::2] = -1
    tracks.release(0, FRAME, sound)
    packet = await tracks.audio.recv()
    assert set(packet.to_ndarray().ravel().tolist()) == {32_767, -32_767}
    tracks.stop()


async def test_nothing_comes_after_the_end() -> None:
    tracks = TalkTracks()
    tracks.release(0, FRAME, np.zeros(1920, np.float32))
    tracks.stop()
    assert (tracks.audio.readyState, tracks.video.readyState) == ("ended", "ended")
    tracks.stop()
