"""What a GenieACS knows of a CPE is told as the CPE said it, and when."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.drivers import checks, soundness
from onapi.drivers.contract import DriverError, Element, Garbled, Unreachable, Unsupported
from onapi.drivers.genieacs.driver import GenieAcsDriver
from onapi.drivers.no_ways import NoWays
from onapi.drivers.readings import Counters, CpeMac, CpePort, Hardware, LearntMac, Link, Traffic, Transceiver
from onapi.drivers.web import WebClient
from tests.drivers.genieacs.webserver import Asked, Web, serving

T = TypeVar("T")

_ANSWERS = Path(__file__).parent / "answers"
_INFORM = datetime(2026, 11, 24, 11, 58, tzinfo=UTC)


class _OnlyHttp(NoWays):
    def __init__(self, client: Any) -> None:
        self._client = client

    def http(self) -> Any:
        return self._client


def _recorded(name: str) -> Any:
    return json.loads((_ANSWERS / f"{name}.json").read_text(encoding="utf-8"))


def _serving(*devices: Any) -> Web:
    """Return a GenieACS that has some devices, and finds them by what its documentation says."""

    def answer(asked: Asked) -> tuple[int, bytes]:
        query = json.loads(asked.query["query"])
        found = [device for device in devices if all(_at(device, path) == value for path, value in query.items())]
        return 200, json.dumps(found).encode()

    return Web(answer)


def _at(device: Any, path: str) -> Any:
    for name in path.split("."):
        device = device.get(name, {})
    return device


def _drive(web: Web, work: Callable[[GenieAcsDriver], Awaitable[T]], **options: str) -> T:
    async def begin() -> T:
        async with serving(web):
            client = WebClient(web.base)
            element = Element(name="cpe-17", address="127.0.0.1", options=options)
            try:
                return await work(GenieAcsDriver(element, _OnlyHttp(client)))
            finally:
                await client.close()

    return asyncio.run(begin())


def test_a_cpe_of_the_newer_data_model_is_read() -> None:
    web = _serving(*_recorded("tr181"), *_recorded("tr098"))
    cpe = _drive(web, lambda driver: driver.cpe(), serial="000000042")
    assert web.asked[0].path == "/devices/"
    assert web.asked[0].query["projection"].startswith("_id,_lastInform,Device.DeviceInfo,")
    assert (cpe.firmware, cpe.vendor, cpe.model) == ("3.1.4", "Example Networks", "HG-8")
    assert (cpe.mac, cpe.read_at) == ("20:2B:C1:00:00:42", _INFORM)
    assert cpe.up_since == _INFORM - timedelta(days=1)
    assert cpe.ports == (
        CpePort(
            index=1,
            name="eth0",
            link=Link(
                up=True,
                admin_down=False,
                full_duplex=True,
                since=_INFORM - timedelta(seconds=86350),
                speed_mbps=1000,
                configured="auto",
            ),
            counters=Counters(
                read_at=_INFORM - timedelta(minutes=1),
                input=Traffic(bytes=987654321012, packets=1000, unicast=900, multicast=60, broadcast=40, errors=0),
                # It has sent more packets of one kind than of all: one of the two was read later.
                output=Traffic(bytes=123456789012, unicast=11),
            ),
        ),
        CpePort(index=2, name="LAN1", link=Link(up=False, admin_down=False, configured="100")),
        CpePort(
            index=1,
            name="Optical 1",
            link=Link(admin_down=True, transceiver=Transceiver(rx_dbm=-14.24, tx_dbm=2.5)),
        ),
    )
    assert cpe.macs == (
        CpeMac(station=LearntMac(mac="AA:BB:CC:00:00:01"), port="LAN1"),
        CpeMac(station=LearntMac(mac="AA:BB:CC:00:00:03")),
    )


def test_a_cpe_of_the_older_data_model_is_read() -> None:
    cpe = _drive(
        _serving(*_recorded("tr181"), *_recorded("tr098")),
        lambda driver: driver.cpe(),
        device="00259E-EG8010-485754C3",
    )
    inform = datetime(2026, 11, 24, 6, 0, 0, 123000, tzinfo=UTC)
    assert (cpe.firmware, cpe.model, cpe.mac, cpe.read_at) == ("V3R017", "EG8010", "00:25:9E:00:00:07", inform)
    # It told its uptime a day before it last informed.
    assert cpe.up_since == datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert [(port.index, port.name, port.link) for port in cpe.ports] == [
        (1, "LAN 1", Link(up=True, admin_down=False, configured="auto")),
        (2, "LAN 2", Link(up=False, admin_down=False, configured="100")),
        (None, "WAN 1", Link(up=True, full_duplex=True, speed_mbps=1000, configured="1000")),
    ]
    assert cpe.ports[0].counters == Counters(read_at=inform, input=Traffic(bytes=5), output=Traffic(bytes=6))
    assert cpe.macs == (CpeMac(station=LearntMac(mac="AA:BB:CC:00:00:09"), port="LAN 1"),)


def test_what_it_is_is_told_as_of_any_element() -> None:
    web = _serving(*_recorded("tr181"))
    told = _drive(web, lambda driver: driver.hardware(), serial="000000042")
    assert told == Hardware(up_since=_INFORM - timedelta(days=1), vendor="Example Networks", model="HG-8")


def test_the_driver_keeps_the_contract() -> None:
    async def work() -> list[str]:
        async with serving(_serving(*_recorded("tr181"))) as web:
            client = WebClient(web.base)
            element = Element(name="cpe-17", address="127.0.0.1", options={"serial": "000000042"})
            try:
                return await checks.check(GenieAcsDriver, element, _OnlyHttp(client), "LAN1", "LAN9")
            finally:
                await client.close()

    assert asyncio.run(work()) == []


def test_a_cpe_that_never_informed_is_unreachable_and_two_are_nobody() -> None:
    with pytest.raises(Unreachable, match="never heard"):
        _drive(_serving(), lambda driver: driver.cpe(), serial="7")
    with pytest.raises(Unsupported, match="2 such CPE"):
        _drive(_serving(*_recorded("tr181") * 2), lambda driver: driver.cpe(), serial="000000042")
    with pytest.raises(Unsupported, match="which CPE"):
        _drive(_serving(), lambda driver: driver.cpe())


@pytest.mark.parametrize("body", [b"{}", b"[1]", b"null", b'"x"'])
def test_an_answer_that_is_no_device_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        _drive(Web(lambda _: (200, body)), lambda driver: driver.cpe(), serial="7")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(["tr181", "tr098"]), st.data())
def test_nonsense_in_any_place_is_absent_or_refused(name: str, data: st.DataObject) -> None:
    device = _recorded(name)
    place: Any = device[0]
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or not place[key] or data.draw(st.integers(0, 5)) == 0:
            place[key] = data.draw(_JSON | st.sampled_from([-1, 2**70, "-1", "9" * 30, "2026-11-24", True, "²"]))
            break
        place = place[key]

    class Http:
        async def fetch(self, path: str, query: Any) -> Any:
            return device

    element = Element(name="cpe-17", address="127.0.0.1", options={"serial": "x"})
    try:
        cpe = asyncio.run(GenieAcsDriver(element, _OnlyHttp(Http())).cpe())
    except DriverError:
        return
    assert not soundness.complaints(cpe, "cpe()")
