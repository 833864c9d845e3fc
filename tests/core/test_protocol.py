"""Anything at all may come in a control message; the answer names what is wrong with it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.core.protocol import Message, ProtocolError, parse_message

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
KINDS = ("start", "end", "interrupt", "gesture", "caption")
FIELDS = st.dictionaries(
    st.sampled_from(["type", "version", "rate", "avatar", "token", "name", "text", "x"]),
    JSON | st.sampled_from([*KINDS, 1, 24_000, "\ud800"]),
)


def test_a_good_message_is_read() -> None:
    text = '{"type": "start", "version": 1, "rate": 16000, "avatar": "nova"}'
    fields = {"version": 1, "rate": 16_000, "avatar": "nova"}
    assert parse_message(text) == Message("start", fields)
    assert parse_message('{"type": "end"}') == Message("end", {})


def test_an_error_is_a_reply() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_message('{"type": "start", "version": 1, "rate": 44100}')
    assert caught.value.event() == {
        "type": "error",
        "code": "wrong-rate",
        "field": "rate",
        "message": "The rate must be one of: 16000, 24000, 48000 Hz.",
    }


@given(st.text() | JSON.map(json.dumps) | FIELDS.map(json.dumps))
def test_anything_is_read_or_refused(text: str) -> None:
    refusal: ProtocolError | None = None
    try:
        message = parse_message(text)
    except ProtocolError as error:
        refusal = error
    if refusal is None:
        assert message.kind in KINDS
        json.dumps(dict(message.fields), ensure_ascii=False).encode()
        return
    json.dumps(refusal.event())
    assert "\n" not in str(refusal)
    assert len(str(refusal)) < 200
