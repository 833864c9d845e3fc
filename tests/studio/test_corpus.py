import numpy as np

from visavis.core.mel import mel_spectrogram
from visavis.core.window import EncoderWindows
from visavis.studio.corpus import MEL, REST, WINDOWS, encoder_windows, mel_frames, resting

FRAMES = 40


def speech() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    random = np.random.default_rng(5)
    swell = np.sin(np.linspace(0, 12, FRAMES * 640)) ** 2
    return (0.3 * swell * random.standard_normal(FRAMES * 640)).astype(np.float32)


def test_mel_frames_are_those_of_the_runtime() -> None:
    np.testing.assert_allclose(mel_frames(speech()), mel_spectrogram(speech()), atol=1e-4)


def test_windows_are_those_of_the_runtime() -> None:
    mel = mel_spectrogram(speech())
    stream = EncoderWindows(WINDOWS, MEL)
    runtime = stream.push(mel) + stream.flush(FRAMES)
    assert (encoder_windows(mel, FRAMES) == np.stack(runtime[:FRAMES])).all()


def test_the_look_ahead_stays_within_120_ms() -> None:
    assert WINDOWS.look_ahead_samples(MEL) <= 1920


def test_rest_is_a_lightly_pressed_mouth() -> None:
    assert resting(3).shape == (3, 19)
    assert 0 < REST.max() < 0.07
