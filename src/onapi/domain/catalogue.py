"""The catalogue: what is sold, where, by whom, and for how much; and its file's form.

Source: ON-API 2.6.0 spec/services.md and spec/invoice_specification.md for the words; the form is ours
(docs/reference/catalogue.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from enum import StrEnum

from onapi import errors, ids
from onapi.domain import characteristics as settings
from onapi.domain import prices
from onapi.domain.catalogue_fields import Fields, Flaw, below, shown, text_flaw
from onapi.domain.characteristics import Rule
from onapi.domain.prices import Price


class Tech(StrEnum):
    """The serviceType of technical information."""

    BB = "bb"
    IPTV = "iptv"
    VOIP = "voip"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceType:
    """A kind of service; at most one subscription of an `exclusive` one is on an access, whoever sells it."""

    name: str
    exclusive: bool
    tech: Tech


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service; speeds in kbit/s.

    None: `populations` everywhere, `sellers` every SP, `offered_from` and `offered_until` always. Populations and
    sellers are sorted, characteristics by name, prices by `prices.sort`.
    """

    name: str
    service_type: str
    down_kbps: int | None = None
    up_kbps: int | None = None
    populations: tuple[str, ...] | None = None
    sellers: tuple[ids.Sp, ...] | None = None
    offered_from: datetime | None = None
    offered_until: datetime | None = None
    takeover: bool = False
    comments: tuple[str, ...] = ()
    characteristics: Mapping[str, Rule] = field(default_factory=dict, hash=False)
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All that is sold: types and services, each by name."""

    types: tuple[ServiceType, ...] = ()
    services: tuple[Service, ...] = ()


_FASTEST = 2**31 - 1
_BIGGEST = 2**53 - 1
"""The biggest number that every reader of JSON reads exactly."""
_MOST_CHARACTERISTICS = 50
_TOP_KEYS = ("types", "services")
TYPE_KEYS = ("name", "exclusive", "tech")
SERVICE_KEYS = (
    *("name", "type", "down", "up", "populations", "sellers", "from", "until", "takeover", "comments"),
    *("characteristics", "prices"),
)


def read(raw: object) -> Catalogue | list[Flaw]:
    """Return the catalogue that a file describes, or everything that is wrong with it.

    Args:
        raw: a mapping of text, whole numbers, Decimals, booleans, None, lists and mappings; dates are text.
    """
    flaws: list[Flaw] = []
    top = Fields(raw, "", flaws, _TOP_KEYS)
    top.needs(*_TOP_KEYS)
    types = [_service_type(item, place, flaws) for place, item in top.items("types")]
    services = [_service(item, place, flaws) for place, item in top.items("services")]
    _find_twins("types", [one.name for one in types], flaws)
    _find_twins("services", [one.name for one in services], flaws)
    known = {one.name for one in types}
    for number, one in enumerate(services):
        if one.service_type and one.service_type not in known:
            has = ", ".join(sorted(filter(None, known))) or "none"
            place = below(below("services", number), "type")
            flaws.append(Flaw(place, shown(one.service_type), f"is none of the types of this file; they are: {has}"))
    if flaws:
        return flaws
    return Catalogue(types=tuple(sorted(types, key=_name)), services=tuple(sorted(services, key=_name)))


def write(catalogue: Catalogue) -> dict[str, object]:
    """Return the catalogue as `read` takes it; what is as it would be without a key has none."""
    types = [{"name": one.name, "exclusive": one.exclusive, "tech": str(one.tech)} for one in catalogue.types]
    return {"types": types, "services": [_written(one) for one in catalogue.services]}


def _service_type(raw: object, place: str, flaws: list[Flaw]) -> ServiceType:
    fields = Fields(raw, place, flaws, TYPE_KEYS)
    fields.needs("name", "exclusive", "tech")
    return ServiceType(name=fields.text("name"), exclusive=fields.flag("exclusive"), tech=fields.word("tech", Tech))


def _service(raw: object, place: str, flaws: list[Flaw]) -> Service:
    fields = Fields(raw, place, flaws, SERVICE_KEYS)
    fields.needs("name", "type")
    offered_from, offered_until = fields.moment("from"), fields.moment("until")
    if offered_from and offered_until and offered_until <= offered_from:
        fields.flaw("until", "must be later than from")
    return Service(
        name=fields.text("name"),
        service_type=fields.text("type"),
        down_kbps=fields.number("down", "kbit/s", 1, _FASTEST),
        up_kbps=fields.number("up", "kbit/s", 1, _FASTEST),
        populations=fields.names("populations", "everywhere"),
        sellers=_sellers(fields),
        offered_from=offered_from,
        offered_until=offered_until,
        takeover=fields.flag("takeover"),
        comments=fields.texts("comments"),
        characteristics=_characteristics(fields, flaws),
        prices=prices.read(fields, flaws),
    )


def _sellers(fields: Fields) -> tuple[ids.Sp, ...] | None:
    names = fields.names("sellers", "every provider")
    for name in names or ():
        try:
            ids.sp(name)
        except errors.Invalid as error:
            fields.flaw("sellers", error.cause.rstrip("."))
    return None if names is None else tuple(map(ids.Sp, names))


def _characteristics(fields: Fields, flaws: list[Flaw]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for spelling, place, item in fields.pairs("characteristics"):
        name = settings.name(spelling)
        rule = Fields(item, place, flaws, ("required", "values"))
        reason = text_flaw(spelling)
        if reason or name in rules:
            flaws.append(Flaw(place, shown(spelling), reason or f"is {name}, which is there in another spelling"))
        rules[name] = Rule(required=rule.flag("required"), values=_values(rule, name, flaws))
    if len(rules) > _MOST_CHARACTERISTICS:
        fields.flaw("characteristics", f"has {len(rules)} names; at most {_MOST_CHARACTERISTICS} are taken")
    return dict(sorted(rules.items()))


def _values(rule: Fields, name: str, flaws: list[Flaw]) -> tuple[str | bool | int, ...] | None:
    values: list[str | bool | int] = []
    listed = list(rule.items("values"))
    for place, item in listed:
        reason = _value_flaw(name, item)
        if reason is None and isinstance(item, str | int):
            values.append(item)
        else:
            flaws.append(Flaw(place, shown(item), reason or ""))
    if listed and name == settings.IP_ADDRESSES:
        rule.flaw("values", "cannot be listed: the addresses are the provider's to choose")
    # In Python True is 1; in the catalogue it is not.
    if len({(type(value), value) for value in values}) < len(values):
        rule.flaw("values", "has a value twice")
    if rule.is_empty("values"):
        rule.flaw("values", "is an empty list; leave it out for any value")
    return tuple(values) if listed else None


def _value_flaw(name: str, value: object) -> str | None:
    if name == settings.FIXED_IP:
        return None if isinstance(value, bool) else "must be true or false"
    if isinstance(value, int):
        return None if abs(value) <= _BIGGEST else "is too big a number"
    return text_flaw(value) and "must be text of at most 255 characters in one line, a whole number, true or false"


def _find_twins(key: str, names: list[str], flaws: list[Flaw]) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            place = below(below(key, number), "name")
            flaws.append(Flaw(place, shown(name), "is the name of another one further up"))
        seen.update(filter(None, [name]))


def _name(one: ServiceType | Service) -> str:
    return one.name


def _written(one: Service) -> dict[str, object]:
    everything: dict[str, object] = {
        "name": one.name,
        "type": one.service_type,
        "down": one.down_kbps,
        "up": one.up_kbps,
        "populations": None if one.populations is None else list(one.populations),
        "sellers": None if one.sellers is None else list(map(str, one.sellers)),
        "from": _moment_text(one.offered_from),
        "until": _moment_text(one.offered_until),
        "takeover": one.takeover or None,
        "comments": list(one.comments) or None,
        "characteristics": {name: _written_rule(rule) for name, rule in one.characteristics.items()} or None,
        "prices": [prices.write(price) for price in one.prices] or None,
    }
    return {key: value for key, value in everything.items() if value is not None}


def _written_rule(rule: Rule) -> dict[str, object]:
    written: dict[str, object] = {"required": rule.required}
    if rule.values is not None:
        written["values"] = list(rule.values)
    return written


def _moment_text(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    if moment.astimezone(UTC).time() == time():
        return moment.astimezone(UTC).date().isoformat()
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
