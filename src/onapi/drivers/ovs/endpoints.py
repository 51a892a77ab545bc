"""Where an Open vSwitch listens, as its own tools write it: `unix:/path`, `tcp:address:port`, `ssl:address:port`."""

import asyncio
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass

from onapi.drivers.contract import AuthFailed, Unreachable

_NETWORK = re.compile(
    r"(?P<scheme>tcp|ssl):(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:\[\]]+)):(?P<port>\d{1,5})\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Either `path`, of a socket in the file system, or `host` and `port`; `tls` encrypts."""

    path: str | None = None
    host: str = ""
    port: int = 0
    tls: ssl.SSLContext | None = None

    @classmethod
    def parse(cls, text: str, *, tls: ssl.SSLContext | None = None) -> "Endpoint":
        """Read what is written in an inventory.

        Args:
            text: where it listens.
            tls: the certificates for `ssl:`, which needs them; the others leave them alone.

        Raises:
            ValueError: it is none of the three forms, or lacks its certificates.
        """
        if text.startswith("unix:/"):
            return cls(path=text.removeprefix("unix:"))
        parts = _NETWORK.match(text)
        if parts is None or not 0 < int(parts["port"]) < 65536:
            raise ValueError(f"{text!r} is none of unix:/path, tcp:address:port, ssl:address:port.")
        if parts["scheme"] == "ssl" and tls is None:
            raise ValueError(f"{text!r} needs certificates.")
        encrypts = tls if parts["scheme"] == "ssl" else None
        return cls(host=parts["six"] or parts["host"], port=int(parts["port"]), tls=encrypts)

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect.

        Raises:
            Unreachable: nobody listens there.
            AuthFailed: the socket is not ours to use, or the certificates do not fit.
        """
        try:
            if self.path is not None:
                return await asyncio.open_unix_connection(self.path)
            return await asyncio.open_connection(self.host, self.port, ssl=self.tls)
        except (PermissionError, ssl.SSLError):
            raise AuthFailed("The switch does not let us in.") from None
        except OSError:
            raise Unreachable("The switch cannot be reached.") from None


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close a connection, in whatever state it is; nothing is waited for that the other side must do."""
    writer.close()
    if writer.transport is not None:
        writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()
