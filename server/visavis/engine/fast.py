"""From an avatar's generator to the model that the pool runs: surgery, rows, provider."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from visavis.engine.choice import choose
from visavis.engine.generator import FastModel, MouthModel, PlainModel
from visavis.engine.graph.faster import KEPT_BYTES, Subject, faster
from visavis.engine.graph.halves import Report
from visavis.engine.graph.mouth import Mouth
from visavis.engine.providers.candidate import EXACT, Candidate, parse_candidate
from visavis.engine.rows import RowMaker, TemplateRows
from visavis.engine.rowstore import open_store

AUTO = "auto"


@dataclass(frozen=True)
class EngineConfig:
    """How an avatar's generator is to be run."""

    provider: str = AUTO  # "auto", a provider's id, or id:precision
    template_cache: int = KEPT_BYTES  # bytes kept of all template frames together


EXACT_ENGINE = EngineConfig(provider=str(EXACT))


def fast_model(
    subject: Subject, engine: EngineConfig, places: Sequence[Path]
) -> tuple[MouthModel, Report | None]:
    """The model, and what the surgery gained. Files are kept in the first of `places` that can be
    written. Raises `BundleError` and `ConfigError`."""
    key, made = faster(subject, engine.template_cache, places)
    if made is None:
        return PlainModel(subject.whole, subject.template, subject.seen.even()), None
    rows = _rows(subject, made.mouth, key, engine.template_cache, places)
    model = FastModel(subject.whole.bundle, made.mouth, rows)
    return model.on(_candidate(model, engine, subject, places, key)), made.report


def _candidate(
    model: FastModel, engine: EngineConfig, subject: Subject, places: Sequence[Path], key: str
) -> Candidate:
    if engine.provider == AUTO:
        return choose(model, subject.meetings, places, key).best
    return parse_candidate(engine.provider)


def _rows(
    subject: Subject, mouth: Mouth, key: str, budget: int, places: Sequence[Path]
) -> TemplateRows:
    bundle, template = subject.whole.bundle, subject.template
    label = f"the first half of {bundle.path(bundle.generator.file)}"
    maker = RowMaker(template, mouth, bundle.generator.template, label)
    decided_by = (key, sorted(bundle.files.items()), template.corners, template.size)
    name = hashlib.sha256(repr(decided_by).encode()).hexdigest()
    return TemplateRows(maker, open_store(places, name, maker.count, maker.nbytes, budget))
