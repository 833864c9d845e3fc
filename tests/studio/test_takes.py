import numpy as np

from visavis.studio.heldout import Sentence
from visavis.studio.phonemes import Phoneme
from visavis.studio.takes import Take, agreement, joined, lips

SOUNDS = ("aa", "m", "ih", "p", "E", "b", "aa")


def take(seen: bool, noise: float, seed: int = 0) -> Take:
    """Mouths that open and shut on time, wrong by some noise."""
    phonemes = tuple(Phoneme(s, 0.2 * i, 0.2 * (i + 1)) for i, s in enumerate(SOUNDS))
    sentence = Sentence(0, "someone", seen, "", 35, phonemes)
    opened = np.where(sentence.closed(), 0, 10) + 2 * np.sin(np.arange(35) / 3)
    true = np.stack((np.where(sentence.closed(), 0, opened), opened - 5), 1)
    random = np.random.default_rng(seed)
    return Take(sentence, (true + random.normal(0, noise, true.shape)).astype(np.float32), true)


def test_the_truth_scores_full_marks() -> None:
    figures = lips([take(True, 0)], [take(False, 0)], {10: [take(False, 0)]}, 0.5)
    for name in ("opening_r_seen", "opening_r_unseen", "opening_r_noise10", "width_r_unseen"):
        assert abs(float(figures[name] or 0) - 1) < 1e-6
    assert figures["lag_frames"] == 0
    assert figures["closure_recall"] == 1
    assert figures["closure_false_rate"] == 0


def test_a_mouth_that_never_opens_gains_nothing_by_its_closures() -> None:
    right = take(False, 0)
    shut = Take(right.sentence, np.zeros_like(right.true), right.true)
    figures = lips([shut], [shut], {}, 0.5)
    assert figures["closure_recall"] == 1
    assert figures["closure_false_rate"] == 1
    assert figures["opening_r_seen"] == 0


def test_noise_lowers_the_agreement() -> None:
    assert agreement([take(True, 4)], 0) < agreement([take(True, 0.5)], 0) < 1


def test_sentences_are_joined_in_their_order() -> None:
    first, second = take(True, 0), take(True, 1)
    made, true = joined([first, second])
    assert len(made) == len(true) == 70
    np.testing.assert_array_equal(made[35:], second.made)
