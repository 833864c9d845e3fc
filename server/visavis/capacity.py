"""How many talking sessions this machine holds, measured once at start."""

import logging
import time
from fractions import Fraction

import av
import numpy as np
from av.video.frame import VideoFrame

from visavis.avatars import Avatar
from visavis.core.timeline import FPS, FRAME_S, FRAME_SAMPLES
from visavis.engine.cores import usable_cores
from visavis.engine.pool import SessionPool

_log = logging.getLogger(__name__)
_FRAMES = 25
_SHARE = 0.7  # of the cores' time that sessions may plan with; the rest is for peaks
_TRANSPORT_S = 0.008  # aiortc's part of a frame: Opus both ways, RTP, SRTP (`make bench`, live)
_LOOP_TRANSPORT_S = 0.005  # what of it runs on the event loop's one thread


def measure_capacity(avatar: Avatar, pool: SessionPool) -> int:
    """Sessions that `pool` and the cores can feed at 25 FPS while everyone talks; at least 1."""
    step_s, loop_s = _step_s(avatar, pool)
    by_cores = usable_cores() * FRAME_S * _SHARE / (step_s + _TRANSPORT_S)
    by_loop = FRAME_S * _SHARE / (loop_s + _LOOP_TRANSPORT_S)
    capacity = max(1, int(min(by_cores, by_loop)))
    cost_ms = 1000 * (step_s + _TRANSPORT_S)
    _log.info("one talking frame costs %.1f ms of a core: %d sessions", cost_ms, capacity)
    return capacity


def _step_s(avatar: Avatar, pool: SessionPool) -> tuple[float, float]:
    """Processor seconds of one frame: of all its work (features, generator, composite, VP8), and of
    the part that runs on the event loop (features, composite). Neighbours on the machine change
    the wall time, not these."""
    features, template = avatar.features(), avatar.template
    encoder, canvas = _vp8(avatar), avatar.canvas()
    noise = np.random.default_rng(0).normal(0, 0.1, (_FRAMES, FRAME_SAMPLES)).astype(np.float32)
    whole, loop = [], []
    for sound in noise:
        start, begun = time.process_time(), time.thread_time()
        for step in features.push(sound):
            index = template.index(step.frame)
            mouth = pool.submit((index,), step.audio[None]).result()[0]
            frame = canvas.speaking(index, mouth, 1.0)
            loop.append(time.thread_time() - begun)
            picture = VideoFrame.from_ndarray(frame, format="yuv420p")
            picture.pts = step.frame
            encoder.encode(picture)
            whole.append(time.process_time() - start)
    return float(np.percentile(whole, 20)), float(np.percentile(loop, 20))


def _vp8(avatar: Avatar) -> av.VideoCodecContext:
    """An encoder set as aiortc sets its own."""
    context = av.VideoCodecContext.create("libvpx", "w")
    context.width, context.height = avatar.bundle.width, avatar.bundle.height
    context.pix_fmt, context.bit_rate = "yuv420p", 1_500_000
    context.framerate, context.time_base = Fraction(FPS), Fraction(1, FPS)
    context.thread_count = 1
    context.options = {"cpu-used": "-6", "deadline": "realtime", "lag-in-frames": "0"}
    return context
