"""Recordings of switches, for tests and for reports of faults: what an agent has, without what is about people.

A line is `oid|tag|value`, as snmpsim has them: the tag is that of ASN.1 in decimal, and one that ends in x has its
value in hexadecimal. In which size a number was sent is not known here, so the smallest that holds it is told.
"""

from collections.abc import Iterator, Mapping

ROOTS = (
    "1.3.6.1.2.1.1",  # system
    "1.3.6.1.2.1.2",  # interfaces
    "1.3.6.1.2.1.10.7",  # EtherLike-MIB
    "1.3.6.1.2.1.17",  # BRIDGE-MIB and Q-BRIDGE-MIB
    "1.3.6.1.2.1.26",  # MAU-MIB
    "1.3.6.1.2.1.31",  # IF-MIB
    "1.3.6.1.2.1.47",  # ENTITY-MIB
    "1.3.6.1.2.1.99",  # ENTITY-SENSOR-MIB
    "1.3.6.1.6.3.10.2.1",  # snmpEngine
)
"""What is recorded of every switch; all that the profile `generic` reads is below these."""

# sysContact, sysName, sysLocation, ifAlias, entPhysicalAlias, entPhysicalSerialNum, entPhysicalAssetID
_NAMING = (
    "1.3.6.1.2.1.1.4.",
    "1.3.6.1.2.1.1.5.",
    "1.3.6.1.2.1.1.6.",
    "1.3.6.1.2.1.31.1.1.1.18.",
    "1.3.6.1.2.1.47.1.1.1.1.14.",
    "1.3.6.1.2.1.47.1.1.1.1.11.",
    "1.3.6.1.2.1.47.1.1.1.1.15.",
)
# dot1dTpFdbTable by address; dot1qTpFdbTable by database and address
_STATIONS = ("1.3.6.1.2.1.17.4.3.1.", "1.3.6.1.2.1.17.7.1.2.2.1.")
_ADDRESSES = "1.3.6.1.2.1.17.4.3.1.1."
_ARCS_OF_MAC = 6


def lines(rows: Mapping[str, int | bytes | str]) -> Iterator[str]:
    """Yield the lines of a recording.

    Names that people gave are replaced by `recorded`, and stations by made-up ones, the same for the same.
    """
    stations: dict[str, int] = {}
    for oid, value in rows.items():
        if oid.startswith(_STATIONS):
            head, mac = _split(oid)
            made_up = bytes([2, 0, 0, 0, *divmod(stations.setdefault(mac, len(stations) + 1), 256)])
            yield f"{head}.{'.'.join(map(str, made_up))}|{_written(made_up if oid.startswith(_ADDRESSES) else value)}"
        elif oid.startswith(_NAMING) and value not in (b"", ""):
            yield f"{oid}|{_written(b'recorded')}"
        else:
            yield f"{oid}|{_written(value)}"


def _split(oid: str) -> tuple[str, str]:
    arcs = oid.rsplit(".", _ARCS_OF_MAC)
    return arcs[0], ".".join(arcs[1:])


def _written(value: int | bytes | str) -> str:
    match value:
        case int():
            return f"{'2' if -(2**31) <= value < 2**31 else '66' if 0 <= value < 2**32 else '70'}|{value}"
        case bytes():
            return f"4|{value.decode('ascii')}" if _is_plain(value) else f"4x|{value.hex()}"
        case _:
            is_address = value.count(".") == 3 and all(int(part) < 256 for part in value.split("."))
            return f"{'64' if is_address else '6'}|{value}"


def _is_plain(value: bytes) -> bool:
    return value.isascii() and value.decode("ascii").isprintable()
