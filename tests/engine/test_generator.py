"""A mouth by number and sound: the reference's picture as planes, whatever the batch."""

from dataclasses import replace

import numpy as np
import pytest

from visavis import avatars
from visavis.avatars import Avatar
from visavis.core.colour import flat_planes
from visavis.engine.generator import FastModel, MouthModel, PlainModel
from visavis.engine.models import GeneratorError
from visavis.engine.providers.candidate import Candidate
from visavis.engine.providers.catalogue import Precision
from visavis.errors import BundleError

KEYS = (3, 40, 149)
Audio = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


@pytest.fixture(scope="module")
def nova() -> Avatar:
    return avatars.load(avatars.find("nova"))


@pytest.fixture
def audio(nova: Avatar) -> Audio:
    shape = (len(KEYS), nova.bundle.window.rows, nova.bundle.encoder.features)
    return np.random.default_rng(1).uniform(-1, 1, shape).astype(np.float32)


def _expected(nova: Avatar, model: MouthModel, audio: Audio) -> Audio:
    rois = np.stack([nova.template.roi(key) for key in KEYS])
    made = nova.generator.open().generate(rois, audio)
    window = model.window
    return np.stack([flat_planes(rgb[:, window.rows, window.columns]) for rgb in made])


@pytest.mark.parametrize("plain", [False, True])
def test_mouths_are_the_references_within_one_level(
    nova: Avatar, audio: Audio, plain: bool
) -> None:
    model = PlainModel(nova.generator, nova.template, nova.fast.window) if plain else nova.fast
    expected, generator = _expected(nova, model, audio), model.open()
    assert generator.most >= len(KEYS)
    together = np.empty((len(KEYS), model.window.planes_bytes), np.uint8)
    generator.generate(KEYS, audio, together)
    alone = np.empty_like(together)
    for n, key in enumerate(KEYS):
        generator.generate((key,), audio[n : n + 1], alone[n : n + 1])
    for got in (together, alone):
        assert np.abs(got.astype(np.int16) - expected).max() <= 1


def test_sound_that_is_no_number_is_an_error_and_the_next_frame_is_right(
    nova: Avatar, audio: Audio
) -> None:
    generator = nova.fast.open()
    out = np.empty((1, nova.fast.window.planes_bytes), np.uint8)
    with pytest.raises(GeneratorError, match="NaN or infinity"):
        generator.generate(KEYS[:1], np.full_like(audio[:1], np.nan), out)
    generator.generate(KEYS[:1], audio[:1], out)
    expected = _expected(nova, nova.fast, audio)[0]
    assert np.abs(out[0].astype(np.int16) - expected).max() <= 1


def test_a_provider_that_is_not_there_is_named(nova: Avatar) -> None:
    assert isinstance(nova.fast, FastModel)
    with pytest.raises(BundleError, match="cuda:fp32 cannot run"):
        nova.fast.on(Candidate("cuda", Precision.FP32)).open()


def test_a_network_that_fails_is_an_error_of_the_generator(nova: Avatar, audio: Audio) -> None:
    assert isinstance(nova.fast, FastModel)
    generator = nova.fast.open()
    out = np.empty((1, 10), np.uint8)
    with pytest.raises(GeneratorError, match="the generator failed"):
        generator.generate(KEYS[:1], audio[:1], out)


def test_a_graph_for_one_frame_takes_one(nova: Avatar) -> None:
    assert isinstance(nova.fast, FastModel)
    fixed = replace(nova.fast, mouth=replace(nova.fast.mouth, free_batch=False))
    assert fixed.open().most == 1
