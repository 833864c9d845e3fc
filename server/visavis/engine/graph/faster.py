"""The fast form of a bundle's generator, made when the avatar is loaded for the first time."""

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.core.bundle import Bundle, HoistedSpec
from visavis.core.template import Template
from visavis.core.timeline import SAMPLE_RATE
from visavis.engine.features import FeatureStream
from visavis.engine.graph import cache
from visavis.engine.graph.halves import Prepared
from visavis.engine.hoisted import HoistedModel
from visavis.engine.models import AudioEncoder, GeneratorModel

Float32 = NDArray[np.float32]
KEPT_BYTES = 512 * 1024 * 1024  # of all template frames together
_log = logging.getLogger(__name__)
_SAMPLES = 3
_SECONDS = 1.0


def faster(
    whole: GeneratorModel, template: Template, encoder: AudioEncoder, beside: Path | None
) -> HoistedModel | GeneratorModel | None:
    """A generator's halves, or where no memory is left for them its rewritten whole, from the cache
    or made now; None, with the reason in the log, if the whole is best. `beside` is the folder in
    which halves may be kept, if there is one."""
    bundle, spec = whole.bundle, whole.bundle.generator
    names = (spec.template, spec.audio, spec.output)
    budget = KEPT_BYTES // len(template.frames)
    key = cache.key_of(whole.model, names, budget)
    places = cache.folders(bundle.id, beside)
    made = cache.read(places, key)
    if made is None:
        made = _operate(whole, names, budget, _meetings(bundle, template, encoder))
        if made is None:
            return None
        cache.write(places, key, made)
    return _opened(whole, made)


def _operate(
    whole: GeneratorModel,
    names: tuple[str, str, str],
    budget: int,
    real: list[tuple[Float32, Float32]],
) -> Prepared | None:
    # Only a generator that is met for the first time needs these and what they import.
    from visavis.engine.graph.prepare import prepare

    label = f"{whole.bundle.id}'s {whole.bundle.generator.file}"
    try:
        made = prepare(whole.model, names, real, budget)
    except Exception as error:  # whatever a foreign graph trips over, it can run as it is
        _log.info("%s runs as it is: %s", label, error)
        return None
    report = made.report
    _log.info(
        "%s takes %.1f ms of a core per frame instead of %.1f; %.1f MB are kept per template frame",
        label,
        report.mouth_ms,
        report.whole_ms,
        report.kept_bytes / 1e6,
    )
    return made


def _opened(whole: GeneratorModel, made: Prepared) -> HoistedModel | GeneratorModel:
    bundle, halves = whole.bundle, made.halves
    if not halves.tensors:
        return GeneratorModel(bundle, halves.mouth)
    spec = HoistedSpec(bundle.generator.file, bundle.generator.file, halves.tensors)
    return HoistedModel(bundle, spec, halves.appearance, halves.mouth, KEPT_BYTES)


def _meetings(
    bundle: Bundle, template: Template, encoder: AudioEncoder
) -> list[tuple[Float32, Float32]]:
    """Templates [1, 3, R, R] and audio [1, W, F] as they meet when somebody speaks."""
    stream = FeatureStream(bundle, encoder)
    steps = [*stream.push(_voice()), *stream.flush()]
    chosen = np.linspace(0, len(steps) - 1, _SAMPLES).astype(int)
    frames = np.linspace(0, len(template.frames) - 1, _SAMPLES).astype(int)
    return [
        (template.roi(int(frame))[None], steps[step].audio[None])
        for frame, step in zip(frames, chosen, strict=True)
    ]


def _voice() -> Float32:
    """Something like a vowel that swells four times a second, at 16 kHz."""
    time = np.arange(round(_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    harmonics = sum((np.sin(2 * np.pi * 120 * n * time) / n for n in range(1, 30)), 0 * time)
    return np.asarray(0.2 * harmonics * np.sin(np.pi * 4 * time) ** 2, np.float32)
