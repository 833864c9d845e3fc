"""Credentials of a TURN server that shares a secret with us (coturn's `use-auth-secret`)."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

TTL_S = 24 * 3600


@dataclass(frozen=True)
class Credentials:
    """A user name and a password."""

    username: str
    password: str


def ephemeral(secret: str, now_s: float, user: str = "visavis") -> Credentials:
    """Credentials that the relay takes for a day (draft-uberti-behave-turn-rest-00 section 2.2).

    A page that is given these cannot use the relay for ever, as it could with a fixed password.
    """
    username = f"{int(now_s) + TTL_S}:{user}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return Credentials(username, base64.b64encode(digest).decode())
