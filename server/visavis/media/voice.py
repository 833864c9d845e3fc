"""Opus packets as a network brings them → sound in an ingest, in order, holes bridged."""

import logging
from typing import Any

import av
import numpy as np
from av import Packet
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from visavis.core.pcm import to_mono
from visavis.core.timeline import AUDIO_TIME_BASE, OUTPUT_RATE
from visavis.media.ingest import Ingest

Float32 = NDArray[np.float32]
_log = logging.getLogger(__name__)
_PATIENCE = 2  # packets that may overtake a late one before it is given up
_BRIDGE = round(0.06 * OUTPUT_RATE)  # the longest hole that is bridged; a longer one is silence
_ECHO = round(0.02 * OUTPUT_RATE)  # what a bridge is made of
_MISORDER = 100  # packets: what is further behind is no late packet
_WRAP = 1 << 32
_NUMBERS = 1 << 16


class VoiceDecoder:
    """Hands on each packet as it comes. A missing one is waited for until two others have come;
    then the sound before it, mirrored and faded, takes its place."""

    def __init__(self, ingest: Ingest) -> None:
        self.lost = 0  # packets that never came, or too late
        self.failed = 0  # packets that were no Opus
        self._ingest = ingest
        self._codec = _open()
        self._next: int | None = None  # sequence number
        self._waiting: dict[int, tuple[int, bytes]] = {}  # by sequence number: time, payload
        self._time: int | None = None  # of the newest packet, RTP clock, unwrapped
        self._end: int | None = None  # sample after the newest sound
        self._tail = np.zeros(_ECHO, np.float32)

    def push(self, number: int, time: int, payload: bytes) -> None:
        """Take a packet with its RTP sequence number and time stamp."""
        if self._next is None:
            self._next = number
        behind = (self._next - number) % _NUMBERS
        if _MISORDER <= behind <= _NUMBERS // 2:  # the sender has begun anew
            self._next = number
            self._waiting.clear()
        elif 0 < behind < _MISORDER:
            return  # it was given up, or comes twice
        self._waiting[number] = (time, payload)
        self._hand_on()
        if len(self._waiting) > _PATIENCE:
            nearest = min(self._waiting, key=lambda n: (n - (self._next or 0)) % _NUMBERS)
            self.lost += (nearest - self._next) % _NUMBERS
            self._next = nearest
            self._hand_on()

    def _hand_on(self) -> None:
        while self._next in self._waiting:
            self._decode(*self._waiting.pop(self._next))
            self._next = (self._next + 1) % _NUMBERS

    def _decode(self, time: int, payload: bytes) -> None:
        at = self._unwrap(time)
        try:
            packet: Packet[Any] = Packet(payload)
            packet.pts, packet.time_base = at, AUDIO_TIME_BASE
            sound = np.concatenate([_mono(frame) for frame in self._codec.decode(packet)])
        except (av.FFmpegError, ValueError):
            self.failed += 1
            _log.debug("a packet of the voice cannot be decoded", exc_info=True)
            return
        self._bridge(at)
        self._ingest.push(sound, at)
        self._end = at + len(sound)
        self._tail = np.concatenate((self._tail, sound))[-_ECHO:]

    def _bridge(self, at: int) -> None:
        gap = 0 if self._end is None else at - self._end
        if 0 < gap <= _BRIDGE:
            bridge = np.zeros(gap, np.float32)
            length = min(gap, _ECHO)
            bridge[:length] = self._tail[::-1][:length] * np.linspace(1, 0, length)
            self._ingest.push(bridge, self._end)

    def _unwrap(self, time: int) -> int:
        if self._time is None:
            self._time = time
        step = (time - self._time + _WRAP // 2) % _WRAP - _WRAP // 2
        self._time += step
        return self._time


def _open() -> AudioCodecContext:
    codec: AudioCodecContext = av.CodecContext.create("libopus", "r")
    codec.format, codec.layout, codec.sample_rate = "s16", "mono", OUTPUT_RATE
    return codec


def _mono(frame: AudioFrame) -> Float32:
    return to_mono(frame.to_ndarray().reshape(-1, frame.layout.nb_channels))
