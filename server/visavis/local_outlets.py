"""Where `visavis local` shows the avatar: everywhere that it is told to, or in a window."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from visavis.avatars import Avatar
from visavis.config_outputs import OutputsConfig
from visavis.media.fanout import Fanout
from visavis.media.outlet import Outlet
from visavis.media.outputs.programme import Programme
from visavis.media.outputs.recording import Recording
from visavis.media.outputs.sink import Sink
from visavis.outputs import open_devices
from visavis.transports.rtmp import RtmpPush
from visavis.transports.window import Window

_log = logging.getLogger(__name__)


class LocalOutlets:
    """Opened at once, closed with the stack that it is given."""

    def __init__(
        self, avatar: Avatar, film: Path | None, config: OutputsConfig, stack: ExitStack
    ) -> None:
        """Raises `DeviceError` and `MediaError`."""
        self.recording: Recording | None = None
        self.devices = open_devices(config, avatar, stack)
        self._over: Callable[[], None] = lambda: None
        self._programme: Programme | None = None
        self._width, self._height = avatar.bundle.width, avatar.bundle.height
        if film or config.rtmp:
            self._programme = self._open_programme(film, config.rtmp, stack)
        outlets: list[Outlet] = [*self.devices]
        outlets += [self._programme] if self._programme else []
        self.outlet = _together(outlets) if outlets else self._window(avatar.bundle.name, stack)
        self._only_film = len(outlets) == 1 and config.rtmp is None

    @property
    def dropped(self) -> int:
        """Releases that the encoder of film and push was too slow for."""
        return self._programme.dropped if self._programme else 0

    def when_over(self, call: Callable[[], None]) -> None:
        """`call` is called when there is nothing left to show it on."""
        self._over = call

    def _open_programme(self, film: Path | None, rtmp: str | None, stack: ExitStack) -> Programme:
        programme = Programme(self._width, self._height)
        stack.callback(programme.close)
        if film:
            sink = programme.add(lambda streams: Recording(film, streams, self._film_ended))
            assert isinstance(sink, Recording)
            self.recording = sink
        if rtmp:
            programme.add(lambda streams: RtmpPush(rtmp, streams))
        return programme

    def _window(self, title: str, stack: ExitStack) -> Outlet:
        window = Window(title, self._width, self._height, lambda: self._over())
        stack.callback(window.close)
        return window

    def _film_ended(self, film: Sink) -> None:
        if film.reason:
            _log.warning("%s has ended: %s", film.name, film.reason)
        if film.reason and self._only_film:
            self._over()


def _together(outlets: list[Outlet]) -> Outlet:
    if len(outlets) == 1:
        return outlets[0]
    fanout = Fanout()
    for outlet in outlets:
        fanout.add(outlet)
    return fanout
