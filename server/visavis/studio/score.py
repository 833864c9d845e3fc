"""Score an avatar on sentences it never learnt: sound in, mouth opening out, against the render.

The opening is read off the pixels of both, so the whole path is judged: audio front end, networks
and compositor. The runtime's speech gate is left out; silence has to be still by itself.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from visavis.core.timeline import SAMPLE_RATE
from visavis.studio.augment import coloured_noise
from visavis.studio.heldout import HeldOut, read
from visavis.studio.opening import CLOSED_PX, agreement, opening, stillness
from visavis.studio.pictures import write_bytes
from visavis.studio.player import Player

Float32 = NDArray[np.float32]
SILENCE_S = 10
NOISE_DBFS = -60.0


@dataclass(frozen=True)
class ClipScore:
    """How one sentence went."""

    clip: int
    voice: str
    correlation: float
    best_lag_frames: int  # positive: the mouth is late
    error_px: float  # mean absolute difference of the openings
    closures_kept: float  # share of the truly shut frames in which the lips are shut


@dataclass(frozen=True)
class Score:
    """The whole table."""

    clips: list[ClipScore]
    correlation: float  # over all sentences joined
    best_lag_frames: int
    digital_silence: float  # swing of the mouth as a share of its range in speech
    noise_floor: float  # the same in quiet noise


def openings(player: Player, pcm: Float32, template: tuple[int, ...]) -> Float32:
    """Opening in pixels per frame of the avatar speaking `pcm`."""
    rois = player.speak(pcm, template)
    curve = [opening(roi, player.roi(index)) for roi, index in zip(rois, template, strict=False)]
    return np.array(curve, np.float32)


def judge(clip: HeldOut, made: Float32) -> ClipScore:
    """Compare one curve with the truth."""
    true = clip.opening[: len(made)]
    correlation, lag = agreement(made, true)
    shut = true < CLOSED_PX
    kept = float((made[shut] < CLOSED_PX).mean()) if shut.any() else 1.0
    error = float(np.abs(made - true).mean())
    return ClipScore(clip.clip, clip.voice, correlation, lag, error, kept)


def resting_swing(player: Player, pcm: Float32, speaking: Float32) -> float:
    """How much the mouth moves although nobody speaks, as a share of its range in speech."""
    return stillness(openings(player, pcm, _loop(player)), speaking)


def _loop(player: Player) -> tuple[int, ...]:
    frames = SILENCE_S * 25
    return tuple(index % player.bundle.clips["idle"].frames for index in range(frames))


def score(player: Player, clips: list[HeldOut]) -> tuple[Score, list[Float32]]:
    """The table, and the curve of each clip."""
    curves = [openings(player, clip.pcm, clip.template) for clip in clips]
    judged = [judge(clip, curve) for clip, curve in zip(clips, curves, strict=True)]
    made = np.concatenate(curves)
    true = np.concatenate([c.opening[: len(m)] for c, m in zip(clips, curves, strict=True)])
    correlation, lag = agreement(made, true)
    samples = SILENCE_S * SAMPLE_RATE
    noise = coloured_noise(samples, np.random.default_rng(0)) * np.float32(10 ** (NOISE_DBFS / 20))
    silent = resting_swing(player, np.zeros(samples, np.float32), made)
    return Score(judged, correlation, lag, silent, resting_swing(player, noise, made)), curves


def show(result: Score) -> None:
    """Print the table."""
    table = Table("clip", "voice", "correlation", "best lag", "error px", "closures kept")
    for clip in result.clips:
        table.add_row(
            f"{clip.clip:02d}",
            clip.voice,
            f"{clip.correlation:.3f}",
            f"{clip.best_lag_frames:+d}",
            f"{clip.error_px:.2f}",
            f"{clip.closures_kept:.0%}",
        )
    table.add_row("all", "", f"{result.correlation:.3f}", f"{result.best_lag_frames:+d}", "", "")
    console = Console()
    console.print(table)
    console.print(
        f"mouth swing in digital silence {result.digital_silence:.2%}, in noise at "
        f"{NOISE_DBFS:.0f} dB full scale {result.noise_floor:.2%} of its range in speech"
    )


def main(
    bundle: Annotated[Path, typer.Argument(help="avatar folder, e.g. models/nova")],
    heldout: Annotated[Path, typer.Argument(help="held-out sentences, e.g. bench/data/heldout")],
    json_out: Annotated[Path | None, typer.Option("--json", help="also write as JSON")] = None,
    plot: Annotated[Path | None, typer.Option(help="also draw the curves, PNG")] = None,
) -> None:
    """Score an avatar."""
    clips = read(heldout)
    result, curves = score(Player(bundle), clips)
    show(result)
    if json_out:
        table = json.loads(
            json.dumps(asdict(result)), parse_float=lambda text: round(float(text), 4)
        )
        write_bytes(json_out, (json.dumps(table, indent=1) + "\n").encode())
    if plot:
        from visavis.studio.plot import draw_openings

        draw_openings(plot, clips, curves, result.correlation)


if __name__ == "__main__":
    typer.run(main)
