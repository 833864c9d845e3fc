"""Settings that cannot work or are not safe are refused in one sentence."""

from pathlib import Path
from typing import Any

import pytest

from visavis.config import ServeConfig
from visavis.errors import ConfigError
from visavis.transports.ice import IceSettings


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"host": "localhost"},
        {"host": "::1"},
        {"host": "127.9.9.9"},
        {"host": "0.0.0.0", "token": "secret"},  # noqa: S104
        {"port": 0},
        {"ice": IceSettings(stun="stun:stun.example:3478")},
        {"ice": IceSettings(turn="turn:a.example", secret="s")},  # noqa: S106
        {"ice": IceSettings(turn="turns:a.example:5349", username="u", password="p")},  # noqa: S106
        {"media_ports": (40_000, 40_000)},
        {"tls": "self-signed"},
        {"media_addresses": ("127.0.0.1",)},
    ],
)
def test_good_settings_pass(settings: dict[str, Any]) -> None:
    ServeConfig(**settings).check()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"host": "0.0.0.0"}, "Others can reach 0.0.0.0: give --token"),  # noqa: S104
        ({"host": "::"}, "Others can reach ::: give --token"),
        ({"host": "192.0.2.1", "token": ""}, "give --token"),
        ({"host": "talk.example"}, "give --token"),
        ({"port": 65_536}, "port 65536 is not from 0 to 65535"),
        ({"port": -1}, "port -1 is not from 0"),
        ({"metrics_port": 65_536}, "--metrics-port must be from 0 to 65535"),
        ({"max_sessions": 0}, "--max-sessions must be at least 1"),
        ({"pool_sessions": 0}, "--sessions must be from 1 to 64"),
        ({"pool_sessions": 65}, "--sessions must be from 1 to 64"),
        ({"ice": IceSettings(stun="http://a.example")}, "--stun must be a URL such as stun:host"),
        ({"ice": IceSettings(turn="a.example", secret="s")}, "--turn must be a URL"),  # noqa: S106
        ({"ice": IceSettings(turn="turn:a.example")}, "--turn needs --turn-secret, or"),
        ({"ice": IceSettings(turn="turn:a.example", username="u")}, "--turn needs --turn-secret"),
        ({"media_ports": (0, 0)}, "--media-ports must be a range such as 40000-40100"),
        ({"media_ports": (40_001, 40_000)}, "--media-ports must be a range"),
        ({"tls": "yes"}, "--tls can only be self-signed"),
        ({"tls_cert": Path("a.pem")}, "--tls-cert and --tls-key go together"),
        (
            {"tls": "self-signed", "tls_cert": Path("a.pem"), "tls_key": Path("b.pem")},
            "not both",
        ),
        ({"media_addresses": ("192.0.2.77",)}, "192.0.2.77 is not an IP address of this machine"),
        ({"media_addresses": ("eth0",)}, "eth0 is not an IP address of this machine"),
    ],
)
def test_bad_settings_are_told(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ServeConfig(**settings).check()
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104
        ("localhost.example", False),
    ],
)
def test_loopback_is_known(host: str, loopback: bool) -> None:
    assert ServeConfig(host=host).is_loopback is loopback
