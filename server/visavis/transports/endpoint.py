"""What WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) have in common: one HTTP endpoint per
stream, one resource per session."""

from aiortc import RTCIceServer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from visavis.core.trickle import MAX_FRAGMENT_BYTES, parse_fragment
from visavis.transports.access import read_body, require_stream_name, require_type
from visavis.transports.house import SDP, House
from visavis.transports.status import status
from visavis.transports.visit import Visit

FRAGMENT = "application/trickle-ice-sdpfrag"
_WILD = ("*", '"*"')  # the RFC's own example prints the quotes


class Endpoint:
    """The routes below one prefix, for peers that speak or see."""

    def __init__(self, house: House, prefix: str, *, speaks: bool, sees: bool) -> None:
        self._house = house
        self._prefix = prefix
        self._speaks = speaks
        self._sees = sees

    def mount(self) -> Mount:
        """`/prefix/stream` and `/prefix/stream/secret`."""
        begin = ["GET", "HEAD", "OPTIONS", "POST"]
        change = ["GET", "HEAD", "OPTIONS", "PATCH", "DELETE"]
        routes = [
            Route("/{stream}", self.endpoint, methods=begin),
            Route("/{stream}/{secret}", self.session, methods=change),
        ]
        return Mount(f"/{self._prefix}", routes=routes)

    async def endpoint(self, request: Request) -> Response:
        """POST begins a session; OPTIONS, GET and HEAD let clients find out what this is."""
        if request.method == "POST":
            return await self._begin(request)
        return Response(None, 200, {"Accept-Post": SDP}, media_type=SDP)

    async def session(self, request: Request) -> Response:
        """PATCH trickles candidates, DELETE ends the session, GET tells how it fares."""
        if request.method == "OPTIONS":
            return Response(None, 200, {"Accept-Patch": FRAGMENT})
        self._house.gate.admit_change(request)
        self._house.gate.require_token(request)
        visit = self._find(request)
        if request.method == "PATCH":
            return await self._trickle(request, visit)
        if request.method == "DELETE":
            visit.end()
            return Response(status_code=200)
        return JSONResponse(status(visit.stage))

    async def _begin(self, request: Request) -> Response:
        house = self._house
        house.gate.admit_call(request)
        name = request.path_params["stream"]
        require_stream_name(name)
        stage = house.stages.find(name)
        wanted = request.query_params.get("avatar")
        actor = stage.actor if stage and wanted is None else house.find_actor(wanted)
        visit, answer = await house.receive(
            request, name, actor, speaks=self._speaks, sees=self._sees
        )
        headers = {"Location": f"/{self._prefix}/{name}/{visit.id}", "ETag": visit.etag}
        response = Response(answer.encode(), 201, headers, media_type=SDP)
        for server in house.ice_servers():
            for link in ice_links(server):  # one line each: OBS loses entries after a comma
                response.headers.append("Link", link)
        return response

    async def _trickle(self, request: Request, visit: Visit) -> Response:
        require_type(request, FRAGMENT)
        body = await read_body(request, MAX_FRAGMENT_BYTES)
        known = request.headers.get("if-match")
        if known is None:
            raise HTTPException(428, "Send If-Match with the ETag of the session.")
        if known not in (*_WILD, visit.etag):
            raise HTTPException(412, "If-Match is not the ETag of this session.")
        await visit.peer.trickle(parse_fragment(body))
        return Response(status_code=204)

    def _find(self, request: Request) -> Visit:
        visit = self._house.visits.find(request.path_params["secret"])
        if visit is None or not self._is_mine(visit, request.path_params["stream"]):
            raise HTTPException(404, "There is no such session; it may have ended.")
        return visit

    def _is_mine(self, visit: Visit, stream: str) -> bool:
        kind = (visit.peer.ingest is not None, visit.peer.tracks is not None)
        return visit.stage.name == stream and kind == (self._speaks, self._sees)


def ice_links(server: RTCIceServer) -> list[str]:
    """Link header values for one ICE server (RFC 9725 section 4.5)."""
    urls = [server.urls] if isinstance(server.urls, str) else list(server.urls)
    parts = ['rel="ice-server"']
    if server.username and server.credential:
        parts += [f'username="{server.username}"', f'credential="{server.credential}"']
        parts.append('credential-type="password"')
    return [f"<{url}>; " + "; ".join(parts) for url in urls]
