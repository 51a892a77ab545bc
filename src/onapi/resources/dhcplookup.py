"""Which access DHCP's identifiers name.

Source: the seed, "Get an accessId"; ON-API 2.6.0 spec/dhcplookup.md.
"""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from onapi import errors
from onapi.actions import dhcp_lookup as actions
from onapi.domain import dhcp, option82
from onapi.domain.dhcp import Identifiers
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation, Parameter
from onapi.wire import dhcplookup as wire

_PARAMETERS = {
    "ipv4CircuitId": ("ipv4_circuit_id", "DHCPv4's option 82, sub-option 1."),
    "ipv4RemoteId": ("ipv4_remote_id", "DHCPv4's option 82, sub-option 2."),
    "ipv6InterfaceId": ("ipv6_interface_id", "DHCPv6's option 18."),
    "ipv6RemoteId": ("ipv6_remote_id", "DHCPv6's option 37."),
}
_OPTION82 = "ipv4option82"
_encode = msgspec.json.Encoder().encode
_CANONICAL = {name.lower(): name for name in (*_PARAMETERS, _OPTION82)}


class DhcpLookup:
    """Answers `dhcplookup/`."""

    def __init__(self, lookup: actions.DhcpLookup) -> None:
        self._lookup = lookup

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        identifiers = tuple(
            Parameter(name=name, place="query", kind=wire.Identifier, description=description)
            for name, (_, description) in _PARAMETERS.items()
        )
        whole = Parameter(name=_OPTION82, place="query", kind=wire.Option82, description="The whole option, in hex.")
        return Endpoint(
            name="dhcplookup",
            path="dhcplookup",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/dhcplookup.md",
            operations=(
                Operation(
                    method="GET",
                    path="dhcplookup",
                    handler=self.find,
                    summary="Find the access that has values from DHCP logs",
                    description="All that are given must be the access's; their names may be in any case. An access "
                    "is found if it is the only one, of those that the caller sees or delivers on.",
                    parameters=(*identifiers, whole),
                    answers={200: wire.Found},
                    refusals=((errors.NotFound, "No access has these values, or several have."),),
                    source="ON-API 2.6.0 spec/dhcplookup.md",
                ),
            ),
        )

    async def find(self, call: Call) -> Response:
        """Return the one access with these identifiers, or NotFound."""
        access_id = await self._lookup.access(sp=call.sp, identifiers=_wanted(call.query()))
        return Response(_encode(wire.Found(access_id=access_id)), media_type="application/json")


def _wanted(query: Mapping[str, str]) -> Identifiers:
    """Return what a query asks for; a parameter without a value asks for nothing, as identifiers are never empty."""
    given: dict[str, str] = {}
    for sent, value in query.items():
        name = _CANONICAL.get(sent.lower())
        if name in given:
            raise errors.Invalid(f"The parameter {name} is given twice.")
        if name is not None:
            given[name] = value
    octets = {
        _PARAMETERS[name][0]: dhcp.octets_of(value) for name, value in given.items() if name in _PARAMETERS and value
    }
    wanted = Identifiers(**octets)
    if given.get(_OPTION82):
        named = option82.read(given[_OPTION82]).identifiers
        both = wanted.also(named)
        if both is None:
            raise errors.NotFound("No access has these identifiers: the option names others than the parameters.")
        wanted = both
    elif not octets:
        raise errors.Invalid(f"This needs one of the parameters {', '.join(_CANONICAL.values())}.")
    return wanted
