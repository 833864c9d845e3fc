import json
from itertools import pairwise

import numpy as np
import pytest
from tests.studio.rig.doll import words

from visavis.studio.articulation import curves
from visavis.studio.rig.clip import SpokenClip
from visavis.studio.rig.cover import REST, viseme
from visavis.studio.rig.motion import IDLE_FRAMES
from visavis.studio.rig.takes import (
    FIRST_CROPS,
    HELD_OUT,
    TRAIN,
    ClipFrame,
    Take,
    apart,
    clip_takes,
    combined,
    entry,
    held_out_takes,
    mixed,
    there_and_back,
    train_takes,
)

_FRAMES = IDLE_FRAMES + 40  # gestures after the idle clip


def _clip(voice: str, frames: int) -> SpokenClip:
    moved = curves(words(frames), frames)
    return SpokenClip(voice, "Map.", np.column_stack([moved.weights, moved.tongue_up]))


@pytest.fixture
def clips() -> list[SpokenClip]:
    return [_clip("slt", 60), _clip("kal16", 70), _clip("kal16", 80), _clip("slt", 400)]


def test_a_mouth_at_rest_keeps_what_the_template_does_with_it() -> None:
    own = {"mouthSmileLeft": 0.6, "eyeBlinkLeft": 1.0}
    face = combined(own, REST)
    assert face["mouthSmileLeft"] == pytest.approx(0.6)
    assert face["eyeBlinkLeft"] == 1.0


def test_a_mouth_that_speaks_keeps_half() -> None:
    own = {"mouthSmileLeft": 0.6, "eyeBlinkLeft": 1.0}
    face = combined(own, viseme("aa"))
    assert face["mouthSmileLeft"] == pytest.approx(0.3)
    assert face["eyeBlinkLeft"] == 1.0
    assert face["jawOpen"] == pytest.approx(0.85 * 0.52)


def test_no_weight_grows_beyond_one() -> None:
    face = combined({"mouthPressLeft": 1.0, "mouthSmileLeft": 0.9}, viseme("E", 1.15))
    assert max(face.values()) <= 1.0


def test_training_sees_no_frame_that_is_kept_apart(clips: list[SpokenClip]) -> None:
    takes = train_takes(clips, _FRAMES, 400)
    assert len(takes) == 400
    assert {take.split for take in takes} == {TRAIN}
    assert not any(apart(take.template) for take in takes)
    assert all(0 <= take.template < _FRAMES for take in takes)


def test_every_eleventh_crop_is_of_a_gesture(clips: list[SpokenClip]) -> None:
    gesture = [t.template >= IDLE_FRAMES for t in train_takes(clips, _FRAMES, 121)]
    assert sum(gesture) == 11
    assert all(gesture[10::11])


def test_the_first_crops_need_a_third_of_the_template(clips: list[SpokenClip]) -> None:
    takes = train_takes(clips, _FRAMES, 400)
    first = {t.template for t in takes[:FIRST_CROPS] if t.template < IDLE_FRAMES}
    assert all(frame % 3 == 0 for frame in first)
    assert {t.template % 3 for t in takes[FIRST_CROPS:]} == {0, 1, 2}


def test_held_out_crops_stand_on_the_frames_apart(clips: list[SpokenClip]) -> None:
    takes = held_out_takes(clips, 25)
    assert len(takes) == 25
    assert all(apart(take.template) and take.split == HELD_OUT for take in takes)
    assert all(take.clip is None for take in takes)


def test_takes_are_the_same_every_time(clips: list[SpokenClip]) -> None:
    first, again = (
        [*train_takes(clips, _FRAMES, 60), *held_out_takes(clips, 20)] for _ in range(2)
    )
    for one, other in zip(first, again, strict=True):
        assert one.template == other.template
        assert np.array_equal(one.articulation, other.articulation)


def test_a_clip_plays_there_and_back() -> None:
    assert [there_and_back(step, 4) for step in range(8)] == [0, 1, 2, 3, 2, 1, 0, 1]


def test_a_sentence_of_each_voice_is_held_out_frame_by_frame(clips: list[SpokenClip]) -> None:
    takes = clip_takes(clips)
    assert [take.clip for take in takes] == [ClipFrame(n, k) for n in (0, 1) for k in range(50)]
    assert all(abs(a.template - b.template) == 1 for a, b in pairwise(takes[:50]))
    assert np.array_equal(takes[3].articulation, clips[0].articulation[3])
    assert np.array_equal(takes[53].articulation, clips[2].articulation[3])


def test_a_voice_without_a_sentence_that_fits_has_no_clip() -> None:
    assert clip_takes([_clip("slt", 400)]) == []
    numbers = {
        take.clip.id for take in clip_takes([_clip("slt", 60), _clip("kal16", 60)]) if take.clip
    }
    assert numbers == {0}


def test_the_second_list_is_spread_over_the_first() -> None:
    first = [Take(k, REST, TRAIN) for k in range(8)]
    second = [Take(100 + k, REST, HELD_OUT) for k in range(3)]
    order = [take.template for take in mixed(first, second)]
    assert [t for t in order if t < 100] == list(range(8))
    assert [k for k, t in enumerate(order) if t >= 100] == [1, 5, 9]


def test_an_entry_is_plain_json() -> None:
    take = Take(7, viseme("DD"), HELD_OUT, ClipFrame(1, 4))
    said = json.loads(json.dumps(entry(3, take, {"jawOpen": 0.123456}, box=[1, 2, 3, 4])))
    assert (said["id"], said["template"], said["split"]) == (3, 7, "heldout")
    assert said["weights"] == {"jawOpen": 0.12346}
    assert said["tongue_up"] == said["articulation"][-1] == 0.11
    assert said["clip"] == {"id": 1, "frame": 4}
    assert said["box"] == [1, 2, 3, 4]
