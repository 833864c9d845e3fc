import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from visavis.errors import StudioError
from visavis.studio.rig.clip import ClipEntry, load_clips, paired_with_loop


def _clip(number: int, frames: int = 4) -> ClipEntry:
    return {
        "id": number,
        "voice": "slt",
        "text": "Map.",
        "frames": frames,
        "ph": [["m", 0.0, 0.1]],
        "names": ["jawOpen", "mouthPucker"],
        "weights": [[0.1, 0.2]] * frames,
        "tongue_up": [0.0] * frames,
    }


def _write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path


def test_clips_are_read_as_written(tmp_path: Path) -> None:
    clips = [_clip(0), _clip(1)]
    assert load_clips(_write(tmp_path / "meta.json", clips)) == clips


def test_a_missing_list_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"visavis\.studio\.speech"):
        load_clips(tmp_path / "meta.json")


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "meta.json"
    path.write_text('[{"id": 1')
    with pytest.raises(StudioError, match="not valid JSON"):
        load_clips(path)


@pytest.mark.parametrize(
    "entry",
    [
        "clip",
        {"id": 1},
        {**_clip(0), "frames": 5},
        {**_clip(0), "tongue_up": [0.0]},
        {**_clip(0), "weights": [[0.1]] * 4},
    ],
)
def test_clips_without_weights_for_every_frame_are_refused(tmp_path: Path, entry: Any) -> None:
    with pytest.raises(StudioError, match="weights for every frame"):
        load_clips(_write(tmp_path / "meta.json", [entry]))


def test_frames_follow_the_loop_round() -> None:
    clip = paired_with_loop([_clip(0, frames=40)], 16)[0]
    index = clip["template_index"]
    assert index[0] == clip["start"]
    assert all((after - before) % 16 == 1 for before, after in pairwise(index))
    assert set(index) == set(range(16))


def test_more_clips_leave_earlier_ones_where_they_were() -> None:
    few, more = ([_clip(i) for i in range(n)] for n in (3, 6))
    assert paired_with_loop(more, 150)[:3] == paired_with_loop(few, 150)


def test_starts_of_the_shipped_data_set_stay() -> None:
    starts = [clip.get("start") for clip in paired_with_loop([_clip(i) for i in range(4)], 150)]
    assert starts == [20, 19, 119, 74]
