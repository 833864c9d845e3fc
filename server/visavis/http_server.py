"""The HTTP server under the application: its socket, its limits, its certificate."""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from visavis.config import ServeConfig
from visavis.core.protocol import MAX_AUDIO_BYTES
from visavis.errors import ConfigError
from visavis.transports.impatient import ImpatientH11
from visavis.transports.tls import SELF_SIGNED, Certificate, self_signed

_DRAIN_S = 10
_MAX_HEADER_BYTES = 16 * 1024
_MAX_CONNECTIONS = 512
_BACKLOG = 128
_PING_S = 10.0  # how often a WebSocket is asked whether it lives, and how long it may be silent


class HttpServer(uvicorn.Server):
    """Leaves the signals to its owner, so that Ctrl-C is an orderly end and exits 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def http_server(app: ASGIApp, certificate: Certificate | None = None) -> HttpServer:
    """A server for the application, over TLS if there is a certificate."""
    return HttpServer(
        uvicorn.Config(
            app,
            http=ImpatientH11,
            ws="websockets-sansio",
            ws_max_size=MAX_AUDIO_BYTES,  # closed with 1009 before more is read
            ws_per_message_deflate=False,  # PCM does not shrink, and a bomb would grow
            ws_ping_interval=_PING_S,
            ws_ping_timeout=_PING_S,
            log_level="warning",
            timeout_graceful_shutdown=_DRAIN_S,
            limit_concurrency=_MAX_CONNECTIONS,
            h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
            server_header=False,
            ssl_certfile=certificate.cert if certificate else None,
            ssl_keyfile=certificate.key if certificate else None,
        )
    )


def listen(host: str, port: int, option: str = "--port") -> socket.socket:
    """Bind before anything is loaded. Raises `ConfigError`, which names the option to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"Cannot listen on {host} port {port}: {error.strerror}; choose another with {option}."
        ) from error
    return listener


def certificate_for(config: ServeConfig) -> Certificate | None:
    """The certificate that the configuration names, or asks to be made. Raises `ConfigError`."""
    if config.tls == SELF_SIGNED:
        return self_signed(_state_folder() / "tls", config.public_hosts)
    if config.tls_cert and config.tls_key:
        return Certificate(config.tls_cert, config.tls_key).check()
    return None


def url(config: ServeConfig, listener: socket.socket) -> str:
    """Where the server is to be found."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    scheme = "https" if config.has_tls else "http"
    return f"{scheme}://{host}:{listener.getsockname()[1]}"


def _state_folder() -> Path:
    """XDG base directory specification: what a program keeps between runs."""
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "visavis"
