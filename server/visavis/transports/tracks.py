"""The two tracks of a talking avatar: filled by the stream's tick, drained by aiortc."""

import asyncio
import time
from collections import deque
from typing import Generic, TypeVar

import numpy as np
from aiortc import MediaStreamTrack
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.core.timeline import (
    AUDIO_TIME_BASE,
    FRAME_S,
    OUTPUT_RATE,
    PTIME_SAMPLES,
    VIDEO_TIME_BASE,
    audio_pts,
    video_pts,
)
from visavis.transports.aiortc_patches import MediaEpoch

Float32 = NDArray[np.float32]
Media = TypeVar("Media", AudioFrame, VideoFrame)
_VIDEO_WAITING = 3  # frames, 120 ms
_AUDIO_WAITING = 8  # packets, 160 ms


class ReleasedTrack(MediaStreamTrack, Generic[Media]):
    """A bounded queue as a track; when the sender is slow the oldest media goes, counted."""

    def __init__(self, kind: str, waiting: int) -> None:
        super().__init__()
        self.kind = kind
        self.dropped = 0
        self._queue: deque[Media] = deque(maxlen=waiting)
        self._filled = asyncio.Event()

    def put(self, media: Media) -> None:
        """Add media at once."""
        self.dropped += len(self._queue) == self._queue.maxlen
        self._queue.append(media)
        self._filled.set()

    async def recv(self) -> Media:
        """The next media in order; waits for it and never raises."""
        while not self._queue:
            self._filled.clear()
            await self._filled.wait()
        return self._queue.popleft()


class TalkTracks:
    """An outlet that turns each release into one video frame and two 20 ms audio frames.

    The second audio frame follows 20 ms after the first: receivers buffer more when packets come
    in pairs.
    """

    def __init__(self) -> None:
        self.video: ReleasedTrack[VideoFrame] = ReleasedTrack("video", _VIDEO_WAITING)
        self.audio: ReleasedTrack[AudioFrame] = ReleasedTrack("audio", _AUDIO_WAITING)
        self.epoch = MediaEpoch()
        self._second: AudioFrame | None = None  # the half of a release that is still held back
        self._timer: asyncio.TimerHandle | None = None

    def release(self, tick: int, frame: Frame, sound: Float32) -> None:
        """See `visavis.media.stream.Outlet`."""
        if self.epoch.wall_s is None:
            self.epoch.wall_s = time.time() - tick * FRAME_S
        self.video.put(_picture(tick, frame))
        self._put_second()
        pts = audio_pts(tick)
        self.audio.put(_packet(pts, sound[:PTIME_SAMPLES]))
        self._second = _packet(pts + PTIME_SAMPLES, sound[PTIME_SAMPLES:])
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(PTIME_SAMPLES / OUTPUT_RATE, self._put_second)

    def _put_second(self) -> None:
        if self._timer:
            self._timer.cancel()
        if self._second is not None:
            self.audio.put(self._second)
        self._second = None

    @property
    def dropped(self) -> int:
        """Frames and packets that the sender was too slow for."""
        return self.video.dropped + self.audio.dropped

    def stop(self) -> None:
        """End both tracks."""
        self._second = None
        self._put_second()
        self.video.stop()
        self.audio.stop()


def _picture(tick: int, frame: Frame) -> VideoFrame:
    picture = VideoFrame.from_ndarray(frame, format="yuv420p")
    picture.pts, picture.time_base = video_pts(tick), VIDEO_TIME_BASE
    return picture


def _packet(pts: int, sound: Float32) -> AudioFrame:
    pcm = np.rint(sound * np.float32(32_767)).astype(np.int16)
    stereo = np.repeat(pcm, 2)[None]  # aiortc would make stereo of mono 3 dB quieter
    frame = AudioFrame.from_ndarray(stereo, format="s16", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = OUTPUT_RATE, pts, AUDIO_TIME_BASE
    return frame
