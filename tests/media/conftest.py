"""Media files of any kind, made on the spot."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from numpy.typing import NDArray

Float32 = NDArray[np.float32]


@pytest.fixture
def write_sound() -> Callable[..., Path]:
    """Writes planar sound [channels, n] by an FFmpeg encoder; `pause` delays its second half."""

    def write(
        path: Path, codec: str, sound: Float32, rate: int, layout: str = "mono", pause: float = 0.0
    ) -> Path:
        with av.open(str(path), "w") as container:
            stream = cast("AudioStream", container.add_stream(codec, rate=rate, layout=layout))
            middle = sound.shape[1] // 2
            for begin, part in ((0, sound[:, :middle]), (middle, sound[:, middle:])):
                frame = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(part), format="fltp", layout=layout
                )
                frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
                frame.pts = begin + (round(pause * rate) if begin else 0)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return write


@pytest.fixture
def write_film() -> Callable[..., Path]:
    """Writes a film whose sound [2, n] at 48 kHz begins `delay` seconds after its picture."""

    def write(path: Path, sound: Float32, delay: float = 0.0) -> Path:
        with av.open(str(path), "w") as container:
            video = container.add_stream("libx264", rate=25)
            video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
            audio = container.add_stream("aac", rate=48_000, layout="stereo")
            grey = np.full((96, 64), 128, np.uint8)
            for index in range(50):
                picture = av.VideoFrame.from_ndarray(grey, format="yuv420p")
                picture.pts, picture.time_base = index, Fraction(1, 25)
                container.mux(video.encode(picture))
            container.mux(video.encode(None))
            frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="stereo")
            frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
            frame.pts = round(delay * 48_000)
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
        return path

    return write
