"""Which input of a generator is the template, which the audio, and what their shapes are."""

from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from visavis.engine.graph.network import Feeds, GraphError
from visavis.engine.session import TensorInfo, tensors

Float32 = NDArray[np.float32]
_PICTURE_CHANNELS = (3, 6)  # a crop, or the crop and its masked copy
_FLOAT = "tensor(float)"


@dataclass(frozen=True)
class Binding:
    """The three tensors of a generator, without the batch in their shapes."""

    template: str
    audio: str
    output: str
    template_shape: tuple[int, ...]
    audio_shape: tuple[int, ...]
    free_batch: bool  # any number of frames at once, else one

    def feeds(self, templates: Float32, audio: Float32) -> Feeds:
        """Inputs by name. Raises `GraphError` if they do not have the right shapes."""
        given = (templates.shape[1:], audio.shape[1:])
        if given != (self.template_shape, self.audio_shape):
            raise GraphError(
                f"its inputs are {self.template_shape} and {self.audio_shape}, "
                f"not {given[0]} and {given[1]}"
            )
        return {self.template: templates, self.audio: audio}

    def random(self, batch: int, seed: int) -> Feeds:
        """Noise for pictures in 0…1 and for features around 0."""
        rng = np.random.default_rng(seed)
        pictures = rng.random((batch, *self.template_shape), np.float32)
        features = rng.standard_normal((batch, *self.audio_shape), np.float32)
        return {self.template: pictures, self.audio: features}


def bind(session: ort.InferenceSession, names: tuple[str, str, str] | None = None) -> Binding:
    """Bind by `names` (template, audio, output), or else by shape: the template is the square
    picture of 3 or 6 channels that is as large as the output's three.

    Raises `GraphError`.
    """
    inputs, outputs = tensors(session)
    if len(inputs) != 2:
        raise GraphError(f"it has {len(inputs)} inputs, not two")
    if names:
        template, audio = (_named(inputs, name) for name in names[:2])
        output = _named(outputs, names[2])
    else:
        template, output = _by_shape(inputs, outputs)
        audio = next(info for info in inputs if info.name != template.name)
    if any(info.type != _FLOAT for info in (template, audio, output)):
        raise GraphError("its inputs and its output are not all float32")
    first = [template.shape[0], audio.shape[0]] if template.shape and audio.shape else []
    return Binding(
        template.name,
        audio.name,
        output.name,
        _sides(template),
        _sides(audio),
        free_batch=not any(isinstance(side, int) for side in first),
    )


def _named(infos: list[TensorInfo], name: str) -> TensorInfo:
    found = next((info for info in infos if info.name == name), None)
    if found is None:
        raise GraphError(f"it has no tensor named {name!r}")
    return found


def _by_shape(inputs: list[TensorInfo], outputs: list[TensorInfo]) -> tuple[TensorInfo, TensorInfo]:
    pairs = [
        (info, output)
        for info in inputs
        for output in outputs
        if len(info.shape) == len(output.shape) == 4
        and info.shape[1] in _PICTURE_CHANNELS
        and output.shape[1] == _PICTURE_CHANNELS[0]
        and info.shape[2:] == output.shape[2:] == [info.shape[2]] * 2
    ]
    if len(pairs) != 1:
        raise GraphError("it has not one input that is a picture as large as its output")
    return pairs[0]


def _sides(info: TensorInfo) -> tuple[int, ...]:
    sides = info.shape[1:]
    whole = tuple(side for side in sides if isinstance(side, int))
    if not info.shape or len(whole) != len(sides):
        raise GraphError(f"its input {info.name} has the open shape {info.shape}")
    return whole
