"""The ICE servers that both sides of a call may use, as they were configured."""

import time
from dataclasses import dataclass

from aiortc import RTCIceServer

from visavis.core.turn import Credentials, ephemeral


@dataclass(frozen=True)
class IceSettings:
    """None of it is used, nor anybody asked, unless it is set."""

    stun: str | None = None  # stun:host:3478
    turn: str | None = None  # turn:host:3478?transport=udp, or turns:host:5349?transport=tcp
    username: str | None = None
    password: str | None = None
    secret: str | None = None  # shared with the relay; then each caller gets a day's credentials

    def servers(self) -> list[RTCIceServer]:
        """What a new call is told."""
        servers = [RTCIceServer(urls=self.stun)] if self.stun else []
        if self.turn:
            given = self._credentials()
            servers.append(
                RTCIceServer(urls=self.turn, username=given.username, credential=given.password)
            )
        return servers

    def _credentials(self) -> Credentials:
        if self.secret:
            return ephemeral(self.secret, time.time())
        return Credentials(self.username or "", self.password or "")
