"""What `visavis serve` can be told, in the groups in which its help shows it."""

from pathlib import Path
from typing import Annotated

import typer

from visavis.cli_options import WAYS_OUT
from visavis.core.latency import LatencyName

WHO = "Who may call"
MEDIA = "Media"
HTTPS = "HTTPS"

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="TCP port.")]
MaxSessions = Annotated[
    int | None, typer.Option(help="Most callers at once; default: measured at start.")
]
Latency = Annotated[LatencyName, typer.Option(help="How long sound and pictures may be held back.")]
MetricsPort = Annotated[
    int | None,
    typer.Option(
        help="Port of /metrics, on 127.0.0.1 alone; default: --port.", rich_help_panel=WHO
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="VISAVIS_TOKEN", help="Bearer token callers must present.", rich_help_panel=WHO
    ),
]
PublicHost = Annotated[
    list[str] | None,
    typer.Option(help="Name of a proxy in front; repeatable.", rich_help_panel=WHO),
]
AllowOrigin = Annotated[
    list[str] | None,
    typer.Option(help="Site whose pages may call; repeatable.", rich_help_panel=WHO),
]
MaxConnections = Annotated[
    int, typer.Option(help="Most callers, publishers and viewers at once.", rich_help_panel=WHO)
]
CallRate = Annotated[
    float, typer.Option(help="Calls a second that one address may begin.", rich_help_panel=WHO)
]
MediaAddress = Annotated[
    list[str] | None,
    typer.Option(help="Address for media; repeatable; default: all.", rich_help_panel=MEDIA),
]
Stun = Annotated[
    str | None, typer.Option(help="STUN server, such as stun:host:3478.", rich_help_panel=MEDIA)
]
Turn = Annotated[
    str | None,
    typer.Option(help="TURN relay, such as turn:host:3478?transport=udp.", rich_help_panel=MEDIA),
]
TurnUser = Annotated[
    str | None, typer.Option(help="User name at the relay.", rich_help_panel=MEDIA)
]
TurnPassword = Annotated[
    str | None,
    typer.Option(
        envvar="VISAVIS_TURN_PASSWORD", help="Password at the relay.", rich_help_panel=MEDIA
    ),
]
TurnSecret = Annotated[
    str | None,
    typer.Option(
        envvar="VISAVIS_TURN_SECRET",
        help="Secret shared with coturn, instead.",
        rich_help_panel=MEDIA,
    ),
]
MediaPorts = Annotated[
    str | None,
    typer.Option(help="UDP ports for media, such as 40000-40100.", rich_help_panel=MEDIA),
]
Tls = Annotated[
    str | None,
    typer.Option(help="self-signed: make a certificate for HTTPS.", rich_help_panel=HTTPS),
]
TlsCert = Annotated[
    Path | None, typer.Option(help="Certificate chain, PEM.", rich_help_panel=HTTPS)
]
TlsKey = Annotated[Path | None, typer.Option(help="Its key, PEM.", rich_help_panel=HTTPS)]
Record = Annotated[
    Path | None, typer.Option(help="Record every stage into this folder.", rich_help_panel=WAYS_OUT)
]
RecordOnRequest = Annotated[
    bool,
    typer.Option(
        "--record-on-request", help="Only what the API asks for.", rich_help_panel=WAYS_OUT
    ),
]
Hls = Annotated[
    bool, typer.Option("--hls", help="Serve /hls/STAGE/index.m3u8 too.", rich_help_panel=WAYS_OUT)
]
OnAir = Annotated[
    str,
    typer.Option(
        help="The stage that --rtmp and --camera show; it is always on.", rich_help_panel=WAYS_OUT
    ),
]
