"""`visavis local`: this machine's microphone in, a window or an MP4 out."""

import asyncio
import logging
import signal
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from visavis.avatars import Avatar
from visavis.chores import in_background
from visavis.engine.layout import choose_plan
from visavis.engine.pool import SessionPool
from visavis.errors import DeviceError
from visavis.media.ingest import Ingest
from visavis.media.recorder import Recorder
from visavis.media.stream import AvatarStream
from visavis.transports.microphone import Microphone
from visavis.transports.window import Window

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LocalJob:
    """What `visavis local` was asked for."""

    out: Path | None  # an MP4; None: a window
    device: str | None  # the microphone; None: the system's default
    seconds: float | None  # None: until Ctrl-C or the window is closed


def run_local(avatar: Avatar, job: LocalJob, sessions: int | None) -> None:
    """Run until Ctrl-C, the window is closed, or the time is over.

    Raises `DeviceError` without a microphone or a screen, and `MediaError` for the file.
    """
    avatar.prepare()
    plan = choose_plan(avatar.fast, sessions)
    with SessionPool(avatar.fast, plan) as pool, in_background((avatar.prepare_rest,)):
        asyncio.run(_run(avatar, pool, job))


async def _run(avatar: Avatar, pool: SessionPool, job: LocalJob) -> None:
    loop = asyncio.get_running_loop()
    ended, lost = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    ingest = Ingest()
    with ExitStack() as stack:
        microphone = stack.enter_context(Microphone(ingest, job.device, lost.set))
        outlet = _outlet(avatar, job, ended)
        stack.callback(outlet.close)
        stream = AvatarStream(
            avatar.template, avatar.features, pool, ingest, outlet, clock=loop.time
        )
        _log.info("speak; Ctrl-C ends it%s", f" and finishes {job.out}" if job.out else "")
        await _until_ended(stream, job.seconds, ended, lost)
        _report(stream, outlet, microphone)
    if lost.is_set():
        raise DeviceError("The microphone went away; plug it in and start again.")


async def _until_ended(stream: AvatarStream, seconds: float | None, *ends: asyncio.Event) -> None:
    """Raises what the stream raised, if it did."""
    running = asyncio.create_task(stream.run())
    waits = [asyncio.create_task(end.wait()) for end in ends]
    await asyncio.wait((running, *waits), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in (running, *waits):
        task.cancel()
    outcomes = await asyncio.gather(running, *waits, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    if failures:
        raise failures[0]


def _outlet(avatar: Avatar, job: LocalJob, ended: asyncio.Event) -> Recorder | Window:
    bundle, loop = avatar.bundle, asyncio.get_running_loop()
    if job.out is None:
        return Window(bundle.name, bundle.width, bundle.height, ended.set)
    return Recorder(
        job.out, bundle.width, bundle.height, lambda: loop.call_soon_threadsafe(ended.set)
    )


def _report(stream: AvatarStream, outlet: Recorder | Window, microphone: Microphone) -> None:
    counters = stream.counters
    left_out = outlet.dropped if isinstance(outlet, Recorder) else 0
    _log.info(
        "%d frames, %d late, %d left out; the microphone lost sound %d times",
        counters.released,
        counters.late,
        left_out,
        microphone.overflows,
    )
