"""The database of a switch that is elsewhere is asked over TCP, and over TLS only by whoever has the certificates."""

import asyncio
import re
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from onapi.drivers.contract import AuthFailed, Unreachable
from onapi.drivers.ovs.ovsdb import OvsdbClient
from tests.drivers.ovs.switch import PACKAGES, SCHEMA
from tests.drivers.ovs.traffic import eventually
from tests.packages import need, program

_QUESTION = {"op": "select", "table": "Open_vSwitch", "where": [], "columns": ["next_cfg"]}


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def _serving(folder: Path, scheme: str, authority: trustme.CA) -> Iterator[int]:
    """Run a database server on loopback, and yield its port."""
    database, log = folder / "conf.db", folder / "server.log"
    subprocess.run([program("ovsdb-tool"), "create", str(database), SCHEMA], check=True)
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    arguments = [f"--remote={scheme}:0:127.0.0.1", f"--log-file={log}", f"--unixctl={folder}/server.ctl"]
    arguments += [f"--private-key={folder}/key.pem", f"--certificate={folder}/certificate.pem"]
    arguments += [f"--ca-cert={folder}/authority.pem", "-vconsole:off", "-vsyslog:off", "--no-chdir"]
    process = subprocess.Popen([program("ovsdb-server"), str(database), *arguments])
    try:
        told = eventually(lambda: re.findall(r"listening on port (\d+)", log.read_text() if log.exists() else ""))
        yield int(told[0])
    finally:
        process.kill()
        process.wait()


def _ask(endpoint: str, tls: ssl.SSLContext | None = None) -> object:
    async def asked() -> object:
        client = OvsdbClient(endpoint, tls=tls)
        try:
            return await client.transact([_QUESTION])
        finally:
            await client.close()

    return asyncio.run(asked())


def test_a_database_is_asked_over_tcp(tmp_path: Path, authority: trustme.CA) -> None:
    need(*PACKAGES)
    with _serving(tmp_path, "ptcp", authority) as port:
        assert _ask(f"tcp:127.0.0.1:{port}") == [{"rows": []}]


def test_over_tls_both_sides_show_who_they_are(tmp_path: Path, authority: trustme.CA) -> None:
    need(*PACKAGES)
    ours = ssl.create_default_context()
    authority.configure_trust(ours)
    stranger = ssl.create_default_context()
    with _serving(tmp_path, "pssl", authority) as port:
        endpoint = f"ssl:127.0.0.1:{port}"
        with pytest.raises(AuthFailed):
            _ask(endpoint, stranger)
        # The server finds us wanting only after it has been greeted.
        with pytest.raises((AuthFailed, Unreachable)):
            _ask(endpoint, ours)
        authority.issue_cert("onapi").configure_cert(ours)
        assert _ask(endpoint, ours) == [{"rows": []}]
