"""WHIP ingest (RFC 9725): somebody publishes a voice, and the avatar on that stage speaks it.

Who publishes last has the floor, and the one before is hung up on: an encoder whose network changed
comes back before its old connection is known to be dead. The RFC leaves the choice open.
"""

from starlette.routing import Mount

from visavis.transports.endpoint import Endpoint
from visavis.transports.house import House


def whip(house: House) -> Mount:
    """Publish at `/whip/<stream>`."""
    return Endpoint(house, "whip", speaks=True, sees=False).mount()
