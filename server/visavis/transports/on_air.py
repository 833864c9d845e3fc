"""The stage that is always on: what leaves it goes to a server or into a camera, whether or not
anybody speaks."""

import asyncio
import logging
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack

from visavis.core.backoff import Backoff
from visavis.errors import VisavisError
from visavis.media.outputs.decks import Decks
from visavis.media.stage import Actor, Stage
from visavis.media.stages import Stages
from visavis.media.waiting import cancelled
from visavis.transports.revived import Revived
from visavis.transports.rtmp import RtmpPush

_log = logging.getLogger(__name__)


class OnAir:
    """Keeps the stage `name` open, with an RTMP push and devices on it."""

    def __init__(
        self, name: str, actor: Actor, rtmp: str | None = None, devices: Sequence[Revived] = ()
    ) -> None:
        """The devices are closed by who made them."""
        self.name = name
        self.push: RtmpPush | None = None
        self._actor = actor
        self._rtmp = rtmp
        self._devices = devices
        self._backoff = Backoff(random.random)

    async def run(self, stages: Stages, decks: Decks) -> None:
        """Stay on air until cancelled; a stage that ends is opened again."""
        async with AsyncExitStack() as stack:
            for device in self._devices:
                task = asyncio.create_task(device.run())
                stack.push_async_callback(cancelled, task)
            while True:
                try:
                    await self._stay(stages, decks)
                    reason = "it has ended"
                except VisavisError as error:
                    reason = str(error)
                pause_s = self._backoff.pause_s()
                _log.warning("the stage %s: %s; again in %.0f s", self.name, reason, pause_s)
                await asyncio.sleep(pause_s)

    async def _stay(self, stages: Stages, decks: Decks) -> None:
        with ExitStack() as seat:
            with stages.place(self.name, self._actor):
                stage = stages.open(self.name, self._actor)
                seat.enter_context(stage.hold())
            stage.begin()
            for device in self._devices:
                stage.fanout.add(device)
                seat.callback(stage.fanout.remove, device)
            await self._begin_push(stage, decks)
            self._backoff.reset()
            await stage.ending.wait()

    async def _begin_push(self, stage: Stage, decks: Decks) -> None:
        url = self._rtmp
        if url is None:
            return
        sink = await decks.find(stage).add(lambda streams, ended: RtmpPush(url, streams, ended))
        assert isinstance(sink, RtmpPush)
        self.push = sink
