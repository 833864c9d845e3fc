"""Hearing a whole stretch at once gives what a runtime gets window by window."""

import numpy as np
import torch

from visavis.studio.corpus import WINDOWS, mel_frames
from visavis.studio.hearing import LOWEST, ROWS
from visavis.studio.listener import Listener, count_in, predict, span, starts


def test_windows_and_mel_frames_count_each_other() -> None:
    for windows in (1, 5, 12, 80):
        assert count_in(span(windows)) == windows
    assert starts(6) == [0, 4, 8, 12, 16, 20]


def test_both_ways_of_hearing_agree() -> None:
    torch.manual_seed(0)
    listener = Listener().eval()
    random = np.random.default_rng(0)
    pcm = (0.1 * random.standard_normal(100 * 640)).astype(np.float32)
    streamed, speech = predict(listener, pcm)
    first = 40 + WINDOWS.offset
    mel = torch.from_numpy(mel_frames(pcm)[first : first + span(80)].T.copy())
    with torch.no_grad():
        heard = listener.hear(mel[None])
        leaning = listener.head.articulate(heard.loose[0], heard.contact[0] + listener.head.lean)
    frames = slice(10 + ROWS - 1, 90)
    np.testing.assert_allclose(leaning.clamp(LOWEST, 1), streamed[frames], atol=1e-5)
    np.testing.assert_allclose(torch.sigmoid(heard.speech)[0], speech[frames], atol=1e-5)


def test_a_clip_is_heard_frame_by_frame() -> None:
    articulation, speech = predict(Listener().eval(), np.zeros(640 * 7, np.float32))
    assert articulation.shape == (7, 19)
    assert speech.shape == (7,)
    np.testing.assert_allclose(articulation, articulation[:1].repeat(7, 0), atol=1e-6)
