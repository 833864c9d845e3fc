"""The page's own door: a talk is a stage with a secret name, whose speaker also watches it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from visavis.media.stage import Stage
from visavis.transports.access import require_stream_name
from visavis.transports.house import SDP, House
from visavis.transports.status import status
from visavis.transports.visit import Visit


class Talk:
    """The routes of talks: begin, resume, how it fares, gestures, end."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[Route]:
        """The routes below /api."""
        session = "/sessions/{secret}"
        return [
            Route("/talk/{avatar}", self.talk, methods=["POST"]),
            Route(session, self.session, methods=["GET", "POST", "DELETE"]),
            Route(session + "/gestures/{gesture}", self.gesture, methods=["POST"]),
            Route(session + "/interrupt", self.interrupt, methods=["POST"]),
            Route("/ice", self.ice),
        ]

    async def talk(self, request: Request) -> Response:
        """An SDP offer in, a live session and its SDP answer out. `?stage=` names a public stage
        to talk on; without it the talk is private."""
        house = self._house
        house.gate.admit_call(request)
        actor = house.find_actor(request.path_params["avatar"])
        name = request.query_params.get("stage")
        if name is not None:
            require_stream_name(name)
        visit, answer = await house.receive(request, name, actor, speaks=True, sees=True)
        return _answered(visit, answer)

    async def session(self, request: Request) -> Response:
        """GET tells how a session fares, POST resumes it with a new offer after its line broke,
        DELETE ends it; its secret address is the permission."""
        stage = self._find(request)
        if request.method == "GET":
            return JSONResponse(status(stage))
        if request.method == "POST":
            return _answered(*await self._house.receive_again(request, stage))
        self._end(request, stage)
        return Response(status_code=200)

    async def gesture(self, request: Request) -> Response:
        """Ask for a gesture. It begins within a few seconds; a newer request takes its place."""
        stage = self._find(request)
        if not stage.stream.gesture(request.path_params["gesture"]):
            known = ", ".join(stage.actor.bundle.gestures) or "none"
            raise HTTPException(404, f"There is no such gesture; this avatar has: {known}.")
        return Response(status_code=202)

    async def interrupt(self, request: Request) -> Response:
        """Drop all that the avatar was yet to say, and close its mouth."""
        self._find(request).stream.interrupt()
        return Response(status_code=204)

    async def ice(self, request: Request) -> Response:
        """The ICE servers that a page is to use, as `RTCPeerConnection` takes them."""
        self._house.gate.admit_change(request)
        self._house.gate.require_token(request)
        servers = [
            {key: value for key, value in vars(server).items() if value is not None}
            for server in self._house.ice_servers()
        ]
        return JSONResponse({"iceServers": servers})

    def _find(self, request: Request) -> Stage:
        self._house.gate.admit_change(request)
        secret = request.path_params["secret"]
        visit = self._house.visits.find(secret)
        stage = visit.stage if visit else self._house.stages.find_private(secret)
        if stage is None or (request.method == "POST" and stage.ending.is_set()):
            raise HTTPException(404, "There is no such session; it may have ended.")
        return stage

    def _end(self, request: Request, stage: Stage) -> None:
        visit = self._house.visits.find(request.path_params["secret"])
        visit.end() if visit else stage.end()


def _answered(visit: Visit, answer: str) -> Response:
    secret = visit.stage.name if visit.stage.private else visit.id
    return Response(answer, 201, {"Location": f"/api/sessions/{secret}"}, media_type=SDP)
