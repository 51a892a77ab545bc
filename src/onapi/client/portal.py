"""The web portal: links by which an operator hands an end customer over to a service provider's page.

Source: ON-API 2.6.0 spec_sp/web_portal.md.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from onapi.client import tolerance
from onapi.client.errors import ClientError

_SIGNED = ("ko", "accessId", "mac", "tid")
_FUTURE = timedelta(minutes=2)
"""How far clocks may be apart."""


class NotGenuine(ClientError):
    """A link was not made with the key, was changed, or is too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Who is handed over: the operator's name, the access, the customer's device, and when."""

    ko: str
    access_id: str
    mac: str
    at: datetime


def link(page: str, key: str | bytes, *, ko: str, access_id: str, mac: str, at: datetime) -> str:
    """Return the link to a provider's page, as an operator makes it.

    `page` may have parameters of its own, but none of those that a link has.
    """
    tid = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    signed = {"ko": ko, "accessId": access_id, "mac": mac.upper(), "tid": tid}
    parts = urlsplit(page)
    own = parse_qsl(parts.query, keep_blank_values=True)
    if {name for name, _ in own} & {*_SIGNED, "hash"}:
        raise ValueError(f"The page {page!r} has parameters of a link's.")
    query = urlencode([*own, *signed.items(), ("hash", digest(key, **signed))])
    return urlunsplit(parts._replace(query=query))


def check(url: str, key: str | bytes, *, now: datetime, at_most: timedelta = timedelta(minutes=5)) -> Handover:
    """Return who is handed over by a link, as a provider does it when the customer comes.

    A link may be used again until it is `at_most` old: what it opens should bear that.

    Raises:
        NotGenuine: it was not made with this key, was changed, or is older than `at_most`.
    """
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    given = {name: value for name, value in pairs if name in (*_SIGNED, "hash")}
    if len([name for name, _ in pairs if name in given]) != len(_SIGNED) + 1 or len(given) != len(_SIGNED) + 1:
        raise NotGenuine("The link lacks one of ko, accessId, mac, tid and hash, or has one twice.")
    wanted = digest(key, **{name: given[name] for name in _SIGNED})
    if not hmac.compare_digest(wanted.encode(), given["hash"].lower().encode()):
        raise NotGenuine("The link was not made with this key, or was changed.")
    at = tolerance.moment(given["tid"])
    if at is None:
        raise NotGenuine(f"The link's tid {given['tid'][:40]!r} is no moment.")
    if not now - at_most <= at <= now + _FUTURE:
        raise NotGenuine(f"The link was made at {given['tid']}, and is good for {at_most}.")
    return Handover(ko=given["ko"], access_id=given["accessId"], mac=given["mac"], at=at)


def digest(key: str | bytes, *, ko: str, accessId: str, mac: str, tid: str) -> str:  # noqa: N803  # as in the link
    """Return the hash of a link in hex: HMAC-SHA256 of the four values, one after the other, in UTF-8."""
    secret = key.encode() if isinstance(key, str) else key
    return hmac.new(secret, f"{ko}{accessId}{mac}{tid}".encode(), hashlib.sha256).hexdigest()
