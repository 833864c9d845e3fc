"""`make bench-live`: the figures of live media, into bench/results/live.json.

Machines are shared and noisy: compare figures of one run, not of two.
"""

import argparse
from collections.abc import Callable

import numpy as np

from bench.first_frame import first_frame_ms
from bench.long_talk import long_talk, show_worst
from bench.merge import LIVE, merge, show
from bench.network import concealment, outage, steady
from bench.tones import farthest
from bench.viewers import stalled_viewer, viewer_cost
from visavis import avatars
from visavis.core.jitter import JitterControl
from visavis.core.latency import LATENCIES

Figures = dict[str, object]
_HOUR = 90_000  # ticks


def talk(seconds: float) -> Figures:
    """Skew, delay and cadence of a long talk. The lamp looks as far ahead as nova does.

    `skew_max_ms` is of the tones at which the page got every frame and every packet in time. Where
    it did not, or had not within two seconds, the machine starved the browser or the server, for
    nothing is lost between the two: such tones are counted as frozen, and `skew_raw_max_ms` is of
    all.
    """
    bundle = avatars.find("nova")
    recorded = long_talk(bundle.window, seconds, "low")
    show_worst("talk", recorded)
    skews, delay = recorded.skews(), recorded.mic_to_glass_ms()
    budget = LATENCIES["low"].budget(bundle.window, bundle.mel)
    budget["encoder, network, browser"] = float(np.median(delay)) - sum(budget.values())
    return {
        "talk_seconds": recorded.seconds,
        "skew_mean_ms": float(np.mean(skews.middle_ms)),
        "skew_max_ms": farthest(skews.clear_ms),
        "skew_raw_max_ms": farthest(skews.middle_ms),
        "skew_tones": len(skews.middle_ms),
        "skew_tones_frozen": int(np.sum(skews.frozen)),
        "mic_page_p50_ms": float(np.percentile(delay, 50)),
        "mic_page_p95_ms": float(np.percentile(delay, 95)),
        "mic_page_budget_ms": {stage: round(ms, 1) for stage, ms in budget.items()},
        "fps": recorded.growth("video", "framesDecoded") / recorded.seconds,
        "freezes": recorded.growth("video", "freezeCount"),
        "tick_p99_ms": max(recorded.tick_p99_ms),
    }


def drift() -> Figures:
    """An hour with a microphone 200 ppm fast, and one 200 ppm slow, of simulated time."""
    worst = 0.0
    for ppm in (-200, 200):
        control, margin = JitterControl(0.02, 0.12), 0.03
        for tick in range(_HOUR):
            ratio = control.pulled(margin)
            margin += 0.04 * (1 + ppm * 1e-6) - 0.04 * ratio
            worst = max(worst, abs(control.error_s) if tick > 3000 else 0.0)
    return {"drift_skew_ms": 1000 * worst}


def network(seconds: float) -> Figures:
    """Ten per cent loss; 100 ms jitter; an outage of half a second."""
    window = avatars.find("nova").window
    return {
        **concealment(window, seconds, "loss", loss=0.1),
        **steady(window, seconds, "loss", loss=0.1),
        **steady(window, seconds, "jitter", jitter_ms=100),
        **outage(window, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--talk-seconds", type=float, default=600.0)
    parser.add_argument("--network-seconds", type=float, default=40.0)
    parser.add_argument("--viewer-seconds", type=float, default=15.0)
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    parts: dict[str, Callable[[], Figures]] = {
        "drift": drift,
        "first_frame": lambda: {"first_frame_ms": first_frame_ms("nova", 7)},
        "viewers": lambda: viewer_cost(arguments.viewer_seconds),
        "stalled": lambda: stalled_viewer(30, arguments.viewer_seconds),
        "network": lambda: network(arguments.network_seconds),
        "talk": lambda: talk(arguments.talk_seconds),
    }
    for name, part in parts.items():
        if not arguments.only or name in arguments.only:
            figures = part()
            show(figures)
            merge(LIVE, figures)


if __name__ == "__main__":
    main()
