"""The names by which DHCP knows an access, and the answer to who has them.

Source: the seed, "Get an accessId"; ON-API 2.6.0 spec/dhcplookup.md, spec/option82_lookup.md,
common/dataformats.md.
"""

from typing import Annotated

import msgspec

from onapi.wire.formats import Id, Wire

Option82 = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^52([0-9A-Fa-f]{2}){3,256}$",
        description="DHCPv4's option 82 in hex, whole: code, length and value.",
        examples=["520A01036162630203313233"],
    ),
]
Identifier = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        description="As it reads in UTF-8; where it does not read, its octets in hex after 0x.",
        examples=["eth 0/1", "0x000400640001"],
    ),
]


class DhcpIdentifier(Wire, kw_only=True):
    """The identifiers of an access; those that are not known are absent."""

    ipv4_circuit_id: Annotated[Identifier | None, msgspec.Meta(description="Option 82, sub-option 1.")] = None
    ipv4_remote_id: Annotated[Identifier | None, msgspec.Meta(description="Option 82, sub-option 2.")] = None
    ipv6_interface_id: Annotated[Identifier | None, msgspec.Meta(description="DHCPv6's option 18.")] = None
    ipv6_remote_id: Annotated[Identifier | None, msgspec.Meta(description="DHCPv6's option 37.")] = None


class Found(Wire, kw_only=True):
    """The one access that has them."""

    access_id: Id
