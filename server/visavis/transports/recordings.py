"""Recordings by request: begin, ask, end. The files stay in the server's `--record` folder."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from visavis.media.outputs.deck import Deck
from visavis.media.outputs.decks import Decks
from visavis.media.outputs.recording import Recording
from visavis.media.outputs.tapes import Tapes
from visavis.transports.house import House


class Recordings:
    """The routes of a stage's recording, and of a talk's. The server's token is asked for."""

    def __init__(self, house: House, decks: Decks) -> None:
        self._house = house
        self._decks = decks

    def routes(self) -> list[Route]:
        """`/api/stages/stream/recording`, and that of a talk."""
        methods = ["GET", "POST", "DELETE"]
        return [
            Route("/api/stages/{stream}/recording", self.recording, methods=methods),
            Route("/api/sessions/{secret}/recording", self.recording, methods=methods),
        ]

    async def recording(self, request: Request) -> Response:
        """POST begins a recording, GET tells about it, DELETE ends it and says what there is."""
        gate = self._house.gate
        gate.admit_change(request)
        gate.require_token(request)
        deck, tapes = self._find(request), self._tapes()
        if request.method == "POST":
            return JSONResponse(_about(await tapes.start(deck)), 201)
        if request.method == "DELETE":
            return JSONResponse(_about(await tapes.stop(deck)))
        last = tapes.last(deck)
        return JSONResponse(_about(last) if last else {"state": "none"})

    def _tapes(self) -> Tapes:
        if self._decks.tapes is None:
            raise HTTPException(409, "This server does not record; start it with --record DIR.")
        return self._decks.tapes

    def _find(self, request: Request) -> Deck:
        house, names = self._house, request.path_params
        if "stream" in names:
            stage = house.stages.find(names["stream"])
            stage = None if stage is None or stage.private else stage
        else:
            visit = house.visits.find(names["secret"])
            stage = visit.stage if visit else house.stages.find_private(names["secret"])
        if stage is None or stage.ending.is_set():
            raise HTTPException(404, "There is no such stage; it may have ended.")
        return self._decks.find(stage)


def _about(recording: Recording) -> dict[str, object]:
    return {
        "state": "ended" if recording.done else "recording",
        "file": recording.path.name,
        "seconds": round(recording.seconds, 2),
        "dropped": recording.dropped,
        "reason": recording.reason,
    }
