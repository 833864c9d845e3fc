"""Which mel frames an encoder window sees, and which features a video frame sees."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from visavis.core.mel import SILENCE, MelSpec
from visavis.core.timeline import FPS, FRAME_SAMPLES

Float32 = NDArray[np.float32]
Edge = Literal["silence", "zeros"]


@dataclass(frozen=True)
class WindowSpec:
    """The sliding windows of one model family.

    Encoder window i covers mel frames [int(80·i/25) + offset, … + length). The generator of video
    frame k sees the features of windows k+shift−left … k+shift+right.

    `edge` says what lies outside the clip. "silence": windows of digital silence, before and after,
    so a live stream needs no special case. "zeros": the SyncTalk_2D contract, where the first
    and the last feature are repeated once and rows beyond are zeros.
    """

    length: int = 16  # mel frames per encoder window
    offset: int = 0  # mel frames
    left: int = 8
    right: int = 7
    shift: int = -1
    edge: Edge = "zeros"

    @property
    def rows(self) -> int:
        """Features per video frame."""
        return self.left + 1 + self.right

    def mel_start(self, window: int, mel_rate: int = 80) -> int:
        """First mel frame of an encoder window; negative ones lie before the clip."""
        return (mel_rate * window) // FPS + self.offset

    def windows_in(self, mel_frames: int, total_frames: int, mel_rate: int = 80) -> int:
        """Encoder windows of a clip that has ended."""
        if self.edge == "silence":
            return total_frames + max(0, self.shift + self.right)
        return max(1, int((mel_frames - self.length) / mel_rate * FPS) + 2)

    def look_ahead_samples(self, spec: MelSpec) -> int:
        """Analysis samples needed beyond the end of a video frame, at the worst frame phase."""
        newest = self.shift + self.right
        return max(
            (self.mel_start(k + newest, spec.rate) + self.length - 1) * spec.hop
            + spec.n_fft // 2
            - (k + 1) * FRAME_SAMPLES
            for k in range(FPS)
        )


class EncoderWindows:
    """Mel frames in, encoder windows [bands, length] out, in order of the window index."""

    def __init__(self, window: WindowSpec, mel: MelSpec) -> None:
        self._spec = window
        self._rate = mel.rate
        before = max(0, -window.offset)  # silence that the first window sees before the clip
        self._frames = np.full((before, mel.bands), SILENCE, np.float32)
        self._first = -before  # mel index of the oldest kept row
        self._next = 0  # next window index

    def push(self, mel: Float32) -> list[Float32]:
        """Take mel frames [n, bands]; return each window that is now complete."""
        self._frames = np.concatenate((self._frames, mel))
        windows = []
        while self._start() + self._spec.length <= self._first + len(self._frames):
            windows.append(self._take(self._start()))
        return windows

    def flush(self, total: int) -> list[Float32]:
        """End the clip: return the windows up to number `total`, completed with silence or, by
        the contract, clamped to the last mel frame."""
        windows = []
        if self._spec.edge == "silence":
            silence = np.full((self._spec.length, self._frames.shape[1]), SILENCE, np.float32)
            while self._next < total:
                windows += self.push(silence)
            return windows[: len(windows) - (self._next - total)]
        self._complete_short_clip()
        end = self._first + len(self._frames)
        while self._next < total:
            windows.append(self._take(max(self._first, end - self._spec.length)))
        return windows

    def _complete_short_clip(self) -> None:
        """Put silence before a clip that is shorter than one window."""
        missing = max(0, self._spec.length - len(self._frames))
        self._frames = np.pad(self._frames, ((missing, 0), (0, 0)), constant_values=SILENCE)
        self._first -= missing

    def _start(self) -> int:
        return self._spec.mel_start(self._next, self._rate)

    def _take(self, start: int) -> Float32:
        keep = max(0, min(start, self._start()) - self._first - self._spec.length)
        self._frames = self._frames[keep:]
        self._first += keep
        self._next += 1
        rows = self._frames[start - self._first : start - self._first + self._spec.length]
        return np.ascontiguousarray(rows.T)


class FeatureWindows:
    """Features in, generator windows [rows, features] out, one per video frame."""

    def __init__(self, window: WindowSpec, silence: Float32, held: int = 0) -> None:
        """`silence` is the encoder's feature [features] of a window of digital silence. The last
        `held` features of the right context are not waited for: the newest stands for them."""
        self._spec = window
        self._outside = silence if window.edge == "silence" else np.zeros_like(silence)
        self._features: list[Float32] = []
        self._first = 0  # window index of the oldest kept feature
        self._next = 0  # next video frame
        self._held = held
        self._count: int | None = None  # windows in the clip, once it has ended

    def push(self, feature: Float32) -> list[Float32]:
        """Take the next window's feature [features]; return the video frames now complete."""
        self._features.append(feature)
        return self._ready()

    def flush(self, total_frames: int) -> list[Float32]:
        """End the clip: return what is left up to `total_frames`."""
        self._count = self._first + len(self._features)
        windows = []
        while self._next < total_frames:
            windows.append(self._take())
        return windows

    def _ready(self) -> list[Float32]:
        newest = self._first + len(self._features) - 1
        windows = []
        while self._next + self._spec.shift + self._spec.right - self._held <= newest:
            windows.append(self._take())
        return windows

    def _take(self) -> Float32:
        base = self._next + self._spec.shift
        rows = [self._row(base + step) for step in range(-self._spec.left, self._spec.right + 1)]
        self._next += 1
        drop = max(0, base + 1 - self._spec.left - self._first - 1)
        self._features = self._features[drop:]
        self._first += drop
        return np.stack(rows)

    def _row(self, index: int) -> Float32:
        if self._spec.edge == "zeros":
            index += (index == -1) - (index == self._count)
        if self._count is None:
            index = min(index, self._first + len(self._features) - 1)
        inside = self._first <= index < self._first + len(self._features)
        return self._features[index - self._first] if inside else self._outside
