"""What lessons reward on made-up sound; listeners begin with others and are examined."""

from pathlib import Path

import numpy as np
import pytest
import torch

from visavis.studio.corpus import Spoken
from visavis.studio.dataset import CHANNELS
from visavis.studio.examine import examine, marks
from visavis.studio.hearing import NEIGHBOURS, ROWS
from visavis.studio.lesson import Batch, Lesson, Pupil, Schooling, report
from visavis.studio.listener import Listener, span
from visavis.studio.phonemes import Phoneme


def spoken(voice: str, seed: int = 0) -> Spoken:
    random = np.random.default_rng(seed)
    pcm = (0.1 * random.standard_normal(64_000)).astype(np.float32)
    sounds = (Phoneme("_", 0, 1), Phoneme("aa", 1, 2), Phoneme("p", 2, 2.1), Phoneme("ih", 2.1, 4))
    return Spoken(voice, "…", pcm, sounds)


def test_held_lips_still_learn_what_they_would_do_unheld() -> None:
    torch.manual_seed(0)
    truth, listener = spoken("slt").labels(), Listener()
    frames = slice(ROWS - 1, 80)
    sound = torch.from_numpy(truth.sound[frames])[:, None].expand(-1, NEIGHBOURS)
    batch = Batch(
        torch.rand(1, 80, span(80)),
        torch.from_numpy(truth.articulation[frames])[None],
        torch.from_numpy(truth.contact[frames])[None],
        sound[None],
        torch.from_numpy(truth.speech[frames])[None],
    )
    with torch.no_grad():
        listener.head.contact.bias.fill_(99)
    lesson = Lesson(torch.from_numpy(truth.articulation))
    lesson.loss(listener.hear(batch.mel), batch).backward()
    learnt = listener.head.weights.weight.grad
    assert learnt is not None
    assert learnt[CHANNELS.index("jawOpen")].abs().max() > 0


def _loss(jaw: float, true_jaw: float) -> float:
    """What a jaw at `jaw` costs where it should be at `true_jaw`, all else being right."""
    made, true = np.zeros((1, 4, 19), np.float32), np.zeros((1, 4, 19), np.float32)
    made[..., 0], true[..., 0] = jaw, true_jaw
    lesson = Lesson(torch.from_numpy(spoken("slt").labels().articulation))
    return float(lesson.gape(torch.from_numpy(made), torch.from_numpy(true)).mean())


def test_shut_lips_may_be_as_shut_as_they_like() -> None:
    assert _loss(0.0, 0.05) == _loss(0.05, 0.0) == 0.0
    assert _loss(0.3, 0.0) > 0.0


def test_an_open_mouth_is_drawn_open_even_from_shut_lips() -> None:
    assert _loss(0.0, 0.3) > _loss(0.05, 0.3) > _loss(0.2, 0.3) > _loss(0.3, 0.3) == 0.0


def test_the_rate_rises_and_falls() -> None:
    schooling = Schooling(1000, 10, 1e-3, 1000, 1)
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


def test_a_listener_may_begin_with_another(tmp_path: Path) -> None:
    first, second = Pupil.fresh(1e-3, 3), Pupil.fresh(1e-3, 4)
    first.save(tmp_path / "listener.pt")
    second.begin_with(tmp_path / "listener.pt")
    weights = (pupil.listener.encoder.out.weight for pupil in (first, second))
    assert torch.equal(*weights)
    assert second.seeds == [3, 4]
    assert second.step == 0
