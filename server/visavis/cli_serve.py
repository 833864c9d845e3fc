"""`visavis serve`, as the command line takes it."""

from pathlib import Path
from typing import Annotated

import typer

from visavis import avatars
from visavis.cli_engine import Provider, TemplateCache, engine_config
from visavis.cli_options import (
    AvatarName,
    Camera,
    CameraDevice,
    NoVoice,
    Rtmp,
    Sessions,
    log_to_stderr,
)
from visavis.config import ServeConfig
from visavis.config_outputs import OutputsConfig
from visavis.core.latency import LatencyName
from visavis.engine.config import AUTO, DEFAULT_CACHE
from visavis.transports.ice import IceSettings


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="TCP port.")] = 8080,
    metrics_port: Annotated[
        int | None, typer.Option(help="Port of /metrics, on 127.0.0.1 alone; default: --port.")
    ] = None,
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
    max_connections: Annotated[
        int, typer.Option(help="Most callers, publishers and viewers at once.")
    ] = 100,
    call_rate: Annotated[
        float, typer.Option(help="Calls a second that one address may begin.")
    ] = 2.0,
    latency: Annotated[
        LatencyName, typer.Option(help="How long sound and pictures may be held back.")
    ] = "balanced",
    stun: Annotated[str | None, typer.Option(help="STUN server, such as stun:host:3478.")] = None,
    turn: Annotated[
        str | None, typer.Option(help="TURN relay, such as turn:host:3478?transport=udp.")
    ] = None,
    turn_user: Annotated[str | None, typer.Option(help="User name at the relay.")] = None,
    turn_password: Annotated[
        str | None, typer.Option(envvar="VISAVIS_TURN_PASSWORD", help="Password at the relay.")
    ] = None,
    turn_secret: Annotated[
        str | None,
        typer.Option(envvar="VISAVIS_TURN_SECRET", help="Secret shared with coturn, instead."),
    ] = None,
    media_ports: Annotated[
        str | None, typer.Option(help="UDP ports for media, such as 40000-40100.")
    ] = None,
    tls: Annotated[
        str | None, typer.Option(help="self-signed: make a certificate for HTTPS.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, PEM.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="Record every stage into this folder.")
    ] = None,
    record_on_request: Annotated[
        bool, typer.Option("--record-on-request", help="Only what the API asks for.")
    ] = False,
    hls: Annotated[bool, typer.Option("--hls", help="Serve /hls/STAGE/index.m3u8 too.")] = False,
    rtmp: Rtmp = None,
    camera: Camera = False,
    camera_device: CameraDevice = None,
    no_voice: NoVoice = False,
    on_air: Annotated[
        str, typer.Option(help="The stage that --rtmp and --camera show; it is always on.")
    ] = "main",
    provider: Provider = AUTO,
    template_cache: TemplateCache = DEFAULT_CACHE,
) -> None:
    """Serve the page and live talk."""
    from visavis.serve import run_server

    config = ServeConfig(
        host=host,
        port=port,
        metrics_port=metrics_port,
        token=token,
        max_sessions=max_sessions,
        pool_sessions=sessions,
        media_addresses=tuple(media_address or ()),
        public_hosts=tuple(public_host or ()),
        allow_origins=tuple(allow_origin or ()),
        max_connections=max_connections,
        call_rate=call_rate,
        latency=latency,
        ice=IceSettings(stun, turn, turn_user, turn_password, turn_secret),
        media_ports=_ports(media_ports) if media_ports else None,
        tls=tls,
        tls_cert=tls_cert,
        tls_key=tls_key,
        engine=engine_config(provider, template_cache),
        outputs=OutputsConfig(
            record=record,
            record_on_request=record_on_request,
            hls=hls,
            rtmp=rtmp,
            camera=camera,
            camera_device=camera_device,
            voice=not no_voice,
            on_air=on_air,
        ),
    )
    log_to_stderr()
    run_server(config, avatars.resolve(avatar))


def _ports(text: str) -> tuple[int, int]:
    """A range of ports, or one. What is none is told apart by `ServeConfig.check`."""
    first, _, last = text.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        return 0, 0
    return int(first), int(last or first)
