"""The standard's data formats: each is a function that says what is wrong with a value, or nothing.

Source: ON-API 2.6.0 common/dataformats.md.
"""

import ipaddress
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

Format = Callable[[Any], str | None]

# \Z and not $, which admits a newline at the end.
_ID = re.compile(r"[-0-9a-zA-Z.]{1,36}\Z")
_DATE_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?\Z", re.IGNORECASE)
_HTTP_DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\Z")


def text(value: Any) -> str | None:
    """Text: a string of at most 255 characters."""
    if not isinstance(value, str):
        return "is no string"
    return f"has {len(value)} characters; a text has 255 at most" if len(value) > 255 else None


def string(value: Any) -> str | None:
    """Any string."""
    return None if isinstance(value, str) else "is no string"


def identifier(value: Any) -> str | None:
    """ID: 1 to 36 of letters, digits, - and dots."""
    if not isinstance(value, str):
        return "is no string, as an ID is"
    return None if _ID.match(value) else "is no ID: 1 to 36 of a–z A–Z 0–9 - and ."


def boolean(value: Any) -> str | None:
    """Bare true or false."""
    return None if isinstance(value, bool) else "is neither true nor false"


def integer(value: Any) -> str | None:
    """Integer: a bare number without decimals."""
    return None if isinstance(value, int) and not isinstance(value, bool) else "is no integer"


def natural(value: Any) -> str | None:
    """Integer that is not negative."""
    return integer(value) or ("is negative" if value < 0 else None)


def money(value: Any) -> str | None:
    """Number of a sum of money: bare, of at most two decimals."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "is no number"
    exponent = Decimal(value).normalize().as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    return f"has {decimals} decimals; a sum has two at most" if decimals > 2 else None


def sum_of_money(value: Any) -> str | None:
    """Sum of money, bare or in quotes, exact or not."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return "is no number"
    return None if isinstance(value, int | Decimal) or re.match(r"-?\d+([.,]\d+)?\Z", value) else "is no number"


def date_time(value: Any) -> str | None:
    """RFC 3339 with a time zone, of at most four decimals."""
    if not isinstance(value, str):
        return "is no string, as a dateTime is"
    match = _DATE_TIME.match(value)
    if match is None or not _exists(match[1], match[2]) or int(match[3]) > 60:
        return "is no dateTime of RFC 3339"
    if match[5] is None:
        return "has no time zone, so that nobody knows when it is"
    return "has more than four decimals on its seconds" if len(match[4] or "") > 5 else None


def date_time_or_empty(value: Any) -> str | None:
    """Return date_time's, and allow ""."""
    return None if value == "" else date_time(value)


def day(value: Any) -> str | None:
    """Date as 2019-01-18."""
    if not isinstance(value, str):
        return "is no string, as a date is"
    return None if re.match(r"\d{4}-\d{2}-\d{2}\Z", value) and _exists(value, "00:00") else "is no date as 2019-01-18"


def postal_code(value: Any) -> str | None:
    """Five digits, the first not 0."""
    return string(value) or (None if re.match(r"[1-9][0-9]{4}\Z", value) else "is no postal code of five digits")


def country_code(value: Any) -> str | None:
    """Two capital letters."""
    return string(value) or (None if re.match(r"[A-Z]{2}\Z", value) else "is no country code of two capital letters")


def street_number(value: Any) -> str | None:
    """Number, or a metre address; empty when there is none."""
    good = isinstance(value, str) and re.match(r"([0-9]+|[0-9]{1,4}-[0-9]{1,4}|)\Z", value)
    return string(value) or (None if good else "is neither a number nor a metre address such as 550-70")


def uuid(value: Any) -> str | None:
    """UUID as 8-4-4-4-12."""
    good = isinstance(value, str) and re.match(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z", value)
    return string(value) or (None if good else "is no UUID")


def mac(value: Any) -> str | None:
    """MAC address with colons, in any case."""
    good = isinstance(value, str) and re.match(r"([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\Z", value)
    return string(value) or (None if good else "is no MAC address such as AA:BB:CC:11:22:33")


def ip_address(value: Any) -> str | None:
    """IPv4 or IPv6 address, with or without a netmask."""
    try:
        ipaddress.ip_interface(value if isinstance(value, str) else "")
    except ValueError:
        return "is no IP address"
    return None


def option82(value: Any) -> str | None:
    """Option 82 whole, in hex: 52, its length, and so many octets."""
    try:
        octets = bytes.fromhex(value if isinstance(value, str) else "-")
    except ValueError:
        return "is not hexadecimal"
    if octets[:1] != b"\x52":
        return "does not begin with 52, which is 82 in hex"
    return (
        None if len(octets) > 1 and octets[1] == len(octets) - 2 else "has another length than its second octet says"
    )


def one_of(*words: str) -> Format:
    """Enumeration: one of these words, and no other."""

    def check(value: Any) -> str | None:
        return None if value in words else f"is none of {', '.join(words)}"

    return check


def list_of(kind: Format) -> Format:
    """Array whose every element has a format."""

    def check(value: Any) -> str | None:
        if not isinstance(value, list):
            return "is no array"
        flaws = (f"has {one!r}, which {flaw}" for one in value if (flaw := kind(one)))
        return next(flaws, None)

    return check


def objects(value: Any) -> str | None:
    """Array of objects."""
    good = isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return None if good else "is no array of objects"


def an_object(value: Any) -> str | None:
    """Object."""
    return None if isinstance(value, dict) else "is no object"


def http_date(value: str | None) -> datetime | None:
    """Return the moment of a date of HTTP, or None when it is none."""
    if value is None or not _HTTP_DATE.match(value):
        return None
    try:
        return parsedate_to_datetime(value)
    except ValueError:
        return None


def moment(value: Any) -> datetime | None:
    """Return the moment of a dateTime, or None when it is none or has no time zone."""
    if date_time(value) is not None:
        return None
    return datetime.fromisoformat(re.sub(r":60(?=[.Z+-])", ":59", value).upper())


def _exists(day_text: str, time_text: str) -> bool:
    try:
        datetime.fromisoformat(f"{date.fromisoformat(day_text)}T{time_text}")
    except ValueError:
        return False
    return True
