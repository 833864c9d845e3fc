"""How an avatar's generator is to be run, as a user may say."""

import re
from dataclasses import dataclass

from visavis.errors import ConfigError

AUTO = "auto"
_EXACT = "cpu:fp32"
_SIZE = re.compile(r"(\d{1,9})\s*([KMGT]?)i?B?", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
DEFAULT_CACHE = "512M"


def parse_size(text: str) -> int:
    """ "512M" → bytes, in powers of 1024. Raises `ConfigError`."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ConfigError(f"{text[:32]!r} is not a size such as 512M or 2G.")
    return int(match[1]) << 10 * _POWERS[match[2].upper()]


@dataclass(frozen=True)
class EngineConfig:
    """Settings of whatever runs a generator."""

    provider: str = AUTO  # "auto", a provider's id, or id:precision
    template_cache: int = parse_size(DEFAULT_CACHE)  # bytes kept of all template frames together


EXACT_ENGINE = EngineConfig(provider=_EXACT)
