"""What network elements say of an access, for troubleshooting.

Source: the seed, "Fetch access equipment access interface status" and its neighbours; ON-API 2.6.0
spec/technical_info.md.
"""

from typing import TypeVar

from onapi.client import lists, tolerance
from onapi.client.binding import K, Resource, operation
from onapi.client.steps import Flow, quoted
from onapi.client.tech_models import Cpe, Group, Hardware, Lease, LinkStatus, MacEntry
from onapi.client.tolerance import Model

M = TypeVar("M", bound=Model)


class Tech(Resource[K]):
    """Below `tech/`: read live, so that an answer may take seconds."""

    @operation
    def hardware(self, access_id: str) -> Flow[Hardware]:
        """Return what is said of the element that the access is connected to."""
        return (yield from self._one(f"tech/access/{quoted(access_id)}/hardware", Hardware))

    @operation
    def link(self, access_id: str) -> Flow[LinkStatus]:
        """Return what is said of the access's port."""
        return (yield from self._one(f"tech/access/{quoted(access_id)}/link/status", LinkStatus))

    @operation
    def macs(self, access_id: str) -> Flow[list[MacEntry]]:
        """Return the stations behind the port."""
        return (yield from self._many(f"tech/access/{quoted(access_id)}/link/macaddresstable", MacEntry))

    @operation
    def leases(self, access_id: str) -> Flow[list[Lease]]:
        """Return the addresses that are leased to stations behind the port."""
        return (yield from self._many(f"tech/access/{quoted(access_id)}/link/leaseinfo", Lease))

    @operation
    def igmp(self, access_id: str) -> Flow[list[Group]]:
        """Return the multicast groups that the port receives."""
        return (yield from self._many(f"tech/access/{quoted(access_id)}/link/igmpsnooping", Group))

    @operation
    def cpe(self, access_id: str) -> Flow[Cpe]:
        """Return what is said of the operator's equipment at the customer's."""
        return (yield from self._one(f"tech/cpe/{quoted(access_id)}/status", Cpe))

    def _one(self, path: str, kind: type[M]) -> Flow[M]:
        answer = yield from self._ask(path)
        return tolerance.read(kind, tolerance.decode(answer.body))

    def _many(self, path: str, kind: type[M]) -> Flow[list[M]]:
        return (yield from lists.collected(self._around, path, lambda value: tolerance.read(kind, value)))
