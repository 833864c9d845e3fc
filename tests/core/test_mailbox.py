"""Letters between two browsers: taken once, and forgotten."""

import pytest

from visavis.core.mailbox import ANSWER, KEEP_S, MAX_ROOMS, OFFER, Mailbox, is_room

ROOM = "a" * 16


def test_a_letter_is_taken_once() -> None:
    box = Mailbox()
    box.put(ROOM, OFFER, "v=0", 0.0)
    assert box.take(ROOM, ANSWER, 0.1) is None
    assert box.take(ROOM, OFFER, 0.1) == "v=0"
    assert box.take(ROOM, OFFER, 0.2) is None


def test_a_new_offer_makes_an_old_answer_void() -> None:
    box = Mailbox()
    box.put(ROOM, OFFER, "first", 0.0)
    box.put(ROOM, ANSWER, "to the first", 1.0)
    box.put(ROOM, OFFER, "second", 2.0)
    assert box.take(ROOM, ANSWER, 3.0) is None
    assert box.take(ROOM, OFFER, 3.0) == "second"


def test_letters_are_forgotten() -> None:
    box = Mailbox()
    box.put(ROOM, OFFER, "v=0", 0.0)
    assert box.take(ROOM, OFFER, KEEP_S + 1) is None


def test_the_oldest_room_goes_when_there_are_too_many() -> None:
    box = Mailbox()
    rooms = [f"{number:016d}" for number in range(MAX_ROOMS + 1)]
    for room in rooms:
        box.put(room, OFFER, room, 0.0)
    assert box.take(rooms[0], OFFER, 1.0) is None
    assert box.take(rooms[1], OFFER, 1.0) == rooms[1]
    assert box.take(rooms[-1], OFFER, 1.0) == rooms[-1]


@pytest.mark.parametrize("name", ["", "short", "a" * 65, "../../../etc/passwd", "a b" * 6])
def test_a_room_needs_a_name_that_nobody_guesses(name: str) -> None:
    assert not is_room(name)
