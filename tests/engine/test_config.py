"""What a user may say of the engine."""

import pytest

from visavis.engine.config import EngineConfig, parse_size
from visavis.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("77", 77), ("3k", 3072), ("512M", 512 << 20), ("2 GiB", 2 << 30), ("1T", 1 << 40)],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1", "1.5G", "512X", "9" * 40])
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a size such as 512M"):
        parse_size(text)


def test_the_provider_is_chosen_unless_said() -> None:
    assert EngineConfig().provider == "auto"
