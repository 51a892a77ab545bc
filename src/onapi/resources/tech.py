"""What network elements say of an access.

Source: the seed, "The information communicated is intended for troubleshooting purposes"; ON-API 2.6.0
spec/technical_info.md.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.responses import Response

from onapi import errors, ids
from onapi.actions import technical as actions
from onapi.actions import technical_documents as documents
from onapi.drivers.guard import Aged
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Handler, Operation
from onapi.wire import tech as wire

_SOURCE = "ON-API 2.6.0 spec/technical_info.md"
_OF_ELEMENTS = (
    "Asked of the network element, or up to {} seconds old: `Age` tells. What it does not tell is not there."
)
_REFUSALS = (
    (
        errors.Forbidden,
        "The caller delivers nothing on this access, has no open ticket there, and no agreement that says all.",
    ),
    (errors.Unsupported, "The network element cannot tell this."),
)
_encode = msgspec.json.Encoder().encode


class Tech:
    """Answers `tech/access/{accessId}/…` and `tech/cpe/{accessId}/status`."""

    def __init__(self, technical: actions.Technical) -> None:
        self._technical = technical

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="tech",
            path="tech",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/technical_info.md",
            note="Below it are access/{accessId}/hardware, …/link/status, …/link/macaddresstable, …/link/leaseinfo, "
            "…/link/igmpsnooping, and cpe/{accessId}/status.",
            operations=(
                *self._operation("hardware", self.hardware, "the access's network element", wire.Hardware, 60),
                *self._operation("link/status", self.link_status, "the access's port", wire.LinkStatus, 10),
                *self._operation(
                    "link/macaddresstable", self.macs, "the stations behind it", list[wire.MacEntry], 30
                ),
                *self._operation("link/leaseinfo", self.leases, "the leases behind it", list[wire.Lease], 30),
                *self._operation("link/igmpsnooping", self.groups, "its multicast groups", list[wire.Group], 30),
                _described(
                    "tech/cpe/{accessId}/status", self.cpe_status, "what stands at the customer's", wire.CpeStatus, 30
                ),
            ),
        )

    async def hardware(self, call: Call) -> Response:
        """Return the state of the access's element."""
        told = await self._technical.hardware(sp=call.sp, access_id=_access(call))
        return _answer(told, documents.hardware(told.value))

    async def link_status(self, call: Call) -> Response:
        """Return the state of the access's port."""
        told = await self._technical.link(sp=call.sp, access_id=_access(call))
        return _answer(told, documents.link_status(told.value, call.known_caller.dialect, datetime.now(UTC)))

    async def macs(self, call: Call) -> Response:
        """Return the stations behind the access's port."""
        told = await self._technical.macs(sp=call.sp, access_id=_access(call))
        return _answer(told, documents.macs(told.value))

    async def leases(self, call: Call) -> Response:
        """Return the leases behind the access's port."""
        told = await self._technical.leases(sp=call.sp, access_id=_access(call))
        return _answer(told, documents.leases(told.value))

    async def groups(self, call: Call) -> Response:
        """Return the multicast groups of the access's port."""
        told = await self._technical.groups(sp=call.sp, access_id=_access(call))
        return _answer(told, documents.groups(told.value))

    async def cpe_status(self, call: Call) -> Response:
        """Return the state of what stands at the customer's."""
        told = await self._technical.cpe(sp=call.sp, access_id=_access(call))
        return _answer(told, documents.cpe_status(told.value, call.known_caller.dialect))

    def _operation(self, what: str, handler: Handler, of: str, kind: Any, most_s: int) -> tuple[Operation, Operation]:
        """Return an operation, and the same under the path that the standard's examples have."""
        return (
            _described(f"tech/access/{{accessId}}/{what}", handler, of, kind, most_s),
            _described(f"tech/{{accessId}}/access/{what}", handler, of, kind, most_s, hidden=True),
        )


def _described(path: str, handler: Handler, of: str, kind: Any, most_s: int, *, hidden: bool = False) -> Operation:
    return Operation(
        method="GET",
        path=path,
        handler=handler,
        summary=f"Get the state of {of}",
        description=_OF_ELEMENTS.format(most_s),
        answers={200: kind},
        refusals=_REFUSALS,
        source=_SOURCE,
        hidden=hidden,
    )


def _access(call: Call) -> ids.AccessId:
    return ids.access_id(call.path_ids["accessId"])


def _answer(told: Aged[Any], document: Any) -> Response:
    return Response(_encode(document), headers={"Age": str(int(told.age_s))}, media_type="application/json")
