"""The generator in halves makes the whole's pictures, and keeps what it made."""

from dataclasses import replace

import numpy as np
import pytest

from visavis import avatars
from visavis.avatars import Avatar
from visavis.core.bundlefile import read_file
from visavis.engine.hoisted import AppearanceCache, HoistedModel
from visavis.engine.models import GeneratorError
from visavis.errors import BundleError


@pytest.fixture(scope="module")
def nova() -> Avatar:
    return avatars.load(avatars.find("nova"))


@pytest.fixture
def halves(nova: Avatar) -> HoistedModel:
    """A fresh one: nothing kept yet."""
    bundle, spec = nova.bundle, nova.bundle.hoisted
    assert spec is not None
    return HoistedModel(
        bundle, spec, read_file(bundle, spec.appearance), read_file(bundle, spec.mouth)
    )


def some_audio(nova: Avatar, batch: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    shape = (batch, nova.bundle.window.rows, nova.bundle.encoder.features)
    return np.random.default_rng(batch).uniform(-1, 1, shape).astype(np.float32)


@pytest.mark.parametrize("keys", [(), (3, 40, 149)])
def test_halves_make_the_pictures_of_the_whole(
    nova: Avatar, halves: HoistedModel, keys: tuple[int, ...]
) -> None:
    rois = np.stack([nova.template.roi(index) for index in (3, 40, 149)])
    audio = some_audio(nova, 3)
    whole, split = nova.generator.open(), halves.open()
    expected = np.concatenate(
        [whole.generate(rois[n : n + 1], audio[n : n + 1]) for n in range(len(rois))]
    )
    for _ in range(2):  # the second time from what is kept
        assert np.array_equal(split.generate(rois, audio, keys), expected)


def test_a_template_is_computed_once(nova: Avatar, halves: HoistedModel) -> None:
    cache = halves.appearance
    first = cache.features(nova.template.roi(7)[None], (7,))
    again = cache.features(np.zeros_like(nova.template.roi(7))[None], (7,))
    assert all(again[name] is first[name] for name in first)


def test_nothing_is_kept_without_a_number(nova: Avatar, halves: HoistedModel) -> None:
    cache = halves.appearance
    first = cache.features(nova.template.roi(7)[None], ())
    again = cache.features(nova.template.roi(8)[None], ())
    assert any(not np.array_equal(again[name], first[name]) for name in first)


def test_what_was_used_least_recently_makes_room(
    nova: Avatar, halves: HoistedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, roi = halves.appearance, nova.template.roi
    one = sum(array.nbytes for array in cache.features(roi(1)[None], ()).values())
    monkeypatch.setattr("visavis.engine.hoisted.MOST_KEPT_BYTES", 2 * one)
    first, second = (cache.features(roi(key)[None], (key,)) for key in (1, 2))
    cache.features(roi(1)[None], (1,))
    cache.features(roi(3)[None], (3,))  # in place of 2
    again, anew = (cache.features(roi(key)[None], (key,)) for key in (1, 2))
    assert all(again[name] is first[name] for name in first)
    assert all(anew[name] is not second[name] for name in second)


def test_computing_ahead_ends_when_there_is_no_more_room(
    nova: Avatar, halves: HoistedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = halves.appearance
    assert cache.prepare(nova.template, 5)
    kept = cache.features(np.zeros_like(nova.template.roi(5))[None], (5,))
    one = sum(array.nbytes for array in kept.values())
    monkeypatch.setattr("visavis.engine.hoisted.MOST_KEPT_BYTES", 2 * one)
    assert not cache.prepare(nova.template, 6)


def test_a_failing_first_half_is_a_generator_error(nova: Avatar, halves: HoistedModel) -> None:
    wrong = np.zeros((1, 3, 8, 8), np.float32)
    with pytest.raises(GeneratorError, match="the generator failed"):
        halves.open().generate(wrong, some_audio(nova, 1))


def test_a_tensor_that_is_not_there_is_a_bundle_error(nova: Avatar) -> None:
    bundle, spec = nova.bundle, nova.bundle.hoisted
    assert spec is not None
    named = replace(spec, tensors=(*spec.tensors, "nowhere"))
    with pytest.raises(BundleError, match="no tensor named 'nowhere'"):
        AppearanceCache(bundle, named, read_file(bundle, spec.appearance))


def test_the_pool_runs_the_halves_where_there_are_some(nova: Avatar, lamp: Avatar) -> None:
    assert nova.fast is nova.hoisted
    assert lamp.fast is lamp.generator
