"""A bundle's ears without its pictures: `python -m visavis.studio.listening BUNDLE`.

What the networks make of sound goes through an articulation; it is read there, faded as the speech
gate fades the mouth, and held against the labels. Seconds instead of minutes, and no truth of a
rendered person is needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import onnx
import typer
from numpy.typing import NDArray
from onnx.utils import Extractor
from rich.console import Console
from rich.table import Table

from visavis import avatars
from visavis.avatars import Avatar
from visavis.core.bundle import read_bundle
from visavis.engine.session import Runner, open_session
from visavis.errors import StudioError, VisavisError
from visavis.studio.bypass import narrowest
from visavis.studio.corpus import REST
from visavis.studio.curves import correlation, shut_share
from visavis.studio.dataset import CHANNELS
from visavis.studio.gape import REST_WIDTH_PX, SHUT_PX, opening_px, width_px
from visavis.studio.heldout import Sentence, default_folder, read_sentences
from visavis.studio.labels import CLASSES, labels
from visavis.studio.noises import at_snr, office, pink
from visavis.studio.recorded import recordings
from visavis.studio.takes import CLEARLY_OPEN, Figures, Take, joined, lips

Float32 = NDArray[np.float32]
NOISES_DB = (20, 10)


class Ear:
    """All of an avatar that depends on sound alone."""

    def __init__(self, avatar: Avatar) -> None:
        """Raises `StudioError` for a generator that does not speak in articulation."""
        self._avatar, spec = avatar, avatar.bundle.generator
        whole = onnx.shape_inference.infer_shapes(onnx.load_from_string(avatar.generator.model))
        place = narrowest(whole.graph, spec.template, spec.audio, spec.output)
        heard = Extractor(whole).extract_model([spec.audio], [place]) if place else None
        session = open_session(heard.SerializeToString(), "the ear") if heard else None
        if session is None or session.get_outputs()[0].shape[-1] != len(CHANNELS):
            raise StudioError(f"{avatar.bundle.id} does not speak in articulation.")
        self._session: Runner = session
        self._audio, self._place = spec.audio, str(place)

    def hear(self, pcm: Float32, gated: bool = True) -> Float32:
        """Articulation [frames, 19] of mono PCM at 16 kHz, through the runtime's features."""
        features = self._avatar.features()
        steps = [*features.push(pcm), *features.flush()]
        feeds = {self._audio: np.stack([step.audio for step in steps])}
        said: Float32 = self._session.run([self._place], feeds)[0]
        gain = np.array([step.gain if gated else 1.0 for step in steps], np.float32)[:, None]
        faded: Float32 = REST + (said - REST) * gain
        return faded


def mouth(articulation: Float32) -> Float32:
    """Opening and change of width [frames, 2], pixels of a 640-pixel picture."""
    change = width_px(articulation) - np.float32(REST_WIDTH_PX)
    return np.stack((opening_px(articulation), change), 1)


def in_noise(sentences: Sequence[Sentence], sounds: Mapping[int, Float32]) -> dict[int, Float32]:
    """The noise of each sentence, every other one pink and an office, as the score has them."""
    noise: dict[int, Float32] = {}
    for s in sentences:
        others = [sound for number, sound in sounds.items() if number != s.number]
        samples, random = len(sounds[s.number]), np.random.default_rng(s.number)
        made = office(samples, others, s.number) if s.number % 2 else pink(samples, random)
        noise[s.number] = made.astype(np.float32)
    return noise


@dataclass(frozen=True)
class Heard:
    """Held-out sentences as an ear takes them; `noisy` are unknown voices by level of noise."""

    seen: list[Take]
    unseen: list[Take]
    noisy: dict[int, list[Take]]
    human: list[Take]


def listen(ear: Ear, folder: Path) -> Heard:
    """Let an ear hear the whole held-out set. Raises `StudioError` and `MediaError`."""
    sentences = read_sentences(folder)
    sounds = {s.number: s.sound(folder) for s in sentences}
    unknown = [s for s in sentences if not s.seen]
    noise = in_noise(unknown, sounds)

    def take(sentence: Sentence, pcm: Float32) -> Take:
        return Take(sentence, mouth(ear.hear(pcm)), mouth(sentence.articulation()))

    def loud(s: Sentence, db: int) -> Take:
        return take(s, at_snr(sounds[s.number], noise[s.number], db))

    return Heard(
        [take(s, sounds[s.number]) for s in sentences if s.seen],
        [take(s, sounds[s.number]) for s in unknown],
        {db: [loud(s, db) for s in unknown] for db in NOISES_DB},
        [take(s, pcm) for s, pcm in recordings()],
    )


def figures(heard: Heard) -> Figures:
    """The figures of a score that hearing alone decides."""
    found = lips(heard.seen, heard.unseen, heard.noisy, SHUT_PX)
    for voice, takes in by_voice(heard).items():
        found[f"opening_r_{voice}"] = _correlations(takes)[0]
        found[f"width_r_{voice}"] = _correlations(takes)[1]
        found[f"closure_recall_{voice}"] = _closures(takes)
    if heard.human:
        made, true = joined(heard.human)
        closed = np.concatenate([take.sentence.closed() for take in heard.human])
        wide = (true[:, 0] > CLEARLY_OPEN * SHUT_PX) & ~closed
        found["closure_false_rate_human"] = shut_share(made[:, 0], wide, SHUT_PX)
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in found.items()}


def by_voice(heard: Heard) -> dict[str, list[Take]]:
    """Sentences without noise by who says them."""
    voices: dict[str, list[Take]] = {}
    for take in [*heard.seen, *heard.unseen, *heard.human]:
        voices.setdefault(take.sentence.voice, []).append(take)
    return voices


def _correlations(takes: Sequence[Take]) -> tuple[float, float]:
    made, true = joined(takes)
    return correlation(made[:, 0], true[:, 0]), correlation(made[:, 1], true[:, 1])


def _closures(takes: Sequence[Take]) -> float | None:
    made, _ = joined(takes)
    closed = np.concatenate([take.sentence.closed() for take in takes])
    return shut_share(made[:, 0], closed, SHUT_PX)


def by_viseme(takes: Sequence[Take]) -> Table:
    """Per viseme: frames, mean opening made and true, root mean square of the error, and the same
    of the width, pixels."""
    table = Table("viseme", "frames", "opening", "true", "error", "width", "true", "error")
    made, true = joined(takes)
    of = np.concatenate([_visemes(take.sentence) for take in takes])
    for index, name in enumerate(CLASSES):
        here = of == index
        if here.any():
            wrong = np.sqrt(np.mean((made[here] - true[here]) ** 2, 0))
            means = [f"{value:.1f}" for value in (*made[here].mean(0), *true[here].mean(0))]
            row = (means[0], means[2], f"{wrong[0]:.1f}", means[1], means[3], f"{wrong[1]:.1f}")
            table.add_row(name, str(int(here.sum())), *row)
    return table


def _visemes(sentence: Sentence) -> NDArray[np.int64]:
    return labels(sentence.phonemes, sentence.frames).viseme


def main(
    bundle: Annotated[Path, typer.Argument(help="avatar folder")],
    heldout: Annotated[Path | None, typer.Option(help="held-out folder")] = None,
) -> None:
    """Tell how well a bundle hears the held-out speech."""
    out = Console(highlight=False)
    try:
        ear = Ear(avatars.load(read_bundle(bundle)))
        heard = listen(ear, heldout or default_folder())
    except VisavisError as error:
        raise typer.BadParameter(str(error)) from None
    for name, value in figures(heard).items():
        out.print(f"{name:<28} {value}")
    out.print(by_viseme(heard.unseen))


if __name__ == "__main__":
    typer.run(main)
