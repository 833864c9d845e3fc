"""What the network wants of a template frame: right, computed once, from any thread."""

import threading

import numpy as np
import pytest

from visavis import avatars
from visavis.avatars import Avatar
from visavis.core.region import Region
from visavis.engine.generator import FastModel
from visavis.engine.graph.mouth import Field, Mouth
from visavis.engine.models import GeneratorError
from visavis.engine.rows import RowMaker, TemplateRows
from visavis.engine.rowstore import PassingRows

CROP = Region(2, 4, 6, 8)


@pytest.fixture(scope="module")
def nova() -> Avatar:
    return avatars.load(avatars.find("nova"))


def test_fields_are_the_templates_crop_and_what_the_first_half_makes(nova: Avatar) -> None:
    assert isinstance(nova.fast, FastModel)
    mouth = nova.fast.mouth
    fields = nova.fast.rows.fields(5)
    roi = nova.template.roi(5)
    assert len(fields) == len(mouth.fields) > 1
    for item, array in zip(mouth.fields, fields, strict=True):
        assert (array.shape, array.dtype) == ((1, *item.shape), np.dtype(item.kind))
        assert np.isfinite(array).all()
        if item.crop:
            crop = roi[:, item.crop.rows, item.crop.columns]
            np.testing.assert_array_equal(array[0], crop.astype(item.kind))


class Counting(RowMaker):
    """Counts the rows that it makes."""

    made = 0

    def make(self, index: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        self.made += 1
        return super().make(index)


@pytest.fixture
def maker(lamp: Avatar) -> Counting:
    mouth = Mouth(b"", b"", (Field("x", (3, 6, 8), "f4", CROP),), CROP, True)
    return Counting(lamp.template, mouth, "template", "label")


def test_a_row_is_made_once_whoever_asks(maker: Counting) -> None:
    rows = TemplateRows(maker, PassingRows(maker.count))
    threads = [threading.Thread(target=rows.fields, args=(2,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert maker.made == 1
    assert rows.fields(2)[0] is rows.fields(2)[0]
    assert rows.has(2)
    assert not rows.has(3)


def test_nobody_waits_for_another_row(lamp: Avatar) -> None:
    begun, go = threading.Event(), threading.Event()

    class Slow(RowMaker):
        def make(self, index: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
            if index == 0:
                begun.set()
                assert go.wait(30)
            return super().make(index)

    mouth = Mouth(b"", b"", (Field("x", (3, 6, 8), "f4", CROP),), CROP, True)
    rows = TemplateRows(Slow(lamp.template, mouth, "template", "label"), PassingRows(9))
    thread = threading.Thread(target=rows.fields, args=(0,))
    thread.start()
    assert begun.wait(30)
    rows.fields(1)
    assert not rows.has(0)
    go.set()
    thread.join()
    assert rows.has(0)


def test_where_rows_pass_the_fields_are_right_all_the_same(maker: Counting, lamp: Avatar) -> None:
    rows = TemplateRows(maker, PassingRows(2))
    for index in (0, 1, 2, 3, 0, 3):
        expected = lamp.template.roi(index)[:, CROP.rows, CROP.columns]
        np.testing.assert_array_equal(rows.fields(index)[0][0], expected)
    assert maker.made == 5


def test_a_first_half_that_fails_is_an_error_of_the_generator(
    nova: Avatar, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(nova.fast, FastModel)
    bundle = nova.bundle
    maker = RowMaker(nova.template, nova.fast.mouth, bundle.generator.template, "label")
    monkeypatch.setattr(maker, "_input", "other")
    with pytest.raises(GeneratorError, match="the generator failed"):
        TemplateRows(maker, PassingRows(1)).fields(0)
