"""An agent on a stage: sound that comes by WebSocket, faster than it is spoken, and what becomes
of it told back. docs/protocol.md describes it."""

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from visavis.core.credit import Credit
from visavis.core.pcm import Resampler
from visavis.core.protocol import Message, ProtocolError, parse_message
from visavis.core.rate import RateLimit
from visavis.core.speech import SpeechState
from visavis.core.timeline import OUTPUT_RATE
from visavis.media.pcmfeed import MOST_S
from visavis.media.stage import Stage
from visavis.media.utterances import Played, Utterances
from visavis.media.waiting import cancelled, first

CREDIT_S = MOST_S - 1.0  # of the feed's room; a second of it is for what is being converted
_GRANT_S = 0.25  # smallest grant
_TICK_S = 0.1
_POSITION_TICKS = 2
_SLICE_S = 0.1  # of sound, converted at a time so that the event loop is not held up
_EVENTS = 256  # that wait for a slow reader
_MESSAGES = (200, 50.0)  # control messages: at once, and a second in the long run
GOING_AWAY, POLICY, TRY_AGAIN = 1001, 1008, 1013  # close codes, RFC 6455 section 7.4.1
_NORMAL = (1000, 1001)


class Agent:
    """`stay` owns all that the connection has on its stage."""

    def __init__(self, socket: WebSocket, stage: Stage, rate: int) -> None:
        """`rate` is that of the sound, in Hz."""
        self._socket = socket
        self._stage = stage
        self._rate = rate
        self._feed = Utterances(self._finished, self._drop)
        self._credit = Credit(round(CREDIT_S * rate), round(_GRANT_S * rate))
        self._resampler = Resampler(rate, OUTPUT_RATE)
        self._waiting: deque[bytes | None] = deque()  # sound to be converted; None: an end
        self._came = asyncio.Event()  # something waits
        self._begun = False  # sound has come since the last end
        self._converting = False  # of the newest utterance a part has been converted
        self._odd = b""  # half a sample, the rest of which comes with the next message
        self._events: asyncio.Queue[dict[str, object]] = asyncio.Queue(_EVENTS)
        self._patience = RateLimit(*_MESSAGES, callers=1)
        self._lost = asyncio.Event()  # the floor, to a newer source
        self._left_with: int | None = None  # the close code of the other side
        self._close: tuple[int, str] | None = None  # ours

    @property
    def credit(self) -> int:
        """Samples that the other side may send now."""
        return self._credit.left

    async def stay(self) -> str:
        """Speak what comes until either side leaves; return why."""
        stage = self._stage
        stage.begin()
        stage.sound.take(self._feed, self._lost.set)
        stage.stream.listeners.append(self._state_changed)
        try:
            await first(
                self._read(),
                self._write(),
                self._convert(),
                self._watch(),
                self._lost.wait(),
                stage.ending.wait(),
            )
            await self._finish_speaking()
        finally:
            if not self._lost.is_set():
                stage.stream.interrupt() if self._feed.queued else self._feed.interrupt()
            stage.sound.leave(self._feed)
            stage.stream.listeners.remove(self._state_changed)
        return await self._hang_up()

    async def _finish_speaking(self) -> None:
        """An agent that has said all and leaves in order is heard to the end."""
        if self._left_with in _NORMAL and not self._begun:
            converting = asyncio.create_task(self._convert())
            await first(self._spoken(), self._lost.wait(), self._stage.ending.wait())
            await cancelled(converting)

    async def _spoken(self) -> None:
        while self._feed.played or self._waiting:  # noqa: ASYNC110  # the stream's tick drains it
            await asyncio.sleep(_TICK_S)

    async def _hang_up(self) -> str:
        if self._left_with is not None:
            return "peer left"
        replaced = POLICY, "A newer source has taken the floor."
        ended = GOING_AWAY, "The stage has ended."
        code, reason = self._close or (replaced if self._lost.is_set() else ended)
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError, WebSocketDisconnect):  # it may leave at the same time
                await self._socket.close(code, reason)
        return reason.rstrip(".").lower()

    async def _read(self) -> None:
        """Take what comes until the other side leaves."""
        while True:
            message = await self._socket.receive()
            await asyncio.sleep(0)  # a flood must not keep the answers from being written
            if message["type"] == "websocket.disconnect":
                self._left_with = message.get("code", 1006)
                return
            try:
                if message.get("bytes") is not None:
                    self._take_sound(message["bytes"])
                else:
                    self._require_patience()
                    self._obey(parse_message(message["text"]))
            except ProtocolError as error:
                self._tell(error.event())

    def _require_patience(self) -> None:
        wait_s = self._patience.ask("", asyncio.get_running_loop().time())
        if wait_s:
            raise ProtocolError("too-many", None, f"Too many messages; wait {wait_s} s.")

    def _take_sound(self, data: bytes) -> None:
        data = self._odd + data
        samples = len(data) // 2
        if not self._credit.spend(samples):
            self._tell({"type": "dropped", "samples": samples, "credit": self._credit.left})
            raise ProtocolError(
                "no-credit",
                "audio",
                f"There is credit for {self._credit.left} samples; wait for more.",
            )
        data, self._odd = data[: 2 * samples], data[2 * samples :]
        if samples:
            self._begun = True
            self._waiting.append(data)
            self._came.set()

    def _obey(self, message: Message) -> None:
        if message.kind == "end":
            self._end()
        elif message.kind == "interrupt":
            self.interrupt()
        elif message.kind == "gesture":
            self._gesture(message.fields["name"])
        elif message.kind == "caption":
            self._stage.caption = message.fields["text"]
        else:
            raise ProtocolError("already-started", "type", "The session has started already.")

    def _end(self) -> None:
        if not self._begun:
            raise ProtocolError("no-utterance", "type", "No sound has come since the last end.")
        self._begun, self._odd = False, b""
        self._waiting.append(None)
        self._came.set()

    def interrupt(self) -> None:
        """Drop everything that was sent and not yet heard, and close the mouth."""
        self._stage.stream.interrupt()
        self._settle()

    def _drop(self) -> int:
        """Forget what was not converted yet; return how many utterances of it had not begun."""
        waiting, begun = list(self._waiting), self._feed.is_open or self._converting
        count = waiting.count(None) + bool(waiting and waiting[-1] is not None)
        count += (self._converting and not self._feed.is_open) - bool(begun and waiting)
        self._waiting.clear()
        self._begun, self._converting, self._odd = False, False, b""
        self._resampler = Resampler(self._rate, OUTPUT_RATE)
        return count

    def _gesture(self, name: str) -> None:
        if not self._stage.stream.gesture(name):
            known = ", ".join(self._stage.actor.bundle.gestures) or "none"
            raise ProtocolError("unknown-gesture", "name", f"This avatar's gestures: {known}.")

    async def _convert(self) -> None:
        """Hand sound on to the feed, a slice at a time."""
        step = 2 * round(_SLICE_S * self._rate)
        while True:
            while self._waiting:
                data = self._waiting.popleft()
                if data is None:
                    self._feed.push(self._resampler.flush())
                    self._resampler = Resampler(self._rate, OUTPUT_RATE)
                    self._feed.end()
                    self._converting = False
                    continue
                self._converting = True
                if len(data) > step:
                    self._waiting.appendleft(data[step:])
                self._feed.push(self._resampler.push(_samples(data[:step])))
                await asyncio.sleep(0)
            self._came.clear()
            await self._came.wait()

    async def _watch(self) -> None:
        """Grant credit and tell how far the voice is."""
        ticks = 0
        while True:
            await asyncio.sleep(_TICK_S)
            self._settle()
            ticks += 1
            played = self._feed.played
            if played and played.seconds > 0 and ticks % _POSITION_TICKS == 0:
                self._tell({"type": "position", **_told(played)})

    def _settle(self) -> None:
        waiting = sum(len(data) // 2 for data in self._waiting if data)
        queued = -(-self._feed.queued * self._rate // OUTPUT_RATE)
        granted = self._credit.settle(waiting + queued)
        if granted:
            self._tell({"type": "credit", "samples": granted})

    def _state_changed(self, state: SpeechState) -> None:
        self._tell({"type": state.value})

    def _finished(self, played: Played, interrupted: bool) -> None:
        self._tell({"type": "finished", **_told(played), "interrupted": interrupted})

    def _tell(self, event: dict[str, object]) -> None:
        """Queue an event. A reader who has fallen that far behind reads nothing: he is cut off."""
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self._close = POLICY, "Events were not read."
            self._lost.set()

    async def _write(self) -> None:
        while True:
            event = await self._events.get()
            await self._socket.send_text(json.dumps(event))


def _samples(data: bytes) -> NDArray[np.float32]:
    pcm: NDArray[Any] = np.frombuffer(data, "<i2")
    return pcm.astype(np.float32) / np.float32(32_768)


def _told(played: Played) -> dict[str, object]:
    return {"utterance": played.number, "played_ms": round(1000 * played.seconds)}
