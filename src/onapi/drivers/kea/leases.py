"""The leases of an access, from Kea's tables and what is captured beside them."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from onapi.drivers.contract import Garbled, Identifiers, Sql, Unsupported
from onapi.drivers.kea import relayed, statements
from onapi.drivers.kea.kinds import Kind, Kinds
from onapi.drivers.readings import Binding

T = TypeVar("T")

_PREFIX = 2
_MAC = 6
# What a DUID with a MAC address in it begins with: its kind, and Ethernet.
_WITH_TIME, _WITHOUT_TIME = b"\x00\x01\x00\x01", b"\x00\x03\x00\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease4:
    """A DHCPv4 lease; `started` is None where nobody knows, `ends` where it never does."""

    address: int
    ip: str
    subnet: int
    hwaddr: bytes | None
    context: str | None
    given_at: datetime
    ends: datetime | None
    started: datetime | None

    @property
    def leased(self) -> str:
        """Return what is leased."""
        return self.ip

    @property
    def mac(self) -> bytes | None:
        """Return whose it is."""
        return self.hwaddr


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease6:
    """A DHCPv6 lease, of an address or, if `lease_type` is 2, of a prefix."""

    ip: str
    prefix_len: int | None
    lease_type: int
    subnet: int
    hwaddr: bytes | None
    duid: bytes | None
    context: str | None
    given_at: datetime
    ends: datetime | None
    started: datetime | None

    @property
    def is_prefix(self) -> bool:
        """Whether it is of a prefix."""
        return self.lease_type == _PREFIX

    @property
    def leased(self) -> str:
        """Return what is leased, with its length."""
        return f"{self.ip}/{self.prefix_len if self.is_prefix else 128}"

    @property
    def mac(self) -> bytes | None:
        """Return the MAC address that Kea has found out, or that the client has named itself after."""
        if self.hwaddr:
            return self.hwaddr
        duid = self.duid or b""
        if duid.startswith(_WITH_TIME):
            return duid[8:]
        return duid[4:] if duid.startswith(_WITHOUT_TIME) else None


async def bindings(database: Sql, kinds: Kinds, identifiers: Identifiers) -> tuple[Binding, ...]:
    """Return what is leased to an access; leases of devices whose MAC addresses nobody knows are left out.

    Raises:
        Unsupported: neither the circuit id nor the interface id is known.
    """
    if identifiers.ipv4_circuit_id is None and identifiers.ipv6_interface_id is None:
        raise Unsupported("The inventory has neither the ipv4CircuitId nor the ipv6InterfaceId of the access.")
    four, six = await of_access(database, identifiers)
    found: list[tuple[Lease4 | Lease6, Kind | None]] = [(lease, kinds.of_subnet(lease.subnet)) for lease in four]
    found += [(lease, kinds.of_subnet6(lease.subnet)) for lease in six]
    return tuple(
        Binding(
            ip=lease.leased,
            mac=lease.mac.hex(":").upper(),
            tech=kind.tech if kind else None,
            start=lease.started,
            end=lease.ends,
            renewed_at=lease.given_at,
        )
        for lease, kind in found
        if lease.mac is not None and len(lease.mac) == _MAC
    )


async def of_access(database: Sql, identifiers: Identifiers) -> tuple[list[Lease4], list[Lease6]]:
    """Return the leases of an access, or some of very many: of its circuit id, and of its interface id."""
    (answer,) = await database.execute([(statements.CAPTURES, [])])
    if len(answer) != 1 or not isinstance(captures := answer[0].get("captures"), bool):
        raise Garbled("Kea's database does not answer what it is asked.")
    # What is NULL equals nothing.
    four, six = await database.execute(
        [
            (statements.LEASES4_CAPTURED if captures else statements.LEASES4, [identifiers.ipv4_circuit_id]),
            (statements.LEASES6_CAPTURED if captures else statements.LEASES6, [identifiers.ipv6_interface_id]),
        ]
    )
    return (
        [lease for lease in read(four, Lease4) if relayed.is_from(identifiers, lease.context)],
        [lease for lease in read(six, Lease6) if relayed.is_from_6(identifiers, lease.context)],
    )


def read(rows: Sequence[Mapping[str, Any]], kind: type[T]) -> list[T]:
    """Return rows as values, whose fields are the columns.

    Raises:
        Garbled: they are other columns, or there is something else in them.
    """
    try:
        return [msgspec.convert(row, kind) for row in rows]
    except msgspec.ValidationError:
        raise Garbled("Kea's database has something else in a column than it should.") from None


def dotted(address: int) -> str:
    """Return an address as people write it."""
    return str(ipaddress.IPv4Address(address))
