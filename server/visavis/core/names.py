"""Names that callers choose."""

import re

_STREAM = re.compile("[A-Za-z0-9_-]{1,64}")


def is_stream_name(name: str) -> bool:
    """Whether `name` may name a stage: 1 to 64 letters, digits, hyphens and underscores."""
    return bool(_STREAM.fullmatch(name))
