from visavis.studio.rig.character import CHARACTERS, LEO, NOVA


def test_both_people_are_in_the_table() -> None:
    assert dict(CHARACTERS) == {"nova": NOVA, "leo": LEO}


def test_leo_is_another_person() -> None:
    differ = ("identity", "hair", "melanin", "brows", "iris", "skin", "shirt")
    assert all(getattr(LEO, name) != getattr(NOVA, name) for name in differ)


def test_nobody_is_a_copy_of_one_ancestry() -> None:
    for character in CHARACTERS.values():
        shares = character.identity.ancestry.values()
        assert abs(sum(shares) - 1) < 1e-9
        assert max(shares) <= 0.5
