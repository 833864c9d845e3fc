"""Rectangles: what they have in common, and what 4:2:0 planes make of them."""

import pytest

from visavis.core.region import Region

ALL = Region(0, 0, 20, 30)


def test_slices_show_the_rectangle() -> None:
    region = Region(2, 3, 4, 5)
    assert (region.rows, region.columns) == (slice(2, 6), slice(3, 8))


@pytest.mark.parametrize(
    ("a", "common"),
    [
        (Region(5, 5, 10, 10), Region(5, 5, 10, 10)),
        (Region(10, 20, 20, 20), Region(10, 20, 10, 10)),
        (Region(0, 0, 50, 50), ALL),
        (Region(20, 0, 5, 5), Region(0, 0, 0, 0)),
        (Region(0, 40, 5, 5), Region(0, 0, 0, 0)),
    ],
)
def test_what_two_have_in_common(a: Region, common: Region) -> None:
    assert a.within(ALL) == common


@pytest.mark.parametrize(
    ("region", "even"),
    [
        (Region(2, 4, 6, 8), Region(2, 4, 6, 8)),
        (Region(3, 5, 4, 4), Region(2, 4, 6, 6)),
        (Region(2, 4, 5, 7), Region(2, 4, 6, 8)),
    ],
)
def test_even_is_the_smallest_around(region: Region, even: Region) -> None:
    assert region.even() == even


def test_planes_take_half_as_much_again() -> None:
    assert Region(0, 0, 4, 8).planes_bytes == 48
