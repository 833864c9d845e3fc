"""What the fast network wants of each template frame, computed once and shared by all.

A row holds one template frame's fields, one after the other.
"""

import threading

import numpy as np
from numpy.typing import NDArray

from visavis.core.template import Template
from visavis.engine.graph.mouth import Mouth
from visavis.engine.models import GeneratorError
from visavis.engine.rowstore import Row, Store
from visavis.engine.session import Array, open_session

Fields = tuple[Array, ...]  # [1, …] each, in the order of the mouth's fields


class RowMaker:
    """Computes a row from a template frame."""

    def __init__(self, template: Template, mouth: Mouth, input_name: str, label: str) -> None:
        """Raises `BundleError` if the first half of the generator cannot be opened."""
        self._template = template
        self._mouth = mouth
        self._input = input_name
        self._made = [item.name for item in mouth.fields if item.crop is None]
        self._session = open_session(mouth.appearance, label) if self._made else None
        self.count = len(template.frames)
        self.nbytes = mouth.offsets[-1]

    def make(self, index: int) -> Row:
        """The row of template frame `index`. Raises `GeneratorError`."""
        roi = self._template.roi(index)
        kept = self._appearance(roi)
        row = np.zeros(self.nbytes, np.uint8)
        for item, field in zip(self._mouth.fields, self.fields(row), strict=True):
            crop = item.crop
            field[0] = roi[:, crop.rows, crop.columns] if crop else kept[item.name][0]
        return row

    def fields(self, row: Row) -> Fields:
        """Views of a row."""
        mouth = self._mouth
        return tuple(
            row[start : start + item.nbytes].view(item.kind).reshape(1, *item.shape)
            for item, start in zip(mouth.fields, mouth.offsets, strict=False)
        )

    def _appearance(self, roi: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        if self._session is None:
            return {}
        try:
            made = self._session.run(self._made, {self._input: roi[None]})
        except Exception as error:  # ONNX Runtime's exceptions share no base class
            raise GeneratorError(f"the generator failed: {error}") from error
        return dict(zip(self._made, made, strict=True))


class TemplateRows:
    """Every template frame's fields, made when first asked for."""

    def __init__(self, maker: RowMaker, store: Store) -> None:
        self._maker = maker
        self._store = store
        self._lock = threading.Lock()
        self._making: dict[int, threading.Lock] = {}
        self._views: dict[int, tuple[Row, Fields]] = {}

    @property
    def room(self) -> int:
        """How many rows can be kept."""
        return self._store.room

    def fields(self, index: int) -> Fields:
        """The fields of template frame `index`, to be read only. Raises `GeneratorError`."""
        row = self._store.get(index)
        if row is None:
            row = self._make(index)
        known = self._views.get(index)
        if known is None or known[0] is not row:
            known = (row, self._maker.fields(row))
            if self.room >= self._maker.count:
                self._views[index] = known
        return known[1]

    def _make(self, index: int) -> Row:
        """One thread computes a row and the others wait for that, but not for other rows: a chore
        that gives way to everyone must not hold up who needs one at once."""
        with self._lock:
            making = self._making.setdefault(index, threading.Lock())
        with making:
            row = self._store.get(index)
            if row is None:
                made = self._maker.make(index)
                with self._lock:
                    row = self._store.put(index, made)
        with self._lock:
            self._making.pop(index, None)
        return row

    def has(self, index: int) -> bool:
        """Whether the row is made."""
        return self._store.get(index) is not None
