"""The HTTP side: the page, its API, health and metrics, as one ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiortc import RTCIceServer
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from visavis.avatars import Avatar, asset
from visavis.config import ServeConfig
from visavis.core.bundle import is_avatar_id
from visavis.core.rate import RateLimit
from visavis.core.signaling import MAX_OFFER_BYTES
from visavis.core.speech import SpeechState
from visavis.engine.pool import SessionPool
from visavis.errors import ServerFullError, UnknownAvatarError, VisavisError
from visavis.media.showcase import Showcase
from visavis.metrics import ServerMetrics
from visavis.session import LiveSession, SessionDesk
from visavis.transports.access import (
    read_body,
    require_same_origin,
    require_token,
    require_type,
)
from visavis.transports.headers import SecurityHeaders
from visavis.transports.hosts import LOOPBACK_HOSTS, KnownHosts

_SDP = "application/sdp"
_OFFERS_BURST = 20  # calls from one address at once
_OFFERS_PER_SECOND = 2.0


@dataclass(frozen=True)
class Server:
    """What the requests share."""

    config: ServeConfig
    avatar: Avatar
    pool: SessionPool
    desk: SessionDesk
    showcase: Showcase

    @property
    def ice_servers(self) -> list[RTCIceServer]:
        return [RTCIceServer(urls=self.config.stun)] if self.config.stun else []

    def find_avatar(self, avatar: str) -> Avatar:
        """Raises `UnknownAvatarError`."""
        if not is_avatar_id(avatar) or avatar != self.avatar.bundle.id:
            known = self.avatar.bundle.id
            raise UnknownAvatarError(f"There is no avatar of that name here; this is {known}.")
        return self.avatar


def build_app(server: Server) -> Starlette:
    """The application for one loaded server."""
    metrics = ServerMetrics(server.desk, server.pool)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await server.desk.close()

    async def show_metrics(request: Request) -> Response:
        require_token(request, server.config.token)
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    api = Api(server)
    routes = [
        Route("/healthz", _healthy),
        Route("/readyz", api.ready),
        Route("/metrics", show_metrics),
        Mount("/api", routes=api.routes()),
        Mount("/", StaticFiles(directory=asset("client_web"), html=True)),
    ]
    middleware = [Middleware(SecurityHeaders)]
    if server.config.is_loopback:
        names = (*LOOPBACK_HOSTS, server.config.host, *server.config.public_hosts)
        middleware.append(Middleware(KnownHosts, names=names))
    return Starlette(
        routes=routes,
        middleware=middleware,
        lifespan=lifespan,
        exception_handlers={VisavisError: _visavis_error, HTTPException: _http_error},
    )


class Api:
    """The routes under /api, and readiness."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._offers = RateLimit(_OFFERS_BURST, _OFFERS_PER_SECOND)

    def routes(self) -> list[Route]:
        """The routes below /api."""
        return [
            Route("/avatars", self.avatars),
            Route("/avatars/{avatar}/poster.png", self.poster),
            Route("/avatars/{avatar}/idle.mp4", self.idle),
            Route("/talk/{avatar}", self.talk, methods=["POST"]),
            Route("/sessions/{secret}", self.session, methods=["GET", "DELETE"]),
            Route("/sessions/{secret}/gestures/{gesture}", self.gesture, methods=["POST"]),
        ]

    async def ready(self, _: Request) -> Response:
        """200 while a new caller would be taken."""
        free = self._server.desk.free
        return JSONResponse({"ready": free > 0, "free": free}, 200 if free > 0 else 503)

    async def avatars(self, _: Request) -> Response:
        bundle = self._server.avatar.bundle
        entry = {
            "id": bundle.id,
            "name": bundle.name,
            "poster": f"/api/avatars/{bundle.id}/poster.png",
            "width": bundle.width,
            "height": bundle.height,
            "gestures": bundle.gestures,
        }
        return JSONResponse({"avatars": [entry], "default": bundle.id})

    async def poster(self, request: Request) -> Response:
        self._server.find_avatar(request.path_params["avatar"])
        return FileResponse(self._server.showcase.poster, media_type="image/png")

    async def idle(self, request: Request) -> Response:
        self._server.find_avatar(request.path_params["avatar"])
        film = await asyncio.to_thread(self._server.showcase.film)
        return FileResponse(film, media_type="video/mp4")

    async def talk(self, request: Request) -> Response:
        """An SDP offer in, a live session and its SDP answer out."""
        server = self._server
        require_same_origin(request, server.config.public_hosts)
        self._require_patience(request)
        require_token(request, server.config.token)
        avatar = server.find_avatar(request.path_params["avatar"])
        require_type(request, _SDP)
        offer = await read_body(request, MAX_OFFER_BYTES)
        with server.desk.place():
            session = LiveSession(avatar, server.pool, server.ice_servers)
            try:
                answer = await session.peer.answer(offer)
            except BaseException:
                await asyncio.shield(session.peer.close())
                raise
            server.desk.start(session)
        location = {"Location": f"/api/sessions/{session.id}"}
        return Response(answer, 201, location, media_type=_SDP)

    def _require_patience(self, request: Request) -> None:
        caller = request.client.host if request.client else "unknown"
        wait_s = self._offers.ask(caller, asyncio.get_running_loop().time())
        if wait_s:
            headers = {"Retry-After": str(wait_s)}
            raise HTTPException(
                429, "Too many calls at once; wait a little and try again.", headers
            )

    async def session(self, request: Request) -> Response:
        """GET tells how a session fares, DELETE ends it; its secret address is the permission."""
        session = self._find_session(request)
        if request.method == "DELETE":
            session.end()
            return Response(status_code=200)
        return JSONResponse(_status(session))

    async def gesture(self, request: Request) -> Response:
        """Ask for a gesture. It begins within a few seconds; a newer request takes its place."""
        session = self._find_session(request)
        if not session.stream.gesture(request.path_params["gesture"]):
            known = ", ".join(session.avatar.bundle.gestures) or "none"
            raise HTTPException(404, f"There is no such gesture; this avatar has: {known}.")
        return Response(status_code=202)

    def _find_session(self, request: Request) -> LiveSession:
        require_same_origin(request, self._server.config.public_hosts)
        session = self._server.desk.find(request.path_params["secret"])
        if session is None:
            raise HTTPException(404, "There is no such session; it may have ended.")
        return session


def _status(session: LiveSession) -> Mapping[str, object]:
    stream = session.stream
    counters = stream.counters
    return {
        "state": "live" if session.peer.connected.is_set() else "connecting",
        "delay_ms": round(1000 * stream.delay_s),
        "fps": round(stream.fps, 2),
        "late_frames": counters.late,
        "fallback_frames": counters.late + counters.failed + counters.refused,
        "speaking": stream.state is SpeechState.SPEAKING,
    }


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _visavis_error(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, VisavisError) else 500
    headers = {}
    if isinstance(error, ServerFullError):
        headers["Retry-After"] = str(error.retry_after_s)
    return JSONResponse({"error": str(error)}, status, headers)


async def _http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, Headers(error.headers or {}))
