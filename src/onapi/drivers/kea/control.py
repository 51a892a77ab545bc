"""The way to a running Kea: its control sockets, or a web server that speaks for it.

A command is one JSON object and gets one answer. On a socket in the file system the answer ends with the connection;
over HTTP it is in an array of one. Source: Kea Administrator Reference Manual, "Management API".
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx2
import msgspec

from onapi.drivers.contract import AuthFailed, Garbled, Rejected, TimedOut, Unreachable, Unsupported
from onapi.drivers.web import authorities

_LARGEST = 16 << 20
_CHUNK = 1 << 16
_DONE, _UNKNOWN, _NOTHING = 0, 2, 3


class KeaControl:
    """The contract's `Control`. Commands with `lease6` in their names go to the DHCPv6 server."""

    def __init__(
        self,
        where: str,
        six: str | None = None,
        *,
        user: str | None = None,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
        deadline_s: float = 5.0,
        largest: int = _LARGEST,
    ) -> None:
        """Make it; nothing is connected yet.

        Args:
            where: the path of the DHCPv4 server's control socket, or "http://…" or "https://…" of a control agent,
                or of the server itself, which newer ones have.
            six: the same of the DHCPv6 server; None: there is none, or the control agent speaks for both.
            user: for HTTP, if it asks.
            password: for HTTP.
            tls: the certificates for HTTPS; without it the machine's own authorities vouch for the server.
            deadline_s: how long a command may take.
            largest: the most octets of an answer that are read.

        Raises:
            ValueError: it is neither a path nor such an address.
        """
        for text in (where, *([six] if six else [])):
            if not text.startswith(("/", "http://", "https://")):
                raise ValueError(
                    f"{text!r} is neither a path that begins with / nor an address that begins with http."
                )
        self._where = {"dhcp4": where, "dhcp6": six or (where if where.startswith("http") else None)}
        self._login = httpx2.BasicAuth(user, password or "") if user else None
        self._tls = tls
        self._deadline_s = deadline_s
        self._largest = largest

    async def command(self, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the answer to a command, whose `result` is 0, or 3 if there was nothing to do it to.

        Raises:
            Rejected: Kea refuses; the sentence has its words.
            Unsupported: Kea knows no such command, perhaps for want of a hook; or there is no such server.
            TimedOut: no answer came in time.
            Unreachable: nobody listens, or the connection broke.
            AuthFailed: the socket is not ours to use, or the web server does not let us in.
            Garbled: the answer is none.
        """
        service = "dhcp6" if "lease6" in name else "dhcp4"
        where = self._where[service]
        if where is None:
            raise Unsupported("The inventory has no way to Kea's DHCPv6 server.")
        question: dict[str, Any] = {"command": name, **({"arguments": arguments} if arguments else {})}
        try:
            async with asyncio.timeout(self._deadline_s):
                if where.startswith("/"):
                    told = await self._by_socket(where, msgspec.json.encode(question))
                else:
                    told = await self._by_http(where, msgspec.json.encode(question | {"service": [service]}))
        except TimeoutError:
            raise TimedOut("Kea did not answer in time.") from None
        except PermissionError:
            raise AuthFailed("Kea's control socket is not ours to use.") from None
        except (OSError, httpx2.TransportError):
            raise Unreachable("Kea cannot be reached.") from None
        return _answer(told)

    async def close(self) -> None:
        """Do nothing, as every command has a connection of its own."""

    async def _by_socket(self, path: str, question: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            writer.write(question)
            told = bytearray()
            while chunk := await reader.read(_CHUNK):
                told += chunk
                self._bounded(told)
            return bytes(told)
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _by_http(self, url: str, question: bytes) -> bytes:
        headers = {"Content-Type": "application/json"}
        async with (
            httpx2.AsyncClient(
                auth=self._login, timeout=self._deadline_s, trust_env=False, verify=self._tls or authorities()
            ) as client,
            client.stream("POST", url, content=question, headers=headers) as answer,
        ):
            if answer.status_code in (401, 403):
                raise AuthFailed("Kea's control agent does not let us in.")
            told = bytearray()
            async for chunk in answer.aiter_bytes(_CHUNK):
                told += chunk
                self._bounded(told)
            return bytes(told)

    def _bounded(self, told: bytearray) -> None:
        if len(told) > self._largest:
            raise Garbled(f"Kea answers more than {self._largest} octets.")


def _answer(told: bytes) -> Mapping[str, Any]:
    try:
        answer: Any = msgspec.json.decode(told)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Garbled("Kea answers something that is no JSON.") from None
    if isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    if not isinstance(answer, dict) or not isinstance(answer.get("result"), int):
        raise Garbled("Kea answers without a result.")
    if answer["result"] in (_DONE, _NOTHING):
        return answer
    words = str(answer.get("text") or "it does not say why").strip().rstrip(".")[:200]
    if answer["result"] == _UNKNOWN:
        raise Unsupported(f"Kea knows no such command: {words}.")
    raise Rejected(f"Kea refuses: {words}.")
