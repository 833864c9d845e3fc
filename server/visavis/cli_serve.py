"""`visavis serve`, as the command line takes it."""

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
from visavis.cli_serve_options import (
    AllowOrigin,
    CallRate,
    Hls,
    Host,
    Latency,
    MaxConnections,
    MaxSessions,
    MediaAddress,
    MediaPorts,
    MetricsPort,
    OnAir,
    Port,
    PublicHost,
    Record,
    RecordOnRequest,
    Stun,
    Tls,
    TlsCert,
    TlsKey,
    Token,
    Turn,
    TurnPassword,
    TurnSecret,
    TurnUser,
)
from visavis.config import ServeConfig
from visavis.config_outputs import OutputsConfig
from visavis.engine.config import AUTO, DEFAULT_CACHE
from visavis.transports.ice import IceSettings


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8080,
    metrics_port: MetricsPort = None,
    avatar: AvatarName = "nova",
    max_sessions: MaxSessions = None,
    sessions: Sessions = None,
    token: Token = None,
    media_address: MediaAddress = None,
    public_host: PublicHost = None,
    allow_origin: AllowOrigin = None,
    max_connections: MaxConnections = 100,
    call_rate: CallRate = 2.0,
    latency: Latency = "balanced",
    stun: Stun = None,
    turn: Turn = None,
    turn_user: TurnUser = None,
    turn_password: TurnPassword = None,
    turn_secret: TurnSecret = None,
    media_ports: MediaPorts = None,
    tls: Tls = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    record: Record = None,
    record_on_request: RecordOnRequest = False,
    hls: Hls = False,
    rtmp: Rtmp = None,
    camera: Camera = False,
    camera_device: CameraDevice = None,
    no_voice: NoVoice = False,
    on_air: OnAir = "main",
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
