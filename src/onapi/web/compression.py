"""Compression by Accept-Encoding: zstd, gzip, or none."""

import sys
from typing import Protocol

from isal import isal_zlib

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEAST_BYTES = 1024
"""Smaller answers are sent as they are."""

_GZIP_WINDOW = 31
_GZIP_LEVEL = 1
_ZSTD_LEVEL = 1


class Compressor(Protocol):
    """Makes one stream of one compressed frame."""

    def compress(self, data: bytes, /) -> bytes:
        """Return what is ready of the stream after `data`."""

    def flush(self) -> bytes:
        """Return the rest of the stream."""


def choose(accept_encoding: str | None) -> str | None:
    """Return "zstd" or "gzip", whichever the client likes best and we have, or None. Source: RFC 9110 §12.5.3."""
    weights: dict[str, float] = {}
    for part in (accept_encoding or "").lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = _weight(parameter)
    anything = weights.get("*", 0.0)
    offered = {name: weights.get(name, anything) for name in ("zstd", "gzip")}
    best = max(offered, key=lambda name: offered[name])
    return best if offered[best] > 0 else None


def compressor(encoding: str) -> Compressor:
    """Return a new stream; both kinds are one frame, since clients read no further than the first."""
    if encoding == "zstd":
        return zstd.ZstdCompressor(level=_ZSTD_LEVEL)
    return isal_zlib.compressobj(_GZIP_LEVEL, isal_zlib.DEFLATED, _GZIP_WINDOW)


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
