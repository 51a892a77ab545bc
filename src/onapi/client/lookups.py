"""Which access DHCP's identifiers name.

Source: the seed, "Get an accessId"; ON-API 2.6.0 spec/dhcplookup.md, spec/option82_lookup.md.
"""

from onapi.client import tolerance
from onapi.client.accesses import Access
from onapi.client.binding import K, Resource, operation
from onapi.client.steps import Flow, quoted


class DhcpLookup(Resource[K]):
    """Below `dhcplookup/`."""

    @operation
    def find(
        self,
        *,
        ipv4_circuit_id: str | None = None,
        ipv4_remote_id: str | None = None,
        ipv6_interface_id: str | None = None,
        ipv6_remote_id: str | None = None,
        ipv4_option82: str | None = None,
    ) -> Flow[str]:
        """Return the accessId of the one access that has all of these, or raise NotFound."""
        query = {
            "ipv4CircuitId": ipv4_circuit_id,
            "ipv4RemoteId": ipv4_remote_id,
            "ipv6InterfaceId": ipv6_interface_id,
            "ipv6RemoteId": ipv6_remote_id,
            "ipv4option82": ipv4_option82,
        }
        answer = yield from self._ask("dhcplookup/", query=query)
        return tolerance.read(Access, tolerance.decode(answer.body)).access_id


class Option82(Resource[K]):
    """Below `option82/`."""

    @operation
    def find(self, option82: str) -> Flow[str]:
        """Return the accessId of the access that has this option 82, whole and in hex, or raise NotFound."""
        answer = yield from self._ask(f"option82/{quoted(option82)}")
        return tolerance.read(Access, tolerance.decode(answer.body)).access_id
