"""The avatars that are installed: found by id, loaded once, shared read-only."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from visavis.chores import Stopped
from visavis.core.bundle import DESCRIPTION, Bundle, is_avatar_id, read_bundle
from visavis.core.bundlefile import read_file
from visavis.core.canvas import Canvas
from visavis.core.latency import LATENCIES, Latency
from visavis.core.template import Template
from visavis.engine.choice import Choice
from visavis.engine.config import EXACT_ENGINE, EngineConfig
from visavis.engine.fast import fast_model
from visavis.engine.features import FeatureStream
from visavis.engine.generator import FastModel, MouthModel
from visavis.engine.graph import cache
from visavis.engine.graph.faster import Subject
from visavis.engine.graph.halves import Report
from visavis.engine.models import AudioEncoder, GeneratorError, GeneratorModel
from visavis.errors import BundleError, UnknownAvatarError
from visavis.media.clip import load_cut_out
from visavis.media.kept import kept_template

Progress = Callable[[int, int | None], None]  # template frames done, in all
_PACKAGED = Path(__file__).parent / "_assets"
_CHECKOUT = Path(__file__).parents[2]
_AHEAD_FRAMES = 50  # two seconds; what comes later is made in the background
PATH_VARIABLE = "VISAVIS_AVATARS"  # further folders of bundles, separated like PATH


def _unheard(done: int, total: int | None) -> None:
    """A progress report that nobody reads."""


def asset(name: str) -> Path:
    """A folder that ships with visavis: in the wheel, or at the top of a checkout."""
    packaged = _PACKAGED / name
    return packaged if packaged.is_dir() else _CHECKOUT / name


@dataclass(frozen=True)
class Avatar:
    """A loaded avatar. Opening sessions of its generator is left to the pool."""

    bundle: Bundle
    template: Template
    encoder: AudioEncoder
    generator: GeneratorModel  # the whole, which the reference path runs
    fast: MouthModel  # the same after surgery, which the pool runs
    report: Report | None = None  # what the surgery gained
    choice: Choice | None = None  # of the provider, where that was left to us

    def prepare(self) -> None:
        """Compute ahead what the first seconds of the idle clip would compute."""
        self._prepare(self._play_order()[:_AHEAD_FRAMES], lambda: False, _unheard)

    def prepare_rest(self, stopped: Stopped, progress: Progress = _unheard) -> None:
        """A chore: compute ahead whatever there is room for."""
        self._prepare(self._play_order(), stopped, progress)

    def _prepare(self, indexes: Sequence[int], stopped: Stopped, progress: Progress) -> None:
        if not isinstance(self.fast, FastModel):
            return
        chosen = indexes[: self.fast.rows.room]
        for done, index in enumerate(chosen, 1):
            if stopped():
                return
            self.fast.rows.fields(index)
            progress(done, len(chosen))

    def prepared(self) -> str:
        """How much of the template is computed ahead, in words."""
        frames = len(self.template.frames)
        if not isinstance(self.fast, FastModel):
            return "nothing of its generator can be computed ahead"
        made = sum(map(self.fast.rows.has, range(frames)))
        each = self.fast.mouth.offsets[-1] / 1e6
        return f"{made} of {frames} template frames, {each:.1f} MB each"

    def _play_order(self) -> list[int]:
        """Every template frame once: those of the idle clip as they come, then the gestures'."""
        idle = map(self.template.index, range(self.template.repertoire.idle.period))
        return list(dict.fromkeys((*idle, *range(len(self.template.frames)))))

    @cached_property
    def cut_out(self) -> Template:
        """The person without a background; see `load_cut_out`. The first use takes seconds, and as
        much memory again as the template twice over. Raises `BundleError`."""
        return load_cut_out(self.bundle)

    def features(self, latency: Latency = LATENCIES["parity"]) -> FeatureStream:
        """The audio half of the pipeline for one session or clip."""
        return FeatureStream(self.bundle, self.encoder, latency)

    def canvas(self) -> Canvas:
        """Where the frames of one stream are composed."""
        return Canvas(self.template, self.fast.window)

    def check(self) -> None:
        """Run the generator once, on silence. Raises `BundleError`."""
        try:
            silence = np.stack([self.encoder.silence] * self.bundle.window.rows)[None]
            self.generator.open().generate(self.template.roi(0)[None], silence)
            mouth = np.empty((1, self.fast.window.planes_bytes), np.uint8)
            self.fast.open().generate((0,), silence, mouth)
        except GeneratorError as error:
            raise BundleError(
                f"{self.bundle.path(self.bundle.generator.file)}: {error}."
            ) from error


def folders() -> list[Path]:
    """Where bundles are looked for, first match wins."""
    extra = [Path(part) for part in os.environ.get(PATH_VARIABLE, "").split(os.pathsep) if part]
    return [*extra, asset("models")]


def installed() -> list[str]:
    """Ids of every bundle, sorted."""
    found = (path.parent.name for folder in folders() for path in folder.glob(f"*/{DESCRIPTION}"))
    return sorted({name for name in found if is_avatar_id(name)})


def find(avatar: str) -> Bundle:
    """The checked description of an installed avatar, by id.

    Raises `UnknownAvatarError` or `BundleError`.
    """
    if is_avatar_id(avatar):
        for folder in folders():
            if (folder / avatar / DESCRIPTION).is_file():
                return _named(read_bundle(folder / avatar), avatar)
    known = ", ".join(installed()) or "none is installed"
    raise UnknownAvatarError(f"There is no avatar {avatar[:64]!r}; choose one of: {known}.")


def resolve(avatar: str) -> Bundle:
    """An avatar by id, or the bundle in a folder, as the command line takes it."""
    folder = Path(avatar)
    if not is_avatar_id(avatar) and folder.is_dir():
        return read_bundle(folder)
    return find(avatar)


def load(bundle: Bundle, engine: EngineConfig = EXACT_ENGINE) -> Avatar:
    """Read every file of a bundle and open what can be opened. Raises `BundleError`, and
    `ConfigError` for a provider that cannot run its generator."""
    for name in bundle.files:
        read_file(bundle, name)
    places = cache.folders(bundle.id, _beside(bundle))
    template = kept_template(bundle, places)
    encoder = AudioEncoder(bundle, read_file(bundle, bundle.encoder.file))
    whole = GeneratorModel(bundle, read_file(bundle, bundle.generator.file))
    subject = Subject(whole, template, encoder)
    fast = fast_model(subject, engine, places)
    return Avatar(bundle, template, encoder, whole, fast.model, fast.report, fast.choice)


def _beside(bundle: Bundle) -> Path | None:
    """The folder in which files may be put beside a bundle's own: none in what ships."""
    ships = bundle.folder.resolve().is_relative_to(asset("models").resolve())
    return None if ships else bundle.folder


def _named(bundle: Bundle, avatar: str) -> Bundle:
    if bundle.id != avatar:
        raise BundleError(f"The folder {bundle.folder} holds the avatar {bundle.id}; rename it.")
    return bundle
