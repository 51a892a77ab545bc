"""The fields of technical information; all are optional.

Source: ON-API 2.6.0 spec/technical_info.md, "Endpoints".
"""

from collections.abc import Callable, Iterator

from onapi.conformance import formats
from onapi.conformance.checks import technical
from onapi.conformance.levels import Level
from onapi.conformance.server import Seen, Server
from onapi.conformance.tables import MANDATORY, Field, declare

_PAGE = "spec/technical_info.md"
_COUNTERS = ("packets", "bytes", "unicast", "broadcast", "multicast", "pauses", "errors", "crcErrors")


def _declare(
    what: str,
    section: str,
    place: Callable[[Server], Iterator[Seen]],
    first: int,
    **kinds: tuple[str, formats.Format],
) -> None:
    rows = [
        Field(number, name, words, kind, section=section)
        for number, (name, (words, kind)) in enumerate(kinds.items(), first)
    ]
    declare(technical.CHAPTER, _PAGE, what, place, rows)


_BOOL, _TEXT, _INT = (
    ("true or false", formats.boolean),
    ("a text", formats.text),
    ("an integer, not negative", formats.natural),
)
_TIME, _MAC = ("a dateTime", formats.date_time), ("a MAC address", formats.mac)
_OBJECT, _LIST, _STRING = (
    ("an object", formats.an_object),
    ("an array of objects", formats.objects),
    ("a string", formats.string),
)

declare(
    technical.CHAPTER,
    _PAGE,
    "Hardware",
    technical.shown(technical.HARDWARE),
    [
        Field(
            20,
            "up",
            "true or false",
            formats.boolean,
            MANDATORY,
            section="GET access/{accessId}/hardware",
            level=Level.SHOULD,
        )
    ],
)
_declare(
    "Hardware",
    "GET access/{accessId}/hardware",
    technical.shown(technical.HARDWARE),
    21,
    upSince=_TIME,
    vendor=_TEXT,
    model=_TEXT,
)
_declare(
    "A row of macaddresstable",
    "GET access/{accessId}/link/macaddresstable",
    technical.shown(technical.MACS),
    30,
    mac=_MAC,
    serviceType=_TEXT,
    vlan=_INT,
    port=_STRING,
    learntAt=_TIME,
)
_declare(
    "A row of leaseinfo",
    "GET access/{accessId}/link/leaseinfo",
    technical.shown(technical.LEASES),
    40,
    lease=("an IP address or prefix", formats.ip_address),
    mac=_MAC,
    serviceType=_TEXT,
    start=_TIME,
    end=_TIME,
    lastRenew=_TIME,
)
_declare(
    "A row of igmpsnooping",
    "GET access/{accessId}/link/igmpsnooping",
    technical.shown(technical.GROUPS),
    50,
    multicast=("an IP address", formats.ip_address),
    timestamp=_TIME,
    counter=_INT,
)
_declare(
    "The status of a link",
    "GET access/{accessId}/link/status",
    technical.shown(technical.STATUS),
    60,
    link=_BOOL,
    fullDuplex=_BOOL,
    linkSince=_TIME,
    speed=_STRING,
    linkSpeed=_INT,
    adminDown=_BOOL,
    statistics=_OBJECT,
    transceiver=_OBJECT,
)
_declare("Counters", "GET access/{accessId}/link/status", technical.counted, 70, **dict.fromkeys(_COUNTERS, _INT))
_declare(
    "A peak",
    "GET access/{accessId}/link/status",
    technical.part(technical.STATUS, "statistics", "peakInputRate"),
    80,
    counter=_INT,
    timestamp=_TIME,
)
_declare(
    "Optics",
    "GET access/{accessId}/link/status",
    technical.part(technical.STATUS, "transceiver"),
    85,
    **dict.fromkeys(
        ("dbmRx", "dbmTx", "temp", "biasTx", "supplyVoltage", "vendor", "partNumber", "serialNumber"), _STRING
    ),
)
_declare(
    "A CPE",
    "GET cpe/{accessId}/status",
    technical.shown(technical.CPE),
    100,
    firmware=_STRING,
    vendor=_STRING,
    model=_STRING,
    mac=_MAC,
    up=_BOOL,
    upSince=_TIME,
    ports=_LIST,
    macAddressTable=_LIST,
)
_declare(
    "A port of a CPE",
    "GET cpe/{accessId}/status",
    technical.part(technical.CPE, "ports"),
    110,
    index=_INT,
    ifDescription=_STRING,
    name=_STRING,
    link=_BOOL,
    fullDuplex=_BOOL,
    changedAt=_TIME,
    loopDetectionStatus=_STRING,
    freeSeating=_BOOL,
    configuredSpeed=_STRING,
    linkSpeed=_INT,
)
