"""One viewer's share of a broadcast: his packets, and what he says of how they arrive."""

from dataclasses import dataclass
from typing import Protocol

from visavis.core.bitrate import Allowance
from visavis.media.encoders.coded import VideoCodec
from visavis.media.queue import PacketQueue
from visavis.media.rendition import Rendition

_VIDEO_WAITING = 2  # frames per viewer
_AUDIO_WAITING = 32  # packets per viewer: what a late stream catches up at once, and more


@dataclass
class MediaEpoch:
    """The wall time at which media time zero was released; set once, by the first release. A
    later step of the wall clock changes nothing."""

    wall_s: float | None = None


class Publisher(Protocol):
    """What a subscription needs of its broadcast."""

    @property
    def epoch(self) -> MediaEpoch: ...

    def show(self, viewer: "Subscription", codec: VideoCodec) -> None: ...

    def play(self, viewer: "Subscription") -> None: ...

    def dismiss(self, viewer: "Subscription") -> None: ...


class Subscription:
    """One viewer's packets: nothing before `see` and `hear`."""

    def __init__(self, broadcast: Publisher, allowance: Allowance) -> None:
        self.allowance = allowance
        self.codec: VideoCodec | None = None
        self.epoch = broadcast.epoch
        self.video = PacketQueue(_VIDEO_WAITING, gated=True)
        self.audio = PacketQueue(_AUDIO_WAITING, gated=False)
        self.bit_rate: int | None = None  # what the viewer says that it can receive
        self._broadcast = broadcast
        self._rendition: Rendition | None = None
        self._closed = False

    @property
    def dropped(self) -> int:
        """Packets that this viewer was too slow for."""
        return self.video.dropped + self.audio.dropped

    def see(self, codec: VideoCodec) -> None:
        """Begin with pictures; the first will be a keyframe."""
        if self.codec is None and not self._closed:
            self.codec = codec
            self._broadcast.show(self, codec)

    def hear(self) -> None:
        """Begin with sound."""
        if not self._closed:
            self._broadcast.play(self)

    def watch(self, rendition: Rendition | None) -> None:
        """Move to another rendition; called by the broadcast."""
        if self._rendition is not None:
            self._rendition.viewers.discard(self.video)
        self._rendition = rendition
        if rendition is not None:
            rendition.join(self.video)

    @property
    def rendition(self) -> Rendition | None:
        return self._rendition

    def request_keyframe(self) -> None:
        """The viewer lost its picture (PLI or FIR, RFC 4585 and 5104)."""
        if self._rendition is not None:
            self._rendition.keyframes.ask()

    def close(self) -> None:
        """End it. Closing twice is closing once."""
        if not self._closed:
            self._closed = True
            self._broadcast.dismiss(self)
