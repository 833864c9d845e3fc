"""Listeners side by side say the mean of what each says."""

import torch

from visavis.studio.dataset import CHANNELS
from visavis.studio.ensemble import Encoders, Heads
from visavis.studio.hearing import BANDS, FEATURES, LENGTH, ROWS, ArticulationHead, AudioEncoder


def test_encoders_tell_their_features_in_turn_and_one_probability() -> None:
    each = [AudioEncoder().eval() for _ in range(2)]
    mel = torch.randn(3, 1, BANDS, LENGTH)
    feature, speech = Encoders(each)(mel)
    own = [encoder(mel) for encoder in each]
    torch.testing.assert_close(feature, torch.cat([own[0][0], own[1][0]], 1))
    torch.testing.assert_close(speech, (own[0][1] + own[1][1]) / 2)


def test_one_head_says_what_it_says_alone() -> None:
    heads, head = Heads().eval(), ArticulationHead().eval()
    heads.each[0].load_state_dict(head.state_dict())
    features = torch.randn(2, ROWS, FEATURES)
    torch.testing.assert_close(heads(features), head(features))


def test_two_heads_agree_before_lips_are_held() -> None:
    heads = Heads(2).eval()
    assert heads.features == 2 * FEATURES
    with torch.no_grad():
        for head, level, contact in zip(heads.each, (0.2, 0.6), (9.0, -30.0), strict=True):
            for layer, bias in ((head.weights, level), (head.contact, contact)):
                layer.weight.zero_()
                layer.bias.fill_(bias)
    said = heads(torch.randn(2, ROWS, 2 * FEATURES))
    torch.testing.assert_close(said, torch.full((2, len(CHANNELS)), 0.4))
