"""Who can be talked to, what is on, and health."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from visavis.avatars import Avatar
from visavis.core.compositor import Frame
from visavis.core.speech import SpeechState
from visavis.media.showcase import Showcase
from visavis.media.stage import Stage
from visavis.transports.house import House


class Api:
    """The routes under /api that begin no call, and readiness."""

    def __init__(self, avatar: Avatar, showcase: Showcase, house: House) -> None:
        self._avatar = avatar
        self._showcase = showcase
        self._house = house

    def health_routes(self) -> list[Route]:
        """The routes that an operator's tools ask."""
        return [Route("/healthz", _healthy), Route("/readyz", self.ready)]

    def routes(self) -> list[Route]:
        """The routes below /api."""
        return [
            Route("/avatars", self.avatars),
            Route("/avatars/{avatar}/poster.png", self.poster),
            Route("/avatars/{avatar}/idle.mp4", self.idle),
            Route("/stages", self.stages),
            Route("/stages/{stream}", self.stage, methods=["GET", "DELETE"]),
            Route("/stages/{stream}/interrupt", self.interrupt, methods=["POST"]),
        ]

    async def ready(self, _: Request) -> Response:
        """200 while a new caller would be taken and the generator does not fail all the time."""
        stages = self._house.stages
        ready = stages.free > 0 and stages.pool.well
        return JSONResponse({"ready": ready, "free": stages.free}, 200 if ready else 503)

    async def avatars(self, _: Request) -> Response:
        bundle = self._avatar.bundle
        entry = {
            "id": bundle.id,
            "name": bundle.name,
            "poster": f"/api/avatars/{bundle.id}/poster.png",
            "width": bundle.width,
            "height": bundle.height,
            "gestures": bundle.gestures,
        }
        return JSONResponse({"avatars": [entry], "default": bundle.id})

    async def poster(self, request: Request) -> Response:
        """`?alpha=1` leaves out the background."""
        self._house.find_actor(request.path_params["avatar"])
        poster = self._showcase.poster
        if request.query_params.get("alpha") == "1":
            poster = await asyncio.to_thread(self._showcase.cut_out, self._first_cut_out)
        return FileResponse(poster, media_type="image/png")

    def _first_cut_out(self) -> Frame:
        return self._avatar.cut_out.idle(0)

    async def idle(self, request: Request) -> Response:
        self._house.find_actor(request.path_params["avatar"])
        film = await asyncio.to_thread(self._showcase.film)
        return FileResponse(film, media_type="video/mp4")

    async def stages(self, request: Request) -> Response:
        """The stages that have a public name."""
        self._admit(request)
        public = [self._about(stage) for stage in self._house.stages.live if not stage.private]
        return JSONResponse({"stages": public})

    async def stage(self, request: Request) -> Response:
        """GET tells about one stage, DELETE ends it for everybody."""
        stage = self._find(request)
        if request.method == "DELETE":
            stage.end()
            return Response(status_code=200)
        return JSONResponse(self._about(stage))

    async def interrupt(self, request: Request) -> Response:
        """Drop all that the avatar was yet to say, and close its mouth."""
        self._find(request).stream.interrupt()
        return Response(status_code=204)

    def _find(self, request: Request) -> Stage:
        self._admit(request)
        stage = self._house.stages.find(request.path_params["stream"])
        if stage is None or stage.private:
            raise HTTPException(404, "There is no such stage; publish or watch to open it.")
        return stage

    def _admit(self, request: Request) -> None:
        self._house.gate.admit_change(request)
        self._house.gate.require_token(request)

    def _about(self, stage: Stage) -> dict[str, object]:
        visits = self._house.visits.on(stage)
        return {
            "name": stage.name,
            "avatar": stage.actor.bundle.id,
            "viewers": sum(visit.peer.tracks is not None for visit in visits),
            "has_sound": stage.sound.source is not None,
            "speaking": stage.stream.state is SpeechState.SPEAKING,
        }


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok\n")
