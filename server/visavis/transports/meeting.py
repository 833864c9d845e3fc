"""How two browsers that want to call each other exchange an offer and an answer.

Only the letters go through the server, media between the two. A room has a name that nobody
guesses, and lives for a minute after its last letter.
"""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from visavis.core.mailbox import ANSWER, OFFER, Mailbox, is_room
from visavis.core.signaling import MAX_OFFER_BYTES
from visavis.transports.access import read_body, require_type
from visavis.transports.gate import Gate

_SDP = "application/sdp"


def meeting_routes(gate: Gate) -> list[Route]:
    """The route below /api."""
    return [Route("/meet/{room}/{slot}", Meetings(gate).letter, methods=["GET", "PUT"])]


class Meetings:
    """PUT leaves a letter, GET takes it, once."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._mailbox = Mailbox()

    async def letter(self, request: Request) -> Response:
        """201 for a letter that was left; 200 with one that was there, 204 without."""
        self._gate.admit_change(request)
        self._gate.require_token(request)
        room, slot = request.path_params["room"], request.path_params["slot"]
        if slot not in (OFFER, ANSWER) or not is_room(room):
            raise HTTPException(404, "There is no such room; it needs a name of 16 to 64 letters.")
        now_s = asyncio.get_running_loop().time()
        if request.method == "PUT":
            require_type(request, _SDP)
            letter = await read_body(request, MAX_OFFER_BYTES)
            self._mailbox.put(room, slot, letter, now_s)
            return Response(status_code=201)
        found = self._mailbox.take(room, slot, now_s)
        if found is None:
            return Response(status_code=204)
        return Response(found.encode(), media_type=_SDP)
