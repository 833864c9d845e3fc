"""An avatar bundle played clip by clip for scoring: the runtime's own parts, without its gate."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.core.bundle import read_bundle
from visavis.core.bundlefile import read_file
from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import crop
from visavis.core.timeline import frames_for
from visavis.engine.models import AudioEncoder, GeneratorModel
from visavis.engine.reference import audio_window, encode_clip
from visavis.media.clip import load_template

Float32 = NDArray[np.float32]


class Player:
    """One avatar, whole clips, one thread."""

    def __init__(self, folder: Path) -> None:
        """Raises `BundleError`."""
        self.bundle = bundle = read_bundle(folder)
        self._template = load_template(bundle)
        self._encoder = AudioEncoder(bundle, read_file(bundle, bundle.encoder.file))
        model = GeneratorModel(bundle, read_file(bundle, bundle.generator.file))
        self._generator = model.open()

    def roi(self, index: int) -> Float32:
        """The resting ROI [3, size, size] of a template frame."""
        return self._template.roi(index)

    def speak(self, pcm: Float32, template: tuple[int, ...]) -> Iterator[Float32]:
        """The ROI [3, size, size] as shown, per frame, over the given template frames."""
        frames = min(len(template), frames_for(len(pcm)))
        features = encode_clip(self.bundle, self._encoder, pcm, frames_for(len(pcm)))
        for frame, index in enumerate(template[:frames]):
            audio = audio_window(self.bundle, features, self._encoder.silence, frame)
            made = self._generator.generate(self.roi(index)[None], audio[None])[0]
            shown = self._template.speaking(index, made, gain=1.0)
            x, y = self._template.corners[index]
            yield planes_to_rgb(crop(shown, x, y, self._template.size))
