"""Commands for troubleshooting: what network elements say, and which access DHCP's identifiers name."""

from typing import Annotated

import typer

from onapi.cli.sp.accesses import AccessId
from onapi.cli.sp.session import Session, command, group

app = group("What network elements say of an access.")
lookups = group("Find an access by DHCP's identifiers.")


@command(app)
def hardware(session: Session, access: AccessId) -> None:
    """Show the element that the access is connected to."""
    session.out.one(session.client.tech.hardware(access))


@command(app)
def link(session: Session, access: AccessId) -> None:
    """Show the access's port."""
    session.out.one(session.client.tech.link(access))


@command(app)
def macs(session: Session, access: AccessId) -> None:
    """List the stations behind the port."""
    session.out.many(session.client.tech.macs(access), ("mac", "service_type", "vlan", "port", "learnt_at"))


@command(app)
def leases(session: Session, access: AccessId) -> None:
    """List the addresses that are leased behind the port."""
    session.out.many(
        session.client.tech.leases(access), ("lease", "mac", "service_type", "start", "end", "last_renew")
    )


@command(app)
def igmp(session: Session, access: AccessId) -> None:
    """List the multicast groups that the port receives."""
    session.out.many(session.client.tech.igmp(access), ("multicast", "timestamp", "counter"))


@command(app)
def cpe(session: Session, access: AccessId) -> None:
    """Show the operator's equipment at the customer's."""
    session.out.one(session.client.tech.cpe(access))


@command(lookups)
def dhcp(
    session: Session,
    ipv4_circuit_id: Annotated[str | None, typer.Option(help="Option 82, sub-option 1.")] = None,
    ipv4_remote_id: Annotated[str | None, typer.Option(help="Option 82, sub-option 2.")] = None,
    ipv6_interface_id: Annotated[str | None, typer.Option(help="DHCPv6's option 18.")] = None,
    ipv6_remote_id: Annotated[str | None, typer.Option(help="DHCPv6's option 37.")] = None,
    ipv4_option82: Annotated[str | None, typer.Option("--ipv4-option82", help="Option 82, whole and in hex.")] = None,
) -> None:
    """Show the access that has all of these identifiers."""
    name = session.client.dhcplookup.find(
        ipv4_circuit_id=ipv4_circuit_id,
        ipv4_remote_id=ipv4_remote_id,
        ipv6_interface_id=ipv6_interface_id,
        ipv6_remote_id=ipv6_remote_id,
        ipv4_option82=ipv4_option82,
    )
    session.out.one(session.client.accesses.show(name))


@command(lookups)
def option82(
    session: Session, option: Annotated[str, typer.Argument(metavar="HEX", help="Option 82, whole, from a DHCP log.")]
) -> None:
    """Show the access that has this option 82."""
    session.out.one(session.client.accesses.show(session.client.option82.find(option)))
