"""What a further viewer costs, our way and aiortc's, and that a stalled one disturbs nobody."""

import signal
import time

import numpy as np

from bench.stdio import Helper

_SETTLE_S = 4.0


def _join(host: Helper, crowd: Helper, count: int) -> None:
    offers = crowd.ask(join=count)["offers"]
    crowd.ask(answers=[host.ask(offer=offer)["answer"] for offer in offers])


def _cpu_pct(host: Helper, seconds: float) -> float:
    """Processor time of the host, in percent of a core."""
    before = host.ask()
    time.sleep(seconds)
    after = host.ask()
    used: float = after["cpu_s"] - before["cpu_s"]
    return float(100 * used / (after["time_s"] - before["time_s"]))


def further_viewer_pct(arguments: list[str], first: int, more: int, seconds: float) -> float:
    """What each of `more` viewers adds to the first ones, in percent of a core."""
    with Helper("bench.viewer_host", *arguments) as host, Helper("bench.viewer_crowd") as crowd:
        _join(host, crowd, first)
        time.sleep(_SETTLE_S)
        few = _cpu_pct(host, seconds)
        _join(host, crowd, more)
        time.sleep(_SETTLE_S)
        return (_cpu_pct(host, seconds) - few) / more


def viewer_cost(seconds: float) -> dict[str, object]:
    """Both ways in one run, H.264 at 720p, alternately: what each of twelve more viewers costs, and
    what aiortc spends on one whom it encodes for."""
    ours, theirs = [], []
    for _ in range(2):
        ours.append(further_viewer_pct([], 2, 12, seconds))
        theirs.append(further_viewer_pct(["--aiortc"], 0, 1, seconds))  # more would starve
    cost, reference = float(np.median(ours)), float(np.median(theirs))
    return {
        "viewer_cpu_pct": cost,
        "viewer_cpu_aiortc_pct": reference,
        "viewer_ratio": cost / reference,
    }


def stalled_viewer(viewers: int, seconds: float) -> dict[str, object]:
    """Frames that the others get while one viewer's process stands still."""
    with (
        Helper("bench.viewer_host") as host,
        Helper("bench.viewer_crowd") as crowd,
        Helper("bench.viewer_crowd") as stalled,
    ):
        _join(host, crowd, viewers - 1)
        _join(host, stalled, 1)
        time.sleep(_SETTLE_S)
        stalled.process.send_signal(signal.SIGSTOP)
        time.sleep(1.0)
        crowd.ask()
        begun = time.monotonic()
        time.sleep(seconds)
        counts = crowd.ask()["counts"]
        took = time.monotonic() - begun
        stalled.process.send_signal(signal.SIGCONT)
    fps = [count["frames"] / took for count in counts]
    return {
        "stalled_viewers": viewers,
        "stalled_others_fps_min": min(fps),
        "stalled_others_fps_mean": float(np.mean(fps)),
        "stalled_others_missing_packets": sum(count["missing"] for count in counts),
    }
