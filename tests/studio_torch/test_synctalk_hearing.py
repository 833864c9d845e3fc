"""The compatible family's hearing: what its encoder sees, and what is told of it."""

import numpy as np
import pytest
import torch

from visavis.core.mel import MelSpec
from visavis.core.timeline import FRAME_SAMPLES
from visavis.studio.corpus import encoder_windows, mel_frames
from visavis.studio.labels import CLASSES, labels
from visavis.studio.phonemes import Phoneme
from visavis.studio.stretches import Stretch, in_bytes, in_levels
from visavis.studio.synctalk import ROWS, SyncTalkEncoder
from visavis.studio.synctalk_hearing import Hearing, begin, endless
from visavis.studio.synctalk_tiles import NUMBERS, SIDE, Shapes, tile
from visavis.studio.synctalk_windows import MIDDLE, SPEC, drawn

FRAMES = 100


def stretch() -> Stretch:
    """Four seconds of noise, said to be some words."""
    random = np.random.default_rng(1)
    pcm = random.uniform(-0.3, 0.3, FRAMES * FRAME_SAMPLES).astype(np.float32)
    sounds = [Phoneme(s, i * 0.4, (i + 1) * 0.4) for i, s in enumerate("_mOpasu_if")]
    return Stretch(in_bytes(mel_frames(pcm, MelSpec())[: FRAMES * 16 // 5]), labels(sounds, FRAMES))


def test_an_encoder_begins_without_its_residual_blocks() -> None:
    torch.manual_seed(1)
    encoder, mel = SyncTalkEncoder(), torch.randn(4, 1, 80, 16)
    bare = begin(encoder)
    assert len(bare) < len(list(encoder))
    torch.testing.assert_close(bare(mel).flatten(1), encoder(mel))


def test_a_window_shows_the_frame_in_its_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visavis.studio.tensor_mel.another", lambda mel, ear: mel)
    known = stretch()
    seen = drawn([known], 3, 4, np.random.default_rng(2))
    windows = encoder_windows(in_levels(known.mel), FRAMES, SPEC, MelSpec().rate)
    for window, articulation in zip(seen.windows[:, 0].numpy(), seen.articulation, strict=True):
        place = int(np.abs(windows - window).sum((1, 2)).argmin())
        assert (windows[place] == window).all()
        assert (known.labels.articulation[place + MIDDLE] == articulation.numpy()).all()


def test_a_tile_stands_for_maps_without_end() -> None:
    torch.manual_seed(1)
    hearing = Hearing(Shapes()).eval()
    numbers = torch.rand(2, ROWS, NUMBERS)
    features = numbers.view(2, ROWS, 2, SIDE, SIDE).repeat(1, 1, 1, 4, 4).flatten(2)
    torch.testing.assert_close(tile(features), numbers)
    with torch.no_grad():
        whole = hearing.branch(features.reshape(2, 2 * ROWS, 16, 16))
        small = endless(hearing.branch, numbers.reshape(2, 2 * ROWS, SIDE, SIDE))
        again = hearing.branch(features.reshape(2, 2 * ROWS, 16, 16))
    torch.testing.assert_close(small[..., 0, 0], whole[..., 5, 5], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(again, whole)


def test_a_feature_tells_the_mouth_and_the_sound_everywhere() -> None:
    known = stretch().labels
    shapes = Shapes(torch.from_numpy(known.articulation))
    feature = shapes.feature(
        torch.from_numpy(known.articulation), torch.from_numpy(known.viseme)
    ).view(-1, 2, 16, 16)
    assert feature.min() >= 0
    assert feature.max() <= 1
    torch.testing.assert_close(feature[..., :4, :4], feature[..., 8:12, 12:])
    said = feature[..., :4, :4].flatten(1)[:, -len(CLASSES) :].argmax(1)
    assert (said.numpy() == known.viseme).all()
