"""A few steps on made-up sound: lessons fit, training resumes, a listener is examined."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from visavis.studio import checkpoint
from visavis.studio.corpus import WINDOWS, Spoken
from visavis.studio.dataset import CHANNELS
from visavis.studio.examine import examine, marks
from visavis.studio.hearing import NEIGHBOURS, ROWS
from visavis.studio.lessons import BEATS, another, draw
from visavis.studio.listener import Listener, span
from visavis.studio.phonemes import Phoneme
from visavis.studio.stretches import BEAT, Library, Stretch, build, save
from visavis.studio.train_articulation import Lesson, Schooling, report, train

SCHOOLING = Schooling(steps=2, size=2, log_every=2)


def spoken(voice: str, seed: int = 0) -> Spoken:
    random = np.random.default_rng(seed)
    pcm = (0.1 * random.standard_normal(64_000)).astype(np.float32)
    sounds = (Phoneme("_", 0, 1), Phoneme("aa", 1, 2), Phoneme("p", 2, 2.1), Phoneme("ih", 2.1, 4))
    return Spoken(voice, "…", pcm, sounds)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    save(tmp_path / "stretches/000.npz", build([spoken("slt")], 0, size=4))
    return Library(tmp_path / "stretches")


@pytest.mark.parametrize("offset", [-11, -5, -1])
def test_a_batch_has_the_truth_of_its_frames(library: Library, offset: int) -> None:
    spec = replace(WINDOWS, offset=offset)
    batch = draw(library.stretches(), 3, spec, np.random.default_rng(0))
    frames = BEATS * BEAT - ROWS + 1
    assert batch.mel.shape == (3, 80, span(BEATS * BEAT))
    assert batch.articulation.shape == (3, frames, 19)
    assert batch.contact.shape == (3, frames, 2)
    assert batch.sound.shape == (3, frames, NEIGHBOURS)
    assert batch.speech.shape == (3, frames)


def test_what_is_heard_differently_stays_in_range() -> None:
    mel = np.random.default_rng(0).uniform(-4, 4, (268, 80)).astype(np.float32)
    for seed in range(20):
        changed = another(mel, np.random.default_rng(seed))
        assert changed.shape == mel.shape
        assert changed.dtype == np.float32
        assert changed.min() >= -4.01
        assert changed.max() <= 4


def test_training_resumes_where_it_stopped(library: Library, tmp_path: Path) -> None:
    first = train(library, [spoken("slt"), spoken("kal16")], tmp_path, SCHOOLING)
    assert checkpoint.load(tmp_path / "listener.pt")["step"] == 2
    before = first.encoder.out.weight.clone()
    again = train(library, [], tmp_path, SCHOOLING)
    assert torch.equal(again.encoder.out.weight, before)
    further = train(library, [], tmp_path, replace(SCHOOLING, steps=4))
    assert not torch.equal(further.encoder.out.weight, before)


def test_held_lips_still_learn_what_they_would_do_unheld(library: Library) -> None:
    torch.manual_seed(0)
    stretches, listener = library.stretches(), Listener()
    batch = draw(stretches, 2, WINDOWS, np.random.default_rng(0))
    with torch.no_grad():
        listener.head.contact.bias.fill_(99)
    Lesson.of(stretches).loss(listener.hear(batch.mel), batch).backward()
    learnt = listener.head.weights.weight.grad
    assert learnt is not None
    assert learnt[CHANNELS.index("jawOpen")].abs().max() > 0


def _loss(jaw: float, true_jaw: float) -> float:
    """What a jaw at `jaw` costs where it should be at `true_jaw`, all else being right."""
    made, true = np.zeros((1, 4, 19), np.float32), np.zeros((1, 4, 19), np.float32)
    made[..., 0], true[..., 0] = jaw, true_jaw
    lesson = Lesson.of([Stretch(np.zeros((16, 80), np.uint8), spoken("slt").labels())])
    return float(lesson.gape(torch.from_numpy(made), torch.from_numpy(true)).mean())


def test_shut_lips_may_be_as_shut_as_they_like() -> None:
    assert _loss(0.0, 0.05) == _loss(0.05, 0.0) == 0.0
    assert _loss(0.3, 0.0) > 0.0


def test_an_open_mouth_is_drawn_open_even_from_shut_lips() -> None:
    assert _loss(0.0, 0.3) > _loss(0.05, 0.3) > _loss(0.2, 0.3) > _loss(0.3, 0.3) == 0.0


def test_the_rate_rises_and_falls() -> None:
    schooling = Schooling(steps=1000)
    rates = [schooling.rate_at(step) for step in (0, 100, 250, 600, 999)]
    assert rates[0] < rates[1] < rates[2] > rates[3] > rates[4] > 0


def test_the_truth_gets_full_marks() -> None:
    truth = spoken("slt").labels()
    best = marks(truth.articulation, truth.speech, truth)
    assert best.opening_r == best.width_r == pytest.approx(1)
    assert (best.lag_frames, best.closure_recall, best.speech) == (0, 1, 1)
    assert best.false_closure == 0


def test_a_mouth_that_stays_shut_closes_falsely() -> None:
    truth = spoken("slt").labels()
    shut = truth.articulation * 0 + np.random.default_rng(0).normal(0, 1e-4, (100, 19))
    assert marks(shut.astype(np.float32), truth.speech, truth).false_closure == 1


def test_a_report_tells_voices_apart() -> None:
    listener = Listener().eval()
    found = report(listener, [spoken("slt"), spoken("kal16"), spoken("jm_kumo")])
    assert list(found) == ["seen", "jm_kumo", "kal16", "unseen", "unseen 10 dB"]
    assert "opening" in str(found["seen"])
    assert examine(listener, [spoken("slt")], 10.0) == examine(listener, [spoken("slt")], 10.0)


def test_a_listener_may_begin_with_another(library: Library, tmp_path: Path) -> None:
    first = train(library, [], tmp_path / "first", SCHOOLING)
    path = tmp_path / "first/listener.pt"
    copy = train(library, [], tmp_path / "second", replace(SCHOOLING, steps=0), -1, path)
    assert torch.equal(copy.encoder.out.weight, first.encoder.out.weight)
