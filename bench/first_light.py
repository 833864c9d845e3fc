"""`make bench`: every figure of the first light in one run. Prints a table, writes JSON.

Machines are shared and noisy: compare figures of one run, not of two.
"""

import argparse
import json
from pathlib import Path
from typing import cast

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.live import lamp_sync, talk_to
from bench.machine import describe
from bench.mouth import mouth_box
from bench.offline import compare, render_fps
from visavis import avatars
from visavis.studio.heldout import default_folder
from visavis.studio.score import Examiner

RESULTS = Path(__file__).parent / "results" / "first_light.json"


def measure(avatar_id: str) -> dict[str, float | str]:
    """All figures, flat."""
    avatar = avatars.load(avatars.find(avatar_id))
    figures: dict[str, float | str] = {"machine": describe()}
    reference, pool = render_fps(avatar)
    figures |= {"render_fps_reference": reference, "render_fps_pool": pool}
    figures["render_ratio"] = pool / reference
    batched, single = compare(avatar, batch=15), compare(avatar, batch=1)
    figures["identical_pixels_pct"] = batched.identical_pct
    figures["largest_difference_levels"] = batched.maximum
    figures["identical_pixels_pct_batch_1"] = single.identical_pct
    scored = Examiner(avatar, default_folder(), quick=True).report().figures
    for name in ("opening_r_seen", "opening_r_unseen", "lag_frames", "silence_motion_ratio"):
        figures[name] = cast("float", scored[name])
    live = talk_to(avatar_id, mouth_box(avatar.bundle))
    figures["presented_fps"] = live.fps
    figures["freezes"] = live.freezes
    figures["cpu_per_session_pct"] = live.cpu_pct
    figures["cpu_server_without_session_pct"] = live.idle_cpu_pct
    figures["mouth_motion_ratio"] = live.mouth_ratio
    figures["voice_correlation"] = live.voice_peak
    figures["voice_round_trip_ms"] = 1000 * live.voice_delay_s
    sync = lamp_sync(avatar.bundle.window)
    figures["mic_to_glass_p50_ms"], figures["mic_to_glass_p95_ms"] = np.percentile(
        sync.mic_to_glass, (50, 95)
    ).tolist()
    figures["skew_mean_ms"] = float(np.mean(sync.skew))
    figures["skew_max_ms"] = float(sync.skew[np.argmax(np.abs(sync.skew))])
    return {key: round(v, 4) if isinstance(v, float) else v for key, v in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--avatar", default="nova")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    figures = measure(arguments.avatar)
    table = Table("figure", "value", box=None)
    for name, value in figures.items():
        table.add_row(name, f"{value:g}" if isinstance(value, float | int) else value)
    Console(width=110).print(table)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    part = arguments.out.with_suffix(".part")
    part.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    part.replace(arguments.out)


if __name__ == "__main__":
    main()
