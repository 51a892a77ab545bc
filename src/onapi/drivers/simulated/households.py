"""What stands behind a simulated port: the same household for the same access, with habits that go on over time.

Whatever is made up here is made up from the access's name and the time; nothing is kept.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from onapi.drivers.contract import Delivery
from onapi.drivers.readings import (
    Binding,
    Counters,
    Cpe,
    CpeMac,
    CpePort,
    Group,
    Hardware,
    LearntMac,
    Link,
    Speed,
    Traffic,
    Transceiver,
)

VLANS = {"bb": 10, "iptv": 20, "voip": 30, "unknown": 40}
"""The VLAN of each kind of service."""

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_LEASE = timedelta(minutes=8)
_PACKET_BYTES = 900


class Household:
    """Who lives at an access, at a moment."""

    def __init__(self, access_id: str, now: datetime) -> None:
        self._seed = hashlib.sha256(access_id.encode()).digest()
        self._now = now

    def hardware(self) -> Hardware:
        """Return the switch in the cellar."""
        return Hardware(up_since=_BEGAN + timedelta(hours=self._seed[0]), vendor="Simulated", model="S24")

    def link(self, port: dict[str, Delivery]) -> Link:
        """Return the port: it has a link when anything is delivered there."""
        up = any(not delivery.blocked for delivery in port.values())
        return Link(
            up=up,
            admin_down=False,
            full_duplex=True if up else None,
            since=self._since() if up else None,
            speed_mbps=1000 if up else None,
            configured="auto",
            transceiver=Transceiver(
                rx_dbm=-7 - self._seed[1] / 64,
                tx_dbm=-5 - self._seed[2] / 128,
                temperature_c=30 + self._seed[3] / 16,
                bias_ma=12 + self._seed[4] / 64,
                supply_v=3.3,
                vendor="Simulated",
                part_number="SFP-BX-U",
                serial_number=self._seed[5:9].hex().upper(),
            ),
            speeds=tuple(
                Speed(tech=delivery.tech, queue=slot, cir_kbps=delivery.down_kbps, pir_kbps=delivery.down_kbps)
                for slot, delivery in sorted(port.items())
                if delivery.down_kbps is not None
            ),
        )

    def counters(self) -> Counters:
        """Return what went through since the beginning of the year: the same number of octets each second."""
        seconds = int((self._now - _BEGAN).total_seconds())
        return Counters(
            read_at=self._now,
            input=_traffic(seconds * (20_000 + 100 * self._seed[9])),
            output=_traffic(seconds * (150_000 + 1000 * self._seed[10])),
            reset_at=_BEGAN,
        )

    def macs(self, port: dict[str, Delivery]) -> tuple[LearntMac, ...]:
        """Return a station for each service that gets through."""
        return tuple(
            LearntMac(mac=self._mac(delivery.tech), vlan=VLANS[delivery.tech], learnt_at=self._since())
            for delivery in _open(port)
        )

    def leases(self, port: dict[str, Delivery]) -> tuple[Binding, ...]:
        """Return the address of each station; fixed ones are those that were ordered."""
        renewed = self._now - (self._now - _BEGAN) % (_LEASE / 2)
        return tuple(
            Binding(
                ip=self._ip(delivery),
                mac=self._mac(delivery.tech),
                vlan=VLANS[delivery.tech],
                start=self._since(),
                renewed_at=renewed,
                end=renewed + _LEASE,
            )
            for delivery in _open(port)
        )

    def groups(self, port: dict[str, Delivery]) -> tuple[Group, ...]:
        """Return what is on television."""
        watched = [delivery for delivery in _open(port) if delivery.tech == "iptv"]
        since = self._now - timedelta(seconds=self._now.timestamp() % 60)
        return tuple(
            Group(multicast=f"239.0.{self._seed[11] % 4}.{1 + self._seed[12]}", since=since) for _ in watched[:1]
        )

    def cpe(self, port: dict[str, Delivery]) -> Cpe:
        """Return the box at home: an uplink, and a port with whatever is delivered."""
        mac = self._mac("cpe")
        stations = self.macs(port)
        return Cpe(
            firmware="1.0.0",
            vendor="Simulated",
            model="CPE4",
            mac=mac,
            up_since=self._since(),
            ports=(
                CpePort(index=1, name="WAN", link=Link(up=True, full_duplex=True, speed_mbps=1000)),
                CpePort(
                    index=2,
                    name="LAN1",
                    link=Link(up=bool(stations), full_duplex=True, speed_mbps=1000),
                    loop_detection="off",
                ),
            ),
            macs=tuple(CpeMac(station=station, port="LAN1") for station in stations),
            bindings=self.leases(port),
        )

    def _since(self) -> datetime:
        return _BEGAN + timedelta(minutes=int.from_bytes(self._seed[13:15]))

    def _mac(self, what: str) -> str:
        # Locally administered, so nobody's.
        octets = b"\x02" + hashlib.sha256(self._seed + what.encode()).digest()[:5]
        return octets.hex(":").upper()

    def _ip(self, delivery: Delivery) -> str:
        fixed = delivery.characteristics.get("ipAddresses")
        if isinstance(fixed, list) and fixed and isinstance(fixed[0], str):
            return fixed[0]
        return f"100.{64 + self._seed[15] % 64}.{self._seed[16]}.{VLANS[delivery.tech]}"


def _open(port: dict[str, Delivery]) -> list[Delivery]:
    return [delivery for _, delivery in sorted(port.items()) if not delivery.blocked]


def _traffic(octets: int) -> Traffic:
    packets = octets // _PACKET_BYTES
    return Traffic(bytes=octets, packets=packets, unicast=packets, multicast=0, broadcast=0, errors=0)
