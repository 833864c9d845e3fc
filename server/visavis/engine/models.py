"""The two networks of an avatar, bound to the tensors that its bundle names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.core.bundle import Bundle
from visavis.core.mel import SILENCE
from visavis.engine.session import Runner, check_tensor, open_session, tensors

Float32 = NDArray[np.float32]


class GeneratorError(RuntimeError):
    """A generator raised, or returned something that is not a picture."""


class PoolBusyError(GeneratorError):
    """Every place in the pool's queue is taken; the frame is dropped, not queued."""


@dataclass(frozen=True)
class Heard:
    """What the encoder makes of one window."""

    feature: Float32  # [features]
    speech: float | None  # how likely somebody speaks, in [0, 1]; None: the encoder does not tell


class AudioEncoder:
    """Mel windows → features, one window per call, so that a stream gives a clip's bits."""

    def __init__(self, bundle: Bundle, model: bytes) -> None:
        """Raises `BundleError` if the model does not have the tensors that the bundle names."""
        spec, label = bundle.encoder, str(bundle.path(bundle.encoder.file))
        session = open_session(model, label)
        inputs, outputs = tensors(session)
        shape = (None, 1, bundle.mel.bands, bundle.window.length)
        check_tensor(inputs, spec.input, shape, label)
        check_tensor(outputs, spec.output, (None, spec.features), label)
        if spec.speech:
            check_tensor(outputs, spec.speech, (None, 1), label)
        self._session: Runner = session
        self._input = spec.input
        self._outputs = [spec.output, *([spec.speech] if spec.speech else [])]
        self.silence = self.hear(np.full(shape[2:], SILENCE, np.float32)).feature

    @property
    def tells_speech(self) -> bool:
        """Whether `Heard.speech` is set."""
        return len(self._outputs) > 1

    def hear(self, window: Float32) -> Heard:
        """Mel window [bands, length] → feature, and speech if the encoder tells."""
        feature, *speech = self._session.run(self._outputs, {self._input: window[None, None]})
        return Heard(feature[0], float(speech[0][0, 0]) if speech else None)


class RoiGenerator(Protocol):
    """One open generator, whole or in halves."""

    def generate(self, templates: Float32, audio: Float32, keys: Sequence[int] = ()) -> Float32: ...


@dataclass(frozen=True)
class GeneratorModel:
    """A generator that can be opened as often as the pool wants sessions."""

    bundle: Bundle
    model: bytes

    def open(self) -> "Generator":
        """Raises `BundleError` if the model does not have the tensors that the bundle names."""
        bundle, spec = self.bundle, self.bundle.generator
        label = str(bundle.path(spec.file))
        session = open_session(self.model, label)
        inputs, outputs = tensors(session)
        roi = (None, 3, bundle.roi_size, bundle.roi_size)
        check_tensor(inputs, spec.template, roi, label)
        audio = (None, bundle.window.rows, bundle.encoder.features)
        check_tensor(inputs, spec.audio, audio, label)
        check_tensor(outputs, spec.output, roi, label)
        return Generator(session, self)


class Generator:
    """One session of a generator; used by one thread at a time."""

    def __init__(self, session: Runner, model: GeneratorModel) -> None:
        self._session = session
        self._spec = model.bundle.generator
        self._size = model.bundle.roi_size

    def generate(self, templates: Float32, audio: Float32, keys: Sequence[int] = ()) -> Float32:
        """Template ROIs [B, 3, R, R] and audio windows [B, W, F] → mouth ROIs [B, 3, R, R].

        `keys` are the templates' numbers, under which a generator may keep what depends on them
        alone; this one keeps nothing. Raises `GeneratorError` for anything but finite pictures.
        """
        feeds = {self._spec.template: templates, self._spec.audio: audio}
        return run_checked(self._session, self._spec.output, feeds, templates.shape)


def run_checked(
    session: Runner, output: str, feeds: dict[str, Float32], shape: tuple[int, ...]
) -> Float32:
    """Run a session for one output. Raises `GeneratorError` for anything but finite numbers of
    that shape."""
    try:
        roi = session.run([output], feeds)[0]
    except Exception as error:  # ONNX Runtime's exceptions share no base class
        raise GeneratorError(f"the generator failed: {error}") from error
    if roi.shape != shape:
        raise GeneratorError(f"the generator returned the shape {roi.shape}")
    if not np.isfinite(roi).all():
        raise GeneratorError("the generator returned NaN or infinity")
    return roi
