"""The measured passages of docs/performance.md, written from bench/results/engine.json.

`make bench-engine` does it at its end; by itself: `python -m bench.written`.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from visavis.engine.cores import usable_cores

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "engine.json"
PAGE = HERE.parent / "docs" / "performance.md"
Figures = Mapping[str, float | str]
# Figure, what it is, how to print it, target, the figure that is its ratio to the naive way.
_ROWS = (
    ("synctalk_fps", "SyncTalk_2D class, frames a second", "{:.0f}", "≥ 60", "synctalk_ratio"),
    ("synctalk_exact_ratio", "the same, exact, ONNX Runtime", "{:.1f}×", "≥ 1.6×", ""),
    ("streaming_fps", "Nova's generator, frames a second", "{:.0f}", "≥ 400", "streaming_ratio"),
    ("render_fps", "`visavis render`, frames a second", "{:.0f}", "≥ 5×", "render_ratio"),
    ("talking_streams", "streams that talk, 512×512, H.264", "{:.0f}", "≥ 12", ""),
    ("idle_streams_per_core", "streams that rest, per core", "{:.0f}", "≥ 15", ""),
    (
        "composite_720p_ms",
        "a mouth into a 720p frame, to the encoder, ms",
        "{:.2f}",
        "≤ 0.5",
        "composite_720p_ratio",
    ),
    ("rss_per_session_mb", "memory of a further stream, MB", "{:.1f}", "≤ 50", ""),
    ("frame_allocs", "allocations of a frame's size, per frame", "{:.2g}", "0", ""),
    ("fp32_max_level", "largest difference to the reference, exact, levels", "{:.0f}", "≤ 1", ""),
    ("lowp_mean_level", "mean difference in low precision, levels", "{:.3f}", "≤ 0.3", ""),
    ("lowp_max_level", "largest difference in low precision, levels", "{:.0f}", "≤ 6", ""),
    ("start_ready_s", "`visavis serve` to ready, cache warm, s", "{:.1f}", "≤ 3", ""),
    ("overload_latency_ms", "a fifth too much load: added delay, ms", "{:.0f}", "± 40", ""),
    ("overload_audio_lost_ms", "… sound lost or put in, ms, worst stream", "{:.0f}", "0", ""),
    ("overload_mouth_fps", "… new mouths a second", "{:.1f}", "on the ladder", ""),
    ("overload_back_s", "… back at 25 afterwards, s", "{:.1f}", "≤ 5", ""),
    ("session_kill_freeze_ms", "longest freeze, session killed or hung, ms", "{:.0f}", "≤ 200", ""),
)


def write(figures: Figures, page: Path = PAGE) -> None:
    """Put the passages between their marks; a passage whose figures are not there stays."""
    text = page.read_text("utf-8")
    for mark, passage in (("table", _table), ("where", _where), ("limit", _limit)):
        try:
            made = passage(figures)
        except KeyError:
            continue
        before, opened, rest = text.partition(f"<!-- {mark} -->\n")
        _, closed, after = rest.partition(f"<!-- /{mark} -->")
        text = f"{before}{opened}{made}\n{closed}{after}"
    page.write_text(text, "utf-8")


def _table(figures: Figures) -> str:
    lines = [
        f"Measured on: {figures['machine']}.",
        "",
        "| | measured | beside the naive way | aim |",
        "|---|---|---|---|",
    ]
    for name, title, pattern, aim, ratio in _ROWS:
        if name in figures:
            beside = f"{_number(figures, ratio):.1f}×" if ratio in figures else ""
            value = pattern.format(_number(figures, name))
            lines.append(f"| {title} | {value} | {beside} | {aim} |")
    return "\n".join(lines)


def _where(figures: Figures) -> str:
    generator = 1000 * usable_cores() / _number(figures, "streaming_fps")
    whole, idle = (_number(figures, f"{k}_core_ms_per_frame") for k in ("talking", "idle"))
    return (
        f"A talking frame takes {whole:.1f} ms of a core when as many talk as are held: about "
        f"{generator:.1f} ms in the\ngenerator, and the rest in the ear, the loop and the H.264 "
        f"encoder. A resting one takes {idle:.1f} ms: encoder, ear and loop."
    )


def _limit(figures: Figures) -> str:
    peak, half = (_number(figures, f"peak_{kind}_gmacs") for kind in ("fp32", "bf16"))
    bandwidth = _number(figures, "bandwidth_gbs")
    lines = [
        f"All cores together reach {peak:.0f} billion multiply-accumulates a second in float32 and "
        f"{half:.0f} in bf16 (square\nmatrices of 1024), and a copy moves {bandwidth:.1f} GB/s. "
        "From that follow, for each network as it runs:",
        "",
        "| network | G multiply-accumulates | MB read and written | arithmetic allows | reached |",
        "|---|---|---|---|---|",
    ]
    rows = (("synctalk_fast", "SyncTalk_2D class", "synctalk"), ("own", "Nova", "streaming"))
    for name, title, reached in rows:
        macs, moved = _number(figures, f"{name}_gmacs"), _number(figures, f"{name}_mb_moved")
        best = half if "bf16" in str(figures[f"{reached}_best"]) else peak
        fps = _number(figures, f"{reached}_fps")
        share = 100 * fps * macs / best
        lines.append(
            f"| {title} | {macs:.2f} | {moved:.0f} | {best / macs:.0f} a second | "
            f"{fps:.0f} a second, {share:.0f} % |"
        )
    return "\n".join(lines)


def _number(figures: Figures, name: str) -> float:
    return float(figures[name])


if __name__ == "__main__":
    write(json.loads(RESULTS.read_text("utf-8")))
