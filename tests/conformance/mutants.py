"""A place between our server and its callers, where one fault at a time can be planted."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True)
class Request:
    """A request; `path` is below the version's root, without the final slash, which `slash` tells."""

    method: str
    path: str
    slash: bool
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def endpoint(self) -> str:
        """Return the first part of its path."""
        return self.path.partition("/")[0]

    @property
    def key(self) -> str:
        """Return what follows that."""
        return self.path.partition("/")[2]


@dataclass(frozen=True)
class Answer:
    """An answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def value(self) -> Any:
        """Return its body as JSON."""
        return json.loads(self.body) if self.body else None

    def but(self, value: Any) -> "Answer":
        """Return it with another body."""
        return replace(self, body=b"" if value is None else json.dumps(value, ensure_ascii=False).encode())


Forward = Callable[[Request], Awaitable[Answer]]
Fault = Callable[[Request, Forward], Awaitable[Answer]]


class Mutant:
    """Our server, which answers truly but for the fault that it is given."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._fault: Fault | None = None

    @contextlib.contextmanager
    def having(self, fault: Fault | None) -> Iterator[None]:
        """Have a fault until the block ends."""
        self._fault = fault
        try:
            yield
        finally:
            self._fault = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with the fault if there is one."""
        if scope["type"] != "http" or self._fault is None:
            await self._app(scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        root = "/onapi/2.6/"
        request = Request(
            method=scope["method"],
            path=scope["path"].removeprefix(root).strip("/"),
            slash=scope["path"].endswith("/"),
            query=scope["query_string"].decode(),
            headers={name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]},
            body=bytes(body),
        )

        async def forward(request: Request) -> Answer:
            return await self._forward(scope, root, request)

        await _send(send, await self._fault(request, forward))

    async def _forward(self, scope: Scope, root: str, request: Request) -> Answer:
        path = root + request.path + ("/" if request.slash and request.path else "")
        headers = {**request.headers, "content-length": str(len(request.body)), "accept-encoding": "identity"}
        changed = {
            **scope,
            "method": request.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": request.query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        }
        if not request.body:
            changed["headers"] = [pair for pair in changed["headers"] if pair[0] != b"content-length"]
        given = [{"type": "http.request", "body": request.body, "more_body": False}]
        told: list[Any] = []

        async def receive() -> Any:
            if given:
                return given.pop()
            # The caller stays until it is answered.
            return await asyncio.Future()

        async def send(message: Any) -> None:
            told.append(message)

        await self._app(changed, receive, send)
        start = next(message for message in told if message["type"] == "http.response.start")
        body = b"".join(message.get("body", b"") for message in told if message["type"] == "http.response.body")
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
        headers.pop("content-length", None)
        return Answer(start["status"], headers, body)


async def _send(send: Send, answer: Answer) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    if answer.body:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    elif answer.status not in {204, 304}:
        headers.append((b"content-length", b"0"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
