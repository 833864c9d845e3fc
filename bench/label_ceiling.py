"""How far labels are right themselves: `python -m bench.label_ceiling`.

The held-out sentences are aligned with their text by pocketsphinx, and the opening that follows
from these times is compared with the one that follows from the synthesizers' own.
"""

from dataclasses import replace

import numpy as np

from visavis.errors import StudioError
from visavis.studio.alignment import align
from visavis.studio.curves import best_lag, correlation
from visavis.studio.gape import opening_px
from visavis.studio.heldout import Sentence, default_folder, read_sentences


def aligned(sentence: Sentence) -> Sentence | None:
    """The sentence with the times of the aligner, None where it fails."""
    try:
        phonemes = align(sentence.sound(default_folder()), sentence.text)
    except StudioError:
        return None
    return replace(sentence, phonemes=tuple(phonemes))


def main() -> None:
    """Print r and lag of the opening per voice."""
    sentences = read_sentences(default_folder())
    print(f"{'voice':16} sentences  opening r  lag, frames")
    for voice in dict.fromkeys(sentence.voice for sentence in sentences):
        pairs = [(s, a) for s in sentences if s.voice == voice and (a := aligned(s))]
        own, other = (
            np.concatenate([opening_px(pair[side].articulation()) for pair in pairs])
            for side in (0, 1)
        )
        lag = best_lag(own, other)[1]
        print(f"{voice:16} {len(pairs):9}  {correlation(own, other):9.3f}  {lag:+11.2f}")


if __name__ == "__main__":
    main()
