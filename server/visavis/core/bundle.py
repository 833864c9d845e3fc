"""The avatar bundle: everything the pipeline must know about a person, as data.

A bundle is a folder with `avatar.toml` and the files it names. This module reads and checks the
description, `bundlefile` the files' bytes; what lies inside the clips and the models is checked
where they are opened.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from visavis.core.clipspec import IDLE, ClipSpec, read_clips
from visavis.core.fields import Fields
from visavis.core.mel import MelSpec
from visavis.core.timeline import FPS, SAMPLE_RATE
from visavis.core.window import WindowSpec
from visavis.errors import BundleError

FORMAT = 1
DESCRIPTION = "avatar.toml"
MAX_DESCRIPTION_BYTES = 4 * 1024 * 1024
MAX_SIDE = 4096  # pixels
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


def is_avatar_id(text: str) -> bool:
    """Ids are plain names, never paths."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True)
class EncoderSpec:
    """The network that turns a mel window [B, 1, bands, length] into a feature [B, features].

    It may tell beside it how likely somebody speaks in the video frame of that window: a second
    output [B, 1] in [0, 1].
    """

    file: str
    input: str
    output: str
    features: int
    speech: str | None = None


@dataclass(frozen=True)
class GeneratorSpec:
    """The network that turns a template ROI and an audio window into a mouth ROI."""

    file: str
    template: str
    audio: str
    output: str
    hoisted: tuple[str, ...]  # where to cut it: tensors of the template alone


@dataclass(frozen=True)
class Bundle:
    """A checked description of one avatar."""

    folder: Path
    id: str
    name: str
    licence: str
    description: str
    width: int
    height: int
    background: str | None
    clips: dict[str, ClipSpec]
    roi_size: int
    mask: str | None
    mel: MelSpec
    window: WindowSpec
    encoder: EncoderSpec
    generator: GeneratorSpec
    files: dict[str, str]  # file name → sha256
    card: dict[str, Any] = field(default_factory=dict)

    @property
    def gestures(self) -> list[str]:
        """Names of the clips that can be asked for, in the order of the file."""
        return [name for name in self.clips if name != IDLE]

    def path(self, name: str) -> Path:
        return self.folder / name

    def existing(self, name: str) -> Path:
        """The path of a file that is there. Raises `BundleError` if it is not, or is a link."""
        path = self.path(name)
        if path.is_symlink() or not path.is_file():
            raise BundleError(f"The avatar {self.id} lacks its file {name}; install it again.")
        return path

    @property
    def size_bytes(self) -> int:
        """Bytes of every file of the bundle. Raises `BundleError` if one is missing."""
        return sum(self.existing(name).stat().st_size for name in (*self.files, DESCRIPTION))


def read_bundle(folder: Path) -> Bundle:
    """Read and check `avatar.toml`. Raises `BundleError` with the first defect in one sentence."""
    path = folder / DESCRIPTION
    try:
        if path.stat().st_size > MAX_DESCRIPTION_BYTES:
            raise BundleError(f"{path} is larger than 4 MiB; it is not an avatar description.")
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BundleError(f"There is no readable {DESCRIPTION} in {folder}.") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or too deep, or too long
        raise BundleError(f"{path} is not valid TOML: {error}.") from error
    return _bundle(folder, Fields(table, str(path)))


def _bundle(folder: Path, root: Fields) -> Bundle:
    if root.integer("format", 0, 1_000_000) != FORMAT:
        raise root.error("format", f"must be {FORMAT}, the format that this visavis reads")
    frame, roi, generator = root.table("frame"), root.table("roi"), root.table("generator")
    if frame.integer("fps", 1, 1000) != FPS:
        raise frame.error("fps", f"must be {FPS}")
    files = _files(root.table("files"))
    size = roi.integer("size", 16, 1024, multiple=2)
    width = frame.integer("width", 64, MAX_SIDE, multiple=4)
    height = frame.integer("height", 64, MAX_SIDE, multiple=4)
    window = _window(root.table("encoder"), generator)
    if generator.text("channels") != "rgb":
        raise generator.error("channels", 'must be "rgb"')
    return Bundle(
        folder=folder,
        id=root.text("id", _ID),
        name=root.text("name"),
        licence=root.text("licence"),
        description=root.text("description"),
        width=width,
        height=height,
        background=frame.optional_file("background", files),
        clips=read_clips(root.table("clips"), files, (width - size, height - size)),
        roi_size=size,
        mask=roi.optional_file("mask", files),
        mel=_mel(root.table("mel")),
        window=window,
        encoder=_encoder(root.table("encoder"), files, window),
        generator=_generator(generator, files),
        files=files,
        card=root.free("card"),
    )


def _files(table: Fields) -> dict[str, str]:
    digest = re.compile("[0-9a-f]{64}")
    for name in table.names():
        if not _FILE.fullmatch(name) or name == DESCRIPTION:
            raise table.error(name, "is not a plain file name")
    return {name: table.text(name, digest) for name in table.names()}


def _mel(mel: Fields) -> MelSpec:
    if mel.integer("sample_rate", 1, 1_000_000) != SAMPLE_RATE:
        raise mel.error("sample_rate", f"must be {SAMPLE_RATE}")
    hop = mel.integer("hop", 10, 1600)
    if SAMPLE_RATE % hop:
        raise mel.error("hop", f"must divide {SAMPLE_RATE}")
    if mel.number("fmin", 0, SAMPLE_RATE / 2) >= mel.number("fmax", 1, SAMPLE_RATE / 2):
        raise mel.error("fmin", "must be below mel.fmax")
    return MelSpec(
        sample_rate=SAMPLE_RATE,
        n_fft=mel.integer("n_fft", 64, 4096, multiple=2),
        hop=hop,
        bands=mel.integer("bands", 8, 256),
        fmin=mel.number("fmin", 0, SAMPLE_RATE / 2),
        fmax=mel.number("fmax", 1, SAMPLE_RATE / 2),
        preemphasis=mel.number("preemphasis", 0, 1),
    )


def _window(encoder: Fields, generator: Fields) -> WindowSpec:
    edge = generator.choice("edge", ("silence", "zeros"))
    return WindowSpec(
        length=encoder.integer("length", 1, 256),
        offset=encoder.integer("offset", -256, 256),
        left=generator.integer("left", 0, 64),
        right=generator.integer("right", 0, 64),
        shift=generator.integer("shift", -64, 64),
        edge="silence" if edge == "silence" else "zeros",
    )


def _model_file(table: Fields, files: dict[str, str]) -> str:
    name = table.file("file", files)
    if not name.endswith(".onnx"):
        raise table.error("file", "must end in .onnx")
    return name


def _encoder(encoder: Fields, files: dict[str, str], window: WindowSpec) -> EncoderSpec:
    speech = encoder.text("speech") if "speech" in encoder.names() else None
    if speech and (window.edge != "silence" or window.shift + window.right < 0):
        raise encoder.error(
            "speech", "needs silent edges, and windows that do not lag behind the frame"
        )
    return EncoderSpec(
        file=_model_file(encoder, files),
        input=encoder.text("input"),
        output=encoder.text("output"),
        features=encoder.integer("features", 1, 4096),
        speech=speech,
    )


def _generator(generator: Fields, files: dict[str, str]) -> GeneratorSpec:
    return GeneratorSpec(
        file=_model_file(generator, files),
        template=generator.text("template"),
        audio=generator.text("audio"),
        output=generator.text("output"),
        hoisted=generator.texts("hoisted") if "hoisted" in generator.names() else (),
    )
