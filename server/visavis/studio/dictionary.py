"""The words of a pronouncing dictionary: far more of English than a lexicon of our own."""

from functools import cache
from pathlib import Path

from visavis.errors import StudioError

SHORTEST, LONGEST = 3, 10  # letters
LIPS = "pbmfv"


@cache
def words() -> tuple[str, ...]:
    """Plain words of the dictionary, in its order; those with lips in them twice, for closed lips
    are what viewers judge first. Raises `StudioError`."""
    return chosen([line.split(maxsplit=1)[0] for line in entries()])


@cache
def entries() -> tuple[str, ...]:
    """Words of the CMU dictionary (BSD) that comes with the aligner, each with its sounds.

    Raises:
        StudioError: pocketsphinx is missing.
    """
    try:
        from pocketsphinx import get_model_path
    except ImportError:
        raise StudioError(
            "The dictionary comes with pocketsphinx; install visavis[studio]."
        ) from None
    lines = Path(get_model_path("en-us/cmudict-en-us.dict")).read_text("utf-8").splitlines()
    return tuple(line for line in lines if line)


def chosen(entries: list[str]) -> tuple[str, ...]:
    """The entries that are plain words, those with lip sounds twice."""
    plain = [e for e in entries if e.isascii() and e.isalpha() and SHORTEST <= len(e) <= LONGEST]
    return tuple(word for word in plain for _ in range(2 if set(word) & set(LIPS) else 1))
