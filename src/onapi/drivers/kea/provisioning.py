"""Makes Kea lease addresses to an access for a service, or stop doing so.

The reservation is read, and says what is delivered. The change is one transaction, which only holds if that is still
as it was read. Then the leases that the access may have no more are taken from the running Kea; so whoever repeats a
change that broke off in the middle finishes it.
"""

from dataclasses import dataclass

from onapi.drivers.contract import (
    Control,
    Delivery,
    Drifted,
    Identifiers,
    Port,
    Rejected,
    Sql,
    Unsupported,
)
from onapi.drivers.kea import addresses, leases, reservations, statements
from onapi.drivers.kea.ending import Ending
from onapi.drivers.kea.kinds import Kind, Kinds
from onapi.drivers.kea.reservations import Reserved, Row, Service

_TRIES = 3
"""How often a reservation is looked at when it changes between being read and being written."""

_LONGEST_CIRCUIT_ID = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A Kea: the ways to it, and the kinds of services that it serves."""

    database: Sql
    control: Control
    kinds: Kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What is to be served to a circuit id in place of what."""

    circuit_id: bytes
    slot: str
    kind: Kind
    old: Service | None
    new: Service | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """What is reserved now: at which fixed address, whether that is new, and whether it is all that the kind has."""

    address: int | None
    is_new: bool
    is_alone: bool = True


async def provision(server: Server, port: Port, before: Delivery | None, after: Delivery | None) -> str:
    """Have Kea serve `after` instead of `before`, and say what was done; see `contract.Provisions`."""
    circuit_id = _circuit_id(port.identifiers)
    old, new = Service.of(port, before), Service.of(port, after)
    either = new or old
    if either is None:
        return "It was so already."
    if old is not None and old.tech != either.tech:
        raise Unsupported("A service does not become one of another kind.")
    kind = server.kinds.tech(either.tech)
    ending = Ending.of(kind, old, new)
    if ending is not None:
        # What could not be finished is not begun.
        await ending.be_able(server.control)
    change = _Change(circuit_id=circuit_id, slot=port.slot, kind=kind, old=old, new=new)
    recorded = await _record(server, change)
    ended = 0
    if ending is not None and recorded.is_alone:
        ended = await ending.carry_out(server.database, server.control, port.identifiers, recorded.address)
    return _told(change, recorded, ended)


async def deliveries(server: Server, identifiers: Identifiers) -> dict[str, Delivery]:
    """Return what an access is served; see `contract.ReadsDeliveries`."""
    rows = await _rows(server.database, _circuit_id(identifiers))
    found = reservations.standing(rows, server.kinds)
    return {slot: service.delivery(row.address) for slot, (row, service) in found.items()}


def _circuit_id(identifiers: Identifiers) -> bytes:
    circuit_id = identifiers.ipv4_circuit_id
    if not circuit_id:
        raise Unsupported("The inventory has no ipv4CircuitId of the access, by which Kea would know it.")
    if len(circuit_id) > _LONGEST_CIRCUIT_ID:
        raise Unsupported(
            f"The access's ipv4CircuitId has more than the {_LONGEST_CIRCUIT_ID} octets that Kea takes."
        )
    return circuit_id


async def _rows(database: Sql, circuit_id: bytes) -> list[Row]:
    (rows,) = await database.execute([(statements.RESERVATIONS, [circuit_id])])
    return leases.read(rows, Row)


async def _record(server: Server, change: _Change) -> _Recorded:
    """Write the change to the database, unless it is there."""
    for _ in range(_TRIES):
        standing = reservations.standing(await _rows(server.database, change.circuit_id), server.kinds)
        row, holds = standing.pop(change.slot, (None, None))
        if holds not in (change.old, change.new):
            raise Drifted("The access's reservation is for something else.")
        is_alone = all(other.tech != change.kind.tech for _row, other in standing.values())
        if change.new is not None and not is_alone:
            raise Unsupported("The access has a service of this kind already, and one DHCP subnet for both.")
        if holds == change.new:
            return _Recorded(address=row.address if row else None, is_new=False, is_alone=is_alone)
        recorded = None
        if change.new is not None:
            recorded = await _written(server, change, row, change.new)
        elif row is not None:
            recorded = await _erased(server.database, row)
        if recorded is not None:
            return recorded
    raise Drifted("Somebody else keeps changing the access's reservation.")


async def _erased(database: Sql, row: Row) -> _Recorded | None:
    """Reserve nothing any more; None when the row has changed meanwhile."""
    erasure = (statements.DELETE, [row.host_id, row.version])
    _, erased = await database.execute([(statements.ONE_AT_A_TIME, []), erasure])
    return _Recorded(address=None, is_new=True) if erased else None


async def _written(server: Server, change: _Change, row: Row | None, new: Service) -> _Recorded | None:
    """Reserve, or reserve otherwise; None when the row has changed meanwhile."""
    held, context = (row.address, row.context) if row else (None, None)
    wanted = addresses.wanted(new, change.kind, held)
    if wanted is not None and wanted != (held, held):
        configuration = await server.control.command("config-get", {})
        addresses.subnet(configuration, change.kind.subnet).refuse_beyond(wanted)
    first, last = wanted or (None, None)
    # Sub-option 1, its length and its octets, as Kea writes them down with a lease.
    own_leases = f"%{bytes([1, len(change.circuit_id)]).hex()}{change.circuit_id.hex()}%"
    free = [change.kind.subnet, first, last, row.host_id if row else None, own_leases]
    columns = [new.identifier, change.kind.client_class, new.written(context)]
    statement = (
        (statements.INSERT, [*free, change.circuit_id, *columns])
        if row is None
        else (statements.UPDATE, [*free, row.version, *columns])
    )
    _, reserved, still_free = await server.database.execute(
        [(statements.ONE_AT_A_TIME, []), statement, (statements.FREE, free)]
    )
    for reservation in leases.read(reserved, Reserved):
        return _Recorded(address=reservation.address, is_new=True)
    if wanted is not None and not still_free:
        raise Rejected(_taken(wanted))
    return None


def _taken(wanted: tuple[int, int]) -> str:
    first, last = (leases.dotted(address) for address in wanted)
    if first == last:
        return f"{first} is reserved for another access, or leased to one."
    return f"None of the addresses from {first} to {last} is free."


def _told(change: _Change, recorded: _Recorded, ended: int) -> str:
    old, new = change.old, change.new
    leases_ended = f" {ended} of its leases {'is' if ended == 1 else 'are'} ended." if ended else ""
    if not recorded.is_new:
        return f"It was so already.{leases_ended}"
    if new is None:
        return f"No addresses are leased any more.{leases_ended}"
    if new.blocked:
        return f"No addresses are leased for {new.service} while it is blocked.{leases_ended}"
    instead = f" instead of {old.service}" if old is not None and old.service != new.service else ""
    at = "" if recorded.address is None else f" at {leases.dotted(recorded.address)}"
    return f"Addresses are leased for {new.service}{instead}{at}.{leases_ended}"
