"""If-Modified-Since and Last-Modified, which in this standard carry a delta: docs/explanation/deltas.md."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

_FORMS = (
    "%a, %d %b %Y %H:%M:%S GMT",  # IMF-fixdate
    "%A, %d-%b-%y %H:%M:%S GMT",  # RFC 850
    "%a %b %d %H:%M:%S %Y",  # asctime
)


def parse(value: str) -> datetime | None:
    """Return the moment that an HTTP date names, or None when it is none. Source: RFC 9110 §5.6.7.

    A two-digit year more than fifty years ahead is of the century before.
    """
    text = " ".join(value.split())
    for form in _FORMS:
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        if "%y" in form and moment > datetime.now(UTC) + timedelta(days=50 * 365):
            moment = moment.replace(year=moment.year - 100)
        return moment
    return None


def since(header: str | None, now: datetime) -> datetime | None:
    """Return the moment since when changes are asked for, or None for everything.

    No header, one that is no date, and one of the future all mean everything: RFC 9110 §13.1.3 has them ignored.
    """
    moment = None if header is None else parse(header)
    return moment if moment is not None and moment <= now else None


def http_date(moment: datetime) -> str:
    """Return a moment as a header value, cut down to the whole second so that it never promises too much."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)
