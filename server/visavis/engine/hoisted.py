"""A generator in two halves: what the template alone decides is computed once per template frame.

The halves are the nodes of the whole generator, run apart, so the pictures are the same; the pool
runs them, the reference path runs the whole.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visavis.core.bundle import Bundle, HoistedSpec
from visavis.core.template import Template
from visavis.engine.models import GeneratorError, run_checked
from visavis.engine.session import Session, check_tensor, open_session, tensors
from visavis.errors import BundleError

Float32 = NDArray[np.float32]
Appearance = tuple[Float32, ...]  # one array [1, …] per tensor between the halves
MOST_KEPT_BYTES = 512 * 1024 * 1024


class AppearanceCache:
    """The first half and what it made, shared by all sessions; kept up to a memory budget."""

    def __init__(self, bundle: Bundle, spec: HoistedSpec, model: bytes) -> None:
        """Raises `BundleError` if the model does not have the tensors that the bundle names."""
        label = str(bundle.path(spec.appearance))
        session = open_session(model, label)
        inputs, outputs = tensors(session)
        roi = (None, 3, bundle.roi_size, bundle.roi_size)
        check_tensor(inputs, bundle.generator.template, roi, label)
        missing = set(spec.tensors) - {info.name for info in outputs}
        if missing:
            raise BundleError(f"{label} has no tensor named {min(missing)!r}.")
        self._session: Session = session
        self._input = bundle.generator.template
        self._names = list(spec.tensors)
        self._kept: dict[int, Appearance] = {}
        self._kept_bytes = 0

    def prepare(self, template: Template) -> None:
        """Compute all frames of a template, as far as the budget goes."""
        for index in range(len(template.frames)):
            self.features(template.roi(index)[None], (index,))

    def features(self, templates: Float32, keys: Sequence[int]) -> dict[str, Float32]:
        """What the templates [B, 3, R, R] alone decide, by tensor name. `keys` are their numbers;
        without them nothing is kept."""
        numbers: Sequence[int | None] = keys or [None] * len(templates)
        rows = [
            self._one(template[None], number)
            for template, number in zip(templates, numbers, strict=True)
        ]
        if len(rows) == 1:
            return dict(zip(self._names, rows[0], strict=True))
        columns = zip(*rows, strict=True)
        return {
            name: np.concatenate(column) for name, column in zip(self._names, columns, strict=True)
        }

    def _one(self, template: Float32, key: int | None) -> Appearance:
        kept = self._kept.get(key) if key is not None else None
        if kept is not None:
            return kept
        try:
            made = tuple(self._session.run(self._names, {self._input: template}))
        except Exception as error:  # ONNX Runtime's exceptions share no base class
            raise GeneratorError(f"the generator failed: {error}") from error
        size = sum(array.nbytes for array in made)
        if key is not None and self._kept_bytes + size <= MOST_KEPT_BYTES:
            self._kept[key] = made
            self._kept_bytes += size
        return made


class HoistedModel:
    """A generator in halves that can be opened as often as the pool wants sessions."""

    def __init__(self, bundle: Bundle, spec: HoistedSpec, appearance: bytes, mouth: bytes) -> None:
        """Raises `BundleError`."""
        self.bundle = bundle
        self.appearance = AppearanceCache(bundle, spec, appearance)
        self._spec = spec
        self._mouth = mouth

    def open(self) -> "HoistedGenerator":
        """Raises `BundleError` if the model does not have the tensors that the bundle names."""
        bundle, label = self.bundle, str(self.bundle.path(self._spec.mouth))
        session = open_session(self._mouth, label)
        inputs, outputs = tensors(session)
        roi = (None, 3, bundle.roi_size, bundle.roi_size)
        check_tensor(inputs, bundle.generator.template, roi, label)
        audio = (None, bundle.window.rows, bundle.encoder.features)
        check_tensor(inputs, bundle.generator.audio, audio, label)
        check_tensor(outputs, bundle.generator.output, roi, label)
        missing = set(self._spec.tensors) - {info.name for info in inputs}
        if missing:
            raise BundleError(f"{label} has no tensor named {min(missing)!r}.")
        return HoistedGenerator(session, self)


class HoistedGenerator:
    """One session of the second half; used by one thread at a time."""

    def __init__(self, session: Session, model: HoistedModel) -> None:
        self._session = session
        self._appearance = model.appearance
        self._spec = model.bundle.generator

    def generate(self, templates: Float32, audio: Float32, keys: Sequence[int] = ()) -> Float32:
        """See `visavis.engine.models.Generator.generate`."""
        features = self._appearance.features(templates, keys)
        feeds = {self._spec.template: templates, self._spec.audio: audio} | features
        return run_checked(self._session, self._spec.output, feeds, templates.shape)
