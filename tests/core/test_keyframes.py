"""Keyframes: many may ask, few are given."""

from itertools import pairwise

from visavis.core.keyframes import MIN_GAP_S, KeyframeRequests


def test_a_wish_is_granted_once() -> None:
    requests = KeyframeRequests()
    assert not requests.take(0.0)
    requests.ask()
    assert requests.take(0.0)
    assert not requests.take(5.0)


def test_a_flood_is_granted_once_a_second() -> None:
    requests, granted = KeyframeRequests(), []
    for tick in range(250):
        for _ in range(20):
            requests.ask()
        if requests.take(tick * 0.04):
            granted.append(tick * 0.04)
    assert len(granted) == 10
    assert min(b - a for a, b in pairwise(granted)) >= MIN_GAP_S
    assert (requests.asked, requests.granted) == (5000, 10)


def test_a_wish_waits_for_its_turn() -> None:
    requests = KeyframeRequests()
    requests.ask()
    assert requests.take(10.0)
    requests.ask()
    assert not requests.take(10.5)
    assert requests.take(11.0)


def test_who_has_no_picture_yet_waits_less() -> None:
    requests = KeyframeRequests()
    requests.ask()
    assert requests.take(10.0)
    requests.ask()
    requests.ask(joining=True)
    assert not requests.take(10.2)
    assert requests.take(10.25)
