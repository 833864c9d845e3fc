"""In steady state a frame costs no memory of its own size, from the pool to the packet."""

import tracemalloc

import numpy as np

from visavis.avatars import Avatar
from visavis.core.recycler import Recycler
from visavis.engine.pool import SessionPool
from visavis.media.encoders.h264 import H264

_SETTLED = 30  # frames: every template frame has been used


def test_no_frame_sized_allocation_from_the_pool_to_the_packet(lamp: Avatar) -> None:
    bundle, canvas, count = lamp.bundle, lamp.canvas(), len(lamp.template.frames)
    encoder = H264(bundle.width, bundle.height, 500_000)
    audio = np.zeros((1, bundle.window.rows, bundle.encoder.features), np.float32)
    mouths = Recycler((1, lamp.fast.window.planes_bytes), np.uint8)
    rises = []

    def frame(tick: int, pool: SessionPool) -> None:
        out = mouths.take()
        mouth = pool.submit((tick % count,), audio, within_s=30.0, out=out).result(30)[0]
        encoder.encode(tick, canvas.speaking(tick % count, mouth, 1.0), False)

    with SessionPool(lamp.fast, 2) as pool:
        for tick in range(_SETTLED):
            frame(tick, pool)
        tracemalloc.start()
        try:
            for tick in range(_SETTLED, 3 * _SETTLED):
                before = tracemalloc.get_traced_memory()[0]
                tracemalloc.reset_peak()
                frame(tick, pool)
                rises.append(tracemalloc.get_traced_memory()[1] - before)
        finally:
            tracemalloc.stop()
    assert max(rises) < lamp.template.frames[0].nbytes // 2
    assert mouths.made <= 4


def test_the_measure_sees_a_frame_that_is_copied(lamp: Avatar) -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        lamp.template.frames[0].copy()
        rise = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert rise >= lamp.template.frames[0].nbytes
