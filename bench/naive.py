"""The naive reference: what a plain Python program for such an avatar does.

ONNX Runtime with its defaults runs the whole generator, one frame at a time, on all cores; the
mouth is laid into an RGB frame, weighted in floating point over the whole frame; FFmpeg converts
the frame to yuv420p and encodes it with libx264's defaults. Silence is not inferred here either.
"""

import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import onnxruntime as ort
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.template import Template
from visavis.core.timeline import FPS, FRAME_SAMPLES, SAMPLE_RATE
from visavis.media.audiofile import read_mono

Float32 = NDArray[np.float32]
Rgb = NDArray[np.uint8]  # [H, W, 3]


class NaiveGenerator:
    """The whole network with ONNX Runtime's defaults."""

    def __init__(self, avatar: Avatar) -> None:
        spec = avatar.bundle.generator
        self._names = (spec.template, spec.audio, spec.output)
        self._session = ort.InferenceSession(
            avatar.generator.model, providers=["CPUExecutionProvider"]
        )

    def mouth(self, roi: Rgb, audio: Float32) -> Rgb:
        """Template ROI [R, R, 3] and audio [W, F] → mouth [R, R, 3]."""
        template, sound, output = self._names
        picture = (roi.astype(np.float32) / 255).transpose(2, 0, 1)[None]
        made = self._session.run([output], {template: picture, sound: audio[None]})[0][0]
        mouth: Rgb = (made.transpose(1, 2, 0) * 255).clip(0, 255).astype(np.uint8)
        return mouth


class NaiveFrames:
    """The template as RGB frames, and mouths laid into them."""

    def __init__(self, template: Template) -> None:
        self._template = template
        pictures = [VideoFrame.from_ndarray(f, format="yuv420p") for f in template.frames]
        self.frames = [np.asarray(p.to_ndarray(format="rgb24"), np.uint8) for p in pictures]
        height, width, _ = self.frames[0].shape
        self._weights = np.zeros((height, width, 1), np.float32)
        self._pasted = np.zeros((height, width, 3), np.uint8)

    def roi(self, index: int) -> Rgb:
        """The generator's view of a template frame."""
        (x, y), size = self._template.corners[index], self._template.size
        return self.frames[index][y : y + size, x : x + size]

    def compose(self, index: int, mouth: Rgb) -> Rgb:
        """A new frame with the mouth in place."""
        (x, y), size = self._template.corners[index], self._template.size
        self._weights[:] = 0
        self._weights[y : y + size, x : x + size, 0] = self._template.mask.luma
        self._pasted[y : y + size, x : x + size] = mouth
        base = self.frames[index].astype(np.float32)
        mixed = self._pasted.astype(np.float32) * self._weights + base * (1 - self._weights)
        return np.asarray(mixed, np.uint8)


def hand_over(frame: Rgb) -> VideoFrame:
    """An RGB frame as an encoder wants it."""
    return VideoFrame.from_ndarray(frame, format="rgb24").reformat(format="yuv420p")


def render(avatar: Avatar, audio: Path, out: Path, options: dict[str, str] | None = None) -> float:
    """Speak a file into an MP4, one frame at a time; frames a second."""
    generator, frames = NaiveGenerator(avatar), NaiveFrames(avatar.template)
    start, count = time.perf_counter(), 0
    pcm = read_mono(audio)
    features = avatar.features()
    steps = [*features.push(pcm), *features.flush()]
    with av.open(str(out), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options=options or {})
        video.width, video.height, video.pix_fmt = (
            avatar.bundle.width,
            avatar.bundle.height,
            "yuv420p",
        )
        sound = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        for step in steps:
            index = avatar.template.index(step.frame)
            frame = frames.frames[index]
            if step.speaking:
                frame = frames.compose(index, generator.mouth(frames.roi(index), step.audio))
            picture = hand_over(frame)
            picture.pts, picture.time_base = count, Fraction(1, FPS)
            container.mux(video.encode(picture))
            count += 1
        for begin in range(0, len(pcm), FRAME_SAMPLES):
            piece = av.AudioFrame.from_ndarray(
                pcm[None, begin : begin + FRAME_SAMPLES], format="fltp", layout="mono"
            )
            piece.sample_rate, piece.pts = SAMPLE_RATE, begin
            container.mux(sound.encode(piece))
        container.mux(video.encode(None))
        container.mux(sound.encode(None))
    return count / (time.perf_counter() - start)
