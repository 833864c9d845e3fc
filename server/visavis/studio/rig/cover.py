"""Which mouths to render: few enough to afford, and together all that speech does."""

import numpy as np

from visavis.studio.rig.geometry import Floats
from visavis.studio.visemes import TRACKS, VISEMES

STRENGTHS = (0.5, 1.0, 1.15)
SHUT_SHARE = 0.10
"""How much of a data set shows shut lips, unless more is asked for."""
_REST_EVERY = 6
_TYPICAL_SHARE = 0.5
_POOL = 4000
_WIDTH_TRACKS = ("mouthPucker", "mouthSmile", "mouthStretch")
_WIDEST = (0.45, 0.25, 0.25)


def viseme(name: str, strength: float = 1.0) -> Floats:
    """One viseme as an articulation (19,)."""
    shape = VISEMES[name]
    return strength * np.array([*shape.vector(), shape.gain * shape.tongue_up])


REST = viseme("sil")
"""The mouth of somebody who does not speak."""


def farthest(points: Floats, count: int) -> list[int]:
    """Rows of `points` (N, D), each the farthest from all before it; the first is row 0."""
    chosen = [0]
    distance = np.linalg.norm(points - points[0], axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(np.argmax(distance)))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return chosen


def shut_mouths(count: int, rng: np.random.Generator) -> Floats:
    """Closed lips (count, 19): every sixth one at rest, the others of /p b m/ as wide or as
    narrow as their neighbours make them."""
    mouths = np.tile(viseme("PP"), (count, 1))
    for track, widest in zip(_WIDTH_TRACKS, _WIDEST, strict=True):
        columns = [i for i, name in enumerate(TRACKS) if name.startswith(track)]
        mouths[:, columns] = np.maximum(
            mouths[:, columns], rng.uniform(-0.5, 1.0, (count, 1)) * widest
        )
    mouths[::_REST_EVERY] = REST
    return mouths


def training_mouths(
    spoken: Floats, count: int, seed: int, shut_share: float = SHUT_SHARE
) -> Floats:
    """Articulations (count, 19) in random order, from frames of speech (N, 19).

    Every viseme comes at three strengths and `shut_share` are shut; of the rest half are frames
    as they happen and half the most different ones.
    """
    rng = np.random.default_rng(seed)
    pool = spoken[rng.permutation(len(spoken))[:_POOL]]
    fixed = [viseme(name, s) for name in VISEMES for s in STRENGTHS]
    shut = shut_mouths(round(count * shut_share), rng)
    left = max(0, count - len(fixed) - len(shut))
    usual = round(left * _TYPICAL_SHARE)
    typical = pool[len(pool) - usual :]
    extreme = pool[farthest(pool, left - usual)]
    mouths = np.concatenate([fixed, shut, typical, extreme])[:, :]
    return mouths[rng.permutation(len(mouths))[:count]]
