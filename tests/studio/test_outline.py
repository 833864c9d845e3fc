from pathlib import Path

import pytest

from visavis.core.mel import MelSpec
from visavis.core.window import WindowSpec
from visavis.errors import StudioError
from visavis.studio.dataset import Dataset
from visavis.studio.description import Family, write
from visavis.studio.outline import Outline


def bundle_of(rendered: Path) -> Path:
    """The miniature person as a bundle that can be read."""
    folder = rendered / "bundle"
    for name in ("audio_encoder.onnx", "generator.onnx", "mask.png", "background.png"):
        (folder / name).write_bytes(b"something")
    family = Family(MelSpec(), WindowSpec(), 512, False)
    write(folder, Outline.of(Dataset(rendered), 96), family, [], {})
    return folder


def test_a_bundle_tells_what_its_data_set_told(rendered: Path) -> None:
    told = Outline.read(rendered, 96)
    assert Outline.read(bundle_of(rendered), 96) == told
    assert len(told.corners) == 5


def test_a_bundle_of_another_roi_is_refused(rendered: Path) -> None:
    with pytest.raises(StudioError, match="96 pixels, not of 64"):
        Outline.read(bundle_of(rendered), 64)
