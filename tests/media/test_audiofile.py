"""Files of all kinds become sound on the timeline; what is no sound is told in one sentence."""

import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.errors import MediaError
from visavis.media.audiofile import AudioFile, read_mono

Float32 = NDArray[np.float32]
ToneMaker = Callable[..., Float32]
Writer = Callable[..., Path]
HEARD = 0.1  # level above which the tone is on


def _edges(sound: Float32, rate: int) -> tuple[float, float]:
    """First and last moment of the tone, in seconds."""
    loud = np.flatnonzero(np.abs(sound) > HEARD)
    return float(loud[0]) / rate, float(loud[-1]) / rate


def _read(path: Path) -> tuple[Float32, Float32]:
    """Stereo at 48 kHz and mono at 16 kHz."""
    with AudioFile(path) as audio:
        stereo, mono = zip(*audio.chunks(), strict=True)
    return np.concatenate(stereo), np.concatenate(mono)


@pytest.mark.parametrize(
    ("name", "codec", "rate", "tolerance"),
    [
        ("a.wav", "pcm_s16le", 44_100, 0.001),
        ("a.wav", "pcm_s32le", 48_000, 0.001),
        ("a.wav", "pcm_f32le", 16_000, 0.001),
        ("a.wav", "pcm_f64le", 11_025, 0.001),
        ("a.wav", "pcm_u8", 8_000, 0.001),
        ("a.wav", "pcm_s16le", 192_000, 0.001),
        ("a.flac", "flac", 96_000, 0.001),
        ("a.ogg", "libopus", 48_000, 0.003),
        ("a.mp3", "libmp3lame", 44_100, 0.003),
        ("b.mp3", "libmp3lame", 16_000, 0.003),
        ("a.m4a", "aac", 44_100, 0.003),
        ("a.mka", "aac", 48_000, 0.003),
    ],
)
def test_a_tone_stays_where_it_was(
    tmp_path: Path,
    write_sound: Writer,
    make_tone: ToneMaker,
    name: str,
    codec: str,
    rate: int,
    tolerance: float,
) -> None:
    path = write_sound(tmp_path / name, codec, make_tone(1.0, (0.3, 0.6), rate=rate)[None], rate)
    stereo, mono = _read(path)
    assert len(mono) / 16_000 == pytest.approx(1.0, abs=0.06)  # codecs fill their last frame
    assert len(stereo) / 48_000 == pytest.approx(len(mono) / 16_000, abs=0.001)
    for heard, place in ((mono, 16_000), (stereo[:, 0], 48_000), (stereo[:, 1], 48_000)):
        assert _edges(heard, place) == pytest.approx((0.3, 0.6), abs=tolerance)
        assert np.abs(heard).max() == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("delay", [0.0, 0.4])
def test_the_sound_of_a_film_keeps_its_place(
    tmp_path: Path, write_film: Writer, make_tone: ToneMaker, delay: float
) -> None:
    sound = np.stack([make_tone(1.0, (0.3, 0.6))] * 2)
    stereo, mono = _read(write_film(tmp_path / "a.mp4", sound, delay))
    for heard, place in ((mono, 16_000), (stereo[:, 0], 48_000)):
        assert _edges(heard, place) == pytest.approx((0.3 + delay, 0.6 + delay), abs=0.005)


def test_a_hole_in_the_file_becomes_silence(
    tmp_path: Path, write_sound: Writer, make_tone: ToneMaker
) -> None:
    sound = make_tone(1.0, (0.0, 1.0))[None]
    path = write_sound(tmp_path / "a.mka", "pcm_s16le", sound, 48_000, pause=0.3)
    stereo, mono = _read(path)
    for heard, rate in ((mono, 16_000), (stereo[:, 0], 48_000)):
        assert len(heard) / rate == pytest.approx(1.3, abs=0.002)
        assert not (np.abs(heard[round(0.505 * rate) : round(0.795 * rate)]) > 1e-3).any()
        assert (np.abs(heard[round(0.805 * rate) :]) > HEARD).any()


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2), ("5.1", 6)])
def test_every_layout_is_heard(
    tmp_path: Path, write_sound: Writer, make_tone: ToneMaker, layout: str, channels: int
) -> None:
    sound = np.stack([make_tone(0.5, (0.1, 0.4))] * channels)
    path = write_sound(tmp_path / "a.wav", "pcm_s16le", sound, 48_000, layout)
    stereo, mono = _read(path)
    assert stereo.shape[1] == 2
    assert np.abs(mono).max() == pytest.approx(0.5, abs=0.01)
    assert np.abs(stereo).max() <= 1.0


def test_sides_are_not_mixed_in_what_is_heard(
    tmp_path: Path, write_sound: Writer, make_tone: ToneMaker
) -> None:
    tone = make_tone(0.5, (0.0, 0.5))
    path = write_sound(
        tmp_path / "a.wav", "pcm_s16le", np.stack((tone, 0 * tone)), 48_000, "stereo"
    )
    stereo, mono = _read(path)
    assert np.abs(stereo[:, 0]).max() > 0.49
    assert not stereo[:, 1].any()
    assert np.abs(mono).max() == pytest.approx(0.25, abs=0.01)


def test_read_mono_is_the_analysed_half(
    tmp_path: Path, write_sound: Writer, make_tone: ToneMaker
) -> None:
    path = write_sound(tmp_path / "a.wav", "pcm_s16le", make_tone(0.5, (0.1, 0.2))[None], 48_000)
    np.testing.assert_array_equal(read_mono(path), _read(path)[1])


def test_not_a_number_becomes_silence(tmp_path: Path, write_sound: Writer) -> None:
    sound = np.full((1, 48_000), np.nan, np.float32)
    sound[0, ::3] = np.inf
    path = write_sound(tmp_path / "a.wav", "pcm_f32le", sound, 48_000)
    stereo, mono = _read(path)
    assert not stereo.any()
    assert not mono.any()


def _wav(path: Path, samples: int, announced: int | None = None) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * samples))
    if announced is not None:
        data = bytearray(path.read_bytes())
        data[40:44] = announced.to_bytes(4, "little")
        path.write_bytes(data)


def test_a_wav_from_a_pipe_has_no_length_and_is_read(tmp_path: Path) -> None:
    _wav(tmp_path / "a.wav", 16_000, announced=0xFFFF_FFFF)
    assert len(read_mono(tmp_path / "a.wav")) == 16_000


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("This is not sound, whatever its name says.\n" * 50)


def _truncated(path: Path) -> None:
    _wav(path, 32_000)
    path.write_bytes(path.read_bytes()[:-20_000])


def _truncated_flac(path: Path) -> None:
    with av.open(str(path), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=48_000, layout="mono")
        noise = np.random.default_rng(0).integers(-9_000, 9_000, (1, 96_000)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48_000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    path.write_bytes(path.read_bytes()[:-60_000])


def _short(path: Path) -> None:
    _wav(path, 800)


def _none(path: Path) -> None:
    _wav(path, 0)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_empty, "a.wav is empty"),
        (_text, "a.wav is not an audio or video file that FFmpeg reads"),
        (_truncated, "a.wav is cut off: it holds 1.3. s of the 2.00 s that its header announces"),
        (_truncated_flac, "a.wav is (cut off: it holds 1|damaged after 1)"),
        (_short, "a.wav lasts 0.05 s; give at least 0.1 s of audio"),
        (_none, "a.wav (lasts 0.00 s; give at least|is not an audio)"),
        (lambda path: None, "There is no file .*a.wav"),
        (lambda path: path.mkdir(), "a.wav is not an audio or video file"),
    ],
)
def test_what_is_no_sound_is_told(tmp_path: Path, make: Callable[[Path], None], says: str) -> None:
    make(tmp_path / "a.wav")
    with pytest.raises(MediaError, match=says) as caught:
        read_mono(tmp_path / "a.wav")
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_picture_without_sound_is_told(lamp_clip: Path) -> None:
    with pytest.raises(MediaError, match=r"idle\.mkv has no audio track\.$"):
        read_mono(lamp_clip)


@pytest.fixture
def lamp_clip(avatar_folder: Path) -> Path:
    return avatar_folder / "lamp" / "idle.mkv"


def test_a_name_with_a_colon_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _wav(Path("take:1.wav"), 16_000)
    assert len(read_mono(Path("take:1.wav"))) == 16_000


def test_damage_in_the_middle_is_told_or_bridged(
    tmp_path: Path, write_sound: Writer, make_tone: ToneMaker
) -> None:
    """A decoder may conceal damage; it must not raise anything but `MediaError`."""
    path = write_sound(tmp_path / "a.flac", "flac", make_tone(2.0, (0.0, 2.0))[None], 48_000)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = b"\xa5" * 400
    path.write_bytes(data)
    try:
        length = len(read_mono(path)) / 16_000
    except MediaError as error:
        length = 2.0 if "a.flac" in str(error) else 0.0
    assert length == pytest.approx(2.0, abs=0.2)


def test_the_header_announces_the_length(
    tmp_path: Path, write_sound: Writer, make_tone: ToneMaker
) -> None:
    path = write_sound(tmp_path / "a.m4a", "aac", make_tone(1.0)[None], 48_000)
    with AudioFile(path) as audio:
        assert audio.announced_seconds == pytest.approx(1.0, abs=0.05)
