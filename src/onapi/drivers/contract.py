"""What a driver is, and what it may say: the one module of onapi that drivers import.

DriverError
├── Unreachable   the element cannot be reached
├── TimedOut      the element did not answer in time
├── Busy          the element cannot do it just now
├── AuthFailed    the element does not let us in            permanent
├── Unsupported   the element has no such thing             permanent
├── Rejected      the element refuses what is asked         permanent
├── Garbled       the element answers what nobody can read  permanent
└── Drifted       the port is not as the record has it      permanent
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

VERSION = 1
"""Of this contract; it grows by whole numbers when a driver would have to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """Where something is delivered: on one access, a `slot` for each service that can be there at the same time."""

    access_id: str
    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a port delivers.

    `tech` is bb, iptv, voip or unknown; the speeds are in kbit/s, None without a limit; `blocked` means that nothing
    passes; `characteristics` and `equipment` are as the standard has them.
    """

    subscription_id: str
    service: str
    tech: str
    down_kbps: int | None = None
    up_kbps: int | None = None
    blocked: bool = False
    characteristics: Mapping[str, Any] = field(default_factory=dict, hash=False)
    equipment: tuple[Mapping[str, str], ...] = field(default=(), hash=False)


class DriverError(Exception):
    """What a network could not do; `permanent` ones are not tried again. The sentence is for people."""

    permanent: ClassVar[bool] = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Unreachable(DriverError):
    """The element cannot be reached."""


class TimedOut(DriverError):
    """The element did not answer in time; what was asked may have been done."""


class Busy(DriverError):
    """The element cannot do it just now."""


class AuthFailed(DriverError):
    """The element does not let us in."""

    permanent = True


class Unsupported(DriverError):
    """The element has no such thing."""

    permanent = True


class Rejected(DriverError):
    """The element refuses what is asked."""

    permanent = True


class Garbled(DriverError):
    """The element answers what nobody can read; what was asked may have been done."""

    permanent = True


class Drifted(DriverError):
    """The port is neither as it should be before nor after: somebody else has changed it."""

    permanent = True


class Provisions(Protocol):
    """A driver that can make a port deliver something."""

    async def provision(self, port: Port, *, before: Delivery | None, after: Delivery | None) -> str:
        """Make a port deliver `after` instead of `before`, and return what was done, in words.

        Repeatable: a port that delivers `after` already is left as it is. None is nothing.

        Raises:
            DriverError: it was not done, or nobody knows whether it was; a port that delivers neither is Drifted.
        """
