"""Compressed answers are unpacked in pieces of bounded size, and what breaks off is lost, not short."""

import gzip
import random
from collections.abc import Callable

import pytest
from backports import zstd

from onapi.client.steps import Lost
from onapi.client.unpacking import PIECE, unpacker

TEXT = b"".join(
    b'{"accessId":"%d","x":"%x"}' % (number, random.Random(number).getrandbits(90)) for number in range(40_000)
)


def _zstd(text: bytes) -> bytes:
    return zstd.compress(text)


def _unpacked(encoding: str, packed: bytes, size: int) -> bytes:
    opened = unpacker(encoding)
    found = []
    for at in range(0, len(packed), size):
        opened.feed(packed[at : at + size])
        while piece := opened.take():
            assert len(piece) <= PIECE
            found.append(piece)
    opened.finish()
    return b"".join(found)


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("zstd", _zstd)])
@pytest.mark.parametrize("size", [100, 65_536, 10_000_000])
def test_what_was_packed_comes_out_in_bounded_pieces(
    encoding: str, pack: Callable[[bytes], bytes], size: int
) -> None:
    assert _unpacked(encoding, pack(TEXT), size) == TEXT
    assert _unpacked(encoding, pack(TEXT) + pack(b"more"), size) == TEXT + b"more"
    bomb = pack(b"0" * 50_000_000)
    assert len(_unpacked(encoding, bomb, size)) == 50_000_000


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("zstd", _zstd)])
def test_what_breaks_off_or_is_damaged_is_lost(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(TEXT)
    with pytest.raises(Lost, match="broke off"):
        _unpacked(encoding, packed[:-10], 65_536)
    with pytest.raises(Lost, match="broke off"):
        _unpacked(encoding, b"", 65_536)
    with pytest.raises(Lost, match="unpacked"):
        _unpacked(encoding, b"no packing at all" * 10, 65_536)


def test_a_packing_that_nobody_asked_for_is_lost() -> None:
    with pytest.raises(Lost, match="'br'"):
        unpacker("br")
    assert _unpacked("identity", TEXT, 1000) == TEXT
