"""PCM in, one step per video frame out: the audio window to speak from and the mouth's gain."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.bundle import Bundle
from visavis.core.latency import LATENCIES, Latency
from visavis.core.mel import MelStream
from visavis.core.speech import SpeechGate, level_dbfs
from visavis.core.timeline import FRAME_SAMPLES, frames_for
from visavis.core.window import EncoderWindows, FeatureWindows
from visavis.engine.models import AudioEncoder

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class SpeechStep:
    """What video frame `frame` is to say."""

    frame: int
    audio: Float32  # [W, F]
    gain: float  # 0: at rest, nothing to generate

    @property
    def speaking(self) -> bool:
        return self.gain > 0


def look_ahead_frames(bundle: Bundle, latency: Latency = LATENCIES["parity"]) -> int:
    """Whole video frames of sound that must follow a frame before it can be made."""
    return latency.look_ahead(bundle.window, bundle.mel)


class FeatureStream:
    """The audio half of the pipeline for one session. Steps come out in order, none left out.

    The step of frame k comes when the sound of frame k + look_ahead is complete; its bits do not
    depend on how the sound was cut.
    """

    def __init__(
        self, bundle: Bundle, encoder: AudioEncoder, latency: Latency = LATENCIES["parity"]
    ) -> None:
        """`latency` says how much of the right context is waited for; "parity" is all of it."""
        self.look_ahead = look_ahead_frames(bundle, latency)
        self._encoder = encoder
        self._window = bundle.window
        self._mel_rate = bundle.mel.rate
        self._mel = MelStream(bundle.mel)
        self._windows = EncoderWindows(bundle.window, bundle.mel)
        self._features = FeatureWindows(bundle.window, encoder.silence, latency.held(bundle.window))
        self._gate = SpeechGate(self.look_ahead)
        self._pcm = np.empty(0, np.float32)  # a begun frame
        self._ready: deque[Float32] = deque()
        # How likely somebody speaks, per window, as far as the gate has not asked for it. The gate
        # asks from the first frame that it hears, `look_ahead` frames before the clip.
        self._speech: deque[float] = deque([0.0] * self.look_ahead)
        self._heard = 0  # complete frames of sound
        self._mel_frames = 0
        self._next = 0

    def push(self, pcm: Float32) -> list[SpeechStep]:
        """Take mono PCM [n] at 16 kHz; return the steps that are complete."""
        self._pcm = np.concatenate((self._pcm, pcm))
        steps: list[SpeechStep] = []
        while len(self._pcm) >= FRAME_SAMPLES:
            frame, self._pcm = self._pcm[:FRAME_SAMPLES], self._pcm[FRAME_SAMPLES:]
            self._ready.extend(self._encode(self._mel.push(frame)))
            steps += self._hear(level_dbfs(frame))
        return steps

    def flush(self) -> list[SpeechStep]:
        """End the clip: return the steps of all frames that it has begun."""
        rest = self._pcm
        total = self._heard + frames_for(len(rest))
        mel = np.concatenate((self._mel.push(rest), self._mel.flush()))
        self._ready.extend(self._encode(mel))
        count = self._window.windows_in(self._mel_frames, total, self._mel_rate)
        for window in self._windows.flush(count):
            self._ready.extend(self._encode_window(window))
        self._ready.extend(self._features.flush(total))
        steps = self._hear(level_dbfs(rest)) if len(rest) else []
        while self._next < total:
            steps += self._hear(level_dbfs(np.empty(0, np.float32)))
        return steps

    def _encode(self, mel: Float32) -> list[Float32]:
        self._mel_frames += len(mel)
        ready: list[Float32] = []
        for window in self._windows.push(mel):
            ready += self._encode_window(window)
        return ready

    def _encode_window(self, window: Float32) -> list[Float32]:
        heard = self._encoder.hear(window)
        if heard.speech is not None:
            self._speech.append(heard.speech)
        return self._features.push(heard.feature)

    def _hear(self, level: float) -> list[SpeechStep]:
        speech = self._speech.popleft() if self._encoder.tells_speech else None
        gain = self._gate.push(level, speech)
        self._heard += 1
        if self._heard <= self.look_ahead:
            return []
        step = SpeechStep(self._next, self._ready.popleft(), gain)
        self._next += 1
        return [step]
