"""Who is let in by SSH, and by whom: a connection is made only to the element whose key is known."""

import asyncio
from dataclasses import dataclass, field

import asyncssh

from onapi.drivers.contract import AuthFailed, TimedOut, Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How an element is asked in, by `password` or `private_key`, and how it shows that it is itself.

    `host_key` is the element's public key as in a known_hosts file without the address: `ssh-ed25519 AAAA…`. Several
    lines are several keys, any of which will do. `private_key` is the text of a key file that no passphrase locks.

    Raises:
        ValueError: a key cannot be read, or there is neither password nor private key. The sentence has no secrets.
    """

    user: str
    host_key: str
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.password is None and self.private_key is None:
            raise ValueError("Neither a password nor a private key is given for SSH.")
        self.trusted()
        self.keys()

    def trusted(self) -> list[asyncssh.SSHKey]:
        """Return the keys that the element may show."""
        lines = [line for line in self.host_key.splitlines() if line.strip()]
        try:
            found = [asyncssh.import_public_key(line) for line in lines]
        except asyncssh.KeyImportError:
            found = []
        if not found:
            raise ValueError("The host key is no public key, such as: ssh-ed25519 AAAA….")
        return found

    def keys(self) -> list[asyncssh.SSHKey]:
        """Return the keys that we may show."""
        if self.private_key is None:
            return []
        try:
            return [asyncssh.import_private_key(self.private_key)]
        except asyncssh.KeyImportError:
            raise ValueError(
                "The private key for SSH cannot be read; one that a passphrase locks is not taken."
            ) from None


async def connect(host: str, port: int, login: Login, patience_s: float) -> asyncssh.SSHClientConnection:
    """Return a connection to an element.

    Raises:
        Unreachable: nobody answers there, or somebody who does not speak SSH as we do.
        TimedOut: it took more than `patience_s` seconds.
        AuthFailed: the element shows another key than it should, or does not let us in.
    """
    trusted = login.trusted()
    try:
        async with asyncio.timeout(patience_s):
            return await asyncssh.connect(
                host,
                port,
                username=login.user,
                password=login.password,
                client_keys=login.keys(),
                known_hosts=(trusted, [], []),
                server_host_key_algs=_algorithms(trusted),
                # Neither the operator's own files nor agents have a say in what a server does.
                config=None,
                agent_path=None,
                gss_host=None,
                keepalive_interval=15,
                login_timeout=patience_s,
            )
    except TimeoutError:
        raise TimedOut("The network element did not let us in in time.") from None
    except asyncssh.HostKeyNotVerifiable:
        raise AuthFailed("The network element shows another host key than the one that is known.") from None
    except asyncssh.PermissionDenied:
        raise AuthFailed("The network element does not take the user's password or key.") from None
    except asyncssh.KeyExchangeFailed:
        raise Unreachable("The network element has no SSH algorithms or host key that are taken here.") from None
    except (OSError, asyncssh.Error):
        raise Unreachable("The network element cannot be reached by SSH.") from None


def _algorithms(trusted: list[asyncssh.SSHKey]) -> list[str]:
    """Return what the element may sign with, so that it shows the key that is known and not another of its own."""
    found = [algorithm.decode() for key in trusted for algorithm in key.sig_algorithms]
    return list(dict.fromkeys(found))
