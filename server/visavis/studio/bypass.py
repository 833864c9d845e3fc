"""A generator told what the mouth does, past its own ears: for judging the picture alone.

In a generator that speaks in articulation, all that audio says goes through one narrow place: the
last tensor of audio alone without which the output would not depend on it. Truth is fed in there.
"""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from visavis.avatars import Avatar
from visavis.engine.models import run_checked
from visavis.engine.session import Runner, open_session
from visavis.studio.dataset import CHANNELS
from visavis.studio.hoist import dependent

Float32 = NDArray[np.float32]
TOLD = "told_articulation"


def narrowest(graph: onnx.GraphProto, template: str, audio: str, output: str) -> str | None:
    """The last tensor of audio alone through which goes all that it says; None without one."""
    nodes = list(graph.node)
    heard = dependent(nodes, audio) - dependent(nodes, template)
    made = [name for node in nodes for name in node.output if name in heard]
    passed = [name for name in made if output not in dependent(nodes, audio, name)]
    return passed[-1] if passed else None


def told(model: onnx.ModelProto, template: str, audio: str, output: str) -> onnx.ModelProto | None:
    """The model with the input `told_articulation` [B, 19] in place of what it hears; None if its
    narrow place is not an articulation."""
    place = narrowest(model.graph, template, audio, output)
    shapes = onnx.shape_inference.infer_shapes(model).graph.value_info
    known = {value.name: value.type.tensor_type.shape.dim for value in shapes}
    size = known.get(place or "")
    if place is None or size is None or len(size) != 2 or size[1].dim_value != len(CHANNELS):
        return None
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    for node in changed.graph.node:
        for i, name in enumerate(node.input):
            if name == place:
                node.input[i] = TOLD
    shape: list[str | int] = ["batch", len(CHANNELS)]
    changed.graph.input.append(helper.make_tensor_value_info(TOLD, TensorProto.FLOAT, shape))
    return changed


class ToldGenerator:
    """An avatar's whole generator with a known articulation."""

    def __init__(self, avatar: Avatar, session: Runner) -> None:
        self._spec, self._session = avatar.bundle.generator, session
        window = avatar.bundle.window
        self._unheard = np.zeros((1, window.rows, avatar.bundle.encoder.features), np.float32)

    def generate(self, template: Float32, articulation: Float32) -> Float32:
        """Template ROI [3, R, R] and articulation [19] → mouth ROI [3, R, R]."""
        feeds = {
            self._spec.template: template[None],
            self._spec.audio: self._unheard,
            TOLD: articulation[None],
        }
        made: Float32 = run_checked(self._session, self._spec.output, feeds, template[None].shape)[
            0
        ]
        return made


def open_told(avatar: Avatar) -> ToldGenerator | None:
    """None for a generator that does not speak in articulation."""
    spec = avatar.bundle.generator
    whole = onnx.load_from_string(avatar.generator.model)
    model = told(whole, spec.template, spec.audio, spec.output)
    if model is None:
        return None
    label = str(avatar.bundle.path(spec.file))
    return ToldGenerator(avatar, open_session(model.SerializeToString(), label))
