"""Moments as the standard writes them: RFC 3339, read more widely than they are written.

Source: ON-API 2.6.0 common/dataformats.md, "dateTime"; docs/reference/deviations.md for what is taken beyond it.
"""

import re
from datetime import UTC, datetime, timedelta

from onapi import errors

_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)([.,](?P<part>\d{1,9}))?)?"
    r"(?P<zone>[Zz]|[+-]\d\d:?\d\d)?\Z",
    re.ASCII,
)
_LAST_YEAR = 9998
# The very first moment means "never" to databases, and is what some programs send when they mean nothing.
_FIRST = datetime(1, 1, 1, microsecond=1, tzinfo=UTC)


def read(field: str, value: str) -> datetime:
    """Return the moment in UTC, to the microsecond.

    Seconds may be missing, may be 60, and may have up to nine decimals; any offset is taken.

    Raises:
        Invalid: it is no moment, or has no offset, so that nobody knows which moment it is.
    """
    match = _MOMENT.match(value)
    if match is None:
        raise errors.Invalid(f"{field} {value[:60]!r} is not a date and time such as 2026-12-01T08:00:00Z.")
    zone = match["zone"]
    if zone is None:
        raise errors.Invalid(f"{field} {value!r} has no offset from UTC; write Z or such as +01:00 at its end.")
    second = int(match["second"] or 0)
    try:
        whole = datetime.fromisoformat(
            f"{match['date']}T{match['hour']}:{match['minute']}:{min(second, 59):02d}"
            + ("+00:00" if zone in "Zz" else zone)
        )
        # 23:59:60 is the leap second; what follows it is near enough.
        extra = timedelta(
            seconds=second - min(second, 59), microseconds=int((match["part"] or "0").ljust(6, "0")[:6])
        )
        moment = (whole + extra).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or second > 60 or moment.year > _LAST_YEAR:
        raise errors.Invalid(f"{field} {value!r} is no moment of the calendar.")
    return max(moment, _FIRST)
