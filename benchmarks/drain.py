"""A reader that only counts, a process of its own: of a server's lists, or of what a shell command writes.

`python -m benchmarks.drain http PORT PATH COUNT [NAME=VALUE …]` asks for a list so many times on one connection;
`python -m benchmarks.drain pipe COMMAND` runs a command. Both print a report as JSON.
"""

import http.client
import resource
import subprocess
import sys
import time
from typing import IO

import msgspec

_BUFFER = 1024 * 1024


class Report(msgspec.Struct, frozen=True):
    """What was read: bytes in all, in how many seconds; `cpu_s` is that of the command's processes."""

    size: int
    seconds: float
    cpu_s: float


def _http(port: int, path: str, count: int, headers: dict[str, str]) -> Report:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    began = time.perf_counter()
    size = 0
    for _ in range(count):
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        if response.status != http.HTTPStatus.OK:
            raise SystemExit(f"The list is answered with {response.status}: {response.read(300)!r}")
        if response.getheader("Content-Encoding", "identity") != headers["Accept-Encoding"]:
            raise SystemExit("The list is not encoded as asked.")
        size += _count(response)
    return Report(size, time.perf_counter() - began, 0.0)


def _pipe(command: str) -> Report:
    began = time.perf_counter()
    with subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdout is not None
        size = _count(process.stdout)
        status = process.wait()
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"The command failed with status {status}.")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Report(size, seconds, used.ru_utime + used.ru_stime)


def _count(stream: "IO[bytes] | http.client.HTTPResponse") -> int:
    buffer = memoryview(bytearray(_BUFFER))
    size = 0
    while read := stream.readinto(buffer):  # type: ignore[union-attr]  # a raw file, which has it
        size += read
    return size


def main() -> None:
    """Read, and print the report."""
    kind, *rest = sys.argv[1:]
    if kind == "http":
        headers = dict(pair.split("=", 1) for pair in rest[3:])
        report = _http(int(rest[0]), rest[1], int(rest[2]), headers)
    else:
        report = _pipe(rest[0])
    print(msgspec.json.encode(report).decode())


if __name__ == "__main__":
    main()
