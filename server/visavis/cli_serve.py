"""`visavis serve`, as the command line takes it."""

from typing import Annotated

import typer

from visavis import avatars
from visavis.cli_engine import Provider, TemplateCache, engine_config
from visavis.cli_options import AvatarName, Sessions, log_to_stderr
from visavis.config import ServeConfig
from visavis.core.latency import LatencyName
from visavis.engine.config import AUTO, DEFAULT_CACHE


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="TCP port.")] = 8080,
    avatar: AvatarName = "nova",
    max_sessions: Annotated[
        int | None, typer.Option(help="Most callers at once; default: measured at start.")
    ] = None,
    sessions: Sessions = None,
    token: Annotated[
        str | None, typer.Option(envvar="VISAVIS_TOKEN", help="Bearer token callers must present.")
    ] = None,
    media_address: Annotated[
        list[str] | None, typer.Option(help="Address for media; repeatable; default: all.")
    ] = None,
    public_host: Annotated[
        list[str] | None, typer.Option(help="Name of a proxy in front; repeatable.")
    ] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(help="Site whose pages may call; repeatable.")
    ] = None,
    latency: Annotated[
        LatencyName, typer.Option(help="How long sound and pictures may be held back.")
    ] = "balanced",
    stun: Annotated[str | None, typer.Option(help="STUN server, such as stun:host:3478.")] = None,
    provider: Provider = AUTO,
    template_cache: TemplateCache = DEFAULT_CACHE,
) -> None:
    """Serve the page and live talk."""
    from visavis.serve import run_server

    config = ServeConfig(
        host=host,
        port=port,
        token=token,
        max_sessions=max_sessions,
        pool_sessions=sessions,
        media_addresses=tuple(media_address or ()),
        public_hosts=tuple(public_host or ()),
        allow_origins=tuple(allow_origin or ()),
        latency=latency,
        stun=stun,
        engine=engine_config(provider, template_cache),
    )
    log_to_stderr()
    run_server(config, avatars.resolve(avatar))
