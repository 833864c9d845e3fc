"""`visavis local`: this machine's microphone in; a window, an MP4, RTMP or a camera out."""

import asyncio
import logging
import signal
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from visavis.avatars import Avatar
from visavis.chores import in_background
from visavis.config_outputs import OutputsConfig
from visavis.engine.layout import choose_plan
from visavis.engine.pool import SessionPool
from visavis.errors import MediaError
from visavis.local_outlets import LocalOutlets
from visavis.media.ingest import Ingest
from visavis.media.stream import AvatarStream
from visavis.media.waiting import cancelled
from visavis.transports.steady_microphone import SteadyMicrophone

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LocalJob:
    """What `visavis local` was asked for. Where nothing is to go out, a window shows it."""

    out: Path | None  # an MP4
    device: str | None  # the microphone; None: the system's default
    seconds: float | None  # None: until Ctrl-C or the window is closed
    outputs: OutputsConfig = field(default_factory=OutputsConfig)  # of which RTMP and the camera


def run_local(avatar: Avatar, job: LocalJob, sessions: int | None) -> None:
    """Run until Ctrl-C, the window is closed, or the time is over.

    Raises `ConfigError`, `DeviceError` without a microphone, a screen or a camera, and
    `MediaError` for the file.
    """
    job.outputs.check()
    avatar.prepare()
    plan = choose_plan(avatar.fast, sessions)
    with (
        ExitStack() as stack,
        SessionPool(avatar.fast, plan) as pool,
        in_background((avatar.prepare_rest,)),
    ):
        outlets = LocalOutlets(avatar, job.out, job.outputs, stack)
        asyncio.run(_run(avatar, pool, job, outlets))
        stack.close()
        if outlets.recording and outlets.recording.reason:
            raise MediaError(f"The recording failed: {outlets.recording.reason}.")


async def _run(avatar: Avatar, pool: SessionPool, job: LocalJob, outlets: LocalOutlets) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)

    def over() -> None:
        loop.call_soon_threadsafe(ended.set)

    outlets.when_over(over)
    ingest = Ingest()
    async with AsyncExitStack() as stack:
        microphone = stack.enter_context(SteadyMicrophone(ingest, job.device))
        for care in (microphone.run(), *(device.run() for device in outlets.devices)):
            stack.push_async_callback(cancelled, asyncio.create_task(care))
        stream = AvatarStream(
            avatar.template, avatar.features, pool, ingest, outlets.outlet, clock=loop.time
        )
        _log.info("speak; Ctrl-C ends it%s", f" and finishes {job.out}" if job.out else "")
        await _until_ended(stream, job.seconds, ended)
        _report(stream, outlets, microphone)


async def _until_ended(stream: AvatarStream, seconds: float | None, ended: asyncio.Event) -> None:
    """Raises what the stream raised, if it did."""
    running, end = asyncio.create_task(stream.run()), asyncio.create_task(ended.wait())
    await asyncio.wait((running, end), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in (running, end):
        task.cancel()
    outcomes = await asyncio.gather(running, end, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    if failures:
        raise failures[0]


def _report(stream: AvatarStream, outlets: LocalOutlets, microphone: SteadyMicrophone) -> None:
    _log.info(
        "%d frames, %d late, %d left out; sound was lost %d times, the microphone %d times",
        stream.counters.released,
        stream.counters.late,
        outlets.dropped,
        microphone.overflows,
        microphone.losses,
    )
