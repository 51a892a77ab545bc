"""Readings as documents: absent is absent, numbers are text as they read, and each dialect has its words."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.actions import technical_documents as documents
from onapi.actions.technical import CpeStatus, Of, PortStatus
from onapi.domain.samples import Passed
from onapi.drivers.readings import (
    Binding,
    Counters,
    Cpe,
    CpePort,
    Group,
    Hardware,
    LearntMac,
    Link,
    Speed,
    Traffic,
    Transceiver,
)
from onapi.storage.samples import UNSAMPLED, Peak, Sampled
from onapi.vocabulary import Dialect

NOON = datetime(2026, 11, 24, 12, 0, 0, 999_999, tzinfo=UTC)
NOTHING = Counters(read_at=NOON, input=Traffic(), output=Traffic())


def written(document: Any) -> Any:
    """Return a document as it is sent."""
    return json.loads(msgspec.json.encode(document))


def port(
    link: Link, dialect: Dialect = Dialect.BITVIS, *, counters: Counters | None = None, sampled: Sampled = UNSAMPLED
) -> dict[str, Any]:
    """Return the document of a port."""
    told = PortStatus(link=link, counters=counters, sampled=sampled)
    found: dict[str, Any] = written(documents.link_status(told, dialect, NOON))
    return found


def optics(**values: Any) -> Mapping[str, str]:
    """Return the document of a port's optics."""
    found: Mapping[str, str] = port(Link(transceiver=Transceiver(**values))).get("transceiver", {})
    return found


def test_what_says_nothing_is_an_empty_document() -> None:
    assert port(Link(), counters=NOTHING) == {}
    assert port(Link(transceiver=Transceiver())) == {}
    assert written(documents.hardware(Hardware())) == {"up": True}
    assert written(documents.hardware(None)) == {"up": False}
    assert written(documents.cpe_status(None, Dialect.BITVIS)) == {"up": False}
    assert written(documents.cpe_status(CpeStatus(cpe=Cpe(), macs=[], bindings=[]), Dialect.BITVIS)) == {"up": True}
    for table in (documents.macs([]), documents.leases([]), documents.groups([])):
        assert written(table) == []


def test_false_and_zero_are_told() -> None:
    told = port(
        Link(up=False, admin_down=False, full_duplex=False, speed_mbps=10),
        counters=Counters(read_at=NOON, input=Traffic(errors=0), output=Traffic()),
    )
    assert told == {
        **dict.fromkeys(("link", "adminDown", "fullDuplex"), False),
        "linkSpeed": 10,
        "statistics": {"input": {"errors": 0}},
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-7.21, "-7.21"),
        (-12.0, "-12"),
        (-7.214999, "-7.21"),
        (0.0, "0"),
        (-0.001, "0"),
        (-10.1, "-10.1"),
        (1e-9, "0"),
    ],
)
def test_power_is_text_of_two_decimals_at_most(value: float, text: str) -> None:
    assert optics(rx_dbm=value) == {"dbmRx": text}


def test_each_number_of_optics_has_the_decimals_that_mean_something() -> None:
    told = optics(tx_dbm=-5.805, temperature_c=35.56, bias_ma=15.834, supply_v=3.2934)
    assert told == {"dbmTx": "-5.8", "temp": "35.6", "biasTx": "15.83", "supplyVoltage": "3.293"}


@given(st.floats())
def test_any_number_is_a_number_that_reads_or_is_not_told(value: float) -> None:
    for text in optics(rx_dbm=value).values():
        assert float(text) == pytest.approx(value, abs=0.0051)
        assert "e" not in text


def test_moments_are_of_utc_to_the_second() -> None:
    assert port(Link(since=NOON)) == {"linkSince": "2026-11-24T12:00:00Z"}
    assert written(documents.hardware(Hardware(up_since=NOON)))["upSince"] == "2026-11-24T12:00:00Z"


def test_text_of_an_element_is_cut_where_the_standards_text_ends() -> None:
    assert len(written(documents.hardware(Hardware(model="x" * 300)))["model"]) == 255
    assert "vendor" not in written(documents.hardware(Hardware(vendor="")))


def test_speeds_are_spelt_as_each_dialect_has_them() -> None:
    link = Link(speeds=(Speed(tech="bb", queue="1", cir_kbps=3000, pir_kbps=0), Speed(tech="iptv", queue="tv")))
    assert port(link) == {
        "configuredSpeeds": [
            {"serviceType": "bb", "queue": "1", "cir": "3000", "pir": "0"},
            {"serviceType": "iptv", "queue": "tv"},
        ]
    }
    assert port(link, Dialect.STANDARD) == {
        "configuredSpeed": [
            {"serviceType": "bb", "queue": 1, "cir": 3000, "pir": 0},
            {"serviceType": "iptv", "queue": "tv"},
        ]
    }


def test_what_passed_is_told_while_it_is_recent_and_peaks_always() -> None:
    passed = Passed(seconds=300, input={"bytes": 5, "crc_errors": 0}, output={})
    peak = Peak(rate=7, at=NOON - timedelta(days=3))
    for minutes, recent in ((0, True), (6, True), (8, False)):
        sampled = Sampled(read_at=NOON - timedelta(minutes=minutes), passed=passed, input_peak=peak)
        statistics = port(Link(), sampled=sampled)["statistics"]
        assert statistics.pop("peakInputRate") == {"counter": 7, "timestamp": "2026-11-21T12:00:00Z"}
        assert statistics == ({"lastFiveInput": {"bytes": 5, "crcErrors": 0}} if recent else {})


def test_tables_have_what_is_known_of_each_row() -> None:
    mac = LearntMac(mac="00:11:22:33:44:55", vlan=10, learnt_at=NOON)
    assert written(documents.macs([Of("bb", "ge-1", mac)])) == [
        {
            "mac": "00:11:22:33:44:55",
            "serviceType": "bb",
            "vlan": 10,
            "port": "ge-1",
            "learntAt": "2026-11-24T12:00:00Z",
        }
    ]
    lease = Binding(ip="2001:db8::/56", mac="00:11:22:33:44:55", renewed_at=NOON)
    assert written(documents.leases([Of("unknown", None, lease)])) == [
        {
            "lease": "2001:db8::/56",
            "mac": "00:11:22:33:44:55",
            "serviceType": "unknown",
            "lastRenew": "2026-11-24T12:00:00Z",
        }
    ]
    assert written(documents.groups([Group(multicast="239.1.1.1", counter=0)])) == [
        {"multicast": "239.1.1.1", "counter": 0}
    ]


@pytest.mark.parametrize(("dialect", "field"), [*zip(Dialect, ("dhcpSnoopingTable", "dhcpSnooping"), strict=True)])
def test_a_cpe_is_told_with_its_ports_and_what_is_behind_them(dialect: Dialect, field: str) -> None:
    counted = Counters(read_at=NOON, input=Traffic(bytes=5), output=Traffic())
    cpe = Cpe(
        firmware="1",
        mac="00:11:22:33:44:55",
        ports=(CpePort(index=0, name="WAN", link=Link(up=True, configured="auto"), counters=counted),),
    )
    mac = LearntMac(mac="00:11:22:33:44:66")
    lease = Binding(ip="192.0.2.1", mac="00:11:22:33:44:66", end=NOON)
    status = CpeStatus(cpe=cpe, macs=[Of("bb", "LAN1", mac)], bindings=[Of("bb", None, lease)])
    assert written(documents.cpe_status(status, dialect)) == {
        "up": True,
        "firmware": "1",
        "mac": "00:11:22:33:44:55",
        "ports": [
            {
                "index": 0,
                "name": "WAN",
                "link": True,
                "configuredSpeed": "auto",
                "statistics": {"input": {"bytes": 5}},
            }
        ],
        "macAddressTable": [{"mac": "00:11:22:33:44:66", "serviceType": "bb", "port": "LAN1"}],
        field: [
            {
                "ip": "192.0.2.1",
                "mac": "00:11:22:33:44:66",
                "serviceType": "bb",
                "timeout": "2026-11-24T12:00:00Z",
            }
        ],
    }
