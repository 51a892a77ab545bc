"""The ASGI application: every request goes through `Api`, in one place and in one order.

request id → path → probes and open pages → who calls → the resource → an answer or a refusal → count it.
"""

import itertools
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from onapi import errors
from onapi.web import faults, observe, openapi
from onapi.web.authentication import Authenticator
from onapi.web.call import Call, Caller
from onapi.web.routing import Endpoint, Router

_NO_STORE = (b"cache-control", b"no-store")
_VARY = (b"vary", b"Authorization")
_PREFIX = secrets.token_hex(4)
_serial = itertools.count(1)
_json = msgspec.json.Encoder().encode


class Api:
    """Answers HTTP.

    Args:
        mounts: the paths of the version's root, such as `/onapi/2.6`, without a final slash.
        endpoints: what the standard's part of the server has.
        aliases: other first parts of paths, with what they stand for: `{"order": "orders"}`.
        authenticator: tells who calls.
        ready: raises an OnapiError while requests cannot be answered.
        metrics_on_loopback: whether callers from this machine may read /metrics here; nobody else ever may.
        version: of onapi.
    """

    def __init__(
        self,
        *,
        mounts: Sequence[str],
        endpoints: Sequence[Endpoint],
        aliases: dict[str, str],
        authenticator: Authenticator,
        ready: Callable[[], Awaitable[None]],
        metrics_on_loopback: bool,
        version: str,
    ) -> None:
        self._mounts = [mount.encode() for mount in mounts]
        self._router = Router(endpoints)
        self._aliases = {alias.encode(): path.encode() for alias, path in aliases.items()}
        self._names = {operation.path: e.name for e in endpoints for operation in e.operations}
        self._authenticator = authenticator
        self._ready = ready
        self._metrics_on_loopback = metrics_on_loopback
        self._documents = {m: _json(openapi.document(endpoints, version=version, mount=m)) for m in mounts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        began = time.perf_counter()
        call = Call(scope, receive, "")
        call.request_id = _request_id(call)
        try:
            response = await self._respond(call)
        except errors.OnapiError as error:
            response = faults.response(error, call.request_id)
        except Exception as error:  # noqa: BLE001 — whatever it is, the caller gets an answer and the log the trace
            observe.failed(call, error)
            response = faults.unexpected(call.request_id)
        _add_headers(response, call.request_id)
        try:
            await response(scope, receive, send)
        finally:
            observe.answered(call, response.status_code, began)

    async def _respond(self, call: Call) -> Response:
        path: bytes = call.scope.get("raw_path") or call.scope["path"].encode()
        if path == b"*" and call.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": "GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"})
        for mount in self._mounts:
            if path.startswith(mount) and path[len(mount) : len(mount) + 1] in (b"", b"/"):
                call.mount = mount.decode()
                return await self._respond_below(call, path[len(mount) + 1 :])
        return await self._respond_beside(call, path)

    async def _respond_below(self, call: Call, path: bytes) -> Response:
        """Answer what is below the version's root."""
        opened = self._respond_openly(call, path)
        if opened is not None:
            call.endpoint = "openapi"
            return opened
        first, slash, rest = path.partition(b"/")
        path = self._aliases.get(first, first) + slash + rest
        if call.method != "OPTIONS":
            call.caller = await self._caller(call)
        operation, call.path_ids = self._router.find(path, call.method)
        if operation is None:
            return Response(status_code=204, headers={"Allow": ", ".join(self._router.allow(path))})
        call.endpoint = self._names[operation.path]
        return await operation.handler(call)

    def _respond_openly(self, call: Call, path: bytes) -> Response | None:
        """Answer what needs no password: the description of the interface."""
        if path == b"openapi.json" and call.method in ("GET", "HEAD"):
            return Response(self._documents[call.mount], media_type="application/json")
        if (path == b"docs" or path.startswith(b"docs/")) and call.method in ("GET", "HEAD"):
            return openapi.page(path[len(b"docs/") :].decode("ascii", "replace"), mount=call.mount)
        return None

    async def _respond_beside(self, call: Call, path: bytes) -> Response:
        """Answer the probes, which belong to no version of the standard."""
        if call.method not in ("GET", "HEAD"):
            raise errors.NotFound("There is nothing here but the ON-API, below " + self._mounts[0].decode() + "/.")
        if path == b"/livez":
            call.endpoint = "livez"
            return Response("ok\n", media_type="text/plain")
        if path == b"/readyz":
            call.endpoint = "readyz"
            await self._ready()
            return Response("ready\n", media_type="text/plain")
        if path == b"/metrics" and self._metrics_on_loopback and observe.is_loopback(_address(call)):
            call.endpoint = "metrics"
            return observe.metrics()
        raise errors.NotFound("There is nothing here; the ON-API is below " + self._mounts[0].decode() + "/.")

    async def _caller(self, call: Call) -> Caller:
        header = call.header(b"authorization")
        if header is None:
            raise errors.Unauthenticated("This needs a user name and a password, by HTTP Basic authentication.")
        raw = header.encode("latin-1")
        return self._authenticator.known(raw) or await self._authenticator.verify(raw, _address(call))


def _request_id(call: Call) -> str:
    """Return the caller's own X-Request-Id where it is a plain word, else a new one."""
    given = call.header(b"x-request-id")
    if given and len(given) <= 64 and given.isascii() and given.replace("-", "").replace("_", "").isalnum():
        return given
    return f"{_PREFIX}-{next(_serial):08x}"


def _address(call: Call) -> str:
    client = call.scope.get("client")
    return str(client[0]) if client else ""


def _add_headers(response: Response, request_id: str) -> None:
    names = {name for name, _ in response.raw_headers}
    response.raw_headers.append((b"x-request-id", request_id.encode()))
    for header in (_NO_STORE, _VARY):
        if header[0] not in names:
            response.raw_headers.append(header)
