"""How many talking sessions this machine holds, measured once at start."""

import logging
import time

import numpy as np

from visavis.avatars import Avatar
from visavis.core.timeline import FRAME_OUTPUT_SAMPLES, FRAME_S, FRAME_SAMPLES
from visavis.engine.cores import usable_cores
from visavis.engine.pool import SessionPool
from visavis.media.encoders.h264 import H264
from visavis.media.encoders.opus import Opus

_log = logging.getLogger(__name__)
_FRAMES = 25
_BIT_RATE = 1_500_000
_SHARE = 0.7  # of the cores' time that sessions may plan with; the rest is for peaks
_TRANSPORT_S = 0.003  # per frame: Opus decoded, RTP and SRTP both ways, on the event loop


def measure_capacity(avatar: Avatar, pool: SessionPool) -> int:
    """Sessions that `pool` and the cores can feed at 25 FPS while everyone talks; at least 1."""
    step_s, loop_s = _step_s(avatar, pool)
    by_cores = usable_cores() * FRAME_S * _SHARE / (step_s + _TRANSPORT_S)
    by_loop = FRAME_S * _SHARE / (loop_s + _TRANSPORT_S)
    capacity = max(1, int(min(by_cores, by_loop)))
    cost_ms = 1000 * (step_s + _TRANSPORT_S)
    _log.info("one talking frame costs %.1f ms of a core: %d sessions", cost_ms, capacity)
    return capacity


def _step_s(avatar: Avatar, pool: SessionPool) -> tuple[float, float]:
    """Processor seconds of one frame: of all its work (features, generator, composite, H.264 and
    Opus), and of the part that runs on the event loop (features, composite). Neighbours on the
    machine change the wall time, not these."""
    features, template, canvas = avatar.features(), avatar.template, avatar.canvas()
    video, audio = H264(avatar.bundle.width, avatar.bundle.height, _BIT_RATE), Opus()
    noise = np.random.default_rng(0).normal(0, 0.1, (_FRAMES, FRAME_SAMPLES)).astype(np.float32)
    heard = np.zeros(FRAME_OUTPUT_SAMPLES, np.float32)
    whole, loop = [], []
    for sound in noise:
        start, begun = time.process_time(), time.thread_time()
        for step in features.push(sound):
            index = template.index(step.frame)
            mouth = pool.submit((index,), step.audio[None]).result()[0]
            frame = canvas.speaking(index, mouth, 1.0)
            loop.append(time.thread_time() - begun)
            video.encode(step.frame, frame, keyframe=False)
            audio.encode(step.frame, heard)
            whole.append(time.process_time() - start)
    return float(np.percentile(whole, 20)), float(np.percentile(loop, 20))
