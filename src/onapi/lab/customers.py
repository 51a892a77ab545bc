"""Who is at the ends of the switch's ports: customers, and the provider of Broadband."""

from dataclasses import dataclass

from onapi.lab.namespaces import Namespace

DEVICE = "eth0"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: an access, the switch's port that it is at, and a namespace with one device, DEVICE."""

    access_id: str
    port: str
    mac: str
    namespace: Namespace

    @property
    def dhclient(self) -> tuple[str, ...]:
        """Return the command that gets an address, and goes on in the background to keep it."""
        return ("dhclient", "-4", "-1", "-v", *self._files, DEVICE)

    @property
    def no_dhclient(self) -> tuple[str, ...]:
        """Return the command that gives the address back."""
        return ("dhclient", "-4", "-r", *self._files, DEVICE)

    @property
    def _files(self) -> tuple[str, ...]:
        # Where Debian's AppArmor profile lets dhclient write.
        stem = f"/run/dhclient-{self.namespace.name}"
        return ("-pf", f"{stem}.pid", "-lf", f"{stem}.leases")


def plug_in(namespace: Namespace, switch: Namespace, port: str, *, mac: str, address: str | None = None) -> None:
    """Make a namespace, and a cable from its DEVICE to a port of the switch; `address` is with its prefix length."""
    namespace.make()
    addressing = [f"addr add {address} dev {DEVICE}"] if address else []
    namespace.ip(
        f"link add {DEVICE} address {mac} type veth peer name {port} netns {switch.name}",
        *addressing,
        f"link set {DEVICE} up",
    )
    switch.ip(f"link set {port} up")
    namespace.without_offload(DEVICE)
