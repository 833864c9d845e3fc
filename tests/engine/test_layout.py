"""The layout of the pool: measured once, remembered, and never what it cannot be."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from tests.engine.fakes import FakeMouths, first

from visavis.avatars import Avatar
from visavis.engine import layout
from visavis.engine.graph import cache
from visavis.engine.layout import candidates, choose_plan, measure
from visavis.engine.plan import Plan
from visavis.engine.pool import SessionPool


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setattr(cache, "folders", lambda avatar, beside: [tmp_path / avatar])
    return tmp_path


def test_what_was_asked_for_is_not_measured(lamp: Avatar) -> None:
    model = FakeMouths(lamp.bundle, first)
    assert choose_plan(model, 3) == Plan(3)
    assert model.opened == 0


def test_it_is_measured_once_and_remembered(lamp: Avatar, home: Path) -> None:
    model = FakeMouths(lamp.bundle, first)
    plan = choose_plan(model)
    opened = model.opened
    assert opened > 0
    assert choose_plan(model) == plan
    assert model.opened == opened
    assert [path.suffix for path in (home / "lamp").iterdir()] == [".plan"]


@pytest.mark.parametrize("text", ["", "[]", '{"sessions": 0}', '{"sessions": 1e9}', '{"x": 1}'])
def test_a_damaged_memory_is_measured_anew(lamp: Avatar, home: Path, text: str) -> None:
    model = FakeMouths(lamp.bundle, first)
    choose_plan(model)
    (path,) = (home / "lamp").iterdir()
    path.write_text(text)
    choose_plan(model)
    assert json.loads(path.read_text())["sessions"] >= 1


def test_another_model_has_another_name(lamp: Avatar) -> None:
    names = {layout._name(model) for model in (lamp.fast, FakeMouths(lamp.bundle, first))}
    assert len(names) == 2


@pytest.mark.parametrize(("cores", "most"), [(1, 1), (2, 16), (8, 1), (8, 16)])
def test_no_layout_wants_more_than_there_is(cores: int, most: int) -> None:
    plans = candidates(cores, most)
    assert plans[0] == Plan(cores)
    assert all(plan.sessions * plan.threads <= cores and plan.batch <= most for plan in plans)
    assert all(plan.sessions >= 1 for plan in plans)


def test_batches_are_chosen_where_they_are_faster(lamp: Avatar, home: Path) -> None:
    class Batchy(FakeMouths):
        def generate(self, *arguments: object) -> None:
            time.sleep(0.002)  # however many frames

    rates = measure(Batchy(lamp.bundle, first), candidates(2, 64))
    assert layout._best(rates).batch == 4


def test_a_slow_generator_gets_more_threads_even_for_a_little(lamp: Avatar) -> None:
    plain, threads = Plan(2), Plan(1, 2)
    assert layout._best({plain: 40.0, threads: 41.0}) == threads
    assert layout._best({plain: 400.0, threads: 410.0}) == plain


def test_the_pool_takes_a_plan(lamp: Avatar) -> None:
    with SessionPool(lamp.fast, Plan(1, threads=2, batch=2)) as pool:
        audio = np.zeros((1, lamp.bundle.window.rows, lamp.bundle.encoder.features), np.float32)
        futures = [pool.submit((0,), audio) for _ in range(8)]
        made = {future.result(30).tobytes() for future in futures}
    assert len(made) == 1
