"""Speech corpus: `python -m visavis.studio.speech DIR --hours 2.5 --seed 1`.

Clips alternate between the voices by their shares, so that any beginning of a corpus is balanced.
The same seed and voices give the same corpus, and a broken run goes on where it stopped.
"""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from visavis.core.timeline import FPS, SAMPLE_RATE
from visavis.errors import StudioError
from visavis.studio import dictionary
from visavis.studio.balance import Balance, pronunciations
from visavis.studio.clips import Clip, ClipFolder, framed
from visavis.studio.sayings import sayings
from visavis.studio.sentences import HELD_OUT, varied
from visavis.studio.voices.catalogue import HELD_OUT_VOICES, Manner, Voice, chosen

SAVE_EVERY = 50
SECONDS_PER_HOUR = 3600


def build(
    folder: Path, hours: float, seed: int, voices: Mapping[str, Voice], texts: Iterator[str]
) -> Iterator[float]:
    """Fill `folder` up to `hours` of speech; yields the seconds reached after each clip. The
    `texts` must begin anew whenever a broken run goes on.

    Raises:
        StudioError: a voice is missing or the folder is damaged.
    """
    clips = ClipFolder(folder)
    texts = itertools.islice(texts, len(clips), None)
    while _seconds(clips) < hours * SECONDS_PER_HOUR:
        name = most_wanting(voices, clips.frames_of)
        clips.add(_clip(len(clips), name, voices[name], next(texts), seed))
        if len(clips) % SAVE_EVERY == 0:
            clips.save()
        yield _seconds(clips)
    clips.save()


def build_held_out(folder: Path) -> Iterator[float]:
    """Speak the held-out sentences plainly, every voice another half of them in turn.

    Raises:
        StudioError: a voice is missing or the folder is damaged.
    """
    clips = ClipFolder(folder)
    plan = list(held_out_plan())
    for number, (name, text) in enumerate(plan[len(clips) :], start=len(clips)):
        speech = HELD_OUT_VOICES[name].speak(text, Manner(), SAMPLE_RATE)
        clips.add(framed(number, name, text, speech))
        yield _seconds(clips)
    clips.save()


def held_out_plan() -> Iterator[tuple[str, str]]:
    """Pairs of voice and sentence."""
    for index, name in enumerate(HELD_OUT_VOICES):
        for text in HELD_OUT[index % 2 :: 2]:
            yield name, text


def most_wanting(voices: Mapping[str, Voice], frames_of: Mapping[str, int]) -> str:
    """The voice that is furthest behind its share."""
    return min(voices, key=lambda name: frames_of.get(name, 0) / voices[name].share)


def _clip(number: int, name: str, voice: Voice, text: str, seed: int) -> Clip:
    manner = voice.manner(np.random.default_rng([seed, number]))
    return framed(number, name, text, voice.speak(text, manner, SAMPLE_RATE))


def _seconds(clips: ClipFolder) -> float:
    return sum(clips.frames_of.values()) / FPS


def _show(reached: Iterator[float], total_s: float | None) -> None:
    columns = (TextColumn("speech"), BarColumn(), TextColumn("{task.fields[minutes]:.1f} min"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("speech", total=total_s, minutes=0.0)
        for seconds in reached:
            progress.update(task, completed=seconds, minutes=seconds / 60)


def main(
    folder: Annotated[Path, typer.Argument(help="Where speech/NNNN.wav and meta.json go.")],
    hours: Annotated[float, typer.Option(help="Hours of speech to reach.")] = 2.5,
    seed: Annotated[int, typer.Option(help="The same seed, the same corpus.")] = 1,
    voices: Annotated[str | None, typer.Option(help="Comma-separated voices.")] = None,
    held_out: Annotated[bool, typer.Option(help="Speak the held-out sentences.")] = False,
) -> None:
    """Build or continue a corpus of speech with phoneme times and mouth movement."""
    try:
        if held_out:
            _show(build_held_out(folder), None)
        else:
            speakers = chosen(voices)
            choose = Balance(pronunciations()).choose
            texts = varied(seed, dictionary.words(), sayings(), choose)
            _show(
                build(folder, hours, seed, speakers, texts),
                hours * SECONDS_PER_HOUR,
            )
    except StudioError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
