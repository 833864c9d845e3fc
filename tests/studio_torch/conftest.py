"""Made-up training pairs in a small framing."""

from pathlib import Path

import numpy as np
import pytest
from tests.studio.conftest import rendered

from visavis.studio.crops import Pairs
from visavis.studio.framing import Framing

__all__ = ["pairs", "pairs_file", "rendered"]

CROPS = 8
FRAMING = Framing(roi=64, window=32, top=16, left=16)


@pytest.fixture
def pairs() -> Pairs:
    """Eight crops over two template frames; the last two are held out."""
    random = np.random.default_rng(0)
    side = FRAMING.patch
    return Pairs(
        FRAMING.numbers(),
        random.integers(0, 255, (2, 3, side, side), dtype=np.uint8),
        random.integers(0, 255, (CROPS, 3, side, side), dtype=np.uint8),
        random.random((CROPS, 19)).astype(np.float32),
        np.arange(CROPS) % 2,
        np.arange(CROPS),
        np.arange(CROPS) >= CROPS - 2,
        random.normal(0, 2, (CROPS, 2, side // 2, side // 2)).astype(np.float16),
        random.random((CROPS, side // 2, side // 2)) < 0.9,
    )


@pytest.fixture
def pairs_file(pairs: Pairs, tmp_path: Path) -> Path:
    """The same on disk."""
    pairs.save(tmp_path / "pairs.npz")
    return tmp_path / "pairs.npz"
