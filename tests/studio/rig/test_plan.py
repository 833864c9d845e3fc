from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.studio.rig.doll import doll, write_speech

from visavis.errors import StudioError
from visavis.studio.rig.gestures import gestures
from visavis.studio.rig.motion import HOMES, IDLE_FRAMES
from visavis.studio.rig.plan import Plan, Settings, make_plan
from visavis.studio.rig.takes import FIRST_CROPS

_FRAMES = IDLE_FRAMES + sum(map(len, gestures().values()))
_CLIP = 2 * 50
_TRAIN, _TRUTH = FIRST_CROPS + 20, 6


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("speech")
    learnt = write_speech(folder / "learnt", ("slt", 300))
    held_out = write_speech(folder / "held out", ("slt", 60), ("kal16", 60), ("kal16", 60))
    return Settings("nova", 640, 4, 3, 16, _TRAIN, _TRUTH, learnt, held_out)


@pytest.fixture(scope="module")
def plan(settings: Settings) -> Plan:
    return make_plan(Path("data"), doll(), settings)


def test_the_template_describes_its_clips(plan: Plan) -> None:
    template = plan.template
    assert (template["person"], template["res"], template["fps"]) == ("nova", 640, 25)
    assert template["frames"] == _FRAMES
    clips = template["clips"]
    assert clips["idle"] == {"first": 0, "count": IDLE_FRAMES, "homes": list(HOMES)}
    assert [c["first"] for c in clips.values()] == np.cumsum(
        [0, *(c["count"] for c in clips.values())]
    )[:-1].tolist()
    for key in ("rot_deg", "weights", "breath", "border_x0y0x1y1_bottom_up"):
        assert len(template[key]) == _FRAMES


def test_crops_are_numbered_and_described(plan: Plan) -> None:
    assert [crop["id"] for crop in plan.crops] == list(range(_TRAIN + _TRUTH + _CLIP))
    splits = [crop["split"] for crop in plan.crops]
    assert splits[:FIRST_CROPS] == ["train"] * FIRST_CROPS
    assert splits.count("heldout") == _TRUTH + _CLIP
    assert sum(crop["clip"] is not None for crop in plan.crops) == _CLIP


def test_crops_say_how_far_the_mesh_opens(plan: Plan) -> None:
    jaw = np.array([crop["weights"].get("jawOpen", 0.0) for crop in plan.crops])
    opening = np.array([crop["opening_px"] for crop in plan.crops])
    assert np.corrcoef(jaw, opening)[0, 1] > 0.99
    assert opening[jaw == 0].max() == 0.0
    assert all(crop["width_px"] > 0 for crop in plan.crops)


def test_every_picture_is_taken_once(plan: Plan) -> None:
    paths = [shot.path for shot in plan.shots]
    assert len(set(paths)) == len(paths) == 2 * _FRAMES + len(plan.crops)


def test_training_can_begin_before_all_is_rendered(plan: Plan) -> None:
    """The first crops come right after the template frames that they lie on."""
    paths = [shot.path for shot in plan.shots]
    last = paths.index(Path("data/crops") / f"{FIRST_CROPS - 1:04d}.webp")
    begun = [p.stem for p in paths[:last] if p.parent.name == "template"]
    frames = {int(stem) for stem in begun if stem.isdecimal()}
    assert {f"{frame:04d}-lower" for frame in frames} == {s for s in begun if not s.isdecimal()}
    assert {crop["template"] for crop in plan.crops[:FIRST_CROPS]} == frames
    assert last + 1 == 2 * len(frames) + FIRST_CROPS
    assert len(frames) < _FRAMES / 2


def test_held_out_crops_get_the_samples_of_the_truth(plan: Plan) -> None:
    samples = {shot.path: shot.samples for shot in plan.shots}
    for crop in plan.crops:
        wanted = 3 if crop["split"] == "train" else 6 if crop["clip"] else 16
        assert samples[Path("data/crops") / f"{crop['id']:04d}.webp"] == wanted
    assert samples[Path("data/template/0000.webp")] == 4


def test_lower_faces_of_the_template_get_the_samples_of_the_truth(plan: Plan) -> None:
    shots = {shot.path.name: shot for shot in plan.shots if shot.path.parent.name == "template"}
    for frame, box in enumerate(plan.template["lower_x0y0x1y1_bottom_up"]):
        whole, lower = shots[f"{frame:04d}.webp"], shots[f"{frame:04d}-lower.webp"]
        assert (whole.box, lower.box, lower.samples) == (None, tuple(box), 16)
        assert (whole.rotation_deg, whole.weights) == (lower.rotation_deg, lower.weights)


def test_for_a_finished_avatar_only_crops_to_learn_from_are_taken(settings: Settings) -> None:
    plan = make_plan(Path("data"), doll(), replace(settings, held_out=None))
    assert [crop["split"] for crop in plan.crops] == ["train"] * _TRAIN
    assert [shot.path.parent.name for shot in plan.shots] == ["crops"] * _TRAIN
    assert {shot.samples for shot in plan.shots} == {settings.crop_samples}


def test_further_crops_show_other_mouths_and_as_many_shut_ones_as_asked(
    settings: Settings, plan: Plan
) -> None:
    further = make_plan(Path("data"), doll(), replace(settings, held_out=None, shut=0.5))
    said = {tuple(crop["articulation"]) for crop in plan.crops if crop["split"] == "train"}
    new = [crop for crop in further.crops if tuple(crop["articulation"]) not in said]
    shut = [crop for crop in further.crops if crop["weights"].get("jawOpen", 0) == 0]
    assert len(new) > 0.3 * _TRAIN
    assert len(shut) >= 0.5 * _TRAIN


def test_a_crop_lies_within_the_lower_face_of_its_frame(plan: Plan) -> None:
    boxes = plan.template["border_x0y0x1y1_bottom_up"]
    for crop in plan.crops:
        x0, y0, x1, y1 = crop["box"]
        outer = boxes[crop["template"]]
        assert outer[0] <= x0 < x1 <= outer[2]
        assert outer[1] <= y0 < y1 <= outer[3]


def test_pixels_follow_the_resolution(settings: Settings, plan: Plan) -> None:
    few = replace(settings, train=5, truth=0, resolution=320)
    small = make_plan(Path("data"), doll(), few)
    assert small.template["res"] == 320
    of_five = make_plan(Path("data"), doll(), replace(few, resolution=640))
    assert small.crops[0]["width_px"] == pytest.approx(of_five.crops[0]["width_px"] / 2)


def test_a_folder_without_speech_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"visavis\.studio\.speech"):
        make_plan(tmp_path, doll(), replace(settings, held_out=tmp_path))
