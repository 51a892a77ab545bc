"""What a CPE is, in the words of its data model. Pure.

Sources: TR-181 issue 2 (Device:2), TR-098 (InternetGatewayDevice:1).
"""

import re
from collections.abc import Iterator

from onapi.drivers.genieacs.parameters import Node
from onapi.drivers.readings import Counters, Cpe, CpeMac, CpePort, LearntMac, Link, Traffic, Transceiver

PROJECTION = ",".join(
    (
        "_id",
        "_lastInform",
        "Device.DeviceInfo",
        "Device.Ethernet.Interface",
        "Device.Optical.Interface",
        "Device.Hosts.Host",
        "InternetGatewayDevice.DeviceInfo",
        "InternetGatewayDevice.LANDevice",
        "InternetGatewayDevice.WANDevice",
    )
)
"""What is asked for of a device."""

_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\Z")
_UP = {"Up": True, "Down": False, "NoLink": False, "Disabled": False, "LowerLayerDown": False, "NotPresent": False}


def cpe(device: Node) -> Cpe:
    """Return a device as a CPE, by whichever data model it has."""
    new, old = device.at("Device"), device.at("InternetGatewayDevice")
    root = new or old
    ports = tuple(_new_ports(new) if new else _old_ports(old))
    names = {path: port.name for path, port in ports}
    return Cpe(
        firmware=root.text("DeviceInfo.SoftwareVersion"),
        vendor=root.text("DeviceInfo.Manufacturer"),
        model=root.text("DeviceInfo.ModelName"),
        mac=_new_mac(new) if new else _old_mac(old),
        up_since=root.since("DeviceInfo.UpTime"),
        read_at=device.told_at,
        ports=tuple(port for _, port in ports),
        macs=tuple(
            _hosts(new, names, "Hosts.Host", "PhysAddress", "Layer1Interface") if new else _old_hosts(old, names)
        ),
    )


def _new_ports(root: Node) -> Iterator[tuple[str, CpePort]]:
    """Yield the ports of Device:2 with their paths."""
    for kind in ("Ethernet", "Optical"):
        for number, port in root.instances(f"{kind}.Interface"):
            path = f"Device.{kind}.Interface.{number}"
            name = port.text("Name") or port.text("Alias") or f"{kind} {number}"
            yield path, CpePort(index=number, name=name, link=_link(port, kind), counters=_counters(port))


def _old_ports(root: Node) -> Iterator[tuple[str, CpePort]]:
    """Yield the ports of InternetGatewayDevice:1 with their paths."""
    for lan, device in root.instances("LANDevice"):
        for number, port in device.instances("LANEthernetInterfaceConfig"):
            path = f"InternetGatewayDevice.LANDevice.{lan}.LANEthernetInterfaceConfig.{number}"
            name = port.text("Name") or f"LAN {number}"
            yield path, CpePort(index=number, name=name, link=_link(port, "Ethernet"), counters=_counters(port))
    for wan, device in root.instances("WANDevice"):
        port = device.at("WANEthernetInterfaceConfig")
        if port:
            path = f"InternetGatewayDevice.WANDevice.{wan}.WANEthernetInterfaceConfig"
            yield path, CpePort(name=f"WAN {wan}", link=_link(port, "Ethernet"), counters=_counters(port))


def _link(port: Node, kind: str) -> Link:
    up = _UP.get(port.text("Status") or "")
    enabled = port.flag("Enable")
    # A bit rate that is set, and not one that is meant to be found out, is what the port runs at when it is up.
    rate = port.count("CurrentBitRate") or port.count("MaxBitRate")
    configured = port.number("MaxBitRate")
    duplex = port.text("DuplexMode")
    return Link(
        up=up,
        admin_down=not enabled if enabled is not None else None,
        full_duplex={"Full": True, "Half": False}.get(duplex or "") if up else None,
        since=port.since("LastChange") if up is not None else None,
        speed_mbps=rate if rate and up and rate <= 10_000_000 else None,
        configured=_configured(port.text("MaxBitRate"), configured),
        transceiver=_transceiver(port) if kind == "Optical" else None,
    )


def _configured(word: str | None, number: int | None) -> str | None:
    if number is None:
        return "auto" if word is not None and word.lower() == "auto" else None
    return "auto" if number < 0 else str(number) if number else None


def _transceiver(port: Node) -> Transceiver | None:
    """Return the optics, whose power is told in thousandths of a dBm."""
    rx_dbm, tx_dbm = (
        level / 1000 if level is not None and -50_000 <= level <= 50_000 and level else None
        for level in (port.number("OpticalSignalLevel"), port.number("TransmitOpticalLevel"))
    )
    return Transceiver(rx_dbm=rx_dbm, tx_dbm=tx_dbm) if (rx_dbm, tx_dbm) != (None, None) else None


def _counters(port: Node) -> Counters | None:
    """Return the counters; None when the device does not count, or does not say when it did."""
    stats = port.at("Stats")
    read_at = stats.when("BytesReceived")
    if not stats or read_at is None:
        return None
    return Counters(read_at=read_at, input=_traffic(stats, "Received"), output=_traffic(stats, "Sent"))


def _traffic(stats: Node, way: str) -> Traffic:
    packets = stats.count(f"Packets{way}")
    parts = [stats.count(f"{kind}Packets{way}") for kind in ("Unicast", "Multicast", "Broadcast")]
    return Traffic(
        bytes=stats.count(f"Bytes{way}"),
        # Read one after the other while they run, the parts can be more than what they are parts of.
        packets=packets if packets is not None and packets >= sum(part or 0 for part in parts) else None,
        unicast=parts[0],
        multicast=parts[1],
        broadcast=parts[2],
        errors=stats.count(f"Errors{way}"),
    )


def _hosts(root: Node, names: dict[str, str | None], hosts: str, address: str, interface: str) -> Iterator[CpeMac]:
    for _, host in root.instances(hosts):
        mac = _mac(host.text(address))
        if mac is not None and host.flag("Active") is not False:
            port = names.get((host.text(interface) or "").removesuffix("."))
            yield CpeMac(station=LearntMac(mac=mac), port=port)


def _old_hosts(root: Node, names: dict[str, str | None]) -> Iterator[CpeMac]:
    for _, lan in root.instances("LANDevice"):
        yield from _hosts(lan, names, "Hosts.Host", "MACAddress", "Layer2Interface")


def _new_mac(root: Node) -> str | None:
    """Return the address towards the network."""
    ports = [port for _, port in root.instances("Ethernet.Interface") if port.flag("Upstream")]
    return next((mac for port in ports if (mac := _mac(port.text("MACAddress")))), None)


def _old_mac(root: Node) -> str | None:
    ports = [wan.at("WANEthernetInterfaceConfig") for _, wan in root.instances("WANDevice")]
    return next((mac for port in ports if (mac := _mac(port.text("MACAddress")))), None)


def _mac(text: str | None) -> str | None:
    fits = text is not None and _MAC.match(text)
    return text.replace("-", ":").upper() if text is not None and fits else None
