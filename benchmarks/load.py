"""The load generator, a process of its own: `python -m benchmarks.load FILE`, told by a file what to send.

Raw keep-alive connections that each send the next request as soon as an answer is whole. Every answer's status and
length are checked, so that an error never counts as a fast answer.
"""

import asyncio
import itertools
import random
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import cast

import msgspec
import uvloop

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "


class Question(msgspec.Struct, frozen=True):
    """One request as it is sent, and the length of the body that must come back; None is any."""

    request: bytes
    length: int | None


class Job(msgspec.Struct, frozen=True):
    """What one run of the generator does; `once`: no question is asked twice."""

    port: int
    connections: int
    seconds: float
    status: int
    questions: list[Question]
    once: bool = False


class Report(msgspec.Struct, frozen=True):
    """What came of it; `cpu_s` is the generator's own."""

    answers: int
    seconds: float
    cpu_s: float


class _Wrong(Exception):
    """An answer is not what it must be."""


class _Connection(asyncio.Protocol):
    def __init__(self, job: Job, questions: Iterator[Question], ended: "asyncio.Future[None]") -> None:
        self._questions = questions
        self._start = b"HTTP/1.1 %d " % job.status
        self._has_body = job.status != 304
        self._ended = ended
        self._length: int | None = 0
        self._got = b""
        self.answers = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        got = self._got + data if self._got else data
        head = got.find(_HEAD_END)
        if head >= 0 and self._length is None:
            self._length = _told(got, head)
        if head < 0 or len(got) < head + 4 + (self._length or 0):
            self._got = got
            return
        self._check(got, head)
        self._got = b""
        self.answers += 1
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended.done():
            self._ended.set_exception(exc or _Wrong("The server closed a connection."))

    def _ask(self) -> None:
        question = next(self._questions, None)
        if question is None:
            if not self._ended.done():
                self._ended.set_result(None)
            return
        self._length = question.length
        self._transport.write(question.request)

    def _check(self, got: bytes, head: int) -> None:
        right = got.startswith(self._start) and len(got) == head + 4 + (self._length or 0)
        if right and self._has_body:
            right = _told(got, head) == self._length
        if not right and not self._ended.done():
            self._ended.set_exception(_Wrong(f"Not the answer that was due: {got[:300]!r}"))


def _told(got: bytes, head: int) -> int:
    """Return the length that an answer's head tells."""
    at = got.lower().find(_LENGTH, 0, head) + len(_LENGTH)
    return int(got[at : got.find(b"\r\n", at)])


async def _run(job: Job) -> Report:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    began, cpu = time.perf_counter(), time.process_time()
    connections: list[_Connection] = []
    shared = iter(job.questions)
    for number in range(job.connections):
        begin = number * len(job.questions) // job.connections
        questions = shared if job.once else itertools.islice(itertools.cycle(job.questions), begin, None)
        make = partial(_Connection, job, questions, ended)
        _, connection = await loop.create_connection(make, "127.0.0.1", job.port)
        connections.append(connection)
    try:
        async with asyncio.timeout(job.seconds):
            await ended
    except TimeoutError:
        pass
    seconds = time.perf_counter() - began
    if not any(c.answers for c in connections):
        raise _Wrong("The server answered nothing in time.")
    return Report(sum(c.answers for c in connections), seconds, time.process_time() - cpu)


def main() -> None:
    """Do the job of the file, and print the report as JSON."""
    job = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    random.Random(1).shuffle(job.questions)
    report = uvloop.run(_run(job))
    print(msgspec.json.encode(report).decode())


if __name__ == "__main__":
    main()
