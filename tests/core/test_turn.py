"""Credentials that coturn's `use-auth-secret` takes."""

from visavis.core.turn import TTL_S, ephemeral


def test_credentials_are_those_of_coturn() -> None:
    """`echo -n 1086400:visavis | openssl dgst -sha1 -hmac north -binary | base64`."""
    given = ephemeral("north", 1_000_000.7)
    assert given.username == f"{1_000_000 + TTL_S}:visavis" == "1086400:visavis"
    assert given.password == "hXSW2E1yiMbH6syWk5JFWnCem/c="  # noqa: S105
    assert ephemeral("north", 1_000_001.0) != given
