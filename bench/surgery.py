"""What the graph surgery gains, in a table: `python -m bench.surgery`.

One thread, processor time, median of 15 rounds in which all ways take turns. Random weights: the
arithmetic does not depend on them.
"""

from collections.abc import Callable
from functools import partial

import onnxruntime as ort

from bench.machine import describe
from bench.synctalk import SYNCTALK, ULTRALIGHT, Family, build
from visavis.engine.graph.bind import bind
from visavis.engine.graph.prepare import cut
from visavis.engine.graph.verify import Rejoined, difference, milliseconds, samples_of
from visavis.engine.session import open_session

_ROUNDS = 15
_BUDGETS_MB = (0, 2, 4, 8, 16, 100)  # per template frame
_FAMILIES = {"SyncTalk_2D, 320 px": SYNCTALK, "Ultralight, 160 px": ULTRALIGHT}


def measure(family: Family) -> list[tuple[str, float, float, float, float]]:
    """Way, MB kept per template frame, ms per frame, ms per template frame, largest difference."""
    model = build(family)
    whole = open_session(model, "whole")
    binding = bind(whole)
    samples = samples_of(binding, [])
    calls: dict[str, Callable[[], object]] = {
        "whole": partial(whole.run, [binding.output], samples[0])
    }
    ways = [("hoisted", 100), *(("commuted", megabytes) for megabytes in _BUDGETS_MB)]
    facts = {"whole": (0.0, 0.0)}
    ahead = dict[str, Callable[[], object]]()
    for way, megabytes in ways:
        made = cut(model, binding, megabytes * 1_000_000, way)
        rejoined = Rejoined(binding, made.halves)
        worst = difference(whole, binding.output, rejoined, samples)
        name = f"{way}, at most {megabytes} MB"
        facts[name] = (made.report.kept_bytes / 1e6, worst)
        given = samples[0] | rejoined.appearance(samples[0])
        calls[name] = partial(rejoined.mouth, given)
        ahead[name] = partial(rejoined.appearance, samples[0])
    times = milliseconds(calls, _ROUNDS)
    once = milliseconds(ahead, 3) | {"whole": 0.0}
    return [(name, facts[name][0], ms, once[name], facts[name][1]) for name, ms in times.items()]


def main() -> None:
    """Print the table."""
    print(f"{describe()}; onnxruntime {ort.__version__}, one thread")
    for title, family in _FAMILIES.items():
        head = f"{'MB kept':>8} {'ms':>7} {'ratio':>6} {'ahead':>7} {'off by':>8}"
        print(f"\n{title}\n{'way':26} {head}")
        rows = measure(family)
        for name, megabytes, ms, once, worst in rows:
            ratio = rows[0][2] / ms
            print(f"{name:26} {megabytes:8.1f} {ms:7.1f} {ratio:6.2f} {once:7.1f} {worst:8.1e}")


if __name__ == "__main__":
    main()
