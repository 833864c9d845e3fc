"""The fast form of a bundle's generator, made when the avatar is loaded for the first time."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.core.region import Region
from visavis.core.template import Template
from visavis.core.timeline import SAMPLE_RATE
from visavis.engine.features import FeatureStream
from visavis.engine.graph import cache
from visavis.engine.graph.halves import Finished
from visavis.engine.models import AudioEncoder, GeneratorModel

Float32 = NDArray[np.float32]
_log = logging.getLogger(__name__)
_SAMPLES = 3
_SECONDS = 1.0


@dataclass(frozen=True)
class Subject:
    """What the surgery is done on: an avatar's generator."""

    whole: GeneratorModel
    template: Template
    encoder: AudioEncoder

    @cached_property
    def meetings(self) -> list[tuple[int, Float32]]:
        """Template frames and audio [1, W, F] as they meet when somebody speaks."""
        stream = FeatureStream(self.whole.bundle, self.encoder)
        steps = [*stream.push(_voice()), *stream.flush()]
        chosen = np.linspace(0, len(steps) - 1, _SAMPLES).astype(int)
        frames = np.linspace(0, len(self.template.frames) - 1, _SAMPLES).astype(int)
        return [
            (int(frame), steps[step].audio[None])
            for frame, step in zip(frames, chosen, strict=True)
        ]

    @property
    def seen(self) -> Region:
        """The part of the ROI where the mask shows anything."""
        rows, columns = self.template.mask.box
        height, width = rows.stop - rows.start, columns.stop - columns.start
        return Region(2 * rows.start, 2 * columns.start, 2 * height, 2 * width)


def faster(subject: Subject, budget: int, places: Sequence[Path]) -> tuple[str, Finished | None]:
    """A generator as the fast path runs it, from the cache in `places` or made now, and the name
    under which it is kept; None, with the reason in the log, if nothing can be done with it.
    At most `budget` bytes are to be kept of all template frames together."""
    spec, seen = subject.whole.bundle.generator, subject.seen
    names = (spec.template, spec.audio, spec.output)
    each = budget // len(subject.template.frames)
    key = cache.key_of(subject.whole.model, names, each, seen, spec.hoisted)
    made = cache.read(places, key)
    if made is None:
        made = _operate(subject, names, each)
        if made is not None:
            cache.write(places, key, made)
    return key, made


def _operate(subject: Subject, names: tuple[str, str, str], each: int) -> Finished | None:
    # Only a generator that is met for the first time needs these and what they import.
    from visavis.engine.graph.surgery import operate

    bundle = subject.whole.bundle
    label = f"{bundle.id}'s {bundle.generator.file}"
    try:
        template = subject.template
        real = [(template.roi(index)[None], audio) for index, audio in subject.meetings]
        made = operate(
            subject.whole.model, names, bundle.generator.hoisted, subject.seen, real, each
        )
    except Exception as error:  # whatever a foreign graph trips over, it can run as it is
        _log.info("%s runs as it is: %s", label, error)
        return None
    report = made.report
    if report.whole_ms:
        _log.info(
            "%s takes %.1f ms of a core per frame instead of %.1f; %.1f MB are kept per frame",
            label,
            report.mouth_ms,
            report.whole_ms,
            made.mouth.offsets[-1] / 1e6,
        )
    return made


def _voice() -> Float32:
    """Something like a vowel that swells four times a second, at 16 kHz."""
    time = np.arange(round(_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    harmonics = sum((np.sin(2 * np.pi * 120 * n * time) / n for n in range(1, 30)), 0 * time)
    return np.asarray(0.2 * harmonics * np.sin(np.pi * 4 * time) ** 2, np.float32)
