from pathlib import Path

import pytest

from visavis.errors import ConfigError
from visavis.studio.rig.border import Box
from visavis.studio.rig.clip import ClipEntry
from visavis.studio.rig.motion import IdleLoop, idle_loop
from visavis.studio.rig.shots import Shard, Shot, crop_shots, owed, template_shots

_BOXES = [Box(i, 0, i + 10, 20) for i in range(12)]


@pytest.fixture
def loop() -> IdleLoop:
    return idle_loop(frames=12)


@pytest.fixture
def clip() -> ClipEntry:
    return {
        "id": 7,
        "voice": "slt",
        "text": "Map.",
        "frames": 3,
        "ph": [],
        "names": ["jawOpen", "eyeBlinkLeft"],
        "weights": [[0.1, 0.9], [0.2, 0.9], [0.3, 0.9]],
        "tongue_up": [0.0, 0.05, 0.1],
        "start": 11,
        "template_index": [11, 0, 1],
    }


def _shots(folder: Path, count: int) -> list[Shot]:
    return [Shot(folder / f"{i}.webp", 4, (0.0, 0.0, 0.0)) for i in range(count)]


def test_the_template_is_every_frame_of_the_loop_in_full(tmp_path: Path, loop: IdleLoop) -> None:
    shots = template_shots(tmp_path, loop, 8)
    assert [shot.path.name for shot in shots[:2]] == ["0000.webp", "0001.webp"]
    assert len(shots) == 12
    assert all(shot.box is None and shot.samples == 8 for shot in shots)
    assert list(shots[3].rotation_deg) == loop.rotation_deg[3].tolist()


def test_crops_take_pose_box_and_lids_from_the_loop(
    tmp_path: Path, loop: IdleLoop, clip: ClipEntry
) -> None:
    shots = list(crop_shots(tmp_path, [clip], loop, _BOXES, 4))
    assert [shot.path.name for shot in shots] == ["07_0000.webp", "07_0001.webp", "07_0002.webp"]
    assert [shot.box for shot in shots] == [_BOXES[11], _BOXES[0], _BOXES[1]]
    assert list(shots[1].rotation_deg) == loop.rotation_deg[0].tolist()
    assert shots[2].weights == {"jawOpen": 0.3, **loop.eyelids(1)}
    assert [shot.tongue_up for shot in shots] == clip["tongue_up"]


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
