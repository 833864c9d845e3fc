"""The plain path that defines what the frames are: one session, one frame at a time, whole clip.

It shares no stage order, batching, threads or streaming with the fast path, only the arithmetic.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from visavis.core.bundle import Bundle
from visavis.core.compositor import Frame
from visavis.core.mel import SILENCE, mel_spectrogram
from visavis.core.speech import SpeechGate, level_dbfs
from visavis.core.template import Template
from visavis.core.timeline import FRAME_SAMPLES, frames_for
from visavis.engine.features import look_ahead_frames
from visavis.engine.models import AudioEncoder, Generator, Heard

Float32 = NDArray[np.float32]


def reference_frames(
    bundle: Bundle, template: Template, encoder: AudioEncoder, generator: Generator, pcm: Float32
) -> Iterator[Frame]:
    """Every frame of a clip of mono PCM [n] at 16 kHz, as yuv420p."""
    count = frames_for(len(pcm))
    heard = hear_clip(bundle, encoder, pcm, count)
    features = np.stack([window.feature for window in heard])
    gains = gate_clip(pcm, count, look_ahead_frames(bundle), [window.speech for window in heard])
    for frame in range(count):
        index = template.index(frame)
        if gains[frame] == 0:
            yield template.idle(index)
            continue
        audio = audio_window(bundle, features, encoder.silence, frame)
        roi = generator.generate(template.roi(index)[None], audio[None])[0]
        yield template.speaking(index, roi, gains[frame])


def hear_clip(bundle: Bundle, encoder: AudioEncoder, pcm: Float32, frames: int) -> list[Heard]:
    """What the encoder hears in each window of a whole clip."""
    window = bundle.window
    mel = mel_spectrogram(pcm, bundle.mel)
    count = window.windows_in(len(mel), frames, bundle.mel.rate)
    starts = [window.mel_start(i, bundle.mel.rate) for i in range(count)]
    if window.edge == "zeros":
        starts = [min(start, len(mel) - window.length) for start in starts]
    before = max(0, -min(starts))
    after = max(0, max(starts) + window.length - len(mel))
    padded = np.pad(mel, ((before, after), (0, 0)), constant_values=SILENCE)
    rows = [padded[before + s : before + s + window.length].T for s in starts]
    return [encoder.hear(np.ascontiguousarray(row)) for row in rows]


def audio_window(bundle: Bundle, features: Float32, silence: Float32, frame: int) -> Float32:
    """The rows [W, F] that the generator sees at `frame`."""
    window, count = bundle.window, len(features)
    first = frame + window.shift - window.left
    indices = range(first, first + window.rows)
    if window.edge == "zeros":
        repeated = {-1: 0, count: count - 1}
        indices_or_outside = [repeated.get(i, i) for i in indices]
        return _rows(features, indices_or_outside, np.zeros_like(silence))
    return _rows(features, list(indices), silence)


def _rows(features: Float32, indices: list[int], outside: Float32) -> Float32:
    return np.stack([features[i] if 0 <= i < len(features) else outside for i in indices])


def gate_clip(
    pcm: Float32, frames: int, look_ahead: int, speech: Sequence[float | None] = ()
) -> list[float]:
    """The mouth's gain at each frame; `speech` is what the encoder tells of each window, if it
    does."""
    gate = SpeechGate(look_ahead)
    levels = [level_dbfs(pcm[k * FRAME_SAMPLES : (k + 1) * FRAME_SAMPLES]) for k in range(frames)]
    levels += [level_dbfs(pcm[:0])] * look_ahead
    tells = any(likelihood is not None for likelihood in speech)
    before = [0.0 if tells else None] * look_ahead
    told = zip(levels, chain(before, speech, repeat(None)), strict=False)
    return [gate.push(level, likelihood) for level, likelihood in told][look_ahead:]
