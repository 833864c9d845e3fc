"""What a server or a local stream can be told about its ways out besides WebRTC."""

from dataclasses import dataclass
from pathlib import Path

from visavis.core.names import is_stream_name
from visavis.errors import ConfigError
from visavis.transports.rtmp import check_rtmp_url


@dataclass(frozen=True)
class OutputsConfig:
    """Nothing leaves unless it is asked for here."""

    record: Path | None = None  # folder for recordings
    record_on_request: bool = False  # only the stages that the API asks for; else every one
    hls: bool = False  # /hls/<stage>/index.m3u8
    rtmp: str | None = None  # where the stage `on_air` is pushed to, stream key included
    camera: bool = False  # the stage `on_air` is a camera of this machine
    camera_device: str | None = None  # such as /dev/video2; None: the first that is free
    voice: bool = True  # with the camera goes a microphone that is as late as its picture
    on_air: str = "main"  # the stage that is always on for `rtmp` and `camera`

    @property
    def is_on_air(self) -> bool:
        """Whether a stage is to be on all the time."""
        return self.rtmp is not None or self.camera

    def check(self) -> None:
        """Raises `ConfigError`."""
        if self.rtmp is not None:
            check_rtmp_url(self.rtmp)
        if not is_stream_name(self.on_air):
            raise ConfigError("--on-air is 1 to 64 letters, digits, hyphens and underscores.")
        if self.record_on_request and self.record is None:
            raise ConfigError("--record-on-request needs --record DIR.")
        if self.camera_device is not None and not self.camera:
            raise ConfigError("--camera-device needs --camera.")
