"""What a check can say of a server."""

from dataclasses import dataclass, field
from enum import StrEnum

from onapi.conformance.exchange import Exchange


class Nothing(Exception):
    """There is nothing that this check could look at; the sentence says why."""


class NotOffered(Nothing):
    """The server does not offer the endpoint."""


class Unreachable(Exception):
    """The server did not answer, or not as HTTP has it; the sentence says how."""


class Stopped(Exception):
    """The run ends before its end; the sentence says why."""


class TooMany(Stopped):
    """The server goes on saying that it is asked too often."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as the standard has it: a sentence, and the exchange that shows it."""

    says: str
    exchange: Exchange | None = field(default=None, repr=False)


class Verdict(StrEnum):
    """How a check went.

    WARNED is what a SHOULD that is not kept gets, and a place where the standard contradicts itself.
    NOTHING: there was nothing to look at. UNKNOWN: the answer never came.
    """

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    NOTHING = "nothing to look at"
    NOT_OFFERED = "not offered"
    NOT_ASKED = "not asked"
    UNKNOWN = "unknown"
