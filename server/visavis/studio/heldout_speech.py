"""Speak the held-out sentences: `python -m visavis.studio.heldout_speech bench/data/heldout`.

Voices that training knows share the sentences, and voices that it never heard say all of them
once more between them.
"""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import av
import numpy as np
import typer
from numpy.typing import NDArray

from visavis.core.timeline import SAMPLE_RATE
from visavis.studio.clips import framed
from visavis.studio.heldout import SENTENCES, Sentence, sound_name
from visavis.studio.phonemes import Phoneme
from visavis.studio.pictures import write_bytes
from visavis.studio.progress import tracked
from visavis.studio.sentences import HELD_OUT
from visavis.studio.voices.catalogue import HELD_OUT_VOICES, VOICES, Manner

SEEN = ("slt", "rms", "hibari", "jf_gongitsune")
UNSEEN = ("kal16", "jm_kumo")
DECIMALS = 4


def plan() -> Iterator[tuple[str, bool, str]]:
    """Voice, whether training knows it, and text."""
    for voices, seen in ((SEEN, True), (UNSEEN, False)):
        for number, text in enumerate(HELD_OUT):
            yield voices[number % len(voices)], seen, text


def write_flac(path: Path, pcm: NDArray[np.float32]) -> None:
    """Mono PCM at 16 kHz in [-1, 1] as FLAC of 16 bits, beside the name and then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    samples = np.rint(np.clip(pcm, -1, 1) * 32_767).astype(np.int16)[None]
    with av.open(str(beside), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono")
        stream.format = "s16"
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
        container.mux([*stream.encode(frame), *stream.encode(None)])
    beside.replace(path)


def speak(folder: Path, number: int, voice: str, seen: bool, text: str) -> Sentence:
    """Say one sentence plainly and write its sound. Raises `StudioError`."""
    speaker = VOICES[voice] if seen else HELD_OUT_VOICES[voice]
    clip = framed(number, voice, text, speaker.speak(text, Manner(), SAMPLE_RATE))
    write_flac(folder / sound_name(number), clip.pcm)
    phonemes = tuple(
        Phoneme(p.symbol, round(p.start_s, DECIMALS), round(p.end_s, DECIMALS))
        for p in clip.phonemes
    )
    return Sentence(number, voice, seen, text, clip.frames, phonemes)


def main(
    folder: Annotated[Path, typer.Argument(help="folder to write, e.g. bench/data/heldout")],
) -> None:
    """Speak every held-out sentence by a known and by an unknown voice."""
    spoken = [
        speak(folder, number, *what)
        for number, what in enumerate(tracked(list(plan()), "held-out sentences"))
    ]
    lines = ",\n".join(json.dumps(s.entry(), separators=(",", ":")) for s in spoken)
    write_bytes(folder / SENTENCES, f"[\n{lines}\n]\n".encode())


if __name__ == "__main__":
    typer.run(main)
