"""`visavis local`: this machine's microphone in, a window or an MP4 out."""

import asyncio
import logging
import signal
from contextlib import ExitStack
from pathlib import Path

from visavis.avatars import Avatar
from visavis.engine.pool import SessionPool
from visavis.media.ingest import Ingest
from visavis.media.recorder import Recorder
from visavis.media.stream import AvatarStream
from visavis.transports.microphone import Microphone
from visavis.transports.window import Window

_log = logging.getLogger(__name__)


def run_local(
    avatar: Avatar,
    out: Path | None,
    device: str | None,
    seconds: float | None,
    sessions: int | None,
) -> None:
    """Run until Ctrl-C, the window is closed, or `seconds` have passed.

    Raises `DeviceError` without a microphone or a screen, and `MediaError` for the file.
    """
    with SessionPool(avatar.generator, sessions) as pool:
        asyncio.run(_run(avatar, pool, out, device, seconds))


async def _run(
    avatar: Avatar, pool: SessionPool, out: Path | None, device: str | None, seconds: float | None
) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    ingest = Ingest()
    with ExitStack() as stack:
        microphone = Microphone(ingest, device)
        outlet = _outlet(avatar, out, ended)
        stack.callback(outlet.close)
        stack.enter_context(microphone)
        stream = AvatarStream(
            avatar.template, avatar.features, pool, ingest, outlet, clock=loop.time
        )
        running = asyncio.create_task(stream.run())
        stopping = asyncio.create_task(ended.wait())
        await asyncio.wait(
            (running, stopping), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        for task in (running, stopping):
            task.cancel()
        outcomes = await asyncio.gather(running, stopping, return_exceptions=True)
    _log.info("%d frames, %d late", stream.counters.released, stream.counters.late)
    failures = [o for o in outcomes if isinstance(o, Exception)]
    if failures:
        raise failures[0]


def _outlet(avatar: Avatar, out: Path | None, ended: asyncio.Event) -> Recorder | Window:
    bundle = avatar.bundle
    if out is not None:
        return Recorder(out, bundle.width, bundle.height)
    return Window(bundle.name, bundle.width, bundle.height, ended.set)
