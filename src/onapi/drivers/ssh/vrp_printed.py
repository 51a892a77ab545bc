"""What Huawei's VRP prints, read. Pure: text in, readings out; what nobody can read is Garbled.

Times on it are those of its own clock, whatever that says; so they are taken as the time that has passed until its
own now. A change between summer and winter in between is an hour's error.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from onapi.drivers.contract import Garbled, Rejected, Unsupported
from onapi.drivers.readings import Binding, Group, LearntMac, Link, Traffic, Transceiver

_REFUSED = re.compile(r"^[ \t]*Error:[ \t]*(.*)$", re.MULTILINE)
_VERSION = re.compile(r"^VRP \(R\) software, Version (\S+)", re.MULTILINE)
_UPTIME = re.compile(
    r"^(?:HUAWEI|Huawei|Quidway)[ \t]+(\S+).*?uptime is"
    r"(?: (\d{1,6}) weeks?,?)?(?: (\d{1,6}) days?,?)?(?: (\d{1,6}) hours?,?)?(?: (\d{1,6}) minutes?)?",
    re.MULTILINE,
)
_BRIEF = re.compile(r"^[ \t]*([A-Z0-9][A-Za-z0-9-]*\d(?:/\d+)+)(?:\([^)]*\))?[ \t]+[*^]?(?:up|down)\b", re.MULTILINE)
_CLOCK = r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})"
_STATE = re.compile(r"^(\S+) current state[ \t]*:[ \t]*(.+?)[ \t]*(?:\(ifindex.*)?$", re.MULTILINE)
_COUNT = re.compile(r"([A-Za-z][A-Za-z ]*?)[ \t]*:[ \t]*(\d{1,20})(?=\s|,|$)")
_TOTAL = re.compile(r"(\d{1,20}) (packets|bytes)")
_MAC = re.compile(
    r"^[ \t]*([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})[ \t]+(\d{1,4})(?:/\S*)?[ \t]+(\S+)[ \t]+(\S+)", re.MULTILINE
)
_GROUP = re.compile(r"^[ \t]*\(\S+, (\d{1,3}(?:\.\d{1,3}){3})\)")
_MEMBER = re.compile(r"^[ \t]*([A-Za-z0-9-]*\d(?:/\d+)+)[ \t]+[A-Z-]{3}[ \t]*$")
_LEASE = re.compile(
    r"^[ \t]*(\d{1,3}(?:\.\d{1,3}){3})[ \t]+([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})[ \t]+(\d{1,4})[ \t]*/.*?\s"
    r"([A-Za-z0-9-]*\d(?:/\d+)+)[ \t]+(\d{4}\.\d{2}\.\d{2}-\d{2}:\d{2})?",
    re.MULTILINE,
)
_LONGEST_LINE = 600
_SHORT = {"GE": "GigabitEthernet", "XGE": "XGigabitEthernet", "Eth": "Ethernet"}
_DARK_DBM = -40.0
"""What VRP prints for no light at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What an element is; `software` as 5.170, `up_for` since it was started."""

    software: str
    model: str | None
    up_for: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port as `display interface` has it; `description` is what operators, and records, have written there."""

    name: str
    description: str
    link: Link
    input: Traffic
    output: Traffic


def accepted(printed: str, port: str | None = None) -> str:
    """Return what was printed, unless it is a refusal; one that names a port is of a port that is not there.

    Lines that are longer than any that VRP prints are left out.

    Raises:
        Unsupported: the element does not know the port, or the command.
        Rejected: the element says no for another reason.
    """
    believed = "\n".join(line for line in printed.split("\n") if len(line) <= _LONGEST_LINE)
    refusal = _REFUSED.search(believed)
    if refusal is None:
        return believed
    said = refusal[1].strip()[:200]
    if "found at '^' position" in said or "does not exist" in said:
        raise Unsupported(f"The network element has no port {port}." if port else f"The network element says: {said}")
    raise Rejected(f"The network element says: {said}")


def version(printed: str) -> Version:
    """Read `display version`."""
    software, uptime = _VERSION.search(printed), _UPTIME.search(printed)
    if software is None:
        raise Garbled("The network element does not say which VRP it has.")
    if uptime is None:
        return Version(software=software[1], model=None, up_for=None)
    weeks, days, hours, minutes = (int(part or 0) for part in uptime.groups()[1:])
    told = any(uptime.groups()[1:])
    up_for = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes) if told else None
    return Version(software=software[1], model=uptime[1], up_for=up_for)


def names(printed: str) -> tuple[str, ...]:
    """Read the physical ports of `display interface brief`."""
    if "PHY" not in printed:
        raise Garbled("The network element does not list its ports.")
    return tuple(dict.fromkeys(_BRIEF.findall(printed)))


def ports(printed: str, now: datetime) -> dict[str, Port]:
    """Read `display interface`, of one port or of all.

    Raises:
        Garbled: there is no port in it.
    """
    heads = list(_STATE.finditer(printed))
    if not heads:
        raise Garbled("The network element prints no port.")
    borders = [*(head.start() for head in heads), len(printed)]
    sections = [printed[start:end] for start, end in pairwise(borders)]
    return {head[1]: _port(head[1], head[2], section, now) for head, section in zip(heads, sections, strict=True)}


def transceiver(printed: str) -> Transceiver | None:
    """Read `display transceiver interface … verbose`; None for a port without one, or one that tells nothing."""
    told = dict(_fields(printed))
    rx_dbm, tx_dbm = _number(told, "RX Power(dBM)"), _number(told, "TX Power(dBM)")
    found = Transceiver(
        rx_dbm=None if rx_dbm is None or rx_dbm <= _DARK_DBM else rx_dbm,
        tx_dbm=None if tx_dbm is None or tx_dbm <= _DARK_DBM else tx_dbm,
        # The degree sign comes in whatever alphabet the switch has.
        temperature_c=next((_number(told, key) for key in told if re.match(r"Temperature ?\(", key)), None),
        bias_ma=_number(told, "Bias Current(mA)"),
        supply_v=_number(told, "Voltage(V)"),
        vendor=_text(told, "Vendor Name"),
        part_number=_text(told, "Vendor Part Number"),
        serial_number=_text(told, "Manu. Serial Number"),
    )
    return found if found != Transceiver() else None


def macs(printed: str, port: str) -> tuple[LearntMac, ...]:
    """Read `display mac-address <port>`. How old an entry is, VRP does not tell."""
    if "MAC Address" not in printed:
        raise Garbled("The network element prints no MAC table.")
    rows = [row for row in _MAC.findall(printed) if long(row[2]) == port and row[3] != "blackhole"]
    return tuple(LearntMac(mac=_mac(mac), vlan=_vlan(vlan)) for mac, vlan, _, _ in rows)


def groups(printed: str, port: str) -> tuple[Group, ...]:
    """Read `display igmp-snooping port-info`: the groups of which a port is a member."""
    found: dict[str, None] = {}
    group = None
    for line in printed.splitlines():
        head = _GROUP.match(line)
        group = head[1] if head else group
        member = _MEMBER.match(line)
        if group is not None and member is not None and long(member[1]) == port and _is_address(group):
            found[group] = None
    return tuple(Group(multicast=name) for name in found)


def bindings(printed: str, port: str, since_then: "Clock") -> tuple[Binding, ...]:
    """Read `display dhcp snooping user-bind interface <port>`; a lease's end is told to the minute."""
    found = []
    for ip, mac, vlan, interface, lease in _LEASE.findall(printed):
        if long(interface) == port and _is_address(ip):
            end = since_then.at(lease, "%Y.%m.%d-%H:%M") if lease else None
            found.append(Binding(ip=ip, mac=_mac(mac), vlan=_vlan(vlan), end=end))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Clock:
    """An element's clock, which showed `showed` at the moment `now`; None when it was not to be read."""

    now: datetime
    showed: datetime | None

    @classmethod
    def read(cls, printed: str, now: datetime) -> "Clock":
        """Read the first time in a text, such as `display clock` prints."""
        found = re.search(_CLOCK, printed)
        return cls(now, _parsed(found[1], "%Y-%m-%d %H:%M:%S") if found else None)

    def at(self, text: str, form: str = "%Y-%m-%d %H:%M:%S") -> datetime | None:
        """Return when it was, or will be, what the element's clock shows as `text`."""
        then = _parsed(text, form)
        if then is None or self.showed is None:
            return None
        return self.now + (then - self.showed)


def long(name: str) -> str:
    """Return a port's whole name, as tables shorten it."""
    kind = re.match(r"[A-Za-z-]+", name)
    return _SHORT.get(kind[0], kind[0]) + name[kind.end() :] if kind else name


def _port(name: str, state: str, section: str, now: datetime) -> Port:
    told = {key: value for key, value in _fields(section) if value}
    up = {"UP": True, "DOWN": False}.get(state.upper().removeprefix("ADMINISTRATIVELY ").split("(")[0].split(" ")[0])
    clock = Clock.read(told.get("Current system time", ""), now)
    changed = re.match(_CLOCK, told.get(f"Last physical {'up' if up else 'down'} time", ""))
    since = clock.at(changed[1]) if changed and up is not None else None
    speed = re.search(r"^Speed\s*:\s*(\d{1,7})\b", section, re.MULTILINE)
    duplex = re.search(r"^Duplex\s*:\s*(FULL|HALF)\b", section, re.MULTILINE)
    negotiation = re.search(r"\bNegotiation\s*:\s*(ENABLE|DISABLE)\b", section)
    fixed = speed[1] if speed and negotiation and negotiation[1] == "DISABLE" else None
    return Port(
        name=name,
        description=told.get("Description", ""),
        link=Link(
            up=up,
            admin_down=state.upper().startswith("ADMINISTRATIVELY") if up is not None else None,
            full_duplex=duplex[1] == "FULL" if duplex and up else None,
            since=since if since is None or since <= now else None,
            speed_mbps=int(speed[1]) if speed and up and int(speed[1]) else None,
            configured="auto" if negotiation and negotiation[1] == "ENABLE" else fixed,
        ),
        input=_traffic(section, "Input"),
        output=_traffic(section, "Output"),
    )


def _traffic(section: str, way: str) -> Traffic:
    """Read the counts of one direction; CRC errors are only ever received."""
    lines = _lines_of(section, way)
    totals = {unit: int(count) for line in lines if "bytes" in line for count, unit in _TOTAL.findall(line)}
    counts = {
        key.lower(): int(value) for line in lines for key, value in _COUNT.findall(line.replace(" packets", ""))
    }
    packets = totals.get("packets")
    parts = [counts.get(kind, 0) for kind in ("unicast", "multicast", "broadcast")]
    return Traffic(
        bytes=totals.get("bytes"),
        packets=packets if packets is not None and packets >= sum(parts) else None,
        unicast=counts.get("unicast"),
        multicast=counts.get("multicast"),
        broadcast=counts.get("broadcast"),
        pauses=counts.get("pause", counts.get("rxpause" if way == "Input" else "txpause")),
        errors=counts.get("total error"),
        crc_errors=counts.get("crc") if way == "Input" else None,
    )


def _lines_of(section: str, way: str) -> list[str]:
    """Return the lines that are below one direction's heading, or after it on the same line."""
    found = []
    heading = ""
    for line in section.splitlines():
        first, colon, rest = line.strip().partition(":")
        if colon and first in ("Input", "Output"):
            heading = first
            found += [rest] if heading == way else []
        elif first.startswith(("Input ", "Output ", "Last ")):
            heading = ""
        elif heading == way:
            found.append(line)
    return found


def _fields(printed: str) -> Iterator[tuple[str, str]]:
    for line in printed.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            yield key.strip(), value.strip()


def _number(told: Mapping[str, str], key: str) -> float | None:
    """Return a number; of several lanes it is that of the first."""
    found = re.match(r"-?\d{1,4}(?:\.\d{1,4})?(?=\||\s|\Z)", told.get(key, ""))
    return float(found[0]) if found else None


def _text(told: Mapping[str, str], key: str) -> str | None:
    found = told.get(key, "")
    return found if found and found.isprintable() else None


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 — the element's clock says nothing of a zone
    except ValueError:
        return None


def _mac(text: str) -> str:
    octets = text.replace("-", "").upper()
    return ":".join(octets[place : place + 2] for place in range(0, 12, 2))


def _vlan(text: str) -> int | None:
    number = int(text)
    return number if 0 < number < 4095 else None


def _is_address(text: str) -> bool:
    return all(int(part) < 256 for part in text.split("."))
