"""What an element's options say of the kinds of services: where Kea has the addresses of each. Pure."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from onapi.drivers.contract import Unsupported

TECHS = ("bb", "iptv", "voip", "unknown")

_MOST_ADDRESSES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of service: `client_class` lets into the pools of Kea's subnet with the number `subnet`.

    `fixed` are the first and the last address for those who order a fixed one and do not say which; `subnet6` is the
    number of the DHCPv6 server's subnet. Both are None where there is none.
    """

    tech: str
    subnet: int
    client_class: str
    fixed: tuple[int, int] | None
    subnet6: int | None


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds that an element serves, from its options; docs/explanation/kea.md has them."""

    by_tech: Mapping[str, Kind]

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Kinds":
        """Read an element's options.

        Raises:
            Unsupported: one is not what it should be, is missing beside another, or is there for two kinds.
        """
        found = {tech: _kind(options, tech) for tech in TECHS if _is_told(options, tech)}
        for name in ("subnet", "client_class", "subnet6"):
            told = [value for kind in found.values() if (value := getattr(kind, name)) is not None]
            if len(set(told)) != len(told):
                raise Unsupported(f"Two kinds of services have the same {name.replace('client_', '')} of Kea.")
        return cls(found)

    def tech(self, tech: str) -> Kind:
        """Return a kind.

        Raises:
            Unsupported: the element does not serve it.
        """
        kind = self.by_tech.get(tech)
        if kind is None:
            raise Unsupported(f"The element has no DHCP subnet for services of the kind {tech}.")
        return kind

    def of_subnet(self, number: int) -> Kind | None:
        """Return the kind whose subnet this is."""
        return next((kind for kind in self.by_tech.values() if kind.subnet == number), None)

    def of_subnet6(self, number: int) -> Kind | None:
        """Return the kind whose DHCPv6 subnet this is."""
        return next((kind for kind in self.by_tech.values() if kind.subnet6 == number), None)


def _is_told(options: Mapping[str, str], tech: str) -> bool:
    return any(f"{name}.{tech}" in options for name in ("subnet", "class", "fixed", "subnet6"))


def _kind(options: Mapping[str, str], tech: str) -> Kind:
    for name in ("subnet", "class"):
        if not options.get(f"{name}.{tech}"):
            raise Unsupported(f"The element's options for services of the kind {tech} lack {name}.{tech}.")
    client_class = options[f"class.{tech}"]
    if "," in client_class:
        raise Unsupported(f"{client_class!r} is more than one class.")
    fixed, subnet6 = options.get(f"fixed.{tech}"), options.get(f"subnet6.{tech}")
    return Kind(
        tech=tech,
        subnet=_number(options[f"subnet.{tech}"]),
        client_class=client_class,
        fixed=None if fixed is None else _range(fixed),
        subnet6=None if subnet6 is None else _number(subnet6),
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 2**32 - 1:
        raise Unsupported(f"{text!r} is no number of a subnet of Kea.")
    return int(text)


def _range(text: str) -> tuple[int, int]:
    try:
        first, last = (int(ipaddress.IPv4Address(part)) for part in text.split("-"))
    except ValueError:
        raise Unsupported(f"{text!r} is not of the form 192.0.2.100-192.0.2.199.") from None
    if not 0 <= last - first < _MOST_ADDRESSES:
        raise Unsupported(f"{text!r} has no addresses, or more than {_MOST_ADDRESSES}.")
    return first, last
