"""How often someone may ask: a token bucket per caller, in bounded memory. Time is an argument."""

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil


@dataclass
class _Bucket:
    tokens: float
    updated_s: float


class RateLimit:
    """Each caller may ask `burst` times at once and `per_second` times a second in the long run."""

    def __init__(self, burst: int, per_second: float, callers: int = 1024) -> None:
        """Of more than `callers` callers the one longest unheard of is forgotten."""
        self._burst = burst
        self._per_second = per_second
        self._callers = callers
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def ask(self, caller: str, now_s: float) -> int:
        """Take one token. Returns 0, or the whole seconds to wait if there is none."""
        bucket = self._buckets.pop(caller, None) or _Bucket(self._burst, now_s)
        gained = (now_s - bucket.updated_s) * self._per_second
        bucket.tokens = min(self._burst, bucket.tokens + gained)
        bucket.updated_s = now_s
        self._buckets[caller] = bucket
        if len(self._buckets) > self._callers:
            self._buckets.popitem(last=False)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return max(1, ceil((1 - bucket.tokens) / self._per_second))
