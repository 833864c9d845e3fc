"""An avatar bundle played frame by frame for scoring: the runtime's arithmetic, nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from visavis.core.bundle import read_bundle
from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import BlendMask, crop, pack, paste
from visavis.core.mel import mel_spectrogram
from visavis.core.timeline import frames_for
from visavis.core.window import EncoderWindows, FeatureWindows
from visavis.studio.pictures import read_rgba
from visavis.studio.template import decode, to_float

Float32 = NDArray[np.float32]


def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Player:
    """One avatar, whole clips, one thread."""

    def __init__(self, folder: Path) -> None:
        self.bundle = read_bundle(folder)
        idle = self.bundle.clips["idle"]
        wall = read_rgba(folder / (self.bundle.background or ""))[..., :3]
        background = pack(to_float(wall))
        self._frames = decode(folder / idle.file, background)
        self._corners = idle.roi
        mask = read_rgba(folder / (self.bundle.mask or ""))[..., 0]
        self._mask = BlendMask.from_luma(mask.astype(np.float32) / np.float32(255))
        self._encoder = _session(folder / self.bundle.encoder.file)
        self._generator = _session(folder / self.bundle.generator.file)

    def roi(self, index: int) -> Float32:
        """The resting ROI [3, size, size] of a template frame."""
        x, y = self._corners[index]
        return planes_to_rgb(crop(self._frames[index], x, y, self.bundle.roi_size))

    def audio(self, pcm: Float32) -> list[Float32]:
        """The generator's audio input [rows, features] per video frame of a clip."""
        spec, frames = self.bundle.window, frames_for(len(pcm))
        windows = EncoderWindows(spec, self.bundle.mel)
        mels = windows.push(mel_spectrogram(pcm, self.bundle.mel)) + windows.flush(frames)
        silence = self._encode(np.full_like(mels[0], -4.0))
        features = FeatureWindows(spec, silence)
        rows = [row for mel in mels[:frames] for row in features.push(self._encode(mel))]
        return rows + features.flush(frames)

    def speak(self, pcm: Float32, template: tuple[int, ...]) -> Iterator[Float32]:
        """The ROI [3, size, size] as shown, per frame, over the given template frames."""
        generator = self.bundle.generator
        for index, audio in zip(template, self.audio(pcm), strict=False):
            inputs = {generator.template: self.roi(index)[None], generator.audio: audio[None]}
            made = self._generator.run([generator.output], inputs)[0][0]
            frame = self._frames[index].copy()
            x, y = self._corners[index]
            paste(frame, x, y, made, self._mask)
            yield planes_to_rgb(crop(frame, x, y, self.bundle.roi_size))

    def _encode(self, mel: Float32) -> Float32:
        encoder = self.bundle.encoder
        outputs = self._encoder.run([encoder.output], {encoder.input: mel[None, None]})
        feature: Float32 = outputs[0][0]
        return feature
