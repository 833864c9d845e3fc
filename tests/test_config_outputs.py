"""Settings that cannot work are told before anything is opened."""

from pathlib import Path

import pytest

from visavis.config import ServeConfig
from visavis.config_outputs import OutputsConfig
from visavis.errors import ConfigError


def test_nothing_leaves_by_default() -> None:
    config = OutputsConfig()
    config.check()
    assert (config.record, config.hls, config.rtmp, config.camera) == (None, False, None, False)
    assert not config.is_on_air


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rtmp": "https://a/live/key"}, "--rtmp must be a URL such as"),
        ({"on_air": "../x"}, "--on-air is 1 to 64 letters"),
        ({"record_on_request": True}, "--record-on-request needs --record DIR"),
        ({"camera_device": "/dev/video2"}, "--camera-device needs --camera"),
    ],
)
def test_what_cannot_work_is_told(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ServeConfig(outputs=OutputsConfig(**settings)).check()  # type: ignore[arg-type]


def test_what_works_passes() -> None:
    OutputsConfig(
        record=Path("films"), record_on_request=True, hls=True, rtmp="rtmp://a/live/key",
        camera=True, camera_device="/dev/video2", on_air="studio-1",
    ).check()  # fmt: skip
