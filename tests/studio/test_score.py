from pathlib import Path

import pytest

from visavis.avatars import Avatar
from visavis.errors import StudioError
from visavis.studio import score
from visavis.studio.score import Examiner, Report, costs


@pytest.fixture(scope="module")
def report(lamp: Avatar, lamp_exam: Path) -> Report:
    done: list[tuple[int, int | None]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score, "recordings", list)
        examiner = Examiner(lamp, lamp_exam, progress=lambda n, total: done.append((n, total)))
        result = examiner.report()
    assert done[-1][0] == done[-1][1]
    return result


def test_the_lamp_opens_with_the_sound(report: Report) -> None:
    assert float(report.figures["opening_r_seen"] or 0) > 0.95
    assert float(report.figures["width_r_unseen"] or 0) > 0.95
    assert report.figures["lag_frames"] == 0


def test_it_is_dark_in_silence(report: Report) -> None:
    assert abs(report.still["silence"]).max() < 0.2
    assert float(report.figures["silence_motion_ratio"] or 0) < 0.1


def test_what_cannot_be_measured_is_left_open(report: Report) -> None:
    assert report.figures["psnr_db"] is None
    assert report.figures["closure_recall_human"] is None


def test_the_same_input_gives_the_same_figures(
    report: Report, lamp: Avatar, lamp_exam: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score, "recordings", list)
    assert Examiner(lamp, lamp_exam).report().figures == report.figures


def test_noise_is_added_to_the_sound_at_its_level(lamp: Avatar, lamp_exam: Path) -> None:
    examiner = Examiner(lamp, lamp_exam)
    for sentence in examiner.sentences:
        _, clean = examiner.heard(sentence)
        path, noisy = examiner.heard(sentence, 10)
        assert len(path) == sentence.frames
        added = float(((noisy - clean) ** 2).mean())
        spoken = float((clean[20 * 640 : 40 * 640] ** 2).mean())
        assert 7 < spoken / added < 13


def test_costs_come_from_the_bundle(lamp: Avatar) -> None:
    figures = costs(lamp)
    assert figures["right_context_ms"] == 110
    assert figures["bundle_mb"] == lamp.bundle.size_bytes / 1e6


def test_an_avatar_without_a_truth_is_named(lamp: Avatar, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="lamp"):
        Examiner(lamp, tmp_path)
