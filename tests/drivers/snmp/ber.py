"""As much of the Basic Encoding Rules as SNMPv2c needs, for agents that tests make. Sources: X.690, RFC 3416."""

from dataclasses import dataclass

INTEGER, OCTETS, NULL, IDENTIFIER, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP, COUNTER32, GAUGE32, TICKS, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x46
NO_SUCH_INSTANCE, END_OF_VIEW = b"\x81\x00", b"\x82\x00"
GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5

Oid = tuple[int, ...]


@dataclass(frozen=True)
class Question:
    """What was asked; `first` and `second` are non-repeaters and max-repetitions of a GETBULK."""

    community: bytes
    kind: int
    request_id: bytes
    first: int
    second: int
    oids: tuple[Oid, ...]


def wrapped(tag: int, content: bytes) -> bytes:
    """Return a value with its tag and length."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def integer(number: int, tag: int = INTEGER) -> bytes:
    """Return a number; the unsigned kinds are not negative, whatever their first bit."""
    return wrapped(
        tag, number.to_bytes(((number if number >= 0 else ~number).bit_length() + 8) // 8, "big", signed=True)
    )


def identifier(oid: Oid) -> bytes:
    """Return an object identifier."""
    content = bytearray((oid[0] * 40 + oid[1],))
    for arc in oid[2:]:
        content += _base_128(arc)
    return wrapped(IDENTIFIER, bytes(content))


def binding(oid: Oid, value: bytes) -> bytes:
    """Return an instance with its encoded value."""
    return wrapped(SEQUENCE, identifier(oid) + value)


def response(question: Question, bindings: list[bytes], *, error: int = 0, request_id: bytes | None = None) -> bytes:
    """Return the packet that answers a question."""
    content = (request_id or question.request_id) + integer(error) + integer(0)
    content += wrapped(SEQUENCE, b"".join(bindings))
    return wrapped(SEQUENCE, integer(1) + wrapped(OCTETS, question.community) + wrapped(RESPONSE, content))


def question(packet: bytes) -> Question:
    """Read a packet of SNMPv2c."""
    _, start, _ = header(packet, 0)
    _, _, end = header(packet, start)
    _, start, end = header(packet, end)
    community = packet[start:end]
    kind, begin, _ = header(packet, end)
    _, _, end = header(packet, begin)
    request_id = packet[begin:end]
    _, start, end = header(packet, end)
    first = int.from_bytes(packet[start:end], "big")
    _, start, end = header(packet, end)
    second = int.from_bytes(packet[start:end], "big")
    _, position, last = header(packet, end)
    oids = []
    while position < last:
        _, start, position = header(packet, position)
        _, start, end = header(packet, start)
        oids.append(_oid(packet[start:end]))
    return Question(community, kind, request_id, first, second, tuple(oids))


def header(packet: bytes, position: int) -> tuple[int, int, int]:
    """Return a value's tag, and where its content begins and ends."""
    tag, length = packet[position], packet[position + 1]
    position += 2
    if length & 0x80:
        octets = length & 0x7F
        length = int.from_bytes(packet[position : position + octets], "big")
        position += octets
    return tag, position, position + length


def _oid(content: bytes) -> Oid:
    arcs = [content[0] // 40, content[0] % 40]
    arc = 0
    for octet in content[1:]:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    return tuple(arcs)


def _base_128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))
