"""Which access an option 82 names.

Source: the seed, "The endpoint enables service providers to lookup access-id using the option82 from the DHCP log";
ON-API 2.6.0 spec/option82_lookup.md.
"""

import msgspec
from starlette.responses import Response

from onapi.actions import dhcp_lookup as actions
from onapi.domain import option82
from onapi.web.call import Call
from onapi.web.routing import Endpoint, Operation, Parameter
from onapi.wire import dhcplookup as wire

_encode = msgspec.json.Encoder().encode


class Option82:
    """Answers `option82/{hex}`."""

    def __init__(self, lookup: actions.DhcpLookup) -> None:
        self._lookup = lookup

    def endpoint(self) -> Endpoint:
        """Return what the endpoint is."""
        return Endpoint(
            name="option82",
            path="option82",
            documentation="https://github.com/on-api/on-api/blob/master/2.6.0/spec/option82_lookup.md",
            note="Deprecated by the standard; dhcplookup finds the same.",
            operations=(
                Operation(
                    method="GET",
                    path="option82/{hex}",
                    handler=self.find,
                    summary="Find the access that an option 82 from a DHCP log names",
                    description="Its circuit id and its remote id, as far as they are there, must both be the "
                    "access's; other sub-options make no difference. An access is found if it is the only one, of "
                    "those that the caller sees or delivers on.",
                    parameters=(
                        Parameter(
                            name="hex",
                            place="path",
                            kind=wire.Option82,
                            description="The whole option, in hex of either case.",
                            required=True,
                        ),
                    ),
                    answers={200: wire.Found},
                    source="ON-API 2.6.0 spec/option82_lookup.md",
                ),
            ),
        )

    async def find(self, call: Call) -> Response:
        """Return the one access that the option names, or NotFound."""
        wanted = option82.read(call.path_ids["hex"]).identifiers
        access_id = await self._lookup.access(sp=call.sp, identifiers=wanted)
        return Response(_encode(wire.Found(access_id=access_id)), media_type="application/json")
