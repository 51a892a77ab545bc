"""What an SP may see of what is found behind a port that several SPs can share. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

KINDS = ("bb", "iptv", "voip", "unknown")
"""The kinds of service. Source: ON-API 2.6.0 spec/technical_info.md, "Example service types"."""

MULTICAST = "iptv"
"""The kind of service to which multicast groups belong."""

UNKNOWN = "unknown"
"""What is told where nobody knows the kind."""


# A port delivers some moments before the order is done and the subscription begins.
_SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an SP stands to an access that it knows.

    `allowed`: whether it may have technical information of it; `everything`: also of what others deliver there. `own`
    are the kinds of service that it delivers, each with the moment since when; `others` are the kinds of others.
    """

    allowed: bool
    everything: bool
    own: Mapping[str, datetime]
    others: frozenset[str]

    @property
    def sees_traffic(self) -> bool:
        """Whether the SP may see how much passes through the port: that is the business of who delivers there."""
        return self.everything or bool(self.own)

    @property
    def since(self) -> datetime | None:
        """From when on the SP may see what happened on the port; None is from ever."""
        return None if self.everything else min(self.own.values(), default=None)

    def shows(self, kind: str | None) -> bool:
        """Return whether the SP may see something of a kind of service; None is a kind that nobody knows.

        What several SPs deliver is nobody's for certain. So is what nobody knows, unless the SP is alone there.
        """
        if self.everything:
            return True
        if kind is None:
            return bool(self.own) and not self.others
        return kind in self.own and kind not in self.others

    def shows_lease(self, kind: str | None, *, last: datetime | None) -> bool:
        """Return whether the SP may see a lease, which was begun or renewed `last`; None is not known.

        One that was last renewed before the SP delivered there is its predecessor's, and may run for days.
        """
        since = self.own.get(kind) if kind else min(self.own.values(), default=None)
        late = last is None or since is None or last >= since - _SLACK
        return self.shows(kind) and (late or self.everything)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vlans:
    """The VLANs of an element, by kind of service."""

    kinds: Mapping[int, str]

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Vlans":
        """Read an element's options `vlan.bb`, `vlan.iptv`, `vlan.voip` and `vlan.unknown`, each one VLAN or several.

        A VLAN that two kinds have tells neither, and what is no number is no VLAN.
        """
        found: dict[int, set[str]] = {}
        for kind in KINDS:
            for number in options.get(f"vlan.{kind}", "").split(","):
                if number.isascii() and number.isdecimal():
                    found.setdefault(int(number), set()).add(kind)
        return cls(kinds={vlan: kind for vlan, kinds in found.items() for kind in kinds if len(kinds) == 1})

    @property
    def numbers(self) -> tuple[int, ...]:
        """All of them; empty when the element's options name none."""
        return tuple(sorted(self.kinds))

    def kind(self, vlan: int | None) -> str | None:
        """Return the kind of service of a VLAN, or None when nobody knows."""
        return None if vlan is None else self.kinds.get(vlan)
