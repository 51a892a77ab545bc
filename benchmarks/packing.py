"""zstd as the program would do it, where it is missing: `python -m benchmarks.packing` packs stdin to stdout."""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_PIECE = 128 * 1024
_LEVEL = 1


def unpacked(packed: bytes) -> bytes:
    """Return what was packed."""
    return zstd.decompress(packed)


def main() -> None:
    """Pack standard input."""
    packer = zstd.ZstdCompressor(level=_LEVEL)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while piece := source.read(_PIECE):
        target.write(packer.compress(piece))
    target.write(packer.flush())


if __name__ == "__main__":
    main()
