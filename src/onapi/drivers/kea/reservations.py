"""A reservation of Kea, and the record of who has it and for what, which is in its user context. Pure.

A service that is blocked keeps its row, and the address in it, under a kind of identifier by which Kea looks for
nobody; so the customer gets no lease, and nobody else gets the address.
"""

import ipaddress
from dataclasses import dataclass
from typing import Any

import msgspec

from onapi.drivers.contract import Delivery, Drifted, Port
from onapi.drivers.kea.kinds import Kind, Kinds
from onapi.drivers.kea.statements import CIRCUIT_ID, FLEX_ID

_RECORD = "onapi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A delivery, as far as DHCP has to do with it.

    `addresses` are those that were ordered; `fixed` alone is any address that stays the same.
    """

    access: str
    slot: str
    subscription: str
    service: str
    tech: str
    blocked: bool
    fixed: bool
    addresses: tuple[str, ...]

    @classmethod
    def of(cls, port: Port, delivery: Delivery | None) -> "Service | None":
        """Return what a delivery is here."""
        if delivery is None:
            return None
        addresses = tuple(str(address) for address in delivery.characteristics.get("ipAddresses") or ())
        return cls(
            access=port.access_id,
            slot=port.slot,
            subscription=delivery.subscription_id,
            service=delivery.service,
            tech=delivery.tech,
            blocked=delivery.blocked,
            fixed=bool(addresses) or delivery.characteristics.get("fixedIp") is True,
            addresses=addresses,
        )

    @property
    def identifier(self) -> int:
        """Return the kind of identifier under which it is reserved."""
        return FLEX_ID if self.blocked else CIRCUIT_ID

    @property
    def address(self) -> int | None:
        """Return the IPv4 address that was ordered; None when it is not one."""
        try:
            (address,) = self.addresses
            return int(ipaddress.IPv4Address(address.removesuffix("/32")))
        except ValueError:
            return None

    def written(self, context: str | None) -> str:
        """Return a reservation's user context with this record in it; what others have there stays."""
        return _written({**_decoded(context), _RECORD: self})

    def delivery(self, address: int | None) -> Delivery:
        """Return the delivery; speeds are not DHCP's."""
        told = [] if address is None else [str(ipaddress.IPv4Address(address))]
        return Delivery(
            subscription_id=self.subscription,
            service=self.service,
            tech=self.tech,
            blocked=self.blocked,
            characteristics={"ipAddresses": told} if told else {},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of Kea's table `hosts`; `version` is another after every change of it."""

    host_id: int
    version: str
    kind: int
    subnet: int
    address: int | None
    classes: str | None
    context: str | None

    def service(self) -> Service | None:
        """Return what is recorded; None when that was not written here."""
        told = _decoded(self.context).get(_RECORD)
        try:
            service = msgspec.convert(told, Service)
        except msgspec.ValidationError:
            return None
        # Written again it must be the same, or it was not written here.
        return service if _written(service) == _written(told) else None

    def differences(self, service: Service, kind: Kind) -> list[str]:
        """Return in what the row is otherwise than its record says."""
        comparisons: dict[str, tuple[object, object]] = {
            "subnet": (self.subnet, kind.subnet),
            "identifier": (self.kind, service.identifier),
            "class": (self.classes, kind.client_class),
            "address": (self._is_at(service), True),
        }
        return [name for name, (found, wanted) in comparisons.items() if found != wanted]

    def _is_at(self, service: Service) -> bool:
        if service.addresses:
            return self.address == service.address
        return (self.address is not None) == service.fixed


@dataclass(frozen=True, slots=True)
class Reserved:
    """What a row has come to hold when it was written."""

    address: int | None


def standing(rows: list[Row], kinds: Kinds) -> dict[str, tuple[Row, Service]]:
    """Return the reservations of a circuit id that were made here, by their slots.

    Others' are none of ours, unless they are in a subnet where only we reserve.

    Raises:
        Drifted: somebody else has made or changed one.
    """
    found: dict[str, tuple[Row, Service]] = {}
    for row in rows:
        service = row.service()
        if service is None:
            if kinds.of_subnet(row.subnet) is not None:
                raise Drifted("Somebody else has made a reservation for the access.")
            continue
        wrong = row.differences(service, kinds.tech(service.tech))
        if wrong or service.slot in found:
            raise Drifted(
                f"Somebody else has changed the access's reservation: {' and '.join(wrong) or 'it is twice'}."
            )
        found[service.slot] = row, service
    return found


def _written(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _decoded(context: str | None) -> dict[str, Any]:
    try:
        decoded: Any = msgspec.json.decode(context or "{}")
    except (msgspec.DecodeError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}
