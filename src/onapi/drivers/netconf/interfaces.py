"""What the standard models say of ports and hardware. Pure.

Sources: RFC 8343 and, for older elements, RFC 7223 (ietf-interfaces); RFC 8348 (ietf-hardware); RFC 7317
(ietf-system); IEEE 802.3.2 (ieee802-ethernet-interface).
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from onapi.drivers.netconf import tree
from onapi.drivers.netconf.tree import Tree
from onapi.drivers.readings import Counters, Hardware, Link, Traffic

INTERFACES = "urn:ietf:params:xml:ns:yang:ietf-interfaces"
HARDWARE = "urn:ietf:params:xml:ns:yang:ietf-hardware"
SYSTEM = "urn:ietf:params:xml:ns:yang:ietf-system"
ETHERNET = "urn:ieee:std:802.3:yang:ieee802-ethernet-interface"

_FLAGS = {"true": True, "false": False}
_UP = {"up": True, "down": False, "dormant": False, "not-present": False, "lower-layer-down": False, "testing": False}
_LARGEST = 2**64 - 1


def ask_interfaces(part: str, port: str | None = None) -> str:
    """Return the filter for one port or all; `part` is what is wanted of each, as XML, or nothing for all of it."""
    inside = (tree.leaf("name", port) if port is not None else "<name/>" if part else "") + part
    one = tree.element("interface", inside) if inside else "<interface/>"
    return tree.element("interfaces", one, INTERFACES) + tree.element("interfaces-state", one, INTERFACES)


def ask_hardware() -> str:
    """Return the filter for the element as a whole."""
    wanted = "<class/><mfg-name/><model-name/>"
    hardware = tree.element("hardware", tree.element("component", "<name/>" + wanted), HARDWARE)
    return hardware + tree.element("system-state", "<clock/><platform/>", SYSTEM)


def names(told: Tree) -> tuple[str, ...]:
    """Return the names of the ports."""
    found = (tree.text_of(one, "name", INTERFACES) for one in _rows(told))
    return tuple(dict.fromkeys(name for name in found if name is not None))


def link(told: Tree, port: str) -> Link | None:
    """Return the state of a port, None when the element has none of that name."""
    rows = [row for row in _rows(told) if tree.text_of(row, "name", INTERFACES) == port]
    if not rows:
        return None
    up = _UP.get(_first(rows, "oper-status") or "")
    enabled, admin = _FLAGS.get(_first(rows, "enabled") or ""), _first(rows, "admin-status")
    speed = _count(_first(rows, "speed"))
    duplex = _first(rows, "ethernet/duplex", ETHERNET)
    auto = _FLAGS.get(_first(rows, "ethernet/auto-negotiation/enable", ETHERNET) or "")
    return Link(
        up=up,
        admin_down={"up": False, "down": True}.get(admin or "", None if enabled is None else not enabled),
        full_duplex={"full": True, "half": False}.get(duplex or "") if up else None,
        since=_time(_first(rows, "last-change")),
        speed_mbps=speed // 1_000_000 or None if speed is not None and up else None,
        configured="auto" if auto else None,
    )


def counters(told: Tree, now: datetime) -> dict[str, Counters]:
    """Return what is counted, by the names of the ports; a port that counts nothing is left out."""
    found = {}
    for row in _rows(told):
        name = tree.text_of(row, "name", INTERFACES)
        stats = row.find(f"{{{INTERFACES}}}statistics")
        if name is not None and stats is not None:
            found[name] = Counters(
                read_at=now,
                input=_traffic(stats, "in"),
                output=_traffic(stats, "out"),
                reset_at=_time(tree.text_of(stats, "discontinuity-time", INTERFACES)),
            )
    return found


def hardware(told: Tree) -> Hardware:
    """Return the element as a whole; vendor and model are those of the chassis."""
    components = list(told.iter(f"{{{HARDWARE}}}component"))
    chassis = [one for one in components if (tree.text_of(one, "class", HARDWARE) or "").endswith("chassis")]
    first = chassis[0] if chassis else None
    state = told.find(f"{{{SYSTEM}}}system-state")
    return Hardware(
        up_since=_time(tree.text_of(state, "clock/boot-datetime", SYSTEM)),
        vendor=tree.text_of(first, "mfg-name", HARDWARE),
        model=tree.text_of(first, "model-name", HARDWARE),
    )


def _rows(told: Tree) -> Iterator[Tree]:
    """Yield the ports; where state is apart from configuration there are two rows of the same name."""
    for whole in ("interfaces-state", "interfaces"):
        for below in told.findall(f"{{{INTERFACES}}}{whole}"):
            yield from below.findall(f"{{{INTERFACES}}}interface")


def _first(rows: list[Tree], path: str, namespace: str = INTERFACES) -> str | None:
    return next((text for row in rows if (text := tree.text_of(row, path, namespace)) is not None), None)


def _traffic(stats: Tree, way: str) -> Traffic:
    def count(name: str) -> int | None:
        return _count(tree.text_of(stats, f"{way}-{name}", INTERFACES))

    parts = [count(f"{kind}-pkts") for kind in ("unicast", "multicast", "broadcast")]
    known = [part for part in parts if part is not None]
    return Traffic(
        bytes=count("octets"),
        packets=sum(known) if len(known) == len(parts) and sum(known) <= _LARGEST else None,
        unicast=parts[0],
        multicast=parts[1],
        broadcast=parts[2],
        errors=count("errors"),
    )


def _count(text: str | None) -> int | None:
    fits = text is not None and text.isascii() and text.isdecimal() and len(text) <= 20
    return int(text) if text is not None and fits and int(text) <= _LARGEST else None


def _time(text: str | None) -> datetime | None:
    """Return a moment of the element's, unless it is yet to come."""
    try:
        found = datetime.fromisoformat(text) if text is not None else None
    except ValueError:
        return None
    if found is None or found.tzinfo is None or found > datetime.now(UTC):
        return None
    return found.astimezone(UTC)
