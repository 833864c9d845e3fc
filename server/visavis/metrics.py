"""Prometheus metrics, read from the counters that each part keeps for itself."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from visavis.core.ladder import RUNGS
from visavis.core.speech import SpeechState
from visavis.engine.pool import SessionPool
from visavis.media.stage import Stage
from visavis.media.stages import Stages
from visavis.media.streamcounters import StreamCounters
from visavis.transports.visit import Visits

_STREAM_FIELDS = [field.name for field in fields(StreamCounters)]


class ServerMetrics(Collector):
    """Collects what the stages, their streams and the pool have counted."""

    def __init__(self, stages: Stages, visits: Visits, pool: SessionPool) -> None:
        self._stages = stages
        self._visits = visits
        self._pool = pool
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def add(self, more: Collector) -> None:
        """Collect these too."""
        self._registry.register(more)

    def response(self) -> Response:
        """The metrics in Prometheus' text format."""
        text = generate_latest(self._registry)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    def collect(self) -> Iterable[Metric]:
        """One pass over all counters."""
        live = self._stages.live
        yield from self._sessions(live)
        yield from self._frames(live)
        yield self._rungs(live)
        yield from self._generator()
        yield _gauge("visavis_tasks", "Tasks of the event loop.", len(asyncio.all_tasks()))

    def _sessions(self, live: list[Stage]) -> Iterable[Metric]:
        speaking = sum(s.stream.state is SpeechState.SPEAKING for s in live)
        yield _gauge("visavis_sessions", "Live sessions.", len(live))
        yield _gauge("visavis_sessions_limit", "Most live sessions.", self._stages.limit)
        yield _gauge("visavis_sessions_speaking", "Live sessions that speak now.", speaking)
        accepted, rejected = self._stages.accepted, self._stages.rejected
        yield CounterMetricFamily("visavis_sessions_accepted", "Sessions begun.", value=accepted)
        yield CounterMetricFamily("visavis_sessions_rejected", "Sessions refused.", value=rejected)
        visits = len(self._visits)
        yield _gauge("visavis_connections", "Callers, publishers and viewers.", visits)
        ended = CounterMetricFamily("visavis_sessions_ended", "Sessions over.", labels=["reason"])
        for reason, count in self._stages.ended.items():
            ended.add_metric([reason], count)
        yield ended

    def _rungs(self, live: list[Stage]) -> Metric:
        text = "Live sessions by the rate at which the machine makes their mouths."
        rungs = GaugeMetricFamily("visavis_sessions_mouth_fps", text, labels=["fps"])
        at = Counter(s.stream.ladder.every for s in live)
        for every in RUNGS:
            rungs.add_metric([f"{25 / every:.4g}" if every else "0"], at[every])
        return rungs

    def _frames(self, live: list[Stage]) -> Iterable[Metric]:
        frames = CounterMetricFamily("visavis_frames", "Video frames by fate.", labels=["fate"])
        for fate in _STREAM_FIELDS:
            frames.add_metric([fate], self._total(fate, live))
        yield frames
        interval = max((s.stream.interval_p99_s for s in live), default=0.0)
        yield _gauge("visavis_release_interval_p99_seconds", "Over the last minute.", interval)
        sound = CounterMetricFamily(
            "visavis_sound_seconds",
            "Sound taken in, filled with silence, dropped.",
            labels=["fate"],
        )
        for fate in ("received", "filled", "dropped"):
            samples = getattr(self._stages.past_sound, fate)
            samples += sum(getattr(s.sound.counters, fate) for s in live)
            sound.add_metric([fate], samples / 48_000)
        yield sound
        dropped = self._stages.past_dropped + sum(s.dropped for s in live)
        yield CounterMetricFamily(
            "visavis_tracks_dropped", "Frames and packets a sender was too slow for.", value=dropped
        )

    def _total(self, fate: str, live: list[Stage]) -> int:
        past: int = getattr(self._stages.past_frames, fate)
        return past + sum(int(getattr(s.stream.counters, fate)) for s in live)

    def _generator(self) -> Iterable[Metric]:
        counters = self._pool.counters
        yield _gauge("visavis_pool_sessions", "Generator sessions.", self._pool.sessions)
        yield _gauge("visavis_pool_frame_ms", "One frame, at warm-up.", self._pool.frame_ms)
        pairs = [("frames", counters.frames), ("failures", counters.failures)]
        pairs += [("refused", counters.refused), ("late", counters.late)]
        for name, value in (*pairs, ("replaced", counters.replaced)):
            yield CounterMetricFamily(f"visavis_pool_{name}", f"Generator {name}.", value=value)
        busy = counters.busy_s
        yield CounterMetricFamily("visavis_pool_busy_seconds", "Time in the generator.", value=busy)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
