"""Packets to one element and back, by the sockets of gufo-snmp.

The library encodes, decodes and encrypts. Its own asyncio session is not used: that one starts its patience anew with
each stray packet, and before Python 3.12 cannot be cancelled reliably (docs/decisions/0017-snmp-by-gufo.md).
"""

import asyncio
import ipaddress
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from gufo.snmp import NoSuchInstance, SnmpAuthError, SnmpEncodeError, SnmpError
from gufo.snmp._fast import SnmpV2cClientSocket, SnmpV3ClientSocket

from onapi.drivers.contract import AuthFailed, DriverError, Garbled, Manners, TimedOut, Unreachable
from onapi.drivers.snmp.credentials import Community, Credentials, keys

T = TypeVar("T")
Socket = SnmpV2cClientSocket | SnmpV3ClientSocket

_LATE = "The network element did not answer in time."
_LATE_ENCRYPTED = (
    "The network element says who it is, but did not answer the encrypted question in time; "
    "perhaps the privacy secret is another."
)


class Exchange:
    """Sends a question, and sends it again while there is no answer; `address` is an IP address.

    Raises:
        ValueError: the address is no IP address.
    """

    def __init__(self, address: str, port: int, credentials: Credentials) -> None:
        ip = ipaddress.ip_address(address)
        self._where = f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}"
        self._credentials = credentials
        self._socket: Socket | None = None
        self._engine = b""
        self.sent = 0
        """Packets sent, with repetitions."""

    def close(self) -> None:
        """Let go of the socket; the next question takes a new one."""
        self._socket = None

    async def ask(
        self, send: Callable[[Socket], None], receive: Callable[[Socket], T], manners: Manners, until: float
    ) -> T:
        """Return the answer to one question; `until` is a moment of the loop's clock.

        Raises:
            NoSuchInstance, SnmpEncodeError: as the library's functions that are given.
            DriverError: there is no answer, or none that can be read, also not to the last repetition.
        """
        failure: DriverError = TimedOut(_LATE)
        for _ in range(manners.retries + 1):
            if until <= asyncio.get_running_loop().time():
                break
            try:
                return await self._try(send, receive, manners.timeout_s, until)
            except DriverError as error:
                # A packet may have been damaged, or the element restarted and its clock with it; it gets its chance.
                # An error that is kept keeps the frames it went through, and in them the socket.
                failure = type(error)(error.sentence)
        raise failure

    async def _try(
        self, send: Callable[[Socket], None], receive: Callable[[Socket], T], timeout_s: float, until: float
    ) -> T:
        # Only a socket that owes nothing is used again: a late answer finds nobody.
        socket, self._socket = self._socket, None
        try:
            with _Panics():
                if socket is None:
                    socket = await self._connected(timeout_s, until)
                answer = await self._once(socket, send, receive, timeout_s, until)
        except (NoSuchInstance, SnmpEncodeError):
            raise
        except SnmpAuthError:
            self._engine = b""
            raise AuthFailed("The network element does not take the SNMP credentials.") from None
        except (SnmpError, RuntimeError) as error:
            # The library wraps its own errors in a RuntimeError where a value cannot be read.
            raise Garbled(f"The network element's answer cannot be read: {error}.") from None
        except TimeoutError:
            known, self._engine = self._engine, b""
            raise TimedOut(_LATE_ENCRYPTED if known else _LATE) from None
        except OSError as error:
            raise Unreachable(f"The network element cannot be reached: {error}.") from None
        self._socket = socket
        return answer

    async def _connected(self, timeout_s: float, until: float) -> Socket:
        """Return a fresh socket, one that an SNMPv3 agent will believe."""
        if isinstance(self._credentials, Community):
            return SnmpV2cClientSocket(self._where, self._credentials.word, 0, 0, 0, 0)
        user = keys(self._credentials)
        secrets = (user.name, user.get_auth_alg(), user.get_auth_key(), user.get_priv_alg(), user.get_priv_key())
        if self._engine:
            socket = SnmpV3ClientSocket(self._where, self._engine, *secrets, 0, 0, 0, 0)
        else:
            socket = SnmpV3ClientSocket(self._where, b"", "", 0, b"", 0, b"", 0, 0, 0, 0)
            await self._once(socket, _refresh, _refreshed, timeout_s, until)
            self._engine = socket.get_engine_id()
            socket.set_keys(*secrets)
        await self._once(socket, _refresh, _refreshed, timeout_s, until)
        return socket

    async def _once(
        self,
        socket: Socket,
        send: Callable[[Socket], None],
        receive: Callable[[Socket], T],
        timeout_s: float,
        until: float,
    ) -> T:
        """Send one packet, and read packets until one is the answer.

        Raises:
            TimeoutError: there is none in time.
            ConnectionRefusedError: nobody listens there.
        """
        loop = asyncio.get_running_loop()
        send(socket)
        self.sent += 1
        # Stray packets do not prolong the patience.
        async with asyncio.timeout_at(min(until, loop.time() + timeout_s)):
            while True:
                await _readability(loop, socket.get_fd())
                try:
                    return receive(socket)
                except BlockingIOError:
                    continue
                except TimeoutError:
                    # So the library says that the other machine has refused.
                    raise ConnectionRefusedError("nobody listens there") from None


class _Panics:
    """Turns a panic of the library, which is no Exception and comes of packets that nobody can read, into Garbled."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: object, _trace: TracebackType | None) -> None:
        if kind is not None and kind.__module__ == "pyo3_runtime":
            raise Garbled(f"The network element's answer cannot be read: {error}.") from None


async def _readability(loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
    readable = asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)


def _refresh(socket: Socket) -> None:
    if isinstance(socket, SnmpV3ClientSocket):
        socket.send_refresh()


def _refreshed(socket: Socket) -> None:
    if isinstance(socket, SnmpV3ClientSocket):
        socket.recv_refresh()
