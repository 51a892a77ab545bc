"""A CPE that is a small switch, read as a whole: what the driver reads of each port, and the stations of all at once.

Sources: RFC 6933 (entPhysicalFirmwareRev, entPhysicalSoftwareRev), RFC 4188 (dot1dBaseBridgeAddress).
"""

from collections.abc import Mapping, Sequence

from onapi.drivers.contract import Snmp, Unsupported
from onapi.drivers.readings import Counters, Cpe, CpeMac, CpePort, Hardware, LearntMac, Link
from onapi.drivers.snmp import indexes
from onapi.drivers.snmp.entities import FIRMWARE, SOFTWARE
from onapi.drivers.snmp.interfaces import Interface
from onapi.drivers.snmp.profiles import text

MOST_PORTS = 16
"""What has more is no CPE, and reading it port by port would be too much to ask."""

_ADDRESS = "1.3.6.1.2.1.17.1.1.0"
_ALIAS = "1.3.6.1.2.1.31.1.1.1.18"


def is_small(ports: Sequence[str]) -> None:
    """Raise Unsupported for an element with more ports than a CPE has."""
    if len(ports) > MOST_PORTS:
        raise Unsupported(f"The network element has {len(ports)} ports; a CPE has {MOST_PORTS} at most.")


async def compose(
    snmp: Snmp,
    *,
    chassis: int | None,
    hardware: Hardware,
    rows: Mapping[str, Interface],
    links: Mapping[str, Link],
    counters: Mapping[str, Counters],
    macs: Mapping[str, Sequence[LearntMac]],
) -> Cpe:
    """Return the CPE; what is still missing is asked for in one question."""
    revisions = [f"{column}.{chassis}" for column in (SOFTWARE, FIRMWARE) if chassis is not None]
    names = [oid for row in rows.values() for oid in (row.proof, f"{_ALIAS}.{row.index}")]
    answer = await snmp.get([_ADDRESS, *revisions, *names])
    ports = [
        CpePort(
            index=row.index,
            name=name,
            description=text(answer.get(f"{_ALIAS}.{row.index}")) if row.is_in(answer) else None,
            link=links[name],
            counters=counters.get(name),
        )
        for name, row in rows.items()
    ]
    return Cpe(
        firmware=next((told for oid in revisions if (told := text(answer.get(oid)))), None),
        vendor=hardware.vendor,
        model=hardware.model,
        mac=indexes.mac(answer.get(_ADDRESS)),
        up_since=hardware.up_since,
        ports=tuple(ports),
        macs=tuple(CpeMac(station=station, port=name) for name, found in macs.items() for station in found),
    )
