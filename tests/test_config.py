"""Settings that cannot work or are not safe are refused in one sentence."""

from typing import Any

import pytest

from visavis.config import ServeConfig
from visavis.errors import ConfigError


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"host": "localhost"},
        {"host": "::1"},
        {"host": "127.9.9.9"},
        {"host": "0.0.0.0", "token": "secret"},  # noqa: S104
        {"port": 0},
        {"stun": "stun:stun.example:3478"},
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
        ({"max_sessions": 0}, "--max-sessions must be at least 1"),
        ({"pool_sessions": 0}, "--sessions must be from 1 to 64"),
        ({"pool_sessions": 65}, "--sessions must be from 1 to 64"),
        ({"stun": "http://stun.example"}, "--stun must be a URL such as stun:host:3478"),
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
