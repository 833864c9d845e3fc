"""Festival: two voices that flite lacks, with segment times, through the festival program.

`ked` is a diphone voice (American male, 16 kHz), `slt_hts` a statistical one (American female,
32 kHz). The program saves every segment with its end time, and forced alignment finds those right
to 1 ms, so no correction is needed.
"""

import subprocess
import tempfile
from pathlib import Path

from visavis.errors import StudioError
from visavis.studio.phonemes import Phoneme
from visavis.studio.voices.utterance import Speech
from visavis.studio.wav import read_wav

VOICES = {"ked": "voice_ked_diphone", "slt_hts": "voice_cmu_us_slt_arctic_hts"}
PITCH_HZ = 105.0
"""Mean pitch of ked; the other voice has a pitch model of its own."""


def synthesize(text: str, name: str, rate: float = 1.0, pitch: float = 1.0) -> Speech:
    """Speak `text` as voice `name`, `rate` times as fast and `pitch` times as high.

    Voice slt_hts keeps its own pitch.

    Raises:
        StudioError: the festival program or the voice is missing.
    """
    wanted = (
        f"Festival cannot speak as voice {name!r}; install the packages festvox-kdlpc16k and "
        "festvox-us-slt-hts."
    )
    return said(_script(text, name, rate, pitch), wanted)[0]


def said(script: str, wanted: str) -> tuple[Speech, str]:
    """The utterance `spoken` of a script with its segments, and what festival printed meanwhile.

    Raises:
        StudioError: festival is missing, or made nothing; then `wanted` tells what to install.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        told = _run(f"""{script}
(utt.save.wave spoken "{path}/speech.wav" 'riff)
(utt.save.segs spoken "{path}/segments")
""")
        if not (path / "segments").exists():
            raise StudioError(wanted)
        sample_rate, pcm = read_wav(path / "speech.wav")
        phonemes = segments((path / "segments").read_text())
    return Speech(pcm, sample_rate, tuple(phonemes)), told


def _script(text: str, name: str, rate: float, pitch: float) -> str:
    plain = text.replace("\\", " ").replace('"', " ")
    return f"""
({VOICES[name]})
(Parameter.set 'Duration_Stretch {1.0 / rate:.4f})
(set! int_lr_params '((target_f0_mean {PITCH_HZ * pitch:.1f}) (target_f0_std 15)
                      (model_f0_mean 170) (model_f0_std 34)))
(set! spoken (utt.synth (Utterance Text "{plain}")))
"""


def _run(script: str) -> str:
    try:
        done = subprocess.run(
            ["festival", "--pipe"], input=script, capture_output=True, text=True, timeout=120
        )
    except FileNotFoundError:
        raise StudioError(
            "The program festival is not installed; install the package festival for its voices."
        ) from None
    except subprocess.SubprocessError as error:
        raise StudioError(f"Festival did not finish: {error}.") from error
    return done.stdout + done.stderr


def segments(table: str) -> list[Phoneme]:
    """Read lines `end_s colour symbol` below a line `#`."""
    phonemes: list[Phoneme] = []
    start_s = 0.0
    for line in table.splitlines():
        words = line.split()
        if len(words) == 3:
            end_s = float(words[0])
            phonemes.append(Phoneme(words[2], start_s, end_s))
            start_s = end_s
    return phonemes
