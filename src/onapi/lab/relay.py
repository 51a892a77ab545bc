"""The switch's DHCP relay: it tells the server, by option 82, at which port a customer is.

Frames come from the switch with their port's number as VLAN, and go back in the same way. The relay remembers
nothing, as the server sends option 82 back.
"""

import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from onapi.lab import dhcp_frames
from onapi.lab.listeners import Listener
from onapi.lab.namespaces import Namespace

PORT = 67

_ETHERTYPE_ALL = 0x0003
_SOL_PACKET, _PACKET_AUXDATA, _VLAN_VALID = 263, 8, 0x10
_OUTGOING = 4
_MOST = 2048


@dataclass
class Relay:
    """The relay of one switch.

    Args:
        frames: the namespace and the device where the switch's frames come.
        server: the namespace and the address of the DHCP server; `gateway` is the relay's own address there.
        circuits: the circuit id of each port, by its number.
        remote_id: the switch's.

    """

    frames: tuple[Namespace, str]
    server: tuple[Namespace, str]
    gateway: str
    circuits: Mapping[int, bytes]
    remote_id: bytes
    _listener: Listener | None = None

    def start(self) -> None:
        """Begin."""
        namespace, device = self.frames
        snooper = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETHERTYPE_ALL))
        snooper.bind((device, 0))
        # The kernel takes the tag out of a frame, and tells it apart.
        snooper.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
        upstream = self.server[0].socket(socket.AF_INET, socket.SOCK_DGRAM)
        upstream.bind((self.gateway, PORT))
        self._listener = Listener(
            {snooper: partial(self._ask, snooper, upstream), upstream: partial(self._answer, snooper, upstream)}
        )

    def stop(self) -> None:
        """End; nothing happens when it has not begun."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    def _ask(self, snooper: socket.socket, upstream: socket.socket) -> None:
        frame, auxiliary, _, address = snooper.recvmsg(_MOST, 256)
        circuit_id = self.circuits.get(_vlan(auxiliary))
        if address[2] == _OUTGOING or circuit_id is None:
            return
        request = dhcp_frames.request_in(frame)
        if request is None:
            return
        relayed = dhcp_frames.relayed(request, gateway=self.gateway, circuit_id=circuit_id, remote_id=self.remote_id)
        if relayed is not None:
            upstream.sendto(relayed, (self.server[1], PORT))

    def _answer(self, snooper: socket.socket, upstream: socket.socket) -> None:
        answer = dhcp_frames.answered(upstream.recv(_MOST))
        if answer is None:
            return
        message, circuit_id = answer
        vlan = next((number for number, known in self.circuits.items() if known == circuit_id), None)
        if vlan is not None:
            mac: bytes = snooper.getsockname()[4]
            snooper.send(dhcp_frames.frame_for(message, vlan=vlan, sender_mac=mac, gateway=self.gateway))


def _vlan(auxiliary: list[tuple[int, int, bytes]]) -> int:
    """Return the VLAN that a frame came in; 0 is none."""
    for level, kind, content in auxiliary:
        if (level, kind) == (_SOL_PACKET, _PACKET_AUXDATA):
            status, _, _, _, _, tag, _ = struct.unpack_from("IIIHHHH", content)
            return tag & 0xFFF if status & _VLAN_VALID else 0
    return 0
