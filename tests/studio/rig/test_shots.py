from pathlib import Path

import pytest

from visavis.errors import ConfigError
from visavis.studio.rig.border import Box
from visavis.studio.rig.cover import REST, viseme
from visavis.studio.rig.gestures import gestures
from visavis.studio.rig.motion import IDLE_FRAMES, idle_clip
from visavis.studio.rig.shots import Poses, Shard, Shot, owed
from visavis.studio.rig.takes import TRAIN, Take, combined


@pytest.fixture(scope="module")
def poses() -> Poses:
    return Poses({"idle": idle_clip(), **gestures()})


def _shots(folder: Path, count: int) -> list[Shot]:
    return [Shot(folder / f"{i}.webp", 4, (0.0, 0.0, 0.0)) for i in range(count)]


def test_clips_follow_one_another(poses: Poses) -> None:
    assert len(poses) == IDLE_FRAMES + sum(map(len, gestures().values()))
    assert len(poses.rotation_deg) == len(poses.breath) == len(poses.own)
    nod = gestures()["nod"]
    assert poses.rotation_deg[IDLE_FRAMES + 3].tolist() == nod.rotation_deg[3].tolist()


def test_a_template_is_the_whole_frame_with_the_mouth_at_rest(tmp_path: Path, poses: Poses) -> None:
    shot = poses.template_shot(tmp_path, 33, 8)
    assert shot.path == tmp_path / "template" / "0033.webp"
    assert (shot.samples, shot.box) == (8, None)
    assert list(shot.rotation_deg) == poses.rotation_deg[33].tolist()
    assert shot.weights == combined(poses.own[33], REST)
    assert shot.weights["eyeBlinkLeft"] == 1.0
    assert shot.breath == poses.breath[33]
    assert shot.tongue_up == 0.0


def test_a_crop_shows_the_mouth_at_the_pose_of_its_frame(tmp_path: Path, poses: Poses) -> None:
    box, take = Box(1, 2, 30, 40), Take(50, viseme("DD"), TRAIN)
    shot = poses.shot(tmp_path / "a.webp", 3, take, box)
    assert (shot.samples, shot.box) == (3, box)
    assert list(shot.rotation_deg) == poses.rotation_deg[50].tolist()
    assert shot.weights == combined(poses.own[50], take.articulation)
    assert shot.tongue_up == pytest.approx(0.11)
    assert shot.breath == pytest.approx(1.0)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_shards_share_the_work_without_overlap(tmp_path: Path, count: int) -> None:
    shots = _shots(tmp_path, 11)
    shares = [owed(shots, Shard(i, count)) for i in range(count)]
    assert sorted(shot.path.name for share in shares for shot in share) == sorted(
        shot.path.name for shot in shots
    )
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_what_exists_is_not_owed_and_moves_no_other_shot(tmp_path: Path) -> None:
    shots = _shots(tmp_path, 6)
    before = owed(shots, Shard(1, 2))
    shots[0].path.touch()
    shots[1].path.touch()
    assert owed(shots, Shard(1, 2)) == before[1:]


def test_a_shard_is_read() -> None:
    assert Shard.parse("1/4") == Shard(1, 4)


@pytest.mark.parametrize("text", ["", "2", "2/2", "-1/2", "a/b", "0/0", "1/"])
def test_a_worker_outside_its_crew_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="I/N"):
        Shard.parse(text)
