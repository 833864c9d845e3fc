"""HLS egress: anybody watches the avatar on a stage in a `<video>` or any player.

Players send no Authorization header. Where the server asks for a token, an address carries a
ticket in its place, which opens one stage and only to watch; `/api/stages/<stream>/hls` gives it.
"""

import hashlib
import hmac
import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from visavis.core.names import is_stream_name
from visavis.media.outputs.deck import Deck
from visavis.media.outputs.decks import Decks
from visavis.media.outputs.hls import PLAYLIST, TYPES
from visavis.media.outputs.shelf import Shelf
from visavis.transports.access import require_stream_name
from visavis.transports.house import House

_URI = re.compile(r"^(?!#)(.+)$|(?<=URI=\")([^\"]+)(?=\")", re.MULTILINE)
_KEPT = "max-age=60"  # a segment's name is never used again, and soon forgotten


class Hls:
    """The routes of HLS."""

    def __init__(self, house: House, decks: Decks, shelf: Shelf) -> None:
        self._house = house
        self._decks = decks
        self._shelf = shelf

    def routes(self) -> list[Route]:
        """`/hls/stream/…`, and where to get a ticket."""
        return [
            Route("/hls/{stream}/" + PLAYLIST, self.playlist),
            Route("/hls/{stream}/{name}", self.segment),
            Route("/api/stages/{stream}/hls", self.address),
        ]

    async def address(self, request: Request) -> Response:
        """Where a stage can be watched, by whoever knows the address."""
        gate = self._house.gate
        gate.admit_change(request)
        gate.require_token(request)
        stream = request.path_params["stream"]
        require_stream_name(stream)
        return JSONResponse({"url": f"/hls/{stream}/{PLAYLIST}{self._query(stream)}"})

    async def playlist(self, request: Request) -> Response:
        """The playlist; asking for it begins it, and opens the stage if nobody is there yet."""
        self._house.gate.admit_change(request)
        stream = self._admit(request)
        text = await self._shelf.playlist(await self._deck(stream))
        query = self._query(stream)
        return Response(_URI.sub(rf"\g<0>{query}", text), media_type=TYPES[".m3u8"])

    async def segment(self, request: Request) -> Response:
        """A segment that is in the window, or what all of them begin with."""
        stage = self._house.stages.find(self._admit(request))
        name = request.path_params["name"]
        path = self._shelf.file(self._decks.find(stage), name) if stage else None
        if path is None:
            raise HTTPException(404, "That segment is not there any more; read the playlist again.")
        kept = {"Cache-Control": _KEPT}
        return FileResponse(path, headers=kept, media_type=TYPES[path.suffix])

    def _admit(self, request: Request) -> str:
        """The stream that a request is for, if it may see it."""
        self._house.gate.require_origin(request)
        stream: str = request.path_params["stream"]
        if not is_stream_name(stream):
            raise HTTPException(404, "There is no such stage.")
        given = request.query_params.get("ticket")
        if given is None:
            self._house.gate.require_token(request)
        elif not hmac.compare_digest(given.encode(), self._ticket(stream).encode()):
            raise HTTPException(401, "The ticket is not valid for this stage; ask for another.")
        return stream

    def _ticket(self, stream: str) -> str:
        key = (self._house.gate.token or "").encode()
        return hmac.new(key, f"hls {stream}".encode(), hashlib.sha256).hexdigest()[:32]

    def _query(self, stream: str) -> str:
        return f"?ticket={self._ticket(stream)}" if self._house.gate.token else ""

    async def _deck(self, stream: str) -> Deck:
        stages = self._house.stages
        actor = self._house.find_actor(None)
        there = stages.find(stream)
        if there and there.private:
            raise HTTPException(404, "There is no such stage.")
        if there:
            return self._decks.find(there)
        with stages.place(stream, actor):
            stage = stages.open(stream, actor)
            with stage.hold():
                deck = self._decks.find(stage)
                await self._shelf.playlist(deck)
                return deck
