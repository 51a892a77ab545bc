"""A small web server that answers what it is told to, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """A request: `query` has each parameter's last value."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class Web:
    """The server; `answer` returns a status and a body, `connected` is how many connections are open."""

    answer: Callable[[Asked], tuple[int, bytes]]
    latency_s: float = 0.0
    endless: bool = False
    asked: list[Asked] = field(default_factory=list)
    base: str = ""
    connected: int = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected += 1
        try:
            while line := await reader.readline():
                asked = await _read(line, reader)
                self.asked.append(asked)
                await asyncio.sleep(self.latency_s)
                status, body = self.answer(asked)
                if self.endless:
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
                    while True:
                        writer.write(b"[" * 10_000)
                        await writer.drain()
                head = f"HTTP/1.1 {status} As told\r\nContent-Length: {len(body)}\r\nLocation: /elsewhere\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except OSError:
            pass
        finally:
            self.connected -= 1
            writer.close()


@asynccontextmanager
async def serving(web: Web) -> AsyncIterator[Web]:
    """Have it listen on loopback."""
    handlers: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(web.handle(reader, writer))
        handlers.add(task)
        task.add_done_callback(handlers.discard)

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    web.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield web
    finally:
        server.close()
        for task in list(handlers):
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)


async def _read(line: bytes, reader: asyncio.StreamReader) -> Asked:
    url = urlsplit(line.split()[1].decode())
    headers = {}
    while (header := (await reader.readline()).decode().strip()) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(url.path, {name: values[-1] for name, values in parse_qs(url.query).items()}, headers)
