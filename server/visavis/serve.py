"""`visavis serve`: load, measure, listen; drain and exit 0 on Ctrl-C or SIGTERM."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack

from visavis.app import Server, build_app
from visavis.avatars import load
from visavis.capacity import measure_capacity
from visavis.chores import in_background
from visavis.config import ServeConfig
from visavis.core.bundle import Bundle
from visavis.core.latency import LATENCIES, describe_latency
from visavis.engine.layout import choose_plan
from visavis.engine.pool import SessionPool
from visavis.http_server import certificate_for, http_server, listen, url
from visavis.media.showcase import Showcase
from visavis.media.stages import Stages
from visavis.memory import share_arenas, tended
from visavis.monitor import monitored
from visavis.outputs import Outputs
from visavis.temporary import temporary_folder
from visavis.transports import aiortc_patches
from visavis.transports.tls import SELF_SIGNED, Certificate, fingerprint

_log = logging.getLogger(__name__)
_SWITCH_S = 0.0005  # the loop is not to wait 5 ms for a thread that computes in Python


def run_server(config: ServeConfig, bundle: Bundle) -> None:
    """Serve an avatar until a signal asks to stop. Raises `ConfigError` and `BundleError`."""
    config.check()
    sys.setswitchinterval(_SWITCH_S)
    share_arenas()
    aiortc_patches.use_addresses(config.media_addresses)
    if config.media_ports:
        aiortc_patches.use_ports(*config.media_ports)
    aiortc_patches.notice_dead_peers()
    aiortc_patches.end_closed_connections()
    aiortc_patches.ignore_early_packets()
    with ExitStack() as stack:
        listener = stack.enter_context(listen(config.host, config.port))
        monitor = _listen_for_tools(config, stack)
        certificate = certificate_for(config)
        _tell_about_tls(config, certificate)
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
        runner.run(_serve(server, listener, monitor, certificate))


def _listen_for_tools(config: ServeConfig, stack: ExitStack) -> socket.socket | None:
    """A port of its own for `/metrics`, if there is to be one."""
    if config.metrics_port is None:
        return None
    listener = listen("127.0.0.1", config.metrics_port, "--metrics-port")
    _log.info("metrics at http://127.0.0.1:%d/metrics", listener.getsockname()[1])
    return stack.enter_context(listener)


async def _serve(
    server: Server,
    listener: socket.socket,
    monitor: socket.socket | None,
    certificate: Certificate | None,
) -> None:
    http = http_server(build_app(server), certificate)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        http.force_exit = http.should_exit
        http.should_exit = True
        server.stages.refuse()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    stages = server.stages
    callers = "1 caller" if stages.limit == 1 else f"{stages.limit} callers"
    _log.info("visavis is ready for %s at %s", callers, url(server.config, listener))
    async with tended(lambda: sum(stages.ended.values())), monitored(server, monitor):
        await http.serve(sockets=[listener])


def _tell_about_tls(config: ServeConfig, certificate: Certificate | None) -> None:
    if config.tls == SELF_SIGNED and certificate:
        _log.info("certificate %s, SHA-256 %s", certificate.cert, fingerprint(certificate))
    if certificate is None and not config.is_loopback:
        _log.warning(
            "browsers give no microphone to a page over plain HTTP: add --tls self-signed, or "
            "--tls-cert and --tls-key, unless a proxy in front does HTTPS"
        )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not made for this platform
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
