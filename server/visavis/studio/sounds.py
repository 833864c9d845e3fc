"""What is said, in classes of one sound each: the same sound in every alphabet.

Visemes lump together what looks alike, /p/ and /b/ and /m/. Who is to tell lips that touch from
lips that do not had better know each sound by itself.
"""

from visavis.errors import StudioError

SOUNDS = tuple(
    group.split()
    for group in (
        "_ _: _| _! pau",
        *("p", "b", "m", "f", "v", "T th", "D dh", "t t# t2 t[", "d d# dx", "s", "z"),
        *("n n-", "l l# L", "N ng", "k", "g", "h hh x ?", "tS ch", "dZ jh", "S sh", "Z zh"),
        *("r r- R", "3 3: VR IR er @r axr", "w w#", "j y ;"),
        *("a a2 ae", "A A: 0 0# aa", "V ah", "@ @- @2 @5 a# ax", "I2 I#", "E e eh"),
        *("I ih", "i i: iy", "O O: O2 o: ao", "u u: uw", "U uh"),
        *("aI ay aI@ aI2 aI3", "aU aw aU@", "eI ey", "oU ow", "OI oy"),
        *("i@ i@3", "e@", "A@", "O@ o@", "U@", "@L"),
    )
)
"""The symbols of each class; class 0 is silence, as it is among the visemes."""

_CLASS_OF = {symbol: index for index, symbols in enumerate(SOUNDS) for symbol in symbols}


def sound_class(symbol: str) -> int:
    """The class of a symbol. Raises `StudioError` if it is in none of the alphabets."""
    if symbol not in _CLASS_OF:
        raise StudioError(f"Phoneme {symbol!r} has no class; add it in studio/sounds.py.")
    return _CLASS_OF[symbol]
