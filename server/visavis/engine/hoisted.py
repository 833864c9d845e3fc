"""A generator in two halves: what the template alone decides is computed once per template frame.

The halves are the nodes of the whole generator, run apart, so the pictures are the same; the pool
runs them, the reference path runs the whole.
"""

import threading
from collections import OrderedDict
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
MOST_KEPT_BYTES = 192 * 1024 * 1024


class AppearanceCache:
    """The first half and what it made, shared by all sessions; the least recently used goes first
    when the memory budget is reached, which suits a clip that is played there and back."""

    def __init__(
        self, bundle: Bundle, spec: HoistedSpec, model: bytes, budget: int | None = None
    ) -> None:
        """Keep at most `budget` bytes, by default `MOST_KEPT_BYTES`.

        Raises `BundleError` if the model does not have the tensors that the bundle names.
        """
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
        self._kept: OrderedDict[int, Appearance] = OrderedDict()
        self._kept_bytes = 0
        self._budget = budget
        self._lock = threading.Lock()

    @property
    def _most_bytes(self) -> int:
        return MOST_KEPT_BYTES if self._budget is None else self._budget

    def prepare(self, template: Template, index: int) -> bool:
        """Compute a template frame ahead. False: there is room for no more."""
        if index not in self._kept:
            self.features(template.roi(index)[None], (index,))
        each = self._kept_bytes / max(1, len(self._kept))
        return self._kept_bytes + each <= self._most_bytes

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
        with self._lock:
            kept = self._kept.get(key) if key is not None else None
            if kept is not None and key is not None:
                self._kept.move_to_end(key)
                return kept
        try:
            made = tuple(self._session.run(self._names, {self._input: template}))
        except Exception as error:  # ONNX Runtime's exceptions share no base class
            raise GeneratorError(f"the generator failed: {error}") from error
        if key is not None:
            with self._lock:
                self._keep(key, made)
        return made

    def _keep(self, key: int, made: Appearance) -> None:
        if key in self._kept:  # another thread was faster
            return
        self._kept[key] = made
        self._kept_bytes += _size(made)
        while self._kept_bytes > self._most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= _size(oldest)


def _size(appearance: Appearance) -> int:
    return sum(array.nbytes for array in appearance)


class HoistedModel:
    """A generator in halves that can be opened as often as the pool wants sessions."""

    def __init__(
        self,
        bundle: Bundle,
        spec: HoistedSpec,
        appearance: bytes,
        mouth: bytes,
        budget: int | None = None,
    ) -> None:
        """`budget` bounds the bytes kept of all template frames. Raises `BundleError`."""
        self.bundle = bundle
        self.appearance = AppearanceCache(bundle, spec, appearance, budget)
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
