"""Encoder and head together, over stretches of sound at once or window by window."""

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from visavis.core.timeline import FPS
from visavis.core.window import WindowSpec
from visavis.studio.corpus import MEL, WINDOWS, encoder_windows, mel_frames, silent_window
from visavis.studio.hearing import LATE, ROWS, ArticulationHead, AudioEncoder

Float32 = NDArray[np.float32]


class Heard:
    """What a listener says of frames [B, N]: `articulation` [B, N, 19], the same with lips that
    nothing holds together in a contact, `loose`, and logits of contact [B, N, 2], sounds
    [B, N, neighbours · classes] and speech [B, N]."""

    def __init__(self, head: ArticulationHead, rows: Tensor, speech: Tensor) -> None:
        hidden = head.body(head.drop(rows.flatten(2)))
        self.contact: Tensor = head.contact(hidden).float()
        self.sounds: Tensor = head.sounds(hidden).float()
        weights = head.weights(hidden).float()
        self.loose = weights
        # The error of held lips must reach the contacts, or it bends what rounds the lips instead.
        flat = head.articulate(weights.flatten(0, 1), self.contact.flatten(0, 1))
        self.articulation = flat.view(weights.shape)
        self.speech = speech.float()


class Listener(nn.Module):
    """Encoder and head, as the runtime chains them."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = AudioEncoder()
        self.head = ArticulationHead()

    def hear(self, mel: Tensor) -> Heard:
        """Mel frames [B, 80, span(M)] from the start of a window on whose index is a multiple of 5
        → what is said of the last M - ROWS + 1 of its M windows."""
        late = self.encoder.map(mel[:, None])
        windows = count_in(mel.shape[2])
        at = (torch.tensor(starts(windows))[:, None] + torch.arange(LATE)).to(mel.device)
        picked = late[:, :, at].permute(0, 2, 1, 3)
        feature, speech = self.encoder.read(picked.flatten(0, 1))
        features = feature.view(len(mel), windows, -1)
        rows = features.unfold(1, ROWS, 1).transpose(2, 3)
        return Heard(self.head, rows, speech.view(len(mel), windows)[:, ROWS - 1 :])


def starts(windows: int) -> list[int]:
    """First mel frames of windows 0, 1, ... against that of window 0."""
    return [(MEL.rate * index) // FPS for index in range(windows)]


def span(windows: int) -> int:
    """Mel frames that so many windows cover."""
    return starts(windows)[-1] + WINDOWS.length


def count_in(mel_frames: int) -> int:
    """Windows that fit, the reverse of `span`."""
    return next(n for n in range(1, mel_frames) if span(n + 1) > mel_frames)


@torch.no_grad()
def predict(
    listener: Listener, pcm: Float32, spec: WindowSpec = WINDOWS
) -> tuple[Float32, Float32]:
    """Articulation [frames, 19] and speech [frames] of a clip, as a runtime would get them."""
    frames = len(pcm) * FPS // MEL.sample_rate
    windows = encoder_windows(mel_frames(pcm), frames, spec)
    quiet = np.repeat(silent_window()[None], ROWS - 1, axis=0)
    feature, speech = listener.encoder(torch.from_numpy(np.concatenate((quiet, windows)))[:, None])
    rows = feature.unfold(0, ROWS, 1).transpose(1, 2)
    return cast("Float32", listener.head(rows).numpy()), speech[ROWS - 1 :, 0].numpy()
