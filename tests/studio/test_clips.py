"""Clips are whole frames with silence around, and their list is written whole or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest

from visavis.core.timeline import FRAME_SAMPLES, SAMPLE_RATE
from visavis.errors import StudioError
from visavis.studio.articulation import curves
from visavis.studio.clips import LEAD_S, PEAK, TAIL_S, Clip, ClipFolder, framed
from visavis.studio.phonemes import Phoneme
from visavis.studio.visemes import TRACKS
from visavis.studio.voices.utterance import Speech
from visavis.studio.wav import read_wav


def speech(samples: int = 10_001) -> Speech:
    pcm = np.full(samples, 0.2, np.float32)
    length_s = samples / SAMPLE_RATE
    return Speech(pcm, SAMPLE_RATE, (Phoneme("m", 0.0, 0.1), Phoneme("aa", 0.1, length_s)))


def clip(number: int = 0) -> Clip:
    return framed(number, "slt", "Ma.", speech())


@pytest.mark.parametrize("samples", [1, 639, 640, 641, 10_001])
def test_a_clip_is_whole_frames_with_silence_around(samples: int) -> None:
    made = framed(0, "slt", "Ma.", speech(samples))
    lead = round(LEAD_S * SAMPLE_RATE)
    assert len(made.pcm) % FRAME_SAMPLES == 0
    assert not made.pcm[:lead].any()
    assert np.abs(made.pcm[lead : lead + samples]).min() == pytest.approx(PEAK)
    assert not made.pcm[lead + samples :].any()
    assert len(made.pcm) - lead - samples >= round(TAIL_S * SAMPLE_RATE)


def test_phonemes_move_with_the_lead_and_cover_the_clip() -> None:
    before, first, *_, after = clip().phonemes
    assert before == Phoneme("_", 0.0, LEAD_S)
    assert first.symbol == "m"
    assert first[1:] == pytest.approx((LEAD_S, LEAD_S + 0.1))
    assert after.end_s == clip().frames * FRAME_SAMPLES / SAMPLE_RATE


def test_silent_speech_is_refused() -> None:
    with pytest.raises(StudioError, match="said nothing"):
        framed(0, "slt", "Ma.", Speech(np.zeros(640, np.float32), SAMPLE_RATE, ()))


def test_an_entry_has_a_row_for_every_frame() -> None:
    entry = clip().entry()
    assert entry["names"] == list(TRACKS)
    assert len(entry["weights"]) == len(entry["tongue_up"]) == entry["frames"]


def test_the_weights_can_be_derived_again_from_the_written_times() -> None:
    # A pause of 0.08996 s is a short one; written with four decimals it is 0.09 s, a long one.
    end_s = 0.323 + 0.08996
    sounds = (Phoneme("aa", 0.0, 0.323), Phoneme("_", 0.323, end_s), Phoneme("aa", end_s, 0.6))
    entry = framed(0, "slt", "A.", Speech(speech().pcm, SAMPLE_RATE, sounds)).entry()
    again = curves([Phoneme(*written) for written in entry["ph"]], entry["frames"])
    np.testing.assert_allclose(entry["weights"], again.weights, atol=1e-4)


def test_a_folder_is_read_back(tmp_path: Path) -> None:
    clips = ClipFolder(tmp_path)
    clips.add(clip(0))
    clips.add(clip(1))
    clips.save()
    entries = json.loads((tmp_path / "speech" / "meta.json").read_text())
    assert [entry["id"] for entry in entries] == [0, 1]
    assert entries[0] == clip(0).entry()
    rate, pcm = read_wav(tmp_path / "speech" / "0001.wav")
    assert (rate, len(pcm)) == (SAMPLE_RATE, entries[1]["frames"] * FRAME_SAMPLES)
    again = ClipFolder(tmp_path)
    assert len(again) == 2
    assert again.frames_of == {"slt": 2 * clip().frames}


def test_clips_after_the_last_save_are_forgotten(tmp_path: Path) -> None:
    clips = ClipFolder(tmp_path)
    clips.add(clip(0))
    clips.save()
    clips.add(clip(1))
    assert len(ClipFolder(tmp_path)) == 1


def test_a_failed_save_keeps_the_old_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = ClipFolder(tmp_path)
    clips.add(clip(0))
    clips.save()
    meta = tmp_path / "speech" / "meta.json"
    before = meta.read_bytes()

    def broken(path: Path, *_: object, **__: object) -> int:
        with path.open("w") as file:
            file.write("[")
        raise OSError("disk full")

    clips.add(clip(1))
    monkeypatch.setattr(Path, "write_text", broken)
    with pytest.raises(OSError, match="disk full"):
        clips.save()
    assert meta.read_bytes() == before


def test_a_damaged_list_is_told(tmp_path: Path) -> None:
    ClipFolder(tmp_path)
    (tmp_path / "speech" / "meta.json").write_text("[{")
    with pytest.raises(StudioError, match="damaged"):
        ClipFolder(tmp_path)
