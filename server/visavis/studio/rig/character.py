"""The two people: what tells one from the other, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from visavis.studio.rig.brows import BrowStyle
from visavis.studio.rig.geometry import Colour
from visavis.studio.rig.hair import CROP, LOB, HairStyle
from visavis.studio.rig.identity import LEO_IDENTITY, NOVA_IDENTITY, Identity
from visavis.studio.rig.skin import SkinTone


@dataclass(frozen=True)
class Character:
    """A shape and everything on it; colours are linear RGB.

    `melanin` and `redness` (0..1) colour the hair, `lashes` scales the lashes' length.
    """

    identity: Identity
    hair: HairStyle
    melanin: float
    redness: float
    brows: BrowStyle
    iris: Colour
    skin: SkinTone = field(default_factory=SkinTone)
    lashes: float = 1.0
    shirt: Colour = (0.030, 0.052, 0.090)


NOVA = Character(
    identity=NOVA_IDENTITY,
    hair=LOB,
    melanin=0.80,
    redness=0.42,
    brows=BrowStyle(),
    iris=(0.085, 0.042, 0.018),
)

LEO = Character(
    identity=LEO_IDENTITY,
    hair=CROP,
    melanin=0.88,
    redness=0.25,
    brows=BrowStyle(
        hairs=520, thickness_dm=0.030, height_dm=0.128, arch_dm=0.034, colour=(0.034, 0.022, 0.015)
    ),
    iris=(0.040, 0.060, 0.050),
    skin=SkinTone(
        base=(0.40, 0.205, 0.125),
        warm=(0.43, 0.19, 0.115),
        pale=(0.48, 0.27, 0.18),
        spot=(0.28, 0.125, 0.075),
        red=(0.42, 0.13, 0.085),
        dark=(0.21, 0.09, 0.06),
        lip=(0.34, 0.115, 0.095),
        lip_light=(0.40, 0.16, 0.125),
        lip_share=0.7,
        beard=(0.060, 0.038, 0.028),
        stubble=0.6,
        hair_root=(0.030, 0.020, 0.015),
    ),
    lashes=0.75,
    shirt=(0.075, 0.085, 0.080),
)

CHARACTERS: Mapping[str, Character] = {"nova": NOVA, "leo": LEO}
