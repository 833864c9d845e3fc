import threading

import pytest

from visavis.studio.progress import tracked


def test_everything_comes_through_in_order_and_no_thread_is_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = threading.active_count()
    assert list(tracked([3, 1, 2], "counting")) == [3, 1, 2]
    assert threading.active_count() == before
    assert "counting" in capsys.readouterr().out
