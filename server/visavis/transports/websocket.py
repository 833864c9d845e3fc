"""The door for agents: `/ws/<stream>`, the protocol of docs/protocol.md up to its `start`."""

import asyncio
import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from visavis.core.protocol import (
    MAX_AUDIO_BYTES,
    MAX_TEXT_BYTES,
    VERSION,
    Message,
    ProtocolError,
    parse_message,
)
from visavis.errors import OccupiedError, ServerFullError, UnknownAvatarError
from visavis.transports.access import require_stream_name
from visavis.transports.agent import POLICY, TRY_AGAIN, Agent
from visavis.transports.house import House

START_TIMEOUT_S = 10.0
_WRONG_STARTS = 8  # after which the connection is closed


class Door:
    """Takes agents in: page, rate and token first, then `start`, then the stage."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[WebSocketRoute]:
        """`/ws/<stream>`, and no other."""
        return [
            WebSocketRoute("/ws/{stream}", self.enter),
            WebSocketRoute("/{path:path}", _nothing_there),
        ]

    async def enter(self, socket: WebSocket) -> None:
        """One connection, from its handshake to its end."""
        name = socket.path_params["stream"]
        try:
            has_token = self._admit(socket, name)
        except HTTPException as error:
            body = {"error": error.detail}
            headers = dict(error.headers or {})
            await socket.send_denial_response(JSONResponse(body, error.status_code, headers))
            return
        await socket.accept()
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                agent = await self._start(socket, name, has_token)
        except TimeoutError:
            await socket.close(POLICY, "The message start did not come within 10 seconds.")
        except WebSocketDisconnect:
            return
        else:
            if agent:
                await agent

    def _admit(self, socket: WebSocket, name: str) -> bool:
        """Whether the handshake has brought the token. Raises `HTTPException`."""
        self._house.gate.require_origin(socket)
        self._house.gate.require_patience(socket)
        require_stream_name(name)
        if "authorization" not in socket.headers:
            return self._house.gate.token is None
        self._house.gate.require_token(socket)
        return True

    async def _start(
        self, socket: WebSocket, name: str, has_token: bool
    ) -> "asyncio.Task[str] | None":
        """Wait for a `start` that can be obeyed. Returns the agent's stay, or None if he may not
        stay, after which the connection is closed."""
        for _ in range(_WRONG_STARTS):
            try:
                message = _started(await socket.receive())
                if not has_token and not self._house.gate.opens(message.fields.get("token", "")):
                    await socket.close(POLICY, "The token is missing or wrong.")
                    return None
                return await self._take_in(socket, name, message)
            except ProtocolError as error:
                await socket.send_text(json.dumps(error.event()))
            except ServerFullError as error:
                event = ProtocolError("full", None, str(error)).event()
                await socket.send_text(json.dumps(event | {"retry_after_s": error.retry_after_s}))
                await socket.close(TRY_AGAIN, "The server is full.")
                return None
        await socket.close(POLICY, "There were too many wrong messages.")
        return None

    async def _take_in(self, socket: WebSocket, name: str, start: Message) -> "asyncio.Task[str]":
        stages = self._house.stages
        there = stages.find(name)
        wanted = start.fields.get("avatar")
        try:
            actor = there.actor if there and wanted is None else self._house.find_actor(wanted)
            with stages.place(name, actor):
                stage = stages.open(name, actor)
                agent = Agent(socket, stage, start.fields["rate"])
                stay = stage.welcome(agent.stay())
        except UnknownAvatarError as error:
            raise ProtocolError("unknown-avatar", "avatar", str(error)) from error
        except OccupiedError as error:
            raise ProtocolError("occupied", "avatar", str(error)) from error
        ready = {
            "type": "ready",
            "version": VERSION,
            "stream": name,
            "avatar": actor.bundle.id,
            "rate": start.fields["rate"],
            "credit": agent.credit,
            "watch": f"/whep/{name}",
            "limits": {"audio_bytes": MAX_AUDIO_BYTES, "text_bytes": MAX_TEXT_BYTES},
        }
        await socket.send_text(json.dumps(ready))
        return stay


def _started(message: Any) -> Message:
    """The `start` in a received message. Raises `ProtocolError` and `WebSocketDisconnect`."""
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    if message.get("text") is None:
        raise ProtocolError("not-started", None, "Send start before sound.")
    parsed = parse_message(message["text"])
    if parsed.kind != "start":
        raise ProtocolError("not-started", "type", "Send start first.")
    return parsed


async def _nothing_there(socket: WebSocket) -> None:
    body = {"error": "There is no WebSocket here; connect to /ws/<stream>."}
    await socket.send_denial_response(JSONResponse(body, 404))
