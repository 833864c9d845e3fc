"""eSpeak NG: a formant synthesizer with many variants, 22.05 kHz, through its C interface.

A variant is a voice file and a timbre, such as `gmw/en-US+f2`. Phoneme events carry the time at
which each sound starts, which forced alignment finds `LATE_S` too late.
"""

import ctypes
import ctypes.util
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from visavis.errors import StudioError
from visavis.studio.phonemes import Phoneme
from visavis.studio.voices.utterance import Samples, Speech

LATE_S = 0.015
NORMAL_RATE_WPM = 165
NORMAL_PITCH = 50
PITCH_PER_OCTAVE = 100.0
"""The pitch setting runs from 0 to 100, about an octave."""

_AUDIO_OUTPUT_SYNCHRONOUS = 2
_BUFFER_MS = 500
_INITIALIZE_PHONEME_EVENTS = 1
_EVENT_END = 0
_EVENT_PHONEME = 7
_RATE, _PITCH = 1, 3
_POSITION_CHARACTER = 1
_CHARS_UTF8 = 1


class _EventId(ctypes.Union):
    _fields_ = [
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    ]


class _Event(ctypes.Structure):
    """`espeak_EVENT` of espeak-ng/speak_lib.h."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@cache
def _library() -> tuple[Any, int]:
    """The loaded library and its sample rate; it holds one global state per process."""
    try:
        library = ctypes.CDLL(ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1")
    except OSError:
        raise StudioError(
            "The library espeak-ng is not installed; install the package libespeak-ng1 to use it."
        ) from None
    sample_rate = library.espeak_Initialize(
        _AUDIO_OUTPUT_SYNCHRONOUS, _BUFFER_MS, None, _INITIALIZE_PHONEME_EVENTS
    )
    if sample_rate <= 0:
        raise StudioError("espeak-ng has no voice data; install the package espeak-ng-data.")
    return library, sample_rate


def synthesize(text: str, name: str, rate: float = 1.0, pitch: float = 1.0) -> Speech:
    """Speak `text` as variant `name`, `rate` times as fast and about `pitch` times as high.

    Raises:
        StudioError: the library or the variant is missing.
    """
    library, sample_rate = _library()
    if library.espeak_SetVoiceByName(name.encode()) != 0:
        raise StudioError(f"espeak-ng has no voice {name!r}; `espeak-ng --voices` lists them.")
    library.espeak_SetParameter(_RATE, round(NORMAL_RATE_WPM * rate), 0)
    setting = NORMAL_PITCH + PITCH_PER_OCTAVE * np.log2(pitch)
    library.espeak_SetParameter(_PITCH, round(float(np.clip(setting, 0, 99))), 0)
    pcm, starts = _run(library, text)
    return Speech(pcm, sample_rate, _phonemes(starts, len(pcm) / sample_rate))


def _run(library: Any, text: str) -> tuple[Samples, list[tuple[str, float]]]:
    blocks: list[Samples] = []
    starts: list[tuple[str, float]] = []
    callback = _Callback(_collector(blocks, starts))
    library.espeak_SetSynthCallback(callback)
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None)
    library.espeak_Synchronize()
    return np.concatenate(blocks), starts


def _collector(
    blocks: list[Samples], starts: list[tuple[str, float]]
) -> Callable[[Any, int, Any], int]:
    def collect(samples: Any, count: int, events: Any) -> int:
        if count > 0:
            block = np.ctypeslib.as_array(samples, (count,))
            blocks.append((block / 32768.0).astype(np.float32))
        index = 0
        while events[index].type != _EVENT_END:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                symbol = event.id.string.decode("utf-8", "replace")
                starts.append((symbol, event.audio_position_ms / 1000.0))
            index += 1
        return 0

    return collect


def _phonemes(starts: list[tuple[str, float]], length_s: float) -> tuple[Phoneme, ...]:
    edges_s = [max(0.0, start_s - LATE_S) for _, start_s in starts] + [length_s]
    sounds = (Phoneme(starts[i][0], edges_s[i], edges_s[i + 1]) for i in range(len(starts)))
    return tuple(sound for sound in sounds if sound.symbol)
