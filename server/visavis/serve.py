"""`visavis serve`: load, measure, listen; drain and exit 0 on Ctrl-C or SIGTERM."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import uvicorn

from visavis.app import Server, build_app
from visavis.avatars import load
from visavis.capacity import measure_capacity
from visavis.chores import in_background
from visavis.config import ServeConfig
from visavis.core.bundle import Bundle
from visavis.core.latency import LATENCIES, describe_latency
from visavis.engine.layout import choose_plan
from visavis.engine.pool import SessionPool
from visavis.errors import ConfigError
from visavis.media.showcase import Showcase
from visavis.media.stages import Stages
from visavis.outputs import Outputs
from visavis.temporary import temporary_folder
from visavis.transports import aiortc_patches
from visavis.transports.impatient import ImpatientH11

_log = logging.getLogger(__name__)
_DRAIN_S = 10
_MAX_HEADER_BYTES = 16 * 1024
_MAX_CONNECTIONS = 512
_BACKLOG = 128


class _Uvicorn(uvicorn.Server):
    """Leaves the signals to `serve`, so that Ctrl-C is an orderly end and exits 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run_server(config: ServeConfig, bundle: Bundle) -> None:
    """Serve an avatar until a signal asks to stop. Raises `ConfigError` and `BundleError`."""
    config.check()
    aiortc_patches.use_addresses(config.media_addresses)
    aiortc_patches.notice_dead_peers()
    aiortc_patches.end_closed_connections()
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(config))
        avatar = load(bundle, config.engine)
        avatar.prepare()
        plan = choose_plan(avatar.fast, config.pool_sessions)
        pool = stack.enter_context(SessionPool(avatar.fast, plan))
        folder = stack.enter_context(temporary_folder())
        showcase = Showcase(folder, avatar.template)
        limit = config.max_sessions or measure_capacity(avatar, pool)
        latency = LATENCIES[config.latency]
        stages = Stages(limit, pool, latency)
        outputs = stack.enter_context(Outputs(config.outputs, avatar, folder))
        server = Server(config, avatar, pool, stages, showcase, outputs)
        _log.info(describe_latency(latency, bundle.window, bundle.mel))
        stack.enter_context(in_background((showcase.film, avatar.prepare_rest)))
        runner = stack.enter_context(asyncio.Runner(loop_factory=_loop_factory()))
        runner.run(_serve(server, listener))


async def _serve(server: Server, listener: socket.socket) -> None:
    http = _Uvicorn(
        uvicorn.Config(
            build_app(server),
            http=ImpatientH11,
            log_level="warning",
            timeout_graceful_shutdown=_DRAIN_S,
            limit_concurrency=_MAX_CONNECTIONS,
            h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
            server_header=False,
        )
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        http.force_exit = http.should_exit
        http.should_exit = True
        server.stages.refuse()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    limit = server.stages.limit
    callers = "1 caller" if limit == 1 else f"{limit} callers"
    _log.info("visavis is ready for %s at %s", callers, _url(server.config, listener))
    await http.serve(sockets=[listener])


def _listen(config: ServeConfig) -> socket.socket:
    """Bind before anything is loaded. Raises `ConfigError`."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((config.host, config.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"Cannot listen on {config.host} port {config.port}: {error.strerror}; "
            "choose another with --port."
        ) from error
    return listener


def _url(config: ServeConfig, listener: socket.socket) -> str:
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{listener.getsockname()[1]}"


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not made for this platform
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
