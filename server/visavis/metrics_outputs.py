"""Prometheus metrics of the ways out besides WebRTC."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from visavis.media.outputs.decks import Decks, add
from visavis.transports.on_air import OnAir
from visavis.transports.rtmp import PushState

_KINDS = ("recording", "hls", "rtmp")


class OutputMetrics(Collector):
    """Collects what the decks and the push have counted."""

    def __init__(self, decks: Decks, on_air: OnAir | None) -> None:
        self._decks = decks
        self._on_air = on_air

    def collect(self) -> Iterable[Metric]:
        """One pass over all decks."""
        live = self._decks.live
        running, failed = dict.fromkeys(_KINDS, 0), dict.fromkeys(_KINDS, 0)
        add(failed, self._decks.past_failed.items())
        dropped = self._decks.past_dropped
        for deck in live:
            add(running, ((sink.kind, 1) for sink in deck.sinks))
            add(failed, deck.failed.items())
            dropped += deck.dropped + sum(sink.dropped for sink in deck.sinks)
        now = GaugeMetricFamily("visavis_outputs", "Outputs that run now.", labels=["kind"])
        ended = CounterMetricFamily(
            "visavis_outputs_failed", "Outputs that ended by themselves.", labels=["kind"]
        )
        for kind in _KINDS:
            now.add_metric([kind], running[kind])
            ended.add_metric([kind], failed[kind])
        yield now
        yield ended
        yield CounterMetricFamily(
            "visavis_outputs_dropped", "Packets that outputs were too slow for.", value=dropped
        )
        yield from self._push()

    def _push(self) -> Iterable[Metric]:
        push = self._on_air.push if self._on_air else None
        if push is None:
            return
        on_air = push.state is PushState.ON_AIR and not push.done
        yield GaugeMetricFamily("visavis_rtmp_on_air", "1 while the server takes it.", value=on_air)
        yield CounterMetricFamily(
            "visavis_rtmp_connections", "Times that the push went on air.", value=push.connections
        )
