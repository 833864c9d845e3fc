"""Several ways to do the same, measured side by side: they take turns, so that all meet the same
machine, and count processor time, so that neighbours on it do not count."""

import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from visavis.engine.cores import usable_cores

Run = Callable[[], int]  # does some of the work; returns how many frames that were


def rates(
    teams: Mapping[str, Sequence[Run]], rounds: int = 5, seconds: float = 0.25
) -> dict[str, float]:
    """Median frames a second of each team, on all cores undisturbed. All runs of a team go at once,
    each on a thread, and must keep all cores busy."""
    for team in teams.values():
        _rate(team, 0.0)
    found: dict[str, list[float]] = {name: [] for name in teams}
    for _ in range(rounds):
        for name, team in teams.items():
            found[name].append(_rate(team, seconds))
    return {name: statistics.median(values) for name, values in found.items()}


def milliseconds(calls: Mapping[str, Callable[[], object]], rounds: int = 60) -> dict[str, float]:
    """Median processor time of each call, on this thread."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.thread_time()
            call()
            times[name].append(1000 * (time.thread_time() - start))
    return {name: statistics.median(values) for name, values in times.items()}


def _rate(team: Sequence[Run], seconds: float) -> float:
    made = [0] * len(team)
    start, cpu = time.perf_counter(), time.process_time()

    def work(number: int) -> None:
        while not made[number] or time.perf_counter() - start < seconds:
            made[number] += team[number]()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(team))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(made) * usable_cores() / (time.process_time() - cpu)
