"""Providers as a user names them."""

import pytest

from visavis.engine.providers.candidate import EXACT, Candidate, parse_candidate
from visavis.engine.providers.catalogue import CATALOGUE, Precision
from visavis.errors import ConfigError


def test_a_name_alone_is_its_first_precision() -> None:
    assert parse_candidate("cpu") == EXACT
    assert parse_candidate("openvino:bf16") == Candidate("openvino", Precision.BF16)
    assert str(parse_candidate("openvino:bf16")) == "openvino:bf16"


@pytest.mark.parametrize(
    ("text", "says"),
    [("gpu", "no provider 'gpu'; choose auto or one of: cpu, "), ("cpu:bf16", "computes in fp32")],
)
def test_others_are_told_what_there_is(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_candidate(text)


def test_every_row_of_the_catalogue_has_a_precision_and_a_way_to_get_it() -> None:
    assert len({row.id for row in CATALOGUE}) == len(CATALOGUE)
    for row in CATALOGUE:
        assert row.options
        assert row.install
        assert row.systems
