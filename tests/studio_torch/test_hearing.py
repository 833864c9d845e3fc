"""The hearing networks: shapes, what they cost, and lips that are held exactly."""

import torch

from visavis.studio.articulation import CONTACTS
from visavis.studio.dataset import CHANNELS
from visavis.studio.hearing import (
    BANDS,
    FEATURES,
    LENGTH,
    LOWEST,
    ROWS,
    ArticulationHead,
    AudioEncoder,
)
from visavis.studio.visemes import VISEMES


def test_a_window_becomes_a_feature_and_a_probability() -> None:
    feature, speech = AudioEncoder().eval()(torch.randn(3, 1, BANDS, LENGTH))
    assert feature.shape == (3, FEATURES)
    assert feature.abs().max() <= 1
    assert speech.shape == (3, 1)
    assert ((speech >= 0) & (speech <= 1)).all()


def test_features_become_an_articulation() -> None:
    assert ArticulationHead().eval()(torch.randn(2, ROWS, FEATURES)).shape == (2, len(CHANNELS))


def test_an_articulation_stays_where_painters_know_it() -> None:
    head = ArticulationHead().eval()
    with torch.no_grad():
        head.weights.bias.copy_(torch.linspace(-9, 9, len(CHANNELS)))
    said = head(torch.randn(2, ROWS, FEATURES))
    assert said.min() == torch.tensor(LOWEST)
    assert said.max() == 1.0


def test_a_sure_contact_holds_the_lips_exactly() -> None:
    head = ArticulationHead()
    sure = torch.zeros(1, len(CONTACTS))
    sure[0, CONTACTS.index("PP")] = 6.0
    held = head.articulate(torch.full((1, len(CHANNELS)), 0.7), sure)[0]
    shape = VISEMES["PP"].vector()
    for index, name in enumerate(CHANNELS[:-1]):
        free = name.startswith(("mouthPucker", "mouthSmile", "mouthStretch"))
        assert abs(float(held[index]) - (0.7 if free else shape[index])) < 1e-6


def test_no_contact_leaves_the_mouth_alone() -> None:
    weights = torch.rand(4, len(CHANNELS))
    assert torch.equal(ArticulationHead().articulate(weights, torch.full((4, 2), -9.0)), weights)
