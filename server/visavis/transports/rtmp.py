"""RTMP push: a stream to YouTube, Twitch, or any server of one's own, for as long as it takes.

Each connection is a process (see `rtmp_child`). Whatever happens to it, the next begins with a
keyframe, and its timestamps go on where the stream is.
"""

import logging
import os
import random
import selectors
import subprocess
import sys
import threading
import time
from enum import Enum
from urllib.parse import urlsplit

from visavis.core.backoff import Backoff
from visavis.errors import ConfigError
from visavis.media.outputs.coded import Packer, Streams, open_container
from visavis.media.outputs.sink import Ended, Sink, nobody
from visavis.transports.rtmp_child import ON_AIR

_log = logging.getLogger(__name__)
CONNECT_S = 15.0  # for connecting and greeting
STALL_S = 10.0  # without the server taking anything
_STEADY_S = 30.0  # on air so long: the next failure is a new one
_GOODBYE_S = 5.0  # for what is still on its way
_SCHEMES = ("rtmp", "rtmps")


class PushState(Enum):
    """What a push is doing."""

    CONNECTING = "connecting"
    ON_AIR = "on air"
    WAITING = "waiting"


def check_rtmp_url(url: str) -> str:
    """The URL as it may be shown: without the stream key. Raises `ConfigError`."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        where = f"{host}:{parts.port}" if parts.port else host
    except ValueError as error:
        raise ConfigError("--rtmp has a host or port that cannot be.") from error
    app, _, key = parts.path.strip("/").partition("/")
    if parts.scheme not in _SCHEMES or not host or not app or not key or "\n" in url:
        raise ConfigError("--rtmp must be a URL such as rtmp://host/app/key, with the stream key.")
    return f"{parts.scheme}://{where}/{app}/…"


class RtmpPush(Sink):
    """Sends a programme to one URL, and again whenever the connection is lost."""

    kind = "rtmp"

    def __init__(
        self,
        url: str,
        streams: Streams,
        ended: Ended = nobody,
        backoff: Backoff | None = None,
    ) -> None:
        """Raises `ConfigError` for a URL that cannot work."""
        self.shown = check_rtmp_url(url)
        super().__init__(f"RTMP to {self.shown}", streams, ended)
        self.state = PushState.CONNECTING
        self.connections = 0  # that went on air
        self._url = url
        self._backoff = backoff or Backoff(random.random)

    def _work(self) -> str:
        while not self.closing.is_set():
            self.state = PushState.CONNECTING
            why = self._connect()
            if self.closing.is_set():
                break
            pause_s = self._backoff.pause_s()
            self.state = PushState.WAITING
            _log.warning("%s: %s; again in %.0f s", self.name, why, pause_s)
            self.closing.wait(pause_s)
            self._reopen()
        return ""

    def _connect(self) -> str:
        """One connection from beginning to end; return why it ended."""
        began = time.monotonic()
        child = _Child(self._url, self.closing)
        try:
            self._send(child)
        except (OSError, TimeoutError) as error:
            return self._censored(child.last_words() or str(error))
        finally:
            child.end()
            if child.on_air and time.monotonic() - began > _STEADY_S:
                self._backoff.reset()
        return "closed"

    def _send(self, child: "_Child") -> None:
        container = open_container(child, "flv", {"flvflags": "no_duration_filesize"})
        packer = Packer(container, self._streams)
        for coded in self._packets():
            packer.pack(coded)
            if child.on_air and self.state is not PushState.ON_AIR:
                self.state = PushState.ON_AIR
                self.connections += 1
                _log.info("%s: on air", self.name)
        packer.finish()

    def _censored(self, text: str) -> str:
        key = urlsplit(self._url).path.strip("/").partition("/")[2]
        for secret in (self._url, key, urlsplit(self._url).query):
            text = text.replace(secret, "…") if secret else text
        return " ".join(text.split())[:200].rstrip(".:")


class _Child:
    """The process, as a file that FFmpeg writes FLV into."""

    def __init__(self, url: str, closing: threading.Event) -> None:
        self.on_air = False
        self._closing = closing
        self._words = b""
        self._deadline_s = time.monotonic() + CONNECT_S
        self._process = subprocess.Popen(
            [sys.executable, "-m", "visavis.transports.rtmp_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is ours to pass on
        )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        self._pipes = (stdin, stdout)
        self._in, self._out = stdin.fileno(), stdout.fileno()
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)
        self.write(f"{url}\n".encode())

    def write(self, data: bytes) -> int:
        """Hand on all of `data`. Raises `TimeoutError` if the server hangs, `OSError` if the
        process has ended."""
        view = memoryview(data)
        while view:
            self._hear()
            if time.monotonic() > self._deadline_s:
                raise TimeoutError("the server hangs")
            try:
                view = view[os.write(self._in, view) :]
            except BlockingIOError:
                self._wait()
            else:
                self._put_off()
        return len(data)

    def _put_off(self) -> None:
        if self.on_air:
            self._deadline_s = time.monotonic() + STALL_S

    def _wait(self) -> None:
        """Until the process takes more. Raises `TimeoutError` if nobody wants to wait for it."""
        if self._closing.is_set():
            raise TimeoutError("closed")
        with selectors.DefaultSelector() as selector:
            selector.register(self._in, selectors.EVENT_WRITE)
            selector.select(1.0)

    def _hear(self) -> None:
        try:
            self._words += os.read(self._out, 4096)
        except BlockingIOError:
            return
        if not self.on_air and self._words.startswith(ON_AIR.encode() + b"\n"):
            self.on_air = True
            self._words = self._words[len(ON_AIR) + 1 :]
            self._put_off()

    def last_words(self) -> str:
        """Why the process says that it failed."""
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ""
        self._hear()
        return self._words.decode("utf-8", "replace").strip()

    def end(self) -> None:
        """Let it say goodbye, not for long, and see it gone."""
        self._pipes[0].close()
        try:
            self._process.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._pipes[1].close()
