"""The generator as the pool runs it: a template frame's number and sound in, planes out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.core.bundle import Bundle
from visavis.core.colour import flat_planes
from visavis.core.region import Region
from visavis.core.template import Template
from visavis.engine.graph.mouth import CHECK, PLANES, Mouth
from visavis.engine.models import GeneratorError, GeneratorModel, RoiGenerator
from visavis.engine.providers.candidate import EXACT, Candidate
from visavis.engine.providers.opening import open_candidate
from visavis.engine.rows import TemplateRows
from visavis.engine.session import Array, Session, SessionError
from visavis.errors import BundleError

Float32 = NDArray[np.float32]
Planes = NDArray[np.uint8]
_MOST_AT_ONCE = 16


class MouthGenerator(Protocol):
    """One open generator; of one thread at a time."""

    most: int  # frames that it takes at once

    def generate(self, keys: Sequence[int], audio: Float32, out: Planes) -> None:
        """Template frames `keys` [B] and audio windows [B, W, F] → mouths [B, bytes] in `out`.

        Raises `GeneratorError` for anything but finite pictures.
        """


class MouthModel(Protocol):
    """A generator that can be opened as often as the pool wants sessions."""

    @property
    def bundle(self) -> Bundle: ...

    @property
    def window(self) -> Region:
        """The part of the ROI that its mouths show."""

    def open(self, threads: int = 1) -> MouthGenerator:
        """Raises `BundleError`."""


@dataclass(frozen=True)
class FastModel:
    """A generator after surgery, with what it wants of the template, on a chosen provider."""

    bundle: Bundle
    mouth: Mouth
    rows: TemplateRows
    candidate: Candidate = EXACT

    @property
    def window(self) -> Region:
        return self.mouth.window

    def on(self, candidate: Candidate) -> "FastModel":
        """The same on another provider, or in another precision."""
        return replace(self, candidate=candidate)

    def open(self, threads: int = 1) -> "FastGenerator":
        generator = FastGenerator(self, threads)
        generator.session(1)
        return generator


class FastGenerator:
    """Sessions of a fast model, one for each batch that it was asked for."""

    def __init__(self, model: FastModel, threads: int) -> None:
        self._model = model
        self._threads = threads
        self._batches: dict[int, _Batch] = {}
        self.most = _MOST_AT_ONCE if model.mouth.free_batch else 1

    def session(self, batch: int) -> "_Batch":
        """Raises `BundleError` if the provider does not take the network."""
        if batch not in self._batches:
            self._batches[batch] = _Batch(self._model, batch, self._threads)
        return self._batches[batch]

    def generate(self, keys: Sequence[int], audio: Float32, out: Planes) -> None:
        """See `MouthGenerator.generate`."""
        self.session(len(keys)).run([self._model.rows.fields(key) for key in keys], audio, out)


class _Batch:
    """One session for so many frames at once, with memory of its own for what must lie together."""

    def __init__(self, model: FastModel, batch: int, threads: int) -> None:
        bundle, mouth = model.bundle, model.mouth
        window = (bundle.window.rows, bundle.encoder.features)
        shapes: dict[str, tuple[int, ...]] = {bundle.generator.audio: (batch, *window)}
        shapes |= {item.name: (batch, *item.shape) for item in mouth.fields}
        try:
            self._session: Session = open_candidate(mouth.network, model.candidate, threads, shapes)
        except SessionError as error:
            label = bundle.path(bundle.generator.file)
            raise BundleError(f"{model.candidate} cannot run {label}: {error}.") from error
        self._names = [item.name for item in mouth.fields]
        self._audio = np.zeros((batch, *window), np.float32)
        self._check = np.zeros((batch, 1, 1, 1), np.float32)
        self._together = [
            np.zeros((batch, *item.shape), item.kind) for item in mouth.fields if batch > 1
        ]
        self._session.set_input(bundle.generator.audio, self._audio)
        self._session.set_output(CHECK, self._check)

    def run(self, fields: Sequence[Sequence[Array]], audio: Float32, out: Planes) -> None:
        self._audio[...] = audio
        for name, array in zip(self._names, self._joined(fields), strict=True):
            self._session.set_input(name, array)
        self._session.set_output(PLANES, out)
        try:
            self._session.run()
        except SessionError as error:
            raise GeneratorError(f"the generator failed: {error}") from error
        if not np.isfinite(self._check).all():
            raise GeneratorError("the generator returned NaN or infinity")

    def _joined(self, fields: Sequence[Sequence[Array]]) -> Sequence[Array]:
        if len(fields) == 1:
            return fields[0]
        for number, row in enumerate(fields):
            for target, array in zip(self._together, row, strict=True):
                target[number] = array[0]
        return self._together


@dataclass(frozen=True)
class PlainModel:
    """A generator that no surgery can be done on; its pictures are converted here."""

    whole: GeneratorModel
    template: Template
    window: Region

    @property
    def bundle(self) -> Bundle:
        return self.whole.bundle

    def open(self, threads: int = 1) -> "PlainGenerator":
        return PlainGenerator(self.whole.open(), self.template, self.window)


class PlainGenerator:
    """One session of a plain model."""

    most = _MOST_AT_ONCE

    def __init__(self, generator: RoiGenerator, template: Template, window: Region) -> None:
        self._generator = generator
        self._template = template
        self._window = window

    def generate(self, keys: Sequence[int], audio: Float32, out: Planes) -> None:
        """See `MouthGenerator.generate`."""
        rois = np.stack([self._template.roi(key) for key in keys])
        made = self._generator.generate(rois, audio)[:, :, self._window.rows, self._window.columns]
        for target, rgb in zip(out, made, strict=True):
            target[...] = flat_planes(rgb)
