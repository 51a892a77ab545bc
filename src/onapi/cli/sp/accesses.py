"""Commands for accesses, services and subscriptions."""

import email.utils
import re
import unicodedata
from typing import Annotated

import typer

from onapi.cli import output
from onapi.cli.sp.session import Session, command, group
from onapi.client import Access

accesses = group("Accesses: where services can be delivered.")
services = group("Services: what can be ordered.")
subscriptions = group("Subscriptions: what is delivered.")

AccessId = Annotated[str, typer.Argument(metavar="ACCESS", help="The access's ID.")]


def _last_modified(text: str | None) -> str | None:
    """See that it is one: whatever else is asked with, servers answer with all that they have."""
    if text is not None and email.utils.parsedate(text) is None:
        raise typer.BadParameter(f"{text!r} is no Last-Modified such as 'Thu, 26 Nov 2026 00:36:06 GMT'.")
    return text


Since = Annotated[
    str | None,
    typer.Option(callback=_last_modified, help="A Last-Modified that the server gave: only what changed since."),
]

_ACCESS = ("access_id", "address", "access_state", "population", "price_group", "outlet")
_SERVICE = ("service", "available_date_time", "disconnection_date_time", "forced_takeover_possible", "settings")
_SUBSCRIPTION = (
    "subscription_id",
    "service",
    "operational_state",
    "connection_date",
    "sp_subscription_id",
    "sp_reference",
)


@command(accesses)
def search(
    session: Session,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help='Of an address or ID, such as "Storgatan 1".')],
    most: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 100,
) -> None:
    """Search accesses by address, apartment or ID; beginnings of words will do, and accents do not matter."""
    wanted = _folded(" ".join(words)).split()
    found = (access for access in session.client.accesses.list() if _matches(access, wanted))
    session.out.many((one for _, one in zip(range(most), found, strict=False)), _ACCESS, what="found")


@command(accesses, "list")
def list_accesses(session: Session, since: Since = None) -> None:
    """List all accesses."""
    stream = session.client.accesses.list(since=since)
    session.out.many(stream, _ACCESS, what="accesses")
    _tell_since(stream.last_modified)


@command(accesses, "show")
def show_access(session: Session, access: AccessId) -> None:
    """Show an access."""
    session.out.one(session.client.accesses.show(access))


@command(services, "list")
def list_services(session: Session, since: Since = None) -> None:
    """List what can be ordered everywhere."""
    stream = session.client.services.list(since=since)
    session.out.many(stream, ("access_id", "names"), what="accesses")
    _tell_since(stream.last_modified)


@command(services, "show")
def show_services(session: Session, access: AccessId) -> None:
    """Show what can be ordered on an access."""
    session.out.many(session.client.services.show(access), _SERVICE)


@command(subscriptions, "list")
def list_subscriptions(session: Session, since: Since = None) -> None:
    """List all subscriptions, by access."""
    stream = session.client.subscriptions.list(since=since)
    session.out.many(stream, ("access_id", "names"), what="accesses")
    _tell_since(stream.last_modified)


@command(subscriptions, "show")
def show_subscriptions(session: Session, access: AccessId) -> None:
    """Show the subscriptions on an access."""
    session.out.many(session.client.subscriptions.show(access), _SUBSCRIPTION)


def _matches(access: Access, wanted: list[str]) -> bool:
    """Return whether every word that was wanted is one of the access's; a word of letters may be a beginning."""
    fields = (
        *(access.access_id, access.legacy_access_id, access.street_name, access.street_number, access.street_littera),
        *(access.postal_code, access.city, access.mdu_apartment_number, access.mdu_distinguisher),
    )
    has = _folded(" ".join(filter(None, fields))).split()
    return all(any(one == word or (not word.isdecimal() and one.startswith(word)) for one in has) for word in wanted)


def _folded(text: str) -> str:
    """Return a text without case, accents and punctuation; what is joined by - or . stays one word."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return re.sub(r"[^\w.-]+", " ", plain)


def _tell_since(last_modified: str | None) -> None:
    if last_modified:
        output.say(f"What changes from now on: --since '{last_modified}'")
