"""What a server can be told. Every field has a default that is safe on a laptop."""

import ipaddress
import socket
from dataclasses import dataclass, field
from pathlib import Path

from visavis.config_outputs import OutputsConfig
from visavis.core.latency import LatencyName
from visavis.engine.config import EngineConfig
from visavis.errors import ConfigError
from visavis.transports.ice import IceSettings
from visavis.transports.tls import SELF_SIGNED


@dataclass(frozen=True)
class ServeConfig:
    """Settings of `visavis serve`."""

    host: str = "127.0.0.1"  # the address that the HTTP server binds
    port: int = 8080  # TCP; 0 takes any free one
    metrics_port: int | None = None  # on 127.0.0.1; None: /metrics is on `port`, with the token
    token: str | None = None  # bearer token; required when others can reach the server
    max_sessions: int | None = None  # None: as many as a measurement at start says
    pool_sessions: int | None = None  # generator sessions; None: one per core
    media_addresses: tuple[str, ...] = ()  # ICE host addresses; none: all of the machine's
    public_hosts: tuple[str, ...] = ()  # names under which a proxy in front is known
    allow_origins: tuple[str, ...] = ()  # pages of other sites that may call, https://example.org
    max_connections: int = 100  # callers, publishers and viewers together
    call_rate: float = 2.0  # calls a second that one address may begin; ten seconds' worth at once
    outputs: OutputsConfig = field(default_factory=OutputsConfig)  # ways out besides WebRTC
    latency: LatencyName = "balanced"  # how long sound and pictures may be held back
    engine: EngineConfig = field(default_factory=EngineConfig)  # how the generator is run
    ice: IceSettings = field(default_factory=IceSettings)  # none is asked by default
    media_ports: tuple[int, int] | None = None  # first and last UDP port; None: any free ones
    tls: str | None = None  # "self-signed": make a certificate
    tls_cert: Path | None = None  # PEM, the chain
    tls_key: Path | None = None  # PEM, not encrypted

    def check(self) -> None:
        """Raises `ConfigError` for settings that cannot work or are not safe."""
        if not 0 <= self.port <= 65_535:
            raise ConfigError(f"The port {self.port} is not from 0 to 65535.")
        if self.metrics_port is not None and not 0 <= self.metrics_port <= 65_535:
            raise ConfigError("--metrics-port must be from 0 to 65535.")
        if self.max_sessions is not None and self.max_sessions < 1:
            raise ConfigError("--max-sessions must be at least 1.")
        if not 0 < self.call_rate <= 1000:
            raise ConfigError("--call-rate must be above 0 and at most 1000.")
        if self.max_connections < 1:
            raise ConfigError("--max-connections must be at least 1.")
        if self.pool_sessions is not None and not 1 <= self.pool_sessions <= 64:
            raise ConfigError("--sessions must be from 1 to 64.")
        self._check_ice()
        self._check_tls()
        if self.media_ports and not 1024 <= self.media_ports[0] <= self.media_ports[1] <= 65_535:
            raise ConfigError("--media-ports must be a range such as 40000-40100, from 1024 up.")
        self.outputs.check()
        for address in self.media_addresses:
            _check_own_address(address)
        if not self.is_loopback and not self.token:
            raise ConfigError(
                f"Others can reach {self.host}: give --token, which callers must then present."
            )

    def _check_ice(self) -> None:
        ice = self.ice
        if ice.stun is not None and not ice.stun.startswith("stun:"):
            raise ConfigError("--stun must be a URL such as stun:host:3478.")
        if ice.turn is not None and not ice.turn.startswith(("turn:", "turns:")):
            raise ConfigError("--turn must be a URL such as turn:host:3478?transport=udp.")
        has_user = ice.username is not None and ice.password is not None
        if ice.turn is not None and not (ice.secret or has_user):
            raise ConfigError("--turn needs --turn-secret, or --turn-user and --turn-password.")

    def _check_tls(self) -> None:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ConfigError("--tls-cert and --tls-key go together.")
        if self.tls not in (None, SELF_SIGNED):
            raise ConfigError("--tls can only be self-signed.")
        if self.tls and self.tls_cert:
            raise ConfigError("Give --tls self-signed, or --tls-cert and --tls-key, not both.")

    @property
    def has_tls(self) -> bool:
        """Whether the server itself speaks HTTPS."""
        return self.tls is not None or self.tls_cert is not None

    @property
    def is_loopback(self) -> bool:
        """True if only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def _check_own_address(address: str) -> None:
    """Media can only be sent from an address that this machine has."""
    try:
        version = ipaddress.ip_address(address).version
        family = socket.AF_INET6 if version == 6 else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except (ValueError, OSError) as error:
        raise ConfigError(
            f"--media-address {address} is not an IP address of this machine."
        ) from error
