"""Which fixed addresses will do for a service: those that were ordered, if Kea's subnet has them. Pure."""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from onapi.drivers.contract import Garbled, Rejected, Unsupported
from onapi.drivers.kea.kinds import Kind
from onapi.drivers.kea.reservations import Service

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet as Kea has it configured, and the routers that it tells of."""

    network: ipaddress.IPv4Network
    routers: frozenset[str]

    def refuse_beyond(self, wanted: Range) -> None:
        """See that customers can have these addresses here.

        Raises:
            Rejected: they cannot.
        """
        for number in wanted:
            address = ipaddress.IPv4Address(number)
            if address not in self.network:
                raise Rejected(f"{address} is not in the subnet {self.network}.")
            if str(address) in self.routers or address in (
                self.network.network_address,
                self.network.broadcast_address,
            ):
                raise Rejected(f"{address} is no address for a customer in the subnet {self.network}.")


def wanted(service: Service, kind: Kind, held: int | None) -> Range | None:
    """Return the first and the last address that will do, None for no fixed one; `held` is what it has already.

    Raises:
        Rejected: what was ordered cannot be reserved.
    """
    if not service.fixed:
        return None
    if service.addresses:
        if service.address is None:
            raise Rejected(f"Kea reserves one IPv4 address for an access, and not {' and '.join(service.addresses)}.")
        return service.address, service.address
    if held is not None:
        return held, held
    if kind.fixed is None:
        raise Rejected(
            f"There is no pool of fixed addresses for services of the kind {kind.tech}; ipAddresses must say which."
        )
    return kind.fixed


def subnet(configuration: Mapping[str, Any], number: int) -> Subnet:
    """Find a subnet in the answer to `config-get`.

    Raises:
        Unsupported: Kea has none of that number.
        Garbled: the answer is none.
    """
    try:
        for one in _subnets(configuration["arguments"]["Dhcp4"]):
            if one["id"] == number:
                told = [option["data"] for option in one["option-data"] if option.get("name") == "routers"]
                routers = frozenset(router.strip() for data in told for router in data.split(","))
                return Subnet(ipaddress.IPv4Network(one["subnet"]), routers)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Garbled("Kea tells a configuration that nobody can read.") from None
    raise Unsupported(f"Kea has no subnet with the number {number}.")


def _subnets(dhcp4: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from dhcp4["subnet4"]
    for network in dhcp4["shared-networks"]:
        yield from network["subnet4"]
