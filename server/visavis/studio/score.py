"""Score an avatar on what it never learnt: sound in, pictures out, through the whole runtime.

The mouth is read off the pixels, so that the front end, the networks, the speech gate and the
compositor are judged together. The same input gives the same figures to the last digit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.bundle import Bundle
from visavis.core.timeline import FPS, SAMPLE_RATE
from visavis.studio.borders import BorderMeter
from visavis.studio.curves import motion
from visavis.studio.heldout import Sentence, read_sentences
from visavis.studio.jitter import JitterMeter
from visavis.studio.likeness import likeness
from visavis.studio.noises import at_snr, office, pink
from visavis.studio.player import Player
from visavis.studio.recorded import human_lips, recordings
from visavis.studio.takes import Figures, Take, joined, lips
from visavis.studio.truth import person_folder
from visavis.studio.watching import Meter, load_watcher

Float32 = NDArray[np.float32]
Progress = Callable[[int, int | None], None]
SILENCE_S = 10
NOISES_DB = (20, 10)
QUICK = 3  # one sentence of so many


@dataclass
class Report:
    """Everything that a score shows."""

    figures: Figures
    seen: list[Take]
    unseen: list[Take]
    noisy: list[Take]  # unseen voices in the loudest noise
    still: dict[str, Float32] = field(default_factory=dict)  # openings by kind of silence


class Examiner:
    """One avatar before the held-out set."""

    def __init__(
        self,
        avatar: Avatar,
        heldout: Path,
        quick: bool = False,
        progress: Progress = lambda done, total: None,
    ) -> None:
        """`quick` takes every third sentence. Raises `StudioError`."""
        self.avatar, self.folder = avatar, person_folder(heldout, avatar.bundle.id)
        self.watcher = load_watcher(Player(avatar), self.folder, self._tick)
        self.truth, self._quick = self.watcher.truth, quick
        self._progress, self._done = progress, 0
        self._total: int | None = None
        whole = read_sentences(heldout)
        spans = self.truth.spans(whole)
        self._spans = {s.number: span for s, span in zip(whole, spans, strict=True)}
        self.sounds = {s.number: s.sound(heldout) for s in whole}
        self.sentences = whole[:: QUICK if quick else 1]

    def report(self) -> Report:
        """Play everything and measure. Raises `GeneratorError` if the avatar fails."""
        border = BorderMeter(int(self.truth.roi))
        jitter = JitterMeter(self.truth.static.tolist(), self.truth.near.tolist())
        known = [s for s in self.sentences if s.seen]
        unknown = [s for s in self.sentences if not s.seen]
        human = recordings()
        self._total = sum(s.frames for s in known) + 3 * SILENCE_S * FPS
        self._total += sum(s.frames for s, _ in human)
        self._total += (1 + len(NOISES_DB)) * sum(s.frames for s in unknown)
        seen = self._takes(known, None)
        unseen = self._takes(unknown, None, (border, jitter))
        noisy = {db: self._takes(unknown, db) for db in NOISES_DB}
        still = self._silences()
        speaking = motion(joined([*seen, *unseen])[0][:, 0])
        figures: Figures = {
            "id": self.avatar.bundle.id,
            "sentences": len(self.sentences),
            **lips(seen, unseen, noisy, self.watcher.shut_px),
            **human_lips(self.watcher, human),
            "silence_motion_ratio": max(map(motion, (still["silence"], still["office"])))
            / speaking,
            "silence_motion_ratio_ungated": motion(still["office, no gate"]) / speaking,
            **likeness(self.avatar, self.truth, self.folder),
            "border_ratio": border.ratio,
            "jitter_px": max(jitter.strayed_px, jitter.trembled_px),
            "jitter_strayed_px": jitter.strayed_px,
            "jitter_trembled_px": jitter.trembled_px,
            **costs(self.avatar),
        }
        return Report(_rounded(figures), seen, unseen, noisy[NOISES_DB[-1]], still)

    def heard(self, sentence: Sentence, snr_db: int | None = None) -> tuple[list[int], Float32]:
        """The template frames and the sound of a sentence; with a level, every other one in pink
        noise and in an office."""
        path = self.truth.path[self._spans[sentence.number]].tolist()
        pcm = self.sounds[sentence.number]
        if snr_db is None:
            return path, pcm
        if sentence.number % 2:
            others = self._others(sentence.number)
            return path, at_snr(pcm, office(len(pcm), others, sentence.number), snr_db)
        noise = pink(len(pcm), np.random.default_rng(sentence.number))
        return path, at_snr(pcm, noise, snr_db)

    def _takes(
        self, sentences: Sequence[Sentence], snr_db: int | None, meters: Sequence[Meter] = ()
    ) -> list[Take]:
        takes = []
        for sentence in sentences:
            path, pcm = self.heard(sentence, snr_db)
            span = self._spans[sentence.number]
            true = np.stack((self.truth.opening[span], self.truth.width[span]), 1)
            takes.append(Take(sentence, self.watcher.watch(pcm, path, meters), true))
        return takes

    def _others(self, number: int | None) -> list[Float32]:
        return [pcm for other, pcm in self.sounds.items() if other != number]

    def _silences(self) -> dict[str, Float32]:
        samples = SILENCE_S * SAMPLE_RATE
        path = self.watcher.player.idle_path(SILENCE_S * FPS)
        noise = office(samples, self._others(None))
        watch = self.watcher.watch
        return {
            "silence": watch(np.zeros(samples, np.float32), path)[:, 0],
            "office": watch(noise, path)[:, 0],
            "office, no gate": watch(noise, path, gated=False)[:, 0],
        }

    def _tick(self, frames: int) -> None:
        self._done += frames
        self._progress(self._done, self._total)


def costs(avatar: Avatar) -> Figures:
    """Thousand millions of multiplications per spoken frame (None without the package onnx),
    megabytes, and how far audio must run ahead."""
    bundle = avatar.bundle
    ahead = bundle.window.look_ahead_samples(bundle.mel) / bundle.mel.sample_rate
    return {
        "gmac": _gmac(bundle),
        "bundle_mb": bundle.size_bytes / 1e6,
        "right_context_ms": round(1000 * ahead),
    }


def _gmac(bundle: Bundle) -> float | None:
    try:
        from visavis.studio.macs import count
    except ImportError:
        return None
    spec = bundle.generator
    return count(bundle.path(spec.file), spec.audio if spec.hoisted else None) / 1e9


def _rounded(figures: Figures) -> Figures:
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in figures.items()}
