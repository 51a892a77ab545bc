"""How binding a sentence is, and which of the two texts it is read in."""

from enum import StrEnum


class Level(StrEnum):
    """How binding a sentence is. CONTRADICTORY: the standard says this and something else; it never fails."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    CONTRADICTORY = "CONTRADICTORY"


class Reading(StrEnum):
    """Which text is read, where the seed ("Bitvis interpretation of ON-API 2.6") and the standard disagree."""

    BITVIS = "bitvis"
    STANDARD = "standard"
