"""The identifiers of the standard, and the one rule for all of them."""

import os
import re
import time
from typing import NewType

from onapi import errors

AccessId = NewType("AccessId", str)
"""The CO's name for one access: an address with an outlet."""

Sp = NewType("Sp", str)
"""A service provider's account, and its user name in Basic authentication."""

OrderId = NewType("OrderId", str)
"""Our name for one order."""

SubscriptionId = NewType("SubscriptionId", str)
"""Our name for one subscription; it is made with the order that activates it."""

TicketId = NewType("TicketId", str)
"""Our name for one ticket: the standard's coTicketReference."""

ID_PATTERN = r"[-0-9a-zA-Z.]{1,36}"
"""Source: ON-API 2.6.0 common/dataformats.md, "ID". Anchored by the user: `\\Z`, since `$` admits a newline."""

_ID = re.compile(ID_PATTERN + r"\Z")


def check(field: str, value: str) -> str:
    """Return `value` if it is an ID of the standard.

    Raises:
        Invalid: it is empty, longer than 36 characters, or has a character that an ID cannot have.
    """
    if _ID.match(value):
        return value
    shown = value if len(value) <= 60 else value[:60] + "…"
    raise errors.Invalid(
        f"{field} {shown!r} is not an ID: 1 to 36 of the characters a–z A–Z 0–9 - and . are allowed."
    )


def access_id(value: str) -> AccessId:
    """Return `value` as an access's ID, or raise Invalid."""
    return AccessId(check("accessId", value))


def sp(value: str) -> Sp:
    """Return `value` as a service provider's ID, or raise Invalid."""
    return Sp(check("provider", value))


def order_id(value: str) -> OrderId:
    """Return `value` as an order's ID, or raise Invalid."""
    return OrderId(check("orderId", value))


def subscription_id(value: str) -> SubscriptionId:
    """Return `value` as a subscription's ID, or raise Invalid."""
    return SubscriptionId(check("subscriptionId", value))


def ticket_id(value: str) -> TicketId:
    """Return `value` as a ticket's ID, or raise Invalid."""
    return TicketId(check("coTicketReference", value))


def new() -> str:
    """Return an ID that nothing else has: 32 hex digits, and those made later sort later, which indexes like.

    The time in it is a moment's, in milliseconds; the rest is random, so that it cannot be guessed.
    """
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"
