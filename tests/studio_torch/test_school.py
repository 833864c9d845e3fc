"""The school: pieces keep sound and truth together, disturbances keep their bounds, one step."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from visavis.core.mel import SILENCE
from visavis.studio import air, checkpoint, tensor_mel
from visavis.studio.bank import AFTER, BEFORE, PIECE, Bank
from visavis.studio.corpus import REST, WINDOWS, Spoken, mel_frames
from visavis.studio.hearing import NEIGHBOURS, ROWS
from visavis.studio.lesson import Pupil, Schooling
from visavis.studio.listener import span
from visavis.studio.phonemes import Phoneme
from visavis.studio.school import Classroom, teach

CPU = torch.device("cpu")
SAMPLES = (BEFORE + PIECE + AFTER) * 640
CALM = tensor_mel.Ear(0, 0, 0, 0, 0, 0.0, (0.0, 0.0))
NOTHING = air.Air(*[0.0] * 8)


def clip(seconds: int = 8) -> Spoken:
    """A low tone that sounds just while an /aa/ is said, once a second."""
    time_s = np.arange(seconds * 16_000) / 16_000
    pcm = 0.3 * np.sin(2 * np.pi * 220 * time_s) * (time_s % 1 < 0.5)
    sounds = [
        Phoneme(*sound)
        for second in range(seconds)
        for sound in (("aa", second, second + 0.5), ("_", second + 0.5, second + 1.0))
    ]
    return Spoken("slt", "Ah, ah.", pcm.astype(np.float32), tuple(sounds))


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank([clip()], CPU)


@pytest.fixture(scope="module")
def noises() -> torch.Tensor:
    torch.manual_seed(1)
    return torch.randn(3, SAMPLES + 1000).half()


def test_a_piece_has_the_truth_of_its_sound(bank: Bank) -> None:
    torch.manual_seed(0)
    said = bank.draw(8)
    assert said.pcm.shape == (8, SAMPLES)
    assert said.articulation.shape == (8, PIECE, 19)
    assert said.contact.shape == (8, PIECE, 2)
    assert said.sound.shape == (8, PIECE, NEIGHBOURS)
    frames = said.pcm.view(8, -1, 640)[:, BEFORE : BEFORE + PIECE].abs().amax(2)
    says_ah = said.sound[..., NEIGHBOURS // 2] != 0
    assert ((frames > 0.15) == says_ah).float().mean() > 0.95


def test_mel_frames_are_those_of_the_corpus() -> None:
    pcm = 0.1 * np.random.default_rng(0).standard_normal(SAMPLES).astype(np.float32)
    made = tensor_mel.mel(torch.from_numpy(pcm)[None], span(PIECE))[0]
    first = BEFORE * 4 + WINDOWS.offset
    true = mel_frames(pcm)[first : first + span(PIECE)]
    np.testing.assert_allclose(made, true, atol=2e-3)


@pytest.mark.parametrize("offset", [-12, 0])
def test_windows_may_reach_further_back_or_ahead(offset: int) -> None:
    pcm = 0.1 * np.random.default_rng(0).standard_normal(SAMPLES).astype(np.float32)
    made = tensor_mel.mel(torch.from_numpy(pcm)[None], span(PIECE), offset)[0]
    first = BEFORE * 4 + offset
    np.testing.assert_allclose(made, mel_frames(pcm)[first : first + span(PIECE)], atol=2e-3)


def test_another_throat_moves_formants_but_not_time() -> None:
    torch.manual_seed(8)
    mel = torch.full((16, 50, 80), -4.0)
    mel[:, 20, 40] = 3
    throats = replace(CALM, throat=1.0)
    places = tensor_mel.another(mel, throats).flatten(1).argmax(1)
    assert (places // 80 == 20).all()
    assert len((places % 80).unique()) > 3
    assert ((places % 80 >= 33) & (places % 80 <= 49)).all()


def test_what_is_heard_stays_in_range_and_in_time(noises: torch.Tensor) -> None:
    torch.manual_seed(2)
    pcm = torch.zeros(16, SAMPLES)
    pcm[:, 40_000:] = 0.2 * torch.randn(16, SAMPLES - 40_000)
    made = air.heard(pcm, torch.tensor([], dtype=torch.long), noises, air.ROUGH)
    assert made.shape == pcm.shape
    assert made.abs().max() <= 1
    assert torch.isfinite(made).all()
    calm = air.heard(pcm, torch.tensor([0]), noises, NOTHING)
    loud = calm.abs() > 1e-3
    assert not loud[:, :39_000].all(1).any()
    for spoil in (air.reverberant, air.band_limited, air.clipped, air.mu_law, air.holes):
        power = spoil(pcm).square()
        assert power[:, 40_000:].mean() > 20 * power[:, :39_000].mean()


def test_noise_has_its_level(noises: torch.Tensor) -> None:
    torch.manual_seed(3)
    level = air.noise(noises, torch.zeros(64, SAMPLES)).square().mean(1).sqrt()
    assert 10 ** (-31 / 20) < level.min() < 0.1 < 0.7 < level.max() < 1.1


@pytest.mark.parametrize("ear", [tensor_mel.ROUGH, tensor_mel.GENTLE])
def test_other_ears_hear_within_the_same_levels(ear: tensor_mel.Ear) -> None:
    torch.manual_seed(4)
    mel = torch.rand(8, span(PIECE), 80) * 8 - 4
    made = tensor_mel.another(mel.clone(), ear)
    assert made.shape == mel.shape
    assert made.min() >= float(SILENCE) - 0.01
    assert made.max() <= 4
    assert not torch.equal(made, mel)


def test_a_calm_ear_changes_little_but_one_piece_in_each_way() -> None:
    torch.manual_seed(5)
    mel = torch.rand(32, span(PIECE), 80) * 6 - 3
    made = tensor_mel.another(mel.clone(), CALM)
    same = (made - mel).abs().amax((1, 2)) < 1e-5
    assert same.sum() >= 30


def test_where_nobody_speaks_the_mouth_rests(bank: Bank, noises: torch.Tensor) -> None:
    torch.manual_seed(6)
    silent = air.Air(*[1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    batch = Classroom(bank, noises, silent, CALM).batch(4)
    assert batch.mel.shape == (4, 80, span(PIECE))
    assert batch.articulation.shape == (4, PIECE - ROWS + 1, 19)
    assert torch.equal(batch.articulation[0, 0], torch.from_numpy(REST))
    assert batch.contact.max() == batch.speech.max() == batch.sound.max() == 0


def test_a_lesson_is_learnt_and_resumed(bank: Bank, noises: torch.Tensor, tmp_path: Path) -> None:
    room = Classroom(bank, noises, air.ROUGH, tensor_mel.ROUGH)
    schooling, path = Schooling(2, 4, 1e-3, log_every=1, seed=1), tmp_path / "listener.pt"
    first = teach(Pupil.fresh(1e-3, 1), room, schooling, [], path)
    assert checkpoint.load(path)["step"] == 2
    again = Pupil.fresh(1e-3, 1)
    again.resume(path)
    taught = teach(again, room, schooling, [], path)
    assert torch.equal(taught.encoder.out.weight, first.encoder.out.weight)
