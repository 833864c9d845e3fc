"""The parts of the engine's benchmark; each returns flat figures."""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame

from bench import limits, naive
from bench.generators import own, synctalk
from bench.overload import kill_sessions, overload
from bench.square import cut_to
from bench.streams import talk
from bench.synctalk import SYNCTALK, build
from bench.turns import milliseconds
from bench.wav import speech, write_wav
from visavis.avatars import Avatar
from visavis.engine.cores import usable_cores
from visavis.engine.generator import FastModel
from visavis.engine.layout import choose_plan
from visavis.engine.plan import Plan
from visavis.engine.pool import SessionPool
from visavis.engine.providers.candidate import EXACT
from visavis.engine.providers.usable import candidates
from visavis.render import RenderJob, render
from visavis.sinks import Places
from visavis.validate import validate

Figures = dict[str, float | str]
_RENDER_S = 6.0
_ROUNDS = 3
_STREAMS = (1, 2, 4, 8, 10, 12, 13, 14, 15, 16)
_FRAME_BYTES = 512 * 512 * 3 // 4  # what counts as of a frame's size: half of one
_OVERLOAD_S = 60.0


@dataclass
class Bench:
    """What the parts share."""

    avatar: Avatar
    provider: str
    found: Figures = field(default_factory=dict)  # so far, by earlier runs too

    @cached_property
    def square(self) -> Avatar:
        """The avatar at 512×512."""
        return cut_to(self.avatar, 512, 512)

    @cached_property
    def plan(self) -> Plan:
        """The layout of the pool on this machine."""
        return choose_plan(self.avatar.fast)


def _quiet(done: int, total: int | None) -> None:
    """A progress report that nobody reads."""


def machine(bench: Bench) -> Figures:
    """The ground: what the processor and its memory can do at most, and what networks ask for."""
    figures: Figures = dict(limits.peaks())
    figures["synctalk_gmacs"] = limits.macs(build(SYNCTALK)) / 1e9
    if isinstance(bench.avatar.fast, FastModel):
        network = bench.avatar.fast.mouth.network
        figures["own_gmacs"] = limits.macs(network) / 1e9
        figures["own_mb_moved"] = limits.least_bytes(network) / 1e6
        figures["own_provider"] = str(bench.avatar.fast.candidate)
    return figures


def compatible(bench: Bench) -> Figures:
    """The SyncTalk_2D class of generators."""
    found, off, network = synctalk(bench.provider)
    best = max((name for name in found if name.startswith("all")), key=found.__getitem__)
    exact = found.get(f"all together on {EXACT}", 0.0)
    figures: Figures = {
        "synctalk_fps": found[best],
        "synctalk_best": best,
        "synctalk_ratio": found[best] / found["naive"],
        "synctalk_exact_ratio": exact / found["naive"],
        "synctalk_fast_gmacs": limits.macs(network) / 1e9,
        "synctalk_fast_mb_moved": limits.least_bytes(network) / 1e6,
        "synctalk_lowp_max_level": float(max(most for _, most in off.values())),
    }
    return figures | {f"synctalk: {way}": fps for way, fps in found.items()}


def streaming(bench: Bench) -> Figures:
    """Our own generator."""
    found, layouts = own(bench.avatar)
    fast = {way: fps for way, fps in found.items() if way.startswith("all")}
    best = max(fast, key=fast.__getitem__)
    figures: Figures = {
        "streaming_fps": fast[best],
        "streaming_best": best,
        "streaming_ratio": fast[best] / found["naive"],
    }
    ways = {f"own: {way}": fps for way, fps in (found | layouts).items()}
    return figures | ways


def exactness(bench: Bench) -> Figures:
    """The fast path against the reference, frame by frame, in float32 and in low precision."""
    figures: Figures = {}
    model = bench.avatar.fast
    if not isinstance(model, FastModel):
        return figures
    with tempfile.TemporaryDirectory() as folder:
        audio = write_wav(Path(folder) / "speech.wav", speech(4.0))
        for candidate in candidates():
            avatar = _on(bench.avatar, model.on(candidate))
            result = validate(avatar, audio, 100, Path(folder) / "out", None, 8, _quiet)
            if candidate == EXACT:
                figures["fp32_max_level"] = float(result.maximum)
            if not candidate.exact:
                figures["lowp_mean_level"] = result.mean
                figures["lowp_max_level"] = float(result.maximum)
    return figures


def _on(avatar: Avatar, model: FastModel) -> Avatar:
    return replace(avatar, fast=model)


def rendering(bench: Bench) -> Figures:
    """`visavis render` end to end beside the naive way, and beside it with the same encoder."""
    rates: dict[str, list[float]] = {"naive": [], "same_encoder": [], "fast": [], "one_session": []}
    with tempfile.TemporaryDirectory() as folder:
        audio = write_wav(Path(folder) / "speech.wav", speech(_RENDER_S))
        out = Path(folder) / "out.mp4"
        same = {"preset": "ultrafast", "crf": "18"}
        render(bench.avatar, RenderJob(audio, Places(out)), _quiet)
        for _ in range(_ROUNDS):
            rates["naive"].append(naive.render(bench.avatar, audio, out))
            rates["same_encoder"].append(naive.render(bench.avatar, audio, out, same))
            rates["fast"].append(render(bench.avatar, RenderJob(audio, Places(out)), _quiet).fps)
            one = RenderJob(audio, Places(out), sessions=1)
            rates["one_session"].append(render(bench.avatar, one, _quiet).fps)
    median = {name: statistics.median(values) for name, values in rates.items()}
    return {
        "render_fps": median["fast"],
        "render_fps_one_session": median["one_session"],
        "render_fps_naive": median["naive"],
        "render_ratio": median["fast"] / median["naive"],
        "render_ratio_same_encoder": median["fast"] / median["same_encoder"],
    }


def composing(bench: Bench) -> Figures:
    """A mouth into a 720p frame, and the frame to the encoder."""
    avatar = cut_to(bench.avatar, 1280, 720)
    canvas, plain = avatar.canvas(), naive.NaiveFrames(avatar.template)
    mouth = np.full(avatar.fast.window.planes_bytes, 90, np.uint8)
    size, count = avatar.template.size, len(avatar.template.frames)
    rgb = np.zeros((size, size, 3), np.uint8)
    at = iter(range(1_000_000))

    def fast() -> None:
        frame = canvas.speaking(next(at) % count, mouth, 1.0)
        VideoFrame.from_numpy_buffer(frame, format="yuv420p")

    times = milliseconds(
        {"fast": fast, "naive": lambda: naive.hand_over(plain.compose(next(at) % count, rgb))}
    )
    return {
        "composite_720p_ms": times["fast"],
        "composite_720p_naive_ms": times["naive"],
        "composite_720p_ratio": times["naive"] / times["fast"],
    }


def live(bench: Bench) -> Figures:
    """How many talking streams are held, and what one costs that talks and one that does not."""
    figures: Figures = {}
    talking = 0
    with SessionPool(bench.avatar.fast, bench.plan) as pool:
        for count in _STREAMS:
            run = talk(bench.square, pool, count, 5.0)
            figures[f"tick_p99_ms_{count:02d}"] = run.tick_ms(99)
            figures[f"mouths_kept_{count:02d}"] = run.mouths_kept
            if run.held:
                talking = count
                figures["talking_core_ms_per_frame"] = _core_ms(run.cpu_s, run.seconds, count)
            if not run.held and talking < count - 2:
                break
        figures["talking_streams"] = float(talking)
        idle = talk(bench.square, pool, 8, 5.0, silent=True)
    core_ms = _core_ms(idle.cpu_s, idle.seconds, 8)
    figures["idle_core_ms_per_frame"] = core_ms
    figures["idle_streams_per_core"] = 40 / core_ms
    bench.found |= figures
    return figures


def _core_ms(cpu_s: float, seconds: float, streams: int) -> float:
    return 1000 * cpu_s / (seconds * 25 * streams)


def memory(bench: Bench) -> Figures:
    """Resident memory of a further stream, and allocations of a frame's size in steady state."""
    with SessionPool(bench.avatar.fast, bench.plan) as pool:
        talk(bench.square, pool, 1, 1.0)
        one = _resident(bench, pool, 1)
        nine = _resident(bench, pool, 9)
        rises: list[int] = []
        tracemalloc.start()

        def watch(_: object) -> Iterator[float]:
            for _ in range(60):
                before = tracemalloc.get_traced_memory()[0]
                tracemalloc.reset_peak()
                yield 0.04
                rises.append(tracemalloc.get_traced_memory()[1] - before)

        talk(bench.square, pool, 1, 4.0, during=watch, settle_s=2.5)
        tracemalloc.stop()
    return {
        "rss_per_session_mb": (nine - one) / 8,
        "frame_allocs": sum(rise >= _FRAME_BYTES for rise in rises) / len(rises),
        "largest_alloc_kb": max(rises) / 1024,
    }


def _resident(bench: Bench, pool: SessionPool, count: int) -> float:
    seen: list[float] = []

    def script(_: object) -> Iterator[float]:
        yield 2.0
        seen.append(limits.rss_mb())

    talk(bench.square, pool, count, 2.5, during=script)
    return seen[0]


def faults(bench: Bench) -> Figures:
    """A fifth more streams than capacity, and sessions that hang or fail."""
    capacity = int(bench.found.get("talking_streams", 0)) or 8
    seconds = float(os.environ.get("VISAVIS_BENCH_OVERLOAD_S", _OVERLOAD_S))
    figures: Figures = dict(overload(bench.square, bench.plan, capacity, seconds))
    return figures | kill_sessions(bench.square, Plan(max(2, usable_cores())))


def start(bench: Bench) -> Figures:
    """From the command to "ready", with what earlier starts have left in the cache."""
    times = [_start_s(bench) for _ in range(3)]
    return {"start_ready_s": min(times[1:])}


def _start_s(bench: Bench) -> float:
    command = [sys.executable, "-m", "visavis", "serve", "--port", "0"]
    command += ["--avatar", bench.avatar.bundle.id]
    begun = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            for line in server.stderr:
                if re.search(r"is ready for", line):
                    return time.perf_counter() - begun
        finally:
            server.terminate()
    raise RuntimeError("the server did not start")


PARTS: dict[str, Callable[[Bench], Figures]] = {
    "machine": machine,
    "compatible": compatible,
    "streaming": streaming,
    "exactness": exactness,
    "rendering": rendering,
    "composing": composing,
    "live": live,
    "memory": memory,
    "faults": faults,
    "start": start,
}
