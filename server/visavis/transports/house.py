"""What the doors of the server share: its stages, who is there, who may come in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiortc import RTCIceServer
from starlette.exceptions import HTTPException
from starlette.requests import Request

from visavis.core.signaling import MAX_OFFER_BYTES
from visavis.core.template import Template
from visavis.media.ingest import Ingest
from visavis.media.stage import Actor, Stage
from visavis.media.stages import Stages
from visavis.transports.access import read_body, require_type
from visavis.transports.gate import Gate, caller_address
from visavis.transports.peer import Peer
from visavis.transports.viewer import Viewer
from visavis.transports.visit import Visit, Visits

SDP = "application/sdp"


@dataclass(frozen=True)
class House:
    """One server's stages and its ways in."""

    gate: Gate
    stages: Stages
    visits: Visits
    find_actor: Callable[[str | None], Actor]  # None: the default one; raises UnknownAvatarError
    ice_servers: Callable[[], list[RTCIceServer]]

    async def receive(
        self, request: Request, name: str | None, actor: Actor, *, speaks: bool, sees: bool
    ) -> tuple[Visit, str]:
        """Answer the offer in a request's body and let the peer stay on the stage `name`, which
        is opened if need be; None: a private one. Returns the visit and the SDP answer.

        Raises `HTTPException` and `VisavisError`.
        """
        require_type(request, SDP)
        offer = await read_body(request, MAX_OFFER_BYTES)
        canvas = await _canvas(request, actor)
        with self.stages.place(name, actor):
            peer = self._peer(request, speaks=speaks, sees=sees)
            answer = await peer.answer(offer)
            return self.visits.begin(self.stages.open(name, actor), peer, canvas), answer

    async def receive_again(self, request: Request, stage: Stage) -> tuple[Visit, str]:
        """Answer the offer of a caller whose line broke; he finds his stage as he left it."""
        require_type(request, SDP)
        offer = await read_body(request, MAX_OFFER_BYTES)
        with stage.hold():
            canvas = await _canvas(request, stage.actor)
            peer = self._peer(request, speaks=True, sees=True)
            answer = await peer.answer(offer)
            return self.visits.begin(stage, peer, canvas), answer

    def _peer(self, request: Request, *, speaks: bool, sees: bool) -> Peer:
        self.visits.require_room()
        return Peer(
            Ingest(self.stages.latency) if speaks else None,
            Viewer(reports=_reports(request)) if sees else None,
            self.ice_servers(),
            caller_address(request),
        )


def _reports(request: Request) -> bool:
    """Whether the viewer wants sender reports. One who sends the picture on says `?reports=off`:
    browsers pass on the time at which a picture was made, where they know it, but that at which
    they themselves sent a sound. Raises `HTTPException`."""
    reports = request.query_params.get("reports", "on")
    if reports not in ("on", "off"):
        raise HTTPException(400, "reports can be on or off.")
    return reports == "on"


async def _canvas(request: Request, actor: Actor) -> Template | None:
    """What the viewer wants to see: `?alpha=stacked` asks for the person without a background, the
    matte below the colour; see `visavis.core.cutout`. Raises `HTTPException`."""
    alpha = request.query_params.get("alpha")
    if alpha is None:
        return None
    if alpha != "stacked":
        raise HTTPException(400, "alpha can be stacked, or be left out for a picture as usual.")
    return await asyncio.to_thread(lambda: actor.cut_out)
