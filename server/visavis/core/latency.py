"""How long a stream may hold sound and pictures back: three modes, and where the time goes."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

from visavis.core.mel import MelSpec
from visavis.core.timeline import FPS, FRAME_S, frames_for
from visavis.core.window import WindowSpec

LatencyName = Literal["low", "balanced", "parity"]


@dataclass(frozen=True)
class Latency:
    """One mode. Times in seconds."""

    name: LatencyName
    right: float  # share of the model's right context that is waited for; the rest is held
    buffer_s: float  # least sound that is kept against jitter; it grows when the network needs it
    release_s: float  # from a tick to its release: the time that one frame may take to make

    def held(self, window: WindowSpec) -> int:
        """Features of the right context that are not waited for: the newest one stands for them.

        The window of the frame itself is always waited for.
        """
        ahead = max(0, window.shift + window.right)
        return ahead - ceil(ahead * self.right)

    def look_ahead(self, window: WindowSpec, mel: MelSpec) -> int:
        """Whole video frames of sound that must follow a frame before it is made."""
        samples = window.look_ahead_samples(mel) - self.held(window) * (mel.sample_rate // FPS)
        return max(0, frames_for(samples))

    def budget(self, window: WindowSpec, mel: MelSpec) -> dict[str, float]:
        """Where the time from a sound's arrival to its release goes, in ms, on average."""
        look_ahead = self.look_ahead(window, mel) * FRAME_S
        stages = {
            "jitter buffer": self.buffer_s,
            "wait for the tick": FRAME_S / 2,
            "look-ahead": look_ahead,
            "making the frame": self.release_s,
        }
        return {stage: 1000 * seconds for stage, seconds in stages.items()}


LATENCIES: dict[LatencyName, Latency] = {
    "low": Latency("low", right=0.0, buffer_s=0.005, release_s=0.024),
    "balanced": Latency("balanced", right=0.5, buffer_s=0.02, release_s=0.036),
    "parity": Latency("parity", right=1.0, buffer_s=0.04, release_s=0.036),
}


def describe_latency(latency: Latency, window: WindowSpec, mel: MelSpec) -> str:
    """The budget as one line, as it is printed at start."""
    budget = latency.budget(window, mel)
    parts = ", ".join(f"{stage} {ms:.0f}" for stage, ms in budget.items())
    return f"latency {latency.name}: {sum(budget.values()):.0f} ms ({parts})"
