"""The two networks: bound by the bundle's names, and never a picture that is none."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from visavis.avatars import Avatar
from visavis.core.bundle import Bundle
from visavis.core.bundlefile import read_file
from visavis.core.mel import SILENCE
from visavis.engine.models import AudioEncoder, GeneratorError, GeneratorModel
from visavis.errors import BundleError

Float32 = NDArray[np.float32]
ModelMaker = Callable[[Callable[[Float32, Float32], Float32]], GeneratorModel]


def _feeds(avatar: Avatar, batch: int = 1) -> tuple[Float32, Float32]:
    bundle = avatar.bundle
    rois = np.stack([avatar.template.roi(0)] * batch)
    audio = np.stack([np.stack([avatar.encoder.silence] * bundle.window.rows)] * batch)
    return rois, audio


def test_the_encoder_hears_silence_as_silence(lamp: Avatar) -> None:
    heard = lamp.encoder.hear(np.full((80, 16), SILENCE, np.float32))
    assert heard.feature.tobytes() == lamp.encoder.silence.tobytes()
    assert heard.feature.shape == (1,)
    assert heard.speech is None
    assert not lamp.encoder.tells_speech


def test_an_encoder_may_tell_how_likely_somebody_speaks(lamp: Avatar) -> None:
    model = onnx.load_from_string(read_file(lamp.bundle, lamp.bundle.encoder.file))
    model.graph.node.append(helper.make_node("Sigmoid", ["feature"], ["speech"]))
    model.graph.output.append(helper.make_tensor_value_info("speech", TensorProto.FLOAT, ["B", 1]))
    bundle = replace(lamp.bundle, encoder=replace(lamp.bundle.encoder, speech="speech"))
    encoder = AudioEncoder(bundle, model.SerializeToString())
    heard = encoder.hear(np.full((80, 16), 3.0, np.float32))
    assert encoder.tells_speech
    assert heard.feature.tolist() == [3.0]
    assert heard.speech == pytest.approx(1 / (1 + np.exp(-3.0)))


@pytest.mark.parametrize("batch", [1, 4])
def test_the_generator_gives_a_picture_for_each_template(lamp: Avatar, batch: int) -> None:
    rois, audio = _feeds(lamp, batch)
    mouths = lamp.generator.open().generate(rois, audio)
    np.testing.assert_array_equal(mouths, rois)  # in silence the lamp is off


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"input": "x"}, "has no tensor named 'x'; it has mel"),
        ({"output": "x"}, "has no tensor named 'x'; it has feature"),
        ({"features": 512}, "feature has the shape"),
        ({"speech": "voice"}, "has no tensor named 'voice'; it has feature"),
    ],
)
def test_an_encoder_that_does_not_fit_is_refused(
    lamp: Avatar, change: dict[str, str | int], says: str
) -> None:
    spec = replace(lamp.bundle.encoder, **change)  # type: ignore[arg-type]
    with pytest.raises(BundleError, match=says):
        AudioEncoder(replace(lamp.bundle, encoder=spec), read_file(lamp.bundle, spec.file))


def _renamed(bundle: Bundle, **names: str) -> Bundle:
    return replace(bundle, generator=replace(bundle.generator, **names))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda b: _renamed(b, template="x"), "has no tensor named 'x'; it has template, audio"),
        (lambda b: _renamed(b, audio="x"), "has no tensor named 'x'; it has template, audio"),
        (lambda b: _renamed(b, output="x"), "has no tensor named 'x'; it has roi"),
        (lambda b: replace(b, roi_size=160), "template has the shape .* 160, 160"),
        (lambda b: replace(b, window=replace(b.window, left=3)), "audio has the shape .* 4, 1"),
    ],
)
def test_a_generator_that_does_not_fit_is_refused(
    lamp: Avatar, change: Callable[[Bundle], Bundle], says: str
) -> None:
    with pytest.raises(BundleError, match=says):
        GeneratorModel(change(lamp.bundle), lamp.generator.model).open()


def _raise(rois: Float32, audio: Float32) -> Float32:
    raise RuntimeError("out of memory")


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (_raise, "the generator failed: out of memory"),
        (lambda rois, audio: rois * np.float32(np.nan), "returned NaN or infinity"),
        (lambda rois, audio: rois + np.float32(np.inf), "returned NaN or infinity"),
        (lambda rois, audio: rois[:, :, 1:], r"returned the shape \(1, 3, 239, 240\)"),
        (lambda rois, audio: rois[0], r"returned the shape \(3, 240, 240\)"),
    ],
)
def test_what_is_no_picture_is_a_generator_error(
    lamp: Avatar, fake_model: ModelMaker, run: Callable[[Float32, Float32], Float32], says: str
) -> None:
    generator = fake_model(run).open()
    with pytest.raises(GeneratorError, match=says):
        generator.generate(*_feeds(lamp))


def test_what_onnx_runtime_raises_is_a_generator_error(lamp: Avatar) -> None:
    rois, audio = _feeds(lamp)
    with pytest.raises(GeneratorError, match="the generator failed"):
        lamp.generator.open().generate(rois, audio[:, :2])
