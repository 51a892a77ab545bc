"""The catalogue as the CO reads and writes it; what an SP may order of it is elsewhere."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import msgspec

from onapi import ids
from onapi.domain import prices as domain_prices
from onapi.domain.catalogue import Service, ServiceType
from onapi.domain.catalogue_changes import Changes, Stored
from onapi.domain.characteristics import Rule
from onapi.domain.prices import Fee, Price
from onapi.storage import queries
from onapi.storage.tx import Tx

_SQL = queries.beside(__file__)


@dataclass(frozen=True, slots=True)
class _ServiceRow:
    """A row of services; `characteristics` is JSON."""

    name: str
    service_type: str
    down_kbps: int | None
    up_kbps: int | None
    populations: tuple[str, ...] | None
    sellers: tuple[ids.Sp, ...] | None
    offered_from: datetime | None
    offered_until: datetime | None
    takeover: bool
    comments: tuple[str, ...]
    characteristics: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class _PriceRow:
    service: str
    fee: Fee
    amount: Decimal
    price_group: int | None
    valid_from: date | None
    valid_until: date | None


async def lock_import(tx: Tx) -> None:
    """Keep other imports waiting until the transaction ends."""
    await _SQL["lock_import"].run(tx)


async def everything(tx: Tx) -> Stored:
    """Return the catalogue with what was withdrawn; alike only in a transaction or under the import lock."""
    types = await _SQL["types"].all(tx, ServiceType)
    prices: dict[str, list[Price]] = defaultdict(list)
    for row in await _SQL["prices"].all(tx, _PriceRow):
        price = Price(
            fee=row.fee,
            amount=row.amount,
            group=row.price_group,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        prices[row.service].append(price)
    rows = await _SQL["services"].all(tx, _ServiceRow)
    return Stored(
        types={one.name: one for one in types},
        services={row.name: _service(row, prices[row.name]) for row in rows},
        withdrawn=frozenset(row.name for row in rows if row.withdrawn),
    )


async def make(tx: Tx, changes: Changes) -> None:
    """Write what is different, and no other row, since whatever is written is news to SPs."""
    types = [*changes.new_types, *changes.changed_types]
    if types:
        await _SQL["put_types"].run(tx, rows=_json(types))
    if changes.rewritten:
        await _SQL["put_services"].run(tx, rows=_json([_service_columns(one) for one in changes.rewritten]))
    if changes.withdrawn:
        await _SQL["withdraw"].run(tx, services=[one.name for one in changes.withdrawn])
    if changes.repriced:
        await _SQL["drop_prices"].run(tx, services=[one.name for one in changes.repriced])
        rows = [_price_columns(one.name, price) for one in changes.repriced for price in one.prices]
        await _SQL["put_prices"].run(tx, rows=_json(rows))


async def unknown_sellers(tx: Tx, names: Collection[str]) -> list[str]:
    """Return which of the names are no SP's account, sorted."""
    return [row["name"] for row in await _SQL["unknown_sellers"].rows(tx, names=names)]


async def unknown_populations(tx: Tx, names: Collection[str]) -> list[str]:
    """Return which of the names are no access's population, sorted."""
    return [row["name"] for row in await _SQL["unknown_populations"].rows(tx, names=names)]


def _service(row: _ServiceRow, prices: list[Price]) -> Service:
    rules = msgspec.json.decode(row.characteristics, type=dict[str, Rule])
    return Service(
        name=row.name,
        service_type=row.service_type,
        down_kbps=row.down_kbps,
        up_kbps=row.up_kbps,
        populations=None if row.populations is None else tuple(sorted(row.populations)),
        sellers=None if row.sellers is None else tuple(sorted(row.sellers)),
        offered_from=row.offered_from,
        offered_until=row.offered_until,
        takeover=row.takeover,
        comments=row.comments,
        characteristics=dict(sorted(rules.items())),
        prices=domain_prices.sort(prices),
    )


def _service_columns(one: Service) -> dict[str, object]:
    return {
        "name": one.name,
        "service_type": one.service_type,
        "down_kbps": one.down_kbps,
        "up_kbps": one.up_kbps,
        "populations": one.populations,
        "sellers": one.sellers,
        "offered_from": one.offered_from,
        "offered_until": one.offered_until,
        "takeover": one.takeover,
        "comments": one.comments,
        "characteristics": {name: _rule(rule) for name, rule in one.characteristics.items()},
    }


def _rule(rule: Rule) -> dict[str, object]:
    columns: dict[str, object] = {"required": rule.required}
    if rule.values is not None:
        columns["values"] = rule.values
    return columns


def _price_columns(service: str, price: Price) -> dict[str, object]:
    return {
        "service": service,
        "fee": price.fee,
        "amount": str(price.amount),
        "price_group": price.group,
        "valid_from": price.valid_from,
        "valid_until": price.valid_until,
    }


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()
