"""Text to speak: a generator of varied sentences, and the sentences kept out of training.

Patterns and words were written for this project and favour /p b m/ and /f v/, for closed lips are
what viewers judge first; phrases of others may be said in between.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np

from visavis.studio.vocabulary import LEXICON, PATTERNS

HELD_OUT = (
    "Mum put the pepper pot on top of the bumpy table.",
    "If your father votes, five of our friends will follow.",
    "Whether you wait or walk, the wind will be worse on Wednesday.",
    "A zebra is not a horse, but both of them sleep in the bush.",
    "The judge enjoyed a large orange after the usual session.",
    "Can you tell me how many steps lead up to the museum?",
    "Three brothers bathed in the bay beneath the cliff.",
    "Our robots never complain about poor maps or bad bulbs.",
    "Bubbles popped above the pool while people clapped.",
    "She should have shown us the fashion shop in Chelsea.",
    "Oil and soil spoil the voice of a noisy toy.",
    "Give me a break, Jacob, and get the green bag back.",
    "Welcome! My name is Mabel, and I am pleased to meet you.",
    "Hour after hour the hungry owl howled at the moon.",
    "Look, the cook took a good book from the wooden hook.",
    "Remember to empty the bin before the movie begins.",
    "Each teacher reached the beach with a peach.",
    "Nothing but thick fog, and then, far off, a foghorn.",
    "Was the vampire film any better than the previous one?",
    "Probably a problem with the pipe, said the plumber.",
    "Ice cream, please: two scoops of mango and one of lemon.",
    "Early birds heard the first words of the nurse.",
    "Your appointment has been moved to a quarter past seven.",
    "Goodbye, and be careful on your way home.",
)
"""Spoken only to measure a trained model; the generator never yields one of them."""

LONGEST_CHARACTERS = 110
SECOND_SENTENCE_SHARE = 0.2
OPEN = ("adj", "thing", "moved", "act", "feeling", "plural", "rhyme")
"""Slots that any word may fill."""
ANY_WORD_SHARE = 0.7
SAYING_SHARE = 0.6
CHOICE = 16  # texts that one is chosen from

_SLOT = re.compile(r"\{(\w+)\}")
_BARE_ARTICLE = re.compile(r"\b([Aa]) (?=[aeio]|u(?!ni|se|su))")
"""An `a` that wants to be `an`: before a vowel, save that of unit, use and usual."""


def varied(
    seed: int,
    words: Sequence[str] = (),
    sayings: Sequence[str] = (),
    choose: Callable[[Sequence[str]], str] | None = None,
) -> Iterator[str]:
    """Endless different texts of one or two sentences, the same ones for the same seed; `words`
    stand in for most of the lexicon's, whatever the sentence then means, and most texts are
    `sayings`, while they last. With `choose` each is the chosen one of CHOICE texts."""
    seen = set(HELD_OUT)
    fresh = (text for text in _texts(seed, words, sayings) if text not in seen)
    while True:
        text = choose(list(islice(fresh, CHOICE))) if choose else next(fresh)
        seen.add(text)
        yield text


def _texts(seed: int, words: Sequence[str], sayings: Sequence[str]) -> Iterator[str]:
    """Endless texts, some of them more than once."""
    chance = np.random.default_rng(seed)
    while True:
        if sayings and chance.random() < SAYING_SHARE:
            text = _closed(_capitalized(sayings[int(chance.integers(len(sayings)))]))
        else:
            text = _sentence(chance, words)
            if chance.random() < SECOND_SENTENCE_SHARE:
                text = f"{text} {_sentence(chance, words)}"
        if len(text) <= LONGEST_CHARACTERS:
            yield text


def _sentence(chance: np.random.Generator, words: Sequence[str]) -> str:
    pattern = PATTERNS[chance.integers(len(PATTERNS))]
    text = _SLOT.sub(lambda slot: _word(chance, slot[1], words), pattern)
    return _capitalized(_BARE_ARTICLE.sub(r"\1n ", text))


def _word(chance: np.random.Generator, slot: str, words: Sequence[str]) -> str:
    if not (words and slot in OPEN and chance.random() < ANY_WORD_SHARE):
        words = LEXICON[slot]
    return words[int(chance.integers(len(words)))]


def _closed(text: str) -> str:
    """With a sign at its end."""
    return text if text[-1] in ".!?" else f"{text}."


def _capitalized(text: str) -> str:
    """Capitals at the start of every sentence."""
    return re.sub(r"(^|[.!?] )([a-z])", lambda start: start[1] + start[2].upper(), text)
