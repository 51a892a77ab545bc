"""Which of the two texts a server follows, by what it sends, where they disagree."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from onapi.conformance import formats
from onapi.conformance.findings import Nothing, Unreachable
from onapi.conformance.levels import Reading
from onapi.conformance.server import Server


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that tells a reading, and what it was."""

    reading: Reading
    says: str


def read(server: Server) -> tuple[Sign, ...]:
    """Return all signs that the server's lists give, each sort once."""
    found: dict[str, Sign] = {}
    for look in (_of_no_accesses, _of_subscriptions, _of_services):
        try:
            for sign in look(server):
                found.setdefault(sign.says, sign)
        except (Nothing, Unreachable):
            continue
    return tuple(found.values())


def weigh(found: tuple[Sign, ...]) -> Reading:
    """Return the reading that most signs tell; without any, the standard's."""
    bitvis = sum(sign.reading is Reading.BITVIS for sign in found)
    return Reading.BITVIS if bitvis > len(found) / 2 else Reading.STANDARD


def of_characteristics(value: Any) -> Iterator[Sign]:
    """Yield what the characteristics of an order, a subscription or a service tell."""
    names = set(value) if isinstance(value, dict) else set()
    if "sla" in names:
        yield Sign(Reading.BITVIS, 'The characteristic is called "sla".')
    if "SLA" in names:
        yield Sign(Reading.STANDARD, 'The characteristic is called "SLA".')


def _of_no_accesses(server: Server) -> Iterator[Sign]:
    answer = server.listing("accesses")
    if answer.status == 404:
        yield Sign(Reading.STANDARD, "An empty list of accesses is 404.")
    if answer.status == 200 and answer.value == []:
        yield Sign(Reading.BITVIS, "An empty list of accesses is 200.")


def _of_subscriptions(server: Server) -> Iterator[Sign]:
    for seen in server.sample("subscriptions"):
        for subscription in seen.below("subscriptions"):
            begun, equipment = (subscription.value.get(name) for name in ("connectionDate", "equipment"))
            if formats.date_time(begun) is None:
                yield Sign(Reading.BITVIS, "connectionDate is a dateTime.")
            elif formats.day(begun) is None:
                yield Sign(Reading.STANDARD, "connectionDate is a date.")
            if isinstance(equipment, dict):
                yield Sign(Reading.BITVIS, "equipment is an object.")
            yield from of_characteristics(subscription.value.get("characteristics"))


def _of_services(server: Server) -> Iterator[Sign]:
    for _, single in server.singles("services", "accessId"):
        for one in single.objects:
            for service in one.get("services") or []:
                yield from of_characteristics(service.get("characteristics"))
