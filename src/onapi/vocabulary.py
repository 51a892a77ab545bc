"""The closed word lists of the standard, each once.

Source: ON-API 2.6.0 spec/accesses.md; the seed where it lists the same words.
"""

from enum import StrEnum


class PremisesType(StrEnum):
    """What kind of building or place an access is in."""

    COMMERCIAL = "COMMERCIAL"
    MDU_APARTMENT = "MDU_APARTMENT"
    MDU_COMMON = "MDU_COMMON"
    MDU_TECHNICAL = "MDU_TECHNICAL"
    PUBLIC = "PUBLIC"
    RESIDENTIAL_HOUSE = "RESIDENTIAL_HOUSE"
    UNKNOWN = "UNKNOWN"


class AccessState(StrEnum):
    """How far an access is built, and whether orders are taken on it."""

    PLANNED = "PLANNED"
    DEPLOYING = "DEPLOYING"
    HOMESPASSED = "HOMESPASSED"
    CONNECTED = "CONNECTED"
    DISCONNECTED = "DISCONNECTED"
    INMIGRATION = "INMIGRATION"
    OUTMIGRATION = "OUTMIGRATION"


class Dialect(StrEnum):
    """Which reading of the standard an SP is answered in, where the texts disagree."""

    BITVIS = "bitvis"
    STANDARD = "standard"
