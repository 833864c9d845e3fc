"""WHEP egress (draft-ietf-wish-whep-04): anybody watches the avatar on a stage.

A stage that nobody has opened yet opens, and its avatar idles until somebody speaks; so there is
always something to watch, and the draft's 409 does not arise. No counter-offer (406) is ever made:
every answer fits the offer or is an error.
"""

from starlette.routing import Mount

from visavis.transports.endpoint import Endpoint
from visavis.transports.house import House


def whep(house: House) -> Mount:
    """Watch at `/whep/<stream>`."""
    return Endpoint(house, "whep", speaks=False, sees=True).mount()
