"""Where the two readings of the standard spell things differently, as far as it is decided when an answer is written.

What is in stored documents is spelt by functions of the database, which take the dialect's name: equipment, SLA and
dates of subscriptions and orders (`storage/migrations/0007_documents.sql`).

Source: docs/reference/deviations.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from onapi.vocabulary import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How a dialect spells technical information.

    `speeds` is the field of a link's speeds, whose numbers are text with `numbers_as_text`; `snooping` is the field
    of the leases that a CPE has seen.
    """

    speeds: str
    numbers_as_text: bool
    snooping: str


SPELLINGS: Mapping[Dialect, Spelling] = MappingProxyType(
    {
        Dialect.BITVIS: Spelling(speeds="configured_speeds", numbers_as_text=True, snooping="dhcp_snooping_table"),
        Dialect.STANDARD: Spelling(speeds="configured_speed", numbers_as_text=False, snooping="dhcp_snooping"),
    }
)
