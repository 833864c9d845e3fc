"""The HTTP side: the page, its API, health and metrics, as one ASGI application."""

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from visavis.api import Api
from visavis.avatars import Avatar, asset
from visavis.config import ServeConfig
from visavis.core.bundle import is_avatar_id
from visavis.engine.pool import SessionPool
from visavis.errors import ServerFullError, UnknownAvatarError, VisavisError
from visavis.media.showcase import Showcase
from visavis.media.stages import Stages
from visavis.metrics import ServerMetrics
from visavis.metrics_outputs import OutputMetrics
from visavis.outputs import Outputs
from visavis.transports.gate import Gate
from visavis.transports.headers import Pages, SecurityHeaders
from visavis.transports.hosts import LOOPBACK_HOSTS, KnownHosts
from visavis.transports.house import House
from visavis.transports.meeting import meeting_routes
from visavis.transports.origins import Cors, Origins
from visavis.transports.talk import Talk
from visavis.transports.visit import Visits
from visavis.transports.websocket import Door
from visavis.transports.whep import whep
from visavis.transports.whip import whip


@dataclass(frozen=True)
class Server:
    """What the requests share."""

    config: ServeConfig
    avatar: Avatar
    pool: SessionPool
    stages: Stages
    showcase: Showcase
    outputs: Outputs

    def find_avatar(self, avatar: str | None) -> Avatar:
        """None: the default one. Raises `UnknownAvatarError`."""
        if avatar is None:
            return self.avatar
        if not is_avatar_id(avatar) or avatar != self.avatar.bundle.id:
            known = self.avatar.bundle.id
            raise UnknownAvatarError(f"There is no avatar of that name here; this is {known}.")
        return self.avatar

    @cached_property
    def origins(self) -> Origins:
        config = self.config
        return Origins(config.public_hosts, config.allow_origins, config.token is not None)

    @cached_property
    def house(self) -> House:
        config = self.config
        return House(
            Gate.of(self.origins, config.token, config.call_rate),
            self.stages,
            Visits(config.max_connections),
            self.find_avatar,
            config.ice.servers,
        )

    @cached_property
    def api(self) -> Api:
        return Api(self.avatar, self.showcase, self.house)

    @cached_property
    def metrics(self) -> ServerMetrics:
        metrics = ServerMetrics(self.stages, self.house.visits, self.pool)
        metrics.add(OutputMetrics(self.outputs.decks, self.outputs.on_air))
        return metrics


def build_app(server: Server) -> Starlette:
    """The application for one loaded server."""
    config, outputs, house, api = server.config, server.outputs, server.house, server.api

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with outputs.running(server.stages):
            yield

    async def show_metrics(request: Request) -> Response:
        house.gate.require_token(request)
        return server.metrics.response()

    routes = [
        *([] if config.metrics_port is not None else [Route("/metrics", show_metrics)]),
        *api.health_routes(),
        whip(house),
        whep(house),
        *Door(house).routes(),
        *outputs.routes(house),
        Mount("/api", routes=[*api.routes(), *Talk(house).routes(), *meeting_routes(house.gate)]),
        Mount("/", Pages(directory=asset("client_web"), html=True)),
    ]
    middleware = [
        Middleware(SecurityHeaders, framed_by=config.allow_origins),
        Middleware(Cors, origins=server.origins),
    ]
    if config.is_loopback:
        names = (*LOOPBACK_HOSTS, config.host, *config.public_hosts)
        middleware.append(Middleware(KnownHosts, names=names))
    return Starlette(
        routes=routes,
        middleware=middleware,
        lifespan=lifespan,
        exception_handlers={
            VisavisError: _visavis_error,
            HTTPException: _http_error,
            OSError: _os_error,
        },
    )


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


async def _os_error(_: Request, error: Exception) -> Response:
    """Without file descriptors nothing can be opened; that passes."""
    if not isinstance(error, OSError) or error.errno not in (errno.EMFILE, errno.ENFILE):
        raise error
    words = "The server has too much open; try again in a little while."
    return JSONResponse({"error": words}, 503, {"Retry-After": "10"})
