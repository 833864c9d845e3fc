"""How a stage fares, as those who are on it are told."""

from collections.abc import Mapping

from visavis.core.speech import SpeechState
from visavis.media.stage import Stage


def status(stage: Stage) -> Mapping[str, object]:
    """State, delay in ms, frames per second, and what was made up for."""
    stream = stage.stream
    counters = stream.counters
    return {
        "state": "live" if stage.is_live else "connecting",
        "delay_ms": round(1000 * stream.delay_s),
        "stages_ms": {stage: round(1000 * took) for stage, took in stream.stages_s.items()},
        "fps": round(stream.fps, 2),
        "late_frames": counters.late,
        "fallback_frames": counters.late + counters.failed + counters.refused,
        "speaking": stream.state is SpeechState.SPEAKING,
        "caption": stage.caption,
    }
