"""The command line: what it prints, and one line with exit status 2 for everything that fails."""

import re
import shutil
import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.conftest import Run

from visavis import __version__
from visavis.engine.generator import FastGenerator
from visavis.engine.models import GeneratorError
from visavis.media.mp4 import Mp4Writer

Float32 = NDArray[np.float32]
pytestmark = pytest.mark.usefixtures("avatar_folder")


@pytest.fixture
def tone(tmp_path: Path, make_tone: Callable[..., Float32]) -> Path:
    """A WAV of 1.5 s with a tone in the middle; it ends in the middle of a frame."""
    path = tmp_path / "tone.wav"
    pcm = make_tone(1.51, (0.5, 1.0), rate=16_000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((pcm * 32_767).astype("<i2").tobytes())
    return path


def _lit(path: Path) -> list[bool]:
    with av.open(str(path)) as container:
        return [
            float(f.to_ndarray()[100:140, 100:140].mean()) > 128 for f in container.decode(video=0)
        ]


def test_the_version_is_printed(run: Run) -> None:
    assert run("version") == (0, f"{__version__}\n", "")


@pytest.mark.parametrize("reference", [False, True])
def test_a_file_is_spoken(run: Run, tone: Path, tmp_path: Path, reference: bool) -> None:
    film, folder = tmp_path / "out" / "a.mp4", tmp_path / "frames"
    film.parent.mkdir()
    extra = ["--reference"] if reference else ["--sessions", 1, "--batch", 4]
    status, out, _ = run(
        "render", "--avatar", "lamp", "--audio", tone, "--out", film, "--frames-dir", folder, *extra
    )
    assert status == 0
    assert re.fullmatch(r"38 frames in \d+\.\d\d s: \d+\.\d FPS\n", out)
    assert [path.name for path in film.parent.iterdir()] == ["a.mp4"]
    assert len(list(folder.iterdir())) == 38
    lit = _lit(film)
    assert len(lit) == 38
    assert [k for k, on in enumerate(lit) if on] == pytest.approx(range(12, 25), abs=1)


def test_both_ways_make_the_same_pictures(run: Run, tone: Path, tmp_path: Path) -> None:
    base = ["render", "--avatar", "lamp", "--audio", tone, "--frames-dir"]
    assert run(*base, tmp_path / "pooled", "--batch", 15)[0] == 0
    assert run(*base, tmp_path / "plain", "--reference")[0] == 0
    pooled = sorted((tmp_path / "pooled").iterdir())
    assert len(pooled) == 38
    for path in pooled:
        assert path.read_bytes() == (tmp_path / "plain" / path.name).read_bytes()


@pytest.mark.parametrize("reference", [[], ["--reference"]])
@pytest.mark.parametrize("frames", [1, 20, 38, 60])
def test_exactly_as_many_frames_as_asked_for(
    run: Run, tone: Path, tmp_path: Path, frames: int, reference: list[str]
) -> None:
    film = tmp_path / "a.mp4"
    arguments = ["--avatar", "lamp", "--audio", tone, "--out", film, "--frames", frames]
    status, out, _ = run("render", *arguments, *reference)
    assert status == 0
    assert out.startswith(f"{frames} frames in ")
    with av.open(str(film)) as container:
        assert container.streams.video[0].frames == frames
        heard = sum(frame.samples for frame in container.decode(audio=0)) / 48_000
    assert heard == pytest.approx(frames / 25, abs=2 * 1024 / 48_000)


def test_the_fast_path_is_proved(run: Run, tone: Path, tmp_path: Path) -> None:
    arguments = ["--avatar", "lamp", "--audio", tone, "--out", tmp_path / "v", "--frames", 45]
    status, out, _ = run("validate", *arguments)
    assert status == 0
    assert "frames             45 (45 identical)" in out
    assert "identical pixels   100.0000 %" in out
    assert "mean 0.000000, maximum 0 levels" in out
    assert "PSNR               inf dB" in out
    with av.open(str(tmp_path / "v" / "side_by_side.mp4")) as container:
        assert container.streams.video[0].width == 480
        assert container.streams.video[0].frames == 45


def _make_files(folder: Path, tone: Path, lamp: Path) -> None:
    """Everything that a wrong command below may name."""
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("not sound\n" * 100)
    (folder / "cut.wav").write_bytes(tone.read_bytes()[:30_000])
    (folder / "full").mkdir()
    (folder / "full" / "file").write_text("")
    shutil.copytree(lamp, folder / "damaged")
    (folder / "damaged" / "idle.mkv").write_bytes(b"damaged")
    shutil.copytree(lamp, folder / "lacking")
    (folder / "lacking" / "generator.onnx").unlink()


RENDER = "render --avatar lamp --audio {}/tone.wav --out {}/a.mp4 "


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("render --avatar lamp --audio {}/none.wav --out {}/a.mp4", "There is no file"),
        ("render --avatar lamp --audio {}/empty.wav --out {}/a.mp4", "is empty"),
        ("render --avatar lamp --audio {}/text.wav --out {}/a.mp4", "is not an audio or video"),
        ("render --avatar lamp --audio {}/cut.wav --out {}/a.mp4", "is cut off"),
        ("render --avatar lamp --audio {}/cut.wav --frames-dir {}/f --reference", "is cut off"),
        ("render --avatar lamp --audio {} --out {}/a.mp4", "is not an audio or video"),
        ("render --avatar lamp --audio {}/tone.wav", "Give --out FILE.mp4"),
        ("render --avatar lamp --audio {}/tone.wav --out {}", "is a folder; name a file"),
        ("render --avatar lamp --audio {}/tone.wav --out {}/no/a.mp4", "cannot be written"),
        ("render --avatar lamp --audio {}/tone.wav --out {}/tone.wav/a.mp4", "cannot be written"),
        (RENDER + "--frames-dir {}/full", "already exists and is not empty"),
        (RENDER + "--frames-dir {}/tone.wav/f", "cannot be written"),
        (RENDER + "--frames 0", "Invalid value for '--frames'"),
        (RENDER + "--frames many", "Invalid value for '--frames'"),
        (RENDER + "--batch 0", "Invalid value for '--batch'"),
        (RENDER + "--sessions 65", "Invalid value for '--sessions'"),
        (RENDER + "--nonsense", "No such option"),
        ("render --out {}/a.mp4", "Missing option '--audio'"),
        ("render --avatar nobody --audio {}/tone.wav --out {}/a.mp4", "There is no avatar"),
        ("render --avatar {}/damaged --audio {}/tone.wav --out {}/a.mp4", "is damaged: its sha256"),
        ("render --avatar {}/full --audio {}/tone.wav --out {}/a.mp4", "no readable avatar.toml"),
        ("validate --avatar lamp --audio {}/text.wav --out {}/v", "is not an audio or video"),
        ("validate --avatar lamp --audio {}/tone.wav --out {}/tone.wav", "tone.wav"),
        ("avatar info nobody", "choose one of: lamp"),
        ("avatar info {}/lacking", "lacks its file generator.onnx"),
        ("avatar check {}/lacking", "lacks its file generator.onnx"),
        ("avatar check {}/damaged", "is damaged"),
        ("avatar frown", "No such command 'frown'"),
        ("serve --avatar nobody", "There is no avatar"),
        ("serve --avatar lamp --host 0.0.0.0", "give --token"),
        ("serve --avatar lamp --port 99999", "port 99999 is not from 0"),
        ("serve --avatar lamp --stun http://x", "--stun must be a URL"),
        ("serve --avatar lamp --max-sessions 0", "--max-sessions must be at least 1"),
        ("local --avatar nobody", "There is no avatar"),
    ],
)
def test_a_failure_is_one_line_and_leaves_nothing(
    run: Run, tone: Path, tmp_path: Path, avatar_folder: Path, command: str, says: str
) -> None:
    _make_files(tmp_path, tone, avatar_folder / "lamp")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    status, out, err = run(*(word.replace("{}", str(tmp_path)) for word in command.split()))
    assert status == 2
    assert out == ""
    assert err.startswith("visavis: ")
    assert says in err
    assert err.count("\n") == 1
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before


def test_a_broken_generator_is_one_line_and_leaves_nothing(
    run: Run, tone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise GeneratorError("the generator returned NaN or infinity")

    monkeypatch.setattr(FastGenerator, "generate", fail)
    status, _, err = run("render", "--avatar", "lamp", "--audio", tone, "--out", tmp_path / "a.mp4")
    assert (status, err) == (2, "visavis: the generator returned NaN or infinity\n")
    assert [path.name for path in tmp_path.iterdir()] == ["tone.wav"]


def test_an_interrupt_leaves_nothing(
    run: Run, tone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Mp4Writer, "write_frame", interrupt)
    status, _, _ = run("render", "--avatar", "lamp", "--audio", tone, "--out", tmp_path / "a.mp4")
    assert status == 130
    assert [path.name for path in tmp_path.iterdir()] == ["tone.wav"]
