"""Credit is never more than the capacity, and comes back in few pieces."""

from hypothesis import given
from hypothesis import strategies as st

from visavis.core.credit import Credit


def test_what_is_spoken_may_be_sent_anew() -> None:
    credit = Credit(capacity=100, step=10)
    assert credit.spend(95)
    assert not credit.spend(6)
    assert credit.left == 5
    assert credit.settle(under_way=90) == 0  # too little to tell
    assert credit.settle(under_way=80) == 15
    assert credit.left == 20
    assert credit.settle(under_way=0) == 80


@given(st.lists(st.integers(0, 120), max_size=30))
def test_under_way_and_credit_never_exceed_the_capacity(messages: list[int]) -> None:
    credit, under_way = Credit(100, 10), 0
    for samples in messages:
        under_way += samples if credit.spend(samples) else 0
        under_way -= min(under_way, samples // 2)
        credit.settle(under_way)
        assert 0 <= credit.left + under_way <= 100
