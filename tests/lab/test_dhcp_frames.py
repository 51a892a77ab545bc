"""What the lab's relay makes of customers' frames, honest, broken and hostile, and of the server's answers."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.domain import option82
from onapi.lab import dhcp_frames

MAC = bytes.fromhex("020000000001")
ONE, TWO = "198.51.100.100", "192.0.2.1"
DISCOVER = (53, b"\x01")
CIRCUIT, SWITCH = b"sw1 p1", b"sw1"


def message(
    *options: tuple[int, bytes], kind: int = 1, gateway: str = "0.0.0.0", yours: str = "0.0.0.0", flags: int = 0
) -> bytes:
    """Return a DHCP message."""
    head = struct.pack("!BBBBIHH", kind, 1, 6, 0, 7, 0, flags)
    addresses = b"".join(map(socket.inet_aton, ("0.0.0.0", yours, "0.0.0.0", gateway)))
    known = b"".join(bytes((code, len(value))) + value for code, value in options)
    return head + addresses + MAC + bytes(202) + b"\x63\x82\x53\x63" + known + b"\xff"


def frame(payload: bytes, *, to: int = 67, protocol: int = 17, kind: bytes = b"\x08\x00") -> bytes:
    """Return a frame that brings a message to a port."""
    udp = struct.pack("!HHHH", 68, to, 8 + len(payload), 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, protocol, 0, bytes(4), b"\xff" * 4)
    return b"\xff" * 6 + MAC + kind + ip + udp


def relayed(payload: bytes) -> bytes | None:
    return dhcp_frames.relayed(payload, gateway="192.0.2.2", circuit_id=CIRCUIT, remote_id=SWITCH)


def test_a_request_is_found_in_its_frame() -> None:
    asked = message(DISCOVER)
    assert dhcp_frames.request_in(frame(asked)) == asked
    assert dhcp_frames.request_in(frame(asked) + bytes(40)) == asked, "what fills a frame up is none of it"


@pytest.mark.parametrize(
    "bad",
    [
        frame(message(DISCOVER), to=68),
        frame(message(DISCOVER), protocol=6),
        frame(message(DISCOVER), kind=b"\x86\xdd"),
        frame(message(DISCOVER, kind=2)),
        frame(message(DISCOVER)[:-1]),
        frame(message((12, b"name"))[:-3]),
        frame(message(DISCOVER)[:239]),
        frame(message(DISCOVER))[:50],
        frame(b""),
        b"",
    ],
)
def test_what_is_no_request_is_none(bad: bytes) -> None:
    assert dhcp_frames.request_in(bad) is None


def test_the_server_is_told_where_the_customer_is() -> None:
    asked = relayed(message(DISCOVER, (12, b"laptop")))
    assert asked is not None
    assert asked[3] == 1, "one hop"
    assert asked[24:28] == socket.inet_aton("192.0.2.2")
    expected = option82.Option82(((1, CIRCUIT), (2, SWITCH)))
    assert asked.endswith(b"\x0c\x06laptop" + bytes.fromhex(option82.write(expected)) + b"\xff")


@pytest.mark.parametrize(
    "pretence",
    [message(DISCOVER, (82, b"\x01\x06sw1 p2")), message(DISCOVER, gateway="192.0.2.9"), message((82, b""))],
)
def test_a_customer_who_pretends_to_be_a_relay_is_not_heard(pretence: bytes) -> None:
    assert relayed(pretence) is None


def test_an_answer_finds_its_customer_by_what_the_server_sends_back() -> None:
    told = message((53, b"\x02"), (82, b"\x01\x06sw1 p1\x02\x03sw1"), (54, socket.inet_aton(TWO)), kind=2, yours=ONE)
    answer = dhcp_frames.answered(told)
    assert answer is not None
    assert answer == (message((53, b"\x02"), (54, socket.inet_aton(TWO)), kind=2, yours=ONE), CIRCUIT)


@pytest.mark.parametrize(
    "bad",
    [
        message((53, b"\x02"), kind=2),
        message((82, b"\x02\x03sw1"), kind=2),
        message((82, b"\x01\x09sw1"), kind=2),
        message((82, b"\x01\x06sw1 p1"), kind=1),
        b"",
    ],
)
def test_an_answer_that_names_nobody_is_none(bad: bytes) -> None:
    assert dhcp_frames.answered(bad) is None


@pytest.mark.parametrize(
    ("told", "mac", "address"),
    [
        (message((54, socket.inet_aton(TWO)), kind=2, yours=ONE), MAC, ONE),
        (message((54, socket.inet_aton(TWO)), kind=2, yours=ONE, flags=0x8000), b"\xff" * 6, "255.255.255.255"),
        (message((54, socket.inet_aton(TWO)), kind=2), b"\xff" * 6, "255.255.255.255"),
    ],
)
def test_an_answer_goes_to_the_customer_or_to_all_if_it_must(told: bytes, mac: bytes, address: str) -> None:
    sent = dhcp_frames.frame_for(told, vlan=3, sender_mac=b"\x02" * 6, gateway="192.0.2.2")
    assert sent[:6] == mac
    assert sent[12:18] == b"\x81\x00\x00\x03\x08\x00"
    header = sent[18:38]
    assert socket.inet_ntoa(header[12:16]) == TWO
    assert socket.inet_ntoa(header[16:20]) == address
    assert sum(struct.unpack("!10H", header)) % 0xFFFF == 0, "the checksum is right"
    assert sent[38:42] == struct.pack("!HH", 67, 68)
    assert sent[46:] == told


@given(st.binary(max_size=400) | st.binary(max_size=80).map(lambda rest: message(DISCOVER)[:-1] + rest))
def test_nothing_that_customers_send_stops_the_relay(payload: bytes) -> None:
    asked = dhcp_frames.request_in(frame(payload))
    if asked is not None:
        relayed(asked)
    dhcp_frames.request_in(payload)
    dhcp_frames.answered(b"\x02" + payload[1:])
