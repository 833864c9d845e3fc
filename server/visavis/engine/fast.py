"""From an avatar's generator to the model that the pool runs: surgery, rows, provider."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from visavis.engine.choice import Choice, choose
from visavis.engine.config import AUTO, EngineConfig
from visavis.engine.generator import FastModel, MouthModel, PlainModel
from visavis.engine.graph.faster import Subject, faster
from visavis.engine.graph.halves import Report
from visavis.engine.graph.mouth import Mouth
from visavis.engine.providers.candidate import parse_candidate
from visavis.engine.rows import RowMaker, TemplateRows
from visavis.engine.rowstore import open_store


@dataclass(frozen=True)
class Fast:
    """The model, and how it came about."""

    model: MouthModel
    report: Report | None = None  # what the surgery gained
    choice: Choice | None = None  # of the provider, where that was left to us


def fast_model(subject: Subject, engine: EngineConfig, places: Sequence[Path]) -> Fast:
    """Make the model. Files are kept in the first of `places` that can be written.

    Raises `BundleError` and `ConfigError`.
    """
    key, made = faster(subject, engine.template_cache, places)
    if made is None:
        return Fast(PlainModel(subject.whole, subject.template, subject.seen.even()))
    rows = _rows(subject, made.mouth, key, engine.template_cache, places)
    model = FastModel(subject.whole.bundle, made.mouth, rows)
    if engine.provider != AUTO:
        return Fast(model.on(parse_candidate(engine.provider)), made.report)
    choice = choose(model, subject.meetings, places, key)
    return Fast(model.on(choice.best), made.report, choice)


def _rows(
    subject: Subject, mouth: Mouth, key: str, budget: int, places: Sequence[Path]
) -> TemplateRows:
    bundle, template = subject.whole.bundle, subject.template
    label = f"the first half of {bundle.path(bundle.generator.file)}"
    maker = RowMaker(template, mouth, bundle.generator.template, label)
    decided_by = (key, sorted(bundle.files.items()), template.corners, template.size)
    name = hashlib.sha256(repr(decided_by).encode()).hexdigest()
    return TemplateRows(maker, open_store(places, name, maker.count, maker.nbytes, budget))
