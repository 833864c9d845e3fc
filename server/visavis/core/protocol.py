"""The control messages of docs/protocol.md: JSON text in, a checked message out.

A message that is wrong is answered with an error that names the field; the connection survives.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

VERSION = 1
RATES = (16_000, 24_000, 48_000)  # Hz
MAX_TEXT_BYTES = 16 * 1024
MAX_AUDIO_BYTES = 1024 * 1024
_SHOWN = 40  # characters of what a caller sent that an error repeats

Kind = Literal["start", "end", "interrupt", "gesture", "caption"]
_FIELDS: Mapping[str, Mapping[str, type]] = {
    "start": {"version": int, "rate": int, "avatar": str, "token": str},
    "end": {},
    "interrupt": {},
    "gesture": {"name": str},
    "caption": {"text": str},
}
_REQUIRED = {"start": ("version", "rate"), "gesture": ("name",), "caption": ("text",)}


class ProtocolError(Exception):
    """A message that cannot be taken. `field` is the name of what is wrong with it."""

    def __init__(self, code: str, field: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field

    def event(self) -> dict[str, object]:
        """The reply."""
        return {"type": "error", "code": self.code, "field": self.field, "message": str(self)}


@dataclass(frozen=True)
class Message:
    """One control message, its fields checked."""

    kind: Kind
    fields: Mapping[str, Any]


def parse_message(text: str) -> Message:
    """Read one control message. Raises `ProtocolError`."""
    if len(text.encode()) > MAX_TEXT_BYTES:
        raise ProtocolError(
            "too-large", None, f"A control message has at most {MAX_TEXT_BYTES} bytes."
        )
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("not-json", None, "The message is not JSON.") from error
    if not isinstance(value, dict):
        raise ProtocolError("not-an-object", None, "The message is not a JSON object.")
    kind = value.pop("type", None)
    if not isinstance(kind, str) or kind not in _FIELDS:
        known = ", ".join(_FIELDS)
        raise ProtocolError("unknown-type", "type", f"The type must be one of: {known}.")
    _check_fields(kind, value)
    return Message(kind, value)  # type: ignore[arg-type]  # one of _FIELDS


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _check_fields(kind: str, value: Mapping[str, object]) -> None:
    known = _FIELDS[kind]
    for name, given in value.items():
        if name not in known:
            raise ProtocolError(
                "unknown-field", name[:_SHOWN], f"A message of type {kind} has no such field."
            )
        if type(given) is not known[name]:  # a bool is no int here
            kind_of = "a whole number" if known[name] is int else "a text"
            raise ProtocolError("wrong-type", name, f"The field {name} must be {kind_of}.")
        if isinstance(given, str) and not _is_unicode(given):
            raise ProtocolError("wrong-type", name, f"The field {name} holds half a character.")
    for name in _REQUIRED.get(kind, ()):
        if name not in value:
            raise ProtocolError("missing-field", name, f"The field {name} is missing.")
    if kind == "start":
        _check_start(value)


def _is_unicode(text: str) -> bool:
    """JSON can name one half of a surrogate pair, which no UTF-8 can carry on (RFC 8259, 8.2)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_start(value: Mapping[str, object]) -> None:
    if value["version"] != VERSION:
        raise ProtocolError("wrong-version", "version", f"This server speaks version {VERSION}.")
    if value["rate"] not in RATES:
        rates = ", ".join(map(str, RATES))
        raise ProtocolError("wrong-rate", "rate", f"The rate must be one of: {rates} Hz.")
