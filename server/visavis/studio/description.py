"""The description that binds the files of an avatar: `avatar.toml`."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from visavis.core.mel import MelSpec
from visavis.core.timeline import FPS
from visavis.core.window import WindowSpec
from visavis.studio.dataset import IDLE, Clip
from visavis.studio.outline import Outline
from visavis.studio.pictures import write_bytes
from visavis.studio.template import clip_file

ABOUT = {
    "nova": "A woman in a studio: an invented, rendered person who speaks to the camera.",
    "leo": "A man in a studio: an invented, rendered person who speaks to the camera.",
    "nova-320": "Nova once more, spoken by networks of the SyncTalk_2D family at 320 pixels.",
}
DESCRIPTION = "avatar.toml"


@dataclass(frozen=True)
class Family:
    """What the networks of a bundle take and give."""

    mel: MelSpec
    windows: WindowSpec
    features: int
    speech: bool  # the encoder also tells whether somebody speaks


def write(
    folder: Path, outline: Outline, family: Family, hoisted: list[str], card: dict[str, Any]
) -> None:
    """Write the description of everything that lies in `folder`; `hoisted` names the tensors at
    which to cut the generator, if there are any."""
    table: dict[str, Any] = {
        "format": 1,
        "id": folder.name,
        "name": folder.name.title(),
        "licence": "CC0-1.0",
        "description": ABOUT.get(folder.name, "An invented, rendered person."),
        "frame": {
            "fps": FPS,
            "width": outline.size,
            "height": outline.size,
            "background": "background.png",
        },
        "clips": {clip.name: _clip(outline, clip) for clip in outline.clips},
        "roi": {"size": outline.roi, "mask": "mask.png"},
        "mel": vars(family.mel),
        "encoder": _encoder(family),
        "generator": _generator(family.windows),
    }
    if hoisted:
        table["generator"]["hoisted"] = hoisted
    table["files"] = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != DESCRIPTION
    }
    table["card"] = card
    write_bytes(folder / DESCRIPTION, tomli_w.dumps(table).encode())


def _clip(outline: Outline, clip: Clip) -> dict[str, Any]:
    corners = outline.corners[clip.first : clip.first + clip.count]
    table: dict[str, Any] = {
        "file": clip_file(clip.name),
        "frames": clip.count,
        "alpha": "below",
        "loop": clip.name == IDLE,
        "play": "there-and-back",
    }
    if clip.homes:
        table["homes"] = list(clip.homes)
    return table | {"roi": [list(corner) for corner in corners]}


def _encoder(family: Family) -> dict[str, Any]:
    table = {
        "file": "audio_encoder.onnx",
        "input": "mel",
        "output": "feature",
        "length": family.windows.length,
        "offset": family.windows.offset,
        "features": family.features,
    }
    return table | {"speech": "speech"} if family.speech else table


def _generator(windows: WindowSpec) -> dict[str, Any]:
    return {
        "file": "generator.onnx",
        "template": "template",
        "audio": "audio",
        "output": "roi",
        "left": windows.left,
        "right": windows.right,
        "shift": windows.shift,
        "edge": windows.edge,
        "channels": "rgb",
    }
