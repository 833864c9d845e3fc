"""The provider is chosen by what it takes and how far it is off, once per machine."""

from pathlib import Path

import numpy as np
import pytest

from visavis import avatars
from visavis.avatars import Avatar
from visavis.engine import calibration, choice
from visavis.engine.calibration import Measured, calibrate
from visavis.engine.choice import Choice, choose
from visavis.engine.generator import FastModel
from visavis.engine.providers.candidate import EXACT, Candidate
from visavis.engine.providers.catalogue import Precision
from visavis.engine.providers.usable import candidates

BF16 = Candidate("openvino", Precision.BF16)
CUDA = Candidate("cuda", Precision.FP32)


@pytest.fixture(scope="module")
def nova() -> Avatar:
    return avatars.load(avatars.find("nova"))


def _samples(nova: Avatar) -> list[calibration.Sample]:
    shape = (1, nova.bundle.window.rows, nova.bundle.encoder.features)
    rng = np.random.default_rng(0)
    return [(key, rng.uniform(-1, 1, shape).astype(np.float32)) for key in (0, 9)]


def _choice(exact_ms: float, other_ms: float, refused: str = "") -> Choice:
    exact = Measured(EXACT, exact_ms, 0.0, 0)
    return Choice((exact, Measured(BF16, other_ms, 0.1, 2, refused)))


@pytest.mark.parametrize(
    ("made", "best", "says"),
    [
        (_choice(60, 20), BF16, "3.0 times as fast as cpu:fp32, off by 0.10 levels on average"),
        (_choice(60, 57), EXACT, "nothing else is clearly faster"),
        (_choice(60, 20, "it is off"), EXACT, "nothing else works here"),
        (Choice((Measured(EXACT, 60, 0.0, 0),)), EXACT, "nothing else works here"),
    ],
)
def test_the_fastest_that_is_near_enough_is_best(made: Choice, best: Candidate, says: str) -> None:
    assert made.best == best
    assert says in made.reason


def test_all_that_work_here_are_measured_and_what_does_not_says_why(nova: Avatar) -> None:
    assert isinstance(nova.fast, FastModel)
    tried = [*candidates(), CUDA]
    found = {m.candidate: m for m in calibrate(nova.fast, tried, _samples(nova))}
    assert list(found) == tried
    assert "not at hand" in found[CUDA].refused
    assert found[EXACT].usable
    assert (found[EXACT].ms > 0, found[EXACT].max_levels) == (True, 0)
    for measured in found.values():
        if measured.usable:
            assert measured.mean_levels <= calibration.MOST_MEAN_LEVELS
            assert measured.max_levels <= calibration.MOST_LEVELS


def test_who_is_too_far_off_is_not_used(nova: Avatar, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(nova.fast, FastModel)
    real = calibration._planes
    calls = [0]

    def off(*arguments: object) -> calibration.Float32:
        calls[0] += 1
        made = real(*arguments)  # type: ignore[arg-type]
        made[0, 0] += 2 * (calls[0] > 1)  # the first is what the others are compared with
        return made

    monkeypatch.setattr(calibration, "_planes", off)
    (found,) = calibrate(nova.fast, [EXACT], _samples(nova))
    assert "off by" in found.refused
    assert not found.usable


def test_the_choice_is_remembered_per_machine_and_model(
    nova: Avatar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(nova.fast, FastModel)
    calls = [0]

    def measure(*_: object) -> list[Measured]:
        calls[0] += 1
        return list(_choice(60, 20).measured)

    monkeypatch.setattr(choice, "calibrate", measure)
    (tmp_path / "file").write_bytes(b"")
    places = [tmp_path / "file", tmp_path / "user"]
    for _ in range(3):
        assert choose(nova.fast, [], places, "key") == _choice(60, 20)
    assert calls == [1]
    choose(nova.fast, [], places, "other")
    assert calls == [2]
    (kept, *_) = sorted((tmp_path / "user").iterdir())
    for file in (tmp_path / "user").iterdir():
        file.write_text("[{}]")
    choose(nova.fast, [], places, "key")
    assert calls == [3]
    monkeypatch.setattr(choice, "usable_cores", lambda: 512)
    choose(nova.fast, [], places, "key")
    assert calls == [4]
    assert kept.suffix == ".choice"
