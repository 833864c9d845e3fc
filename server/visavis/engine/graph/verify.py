"""Do two halves make the pictures of the whole, and how fast are they?"""

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import onnxruntime as ort

from visavis.core.colour import flat_planes
from visavis.engine.graph.bind import Binding
from visavis.engine.graph.halves import Halves
from visavis.engine.graph.mouth import CHECK, PLANES, Mouth
from visavis.engine.graph.network import Array, Feeds, GraphError, first_line
from visavis.engine.session import Float32, open_session
from visavis.errors import BundleError

TOLERANCE = 1e-5  # of full scale
MOST_LEVELS = 1  # of planes whose fields are kept in half precision


class Rejoined:
    """Two halves as one: what the runtime does with them."""

    def __init__(self, binding: Binding, halves: Halves) -> None:
        """Raises `GraphError`."""
        self._names = list(halves.tensors)
        self._binding = binding
        self._appearance = open_half(halves.appearance) if halves.tensors else None
        self._mouth = open_half(halves.mouth)

    def appearance(self, feeds: Feeds) -> Feeds:
        """The kept tensors, made for each template alone, as they are when they are kept."""
        if self._appearance is None:
            return {}
        name = self._binding.template
        rows = [self._appearance.run(self._names, {name: row[None]}) for row in feeds[name]]
        columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
        return dict(zip(self._names, columns, strict=True))

    def mouth(self, feeds: Feeds) -> Float32:
        """The picture, of all inputs and the kept tensors."""
        picture: Float32 = self._mouth.run([self._binding.output], feeds)[0]
        return picture


def open_half(model: bytes) -> ort.InferenceSession:
    """Raises `GraphError`."""
    try:
        return open_session(model, "a half of the generator")
    except BundleError as error:
        raise GraphError(first_line(error)) from error


def difference(
    whole: ort.InferenceSession, output: str, halves: Rejoined, samples: Iterable[Feeds]
) -> float:
    """The largest difference of the halves' picture to the whole's, of full scale.

    Raises `GraphError` if it exceeds `TOLERANCE`, or one of them does not run.
    """
    worst = 0.0
    for feeds in samples:
        try:
            expected = whole.run([output], feeds)[0]
            got = halves.mouth(feeds | halves.appearance(feeds))
        except Exception as error:  # ONNX Runtime's exceptions share no base class
            raise GraphError(f"it does not run: {first_line(error)}") from error
        scale = max(1.0, float(np.abs(expected).max(initial=0)))
        if got.shape != expected.shape:
            raise GraphError(f"its halves make the shape {got.shape}, not {expected.shape}")
        off = float(np.abs(got - expected).max(initial=0)) / scale
        if not off <= TOLERANCE:  # nor NaN
            raise GraphError(f"its halves differ from the whole by {off:.2g} of full scale")
        worst = max(worst, off)
    return worst


def level_difference(
    whole: ort.InferenceSession,
    binding: Binding,
    halves: Halves,
    mouth: Mouth,
    samples: Iterable[Feeds],
) -> int:
    """The largest difference of the planes to those of the whole's picture, in levels.

    Raises `GraphError` if it exceeds `MOST_LEVELS`, or one of them does not run.
    """
    rejoined, session, worst = Rejoined(binding, halves), open_half(mouth.network), 0
    for feeds in samples:
        try:
            picture = whole.run([binding.output], feeds)[0]
            given = inputs_of(mouth, binding, feeds, rejoined.appearance(feeds))
            got, check = session.run([PLANES, CHECK], given)
        except Exception as error:  # ONNX Runtime's exceptions share no base class
            raise GraphError(f"it does not run: {first_line(error)}") from error
        shown = picture[:, :, mouth.window.rows, mouth.window.columns]
        expected = np.stack([flat_planes(row) for row in shown])
        if got.shape != expected.shape or not np.isfinite(check).all():
            raise GraphError(f"its planes have the shape {got.shape}, not {expected.shape}")
        worst = max(worst, int(np.abs(got.astype(np.int16) - expected).max(initial=0)))
    if worst > MOST_LEVELS:
        raise GraphError(f"its planes differ from the whole's picture by {worst} levels")
    return worst


def inputs_of(mouth: Mouth, binding: Binding, feeds: Feeds, kept: Feeds) -> dict[str, Array]:
    """What the network is given, of a generator's inputs and of the tensors that are kept."""
    given: dict[str, Array] = {binding.audio: feeds[binding.audio]}
    for item in mouth.fields:
        if item.crop:
            value = feeds[binding.template][:, :, item.crop.rows, item.crop.columns]
        else:
            value = kept[item.name]
        given[item.name] = np.ascontiguousarray(value, item.kind)
    return given


def milliseconds(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median processor time of each call. They take turns, so that all meet the same machine;
    what other work takes of the processor does not count."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.thread_time()
            call()
            times[name].append(1000 * (time.thread_time() - start))
    return {name: statistics.median(values) for name, values in times.items()}


def samples_of(binding: Binding, real: Sequence[tuple[Float32, Float32]]) -> list[Feeds]:
    """Noise, silence, real inputs, and two at a time where the generator takes that."""
    noise = [binding.random(1, seed) for seed in range(2)]
    silent = {binding.template: noise[0][binding.template]}
    silent[binding.audio] = np.zeros_like(noise[0][binding.audio])
    samples = [*noise, silent, *(binding.feeds(*pair) for pair in real)]
    return [*samples, binding.random(2, 2)] if binding.free_batch else samples
