"""People's own voices: whether an avatar shuts its lips on the p, b and m of real recordings."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visavis.core.timeline import FPS
from visavis.errors import StudioError
from visavis.studio.curves import correlation, shut_share
from visavis.studio.gape import GAPE_SIDE, opening_px
from visavis.studio.heldout import Sentence
from visavis.studio.human import VOICE, clips
from visavis.studio.takes import CLEARLY_OPEN, Figures
from visavis.studio.watching import Watcher

Float32 = NDArray[np.float32]
Recording = tuple[Sentence, Float32]  # with its sound, mono at 16 kHz
NOTHING: Figures = dict.fromkeys(
    ("closure_recall_human", "closure_false_rate_human", "opening_r_human", "closure_frames_human")
)


def recordings() -> list[Recording]:
    """The recordings of this machine, aligned; none without their package or the aligner."""
    try:
        return [
            (Sentence(number, VOICE, False, clip.text, clip.frames, clip.phonemes), clip.pcm)
            for number, clip in enumerate(clips())
        ]
    except StudioError:
        return []


def human_lips(watcher: Watcher, spoken: Sequence[Recording]) -> Figures:
    """How right the lips are with human voices; all None without recordings.

    No mesh was moved by these sentences, so the true opening is that of the fitted line.
    """
    if not spoken:
        return dict(NOTHING)
    idle = watcher.player.idle_path(sum(s.frames for s, _ in spoken) + FPS)
    made = np.concatenate([watcher.watch(pcm, idle[: s.frames])[:, 0] for s, pcm in spoken])
    closed = np.concatenate([s.closed() for s, _ in spoken])
    scale = int(watcher.truth.size) / GAPE_SIDE
    true = np.concatenate([opening_px(s.articulation()) for s, _ in spoken]) * np.float32(scale)
    wide = (true > CLEARLY_OPEN * watcher.shut_px) & ~closed
    return {
        "closure_recall_human": shut_share(made, closed, watcher.shut_px),
        "closure_false_rate_human": shut_share(made, wide, watcher.shut_px),
        "opening_r_human": correlation(made, true),
        "closure_frames_human": int(closed.sum()),
    }
