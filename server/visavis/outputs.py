"""The ways out of a server besides WebRTC, put together as its settings say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

from starlette.routing import Route

from visavis.avatars import Avatar
from visavis.config_outputs import OutputsConfig
from visavis.media.outputs.decks import Decks
from visavis.media.outputs.shelf import Shelf
from visavis.media.outputs.tapes import Tapes
from visavis.media.stages import Stages
from visavis.media.waiting import cancelled
from visavis.transports.hls import Hls
from visavis.transports.house import House
from visavis.transports.on_air import OnAir
from visavis.transports.recordings import Recordings
from visavis.transports.revived import Revived


class Outputs:
    """Enter it before the loop runs: devices are opened then, and given back at the end."""

    def __init__(self, config: OutputsConfig, avatar: Avatar, folder: Path) -> None:
        """HLS keeps its segments in `folder`. Raises `MediaError` if recordings have no place."""
        self._config = config
        self._avatar = avatar
        self._stack = ExitStack()
        tapes = Tapes(config.record) if config.record else None
        shelf = Shelf(folder) if config.hls else None
        record_all = not config.record_on_request
        self.decks = Decks(tapes, shelf, record_all=record_all)
        self.on_air: OnAir | None = None

    def __enter__(self) -> "Outputs":
        """Raises `DeviceError`."""
        with ExitStack() as stack:
            devices = open_devices(self._config, self._avatar, stack)
            if self._config.is_on_air:
                actor = self._avatar
                self.on_air = OnAir(self._config.on_air, actor, self._config.rtmp, devices)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def routes(self, house: House) -> list[Route]:
        """What can be asked for by HTTP."""
        routes = Recordings(house, self.decks).routes()
        if self.decks.shelf is not None:
            routes += Hls(house, self.decks, self.decks.shelf).routes()
        return routes

    @asynccontextmanager
    async def running(self, stages: Stages) -> AsyncIterator[None]:
        """Each stage has its outputs; on leaving, the stages end, and all outputs after them."""
        stages.opened.append(self.decks.open)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.decks.close)
            stack.push_async_callback(stages.close)
            if self.on_air:
                task = asyncio.create_task(self.on_air.run(stages, self.decks))
                stack.push_async_callback(cancelled, task)
            yield


def open_devices(config: OutputsConfig, avatar: Avatar, stack: ExitStack) -> list[Revived]:
    """The camera and its microphone, closed with `stack`. Raises `DeviceError`."""
    if not config.camera:
        return []
    from visavis.transports.camera import Camera  # whose needs are an extra

    devices, way_s = [], 0.0
    if config.voice:
        from visavis.transports.virtual_microphone import WAY_S, VirtualMicrophone

        way_s = WAY_S
        devices.append(Revived("the virtual microphone", VirtualMicrophone))
        stack.callback(devices[-1].close)
    bundle, device = avatar.bundle, config.camera_device

    def camera() -> Camera:
        return Camera(bundle.width, bundle.height, device, way_s)

    devices.append(Revived("the virtual camera", camera))
    stack.callback(devices[-1].close)
    return devices
