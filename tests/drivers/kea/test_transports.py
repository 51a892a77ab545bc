"""The ways to Kea: its database, its control sockets, its control agent; real ones, and ones that lie."""

import asyncio
import base64
import itertools
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import trustme

from onapi.drivers.contract import (
    AuthFailed,
    Busy,
    DriverError,
    Garbled,
    Rejected,
    TimedOut,
    Unreachable,
    Unsupported,
)
from onapi.drivers.kea import statements
from onapi.drivers.kea.control import KeaControl
from onapi.drivers.kea.database import KeaDatabase
from tests.drivers.kea.conftest import Town, free_port
from tests.packages import need, program

_SECRET = "not for everybody"
_serial = itertools.count(1)


@contextmanager
def _saying(listener: socket.socket, told: bytes | None) -> Iterator[list[bytes]]:
    """Answer each who connects with the same, or never; yield what they asked."""
    asked: list[bytes] = []
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(0.05)
                    answer(connection)

    def answer(connection: socket.socket) -> None:
        asked.append(connection.recv(1 << 16))
        if told is not None:
            connection.sendall(told)
            connection.shutdown(socket.SHUT_WR)
        # Who hangs up on somebody who still talks has not been heard.
        while not ended.is_set():
            with suppress(TimeoutError):
                if not connection.recv(1 << 16):
                    return

    thread = threading.Thread(target=serve)
    with listener:
        listener.settimeout(0.05)
        listener.listen()
        thread.start()
        try:
            yield asked
        finally:
            ended.set()
            thread.join()


def _at_path(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    return listener


def _at_port() -> tuple[socket.socket, int]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]


def _execute(database: KeaDatabase, *statements: tuple[str, list[Any]]) -> list[list[Any]]:
    async def executed() -> list[list[Any]]:
        try:
            return [list(rows) for rows in await database.execute(statements)]
        finally:
            await database.close()

    return asyncio.run(executed())


def _to(town: Town, **but: Any) -> KeaDatabase:
    place = town.database
    where: dict[str, Any] = {
        "host": place.host,
        "port": place.port,
        "database": place.name,
        "user": place.user,
        "password": None,
    }
    return KeaDatabase(**(where | but))


@contextmanager
def _guarded(town: Town) -> Iterator[str]:
    """Make a role that needs its password, and return its name."""
    role = f"guarded_{os.getpid()}_{next(_serial)}"
    town.sql(f"CREATE ROLE {role} LOGIN PASSWORD '{_SECRET}'")
    rules = Path(town.sql("SHOW hba_file")[0]["hba_file"])
    before = rules.read_text(encoding="utf-8")
    rules.write_text(f"local all {role} scram-sha-256\n{before}", encoding="utf-8")
    town.sql("SELECT pg_reload_conf()")
    until = time.monotonic() + 5
    with suppress(AuthFailed):
        # The server reads its rules when it comes to it.
        while time.monotonic() < until:
            _execute(_to(town, user=role), ("SELECT 1", []))
    try:
        yield role
    finally:
        rules.write_text(before, encoding="utf-8")
        town.sql("SELECT pg_reload_conf()")
        town.sql(f"DROP OWNED BY {role}")
        town.sql(f"DROP ROLE {role}")


def test_a_wrong_password_is_told_and_no_password_is(town: Town) -> None:
    with _guarded(town) as role:
        for password in ("wrong", None):
            with pytest.raises(AuthFailed) as caught:
                _execute(_to(town, user=role, password=password), ("SELECT 1 AS one", []))
            assert "wrong" not in caught.value.sentence
        assert _execute(_to(town, user=role, password=_SECRET), ("SELECT 1 AS one", [])) == [[{"one": 1}]]


def test_a_role_that_may_not_write_is_not_let_in_this_far(town: Town) -> None:
    with _guarded(town) as role, pytest.raises(AuthFailed, match="not this far"):
        _execute(_to(town, user=role, password=_SECRET), ("DELETE FROM hosts", []))


@pytest.mark.parametrize(
    ("but", "kind"),
    [
        ({"host": "/nowhere"}, Unreachable),
        ({"host": "127.0.0.1", "port": 1}, Unreachable),
        ({"database": "nothing"}, Unsupported),
        ({"user": "nobody_at_all"}, AuthFailed),
    ],
)
def test_a_database_that_is_not_there_is_told(town: Town, but: dict[str, Any], kind: type[DriverError]) -> None:
    with pytest.raises(kind):
        _execute(_to(town, **but), ("SELECT 1", []))


def test_a_database_without_keas_tables_is_told(town: Town) -> None:
    with pytest.raises(Unsupported, match="not one of a Kea that we know: UndefinedTable"):
        _execute(_to(town, database="postgres"), ("SELECT * FROM hosts", []))


def test_all_statements_are_done_or_none(town: Town) -> None:
    insert = "INSERT INTO hosts (dhcp_identifier, dhcp_identifier_type, dhcp4_subnet_id) VALUES ($1, 2, 10)"
    with pytest.raises(Rejected, match="UniqueViolation"):
        _execute(_to(town), (insert, [b"twice"]), (insert, [b"twice"]))
    assert town.sql("SELECT * FROM hosts WHERE dhcp_identifier = $1", b"twice") == []


def test_a_statement_that_waits_too_long_is_given_up(town: Town) -> None:
    began = time.monotonic()
    with pytest.raises(TimedOut):
        _execute(_to(town, deadline_s=0.3), ("SELECT pg_sleep(20)", []))
    assert time.monotonic() - began < 3


def test_a_server_that_says_nothing_is_given_up(town: Town) -> None:
    listener, port = _at_port()
    with _saying(listener, None), pytest.raises(TimedOut):
        _execute(_to(town, host="127.0.0.1", port=port, deadline_s=0.3), ("SELECT 1", []))


def test_a_connection_that_breaks_is_told_and_made_anew(town: Town) -> None:
    async def asked() -> None:
        database = _to(town)
        ((row,),) = await database.execute([("SELECT pg_backend_pid() AS pid", [])])
        await asyncio.to_thread(town.sql, "SELECT pg_terminate_backend($1)", row["pid"])
        with suppress(Unreachable):
            # Whether it has noticed by now is a matter of luck.
            await database.execute([("SELECT 1", [])])
        assert await database.execute([("SELECT 1 AS one", [])]) == [[{"one": 1}]]
        await database.close()

    asyncio.run(asked())


def test_a_deadlock_may_be_tried_again(town: Town) -> None:
    async def asked() -> set[str]:
        one, other = _to(town), _to(town)
        lock = "SELECT pg_advisory_xact_lock($1)"
        pause: tuple[str, list[Any]] = ("SELECT pg_sleep(0.2)", [])
        told = await asyncio.gather(
            one.execute([(lock, [1]), pause, (lock, [2])]),
            other.execute([(lock, [2]), pause, (lock, [1])]),
            return_exceptions=True,
        )
        await one.close()
        await other.close()
        return {type(outcome).__name__ for outcome in told}

    assert asyncio.run(asked()) == {"list", Busy.__name__}


def test_the_control_socket_answers_and_refuses(town: Town) -> None:
    control = KeaControl(str(town.running.control4), str(town.running.control6))

    async def asked() -> None:
        assert (await control.command("version-get", {}))["text"].startswith("2.")
        assert (await control.command("lease4-del", {"ip-address": "192.0.2.7"}))["result"] == 3
        assert (await control.command("lease6-del", {"ip-address": "2001:db8::", "type": "IA_PD"}))["result"] == 3
        with pytest.raises(Rejected, match="arameter"):
            await control.command("lease4-del", {})
        with pytest.raises(Unsupported, match="knows no such command"):
            await control.command("subnet4-list", {})
        await control.close()

    asyncio.run(asked())


def test_a_kea_without_a_dhcpv6_server_is_told() -> None:
    with pytest.raises(Unsupported, match="no way to Kea's DHCPv6 server"):
        asyncio.run(KeaControl("/run/kea4.sock").command("lease6-del", {}))


@pytest.mark.parametrize("where", ["", "run/kea.sock", "tcp:127.0.0.1", "file:///run/kea.sock"])
def test_a_way_that_is_none_is_refused(where: str) -> None:
    with pytest.raises(ValueError, match="neither a path"):
        KeaControl(where)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (b"", Garbled),
        (b"{", Garbled),
        (b"\xff\xfe", Garbled),
        (b"[" * 100_000, Garbled),
        (b"7", Garbled),
        (b"[]", Garbled),
        (b'[{"result": 0}, {"result": 0}]', Garbled),
        (b"{}", Garbled),
        (b'{"result": "0"}', Garbled),
        (b'{"result": 1}', Rejected),
        (b'{"result": 1, "text": 7}', Rejected),
        (b'{"result": 99, "text": "%s"}' % (b"x" * 10_000), Rejected),
        (b'{"result": 0, "text": "%s"}' % (b"x" * 200_000), Garbled),
    ],
    ids=range(13),
)
def test_a_control_socket_that_lies_is_told(tmp_path: Path, told: bytes, kind: type[DriverError]) -> None:
    with _saying(_at_path(tmp_path / "s"), told), pytest.raises(kind) as caught:
        asyncio.run(KeaControl(str(tmp_path / "s"), largest=100_000).command("status-get", {}))
    assert len(caught.value.sentence) < 300


def test_a_control_socket_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    control = KeaControl(str(tmp_path / "s"), deadline_s=0.2)
    with _saying(_at_path(tmp_path / "s"), None), pytest.raises(TimedOut):
        asyncio.run(control.command("status-get", {}))
    with pytest.raises(Unreachable):
        asyncio.run(control.command("status-get", {}))


@dataclass(frozen=True)
class _Agent:
    url: str

    def ask(self, name: str, arguments: dict[str, Any], password: str | None) -> Any:
        control = KeaControl(self.url, user=None if password is None else "onapi", password=password)
        return asyncio.run(control.command(name, arguments))


@pytest.fixture(scope="module")
def agent(town: Town) -> Iterator[_Agent]:
    """Run Kea's control agent in front of the servers; it wants a password."""
    need("kea-ctrl-agent")
    port, folder = free_port(), town.running.folder
    sockets = {"dhcp4": town.running.control4, "dhcp6": town.running.control6}
    told = ", ".join(
        f'"{name}": {{"socket-type": "unix", "socket-name": "{path}"}}' for name, path in sockets.items()
    )
    login = f'{{"type": "basic", "clients": [{{"user": "onapi", "password": "{_SECRET}"}}]}}'
    configuration = folder / "agent.json"
    configuration.write_text(
        f'{{"Control-agent": {{"http-host": "127.0.0.1", "http-port": {port}, "authentication": {login},'
        f' "control-sockets": {{{told}}}}}}}',
        encoding="utf-8",
    )
    environment = os.environ | {"KEA_PIDFILE_DIR": str(folder), "KEA_LOCKFILE_DIR": str(folder)}
    command = [program("kea-ctrl-agent"), "-c", str(configuration)]
    with (
        (folder / "agent.out").open("ab") as out,
        subprocess.Popen(command, stdout=out, stderr=out, env=environment) as run,
    ):
        made = _Agent(f"http://127.0.0.1:{port}/")
        until = time.monotonic() + 20
        while True:
            with suppress(Unreachable):
                made.ask("version-get", {}, _SECRET)
                break
            assert run.poll() is None, (folder / "agent.out").read_text()
            assert time.monotonic() < until
            time.sleep(0.02)
        yield made
        run.kill()


def test_the_control_agent_answers_and_refuses(agent: _Agent) -> None:
    assert agent.ask("status-get", {}, _SECRET)["arguments"]["pid"] > 0
    assert agent.ask("lease6-del", {"ip-address": "2001:db8::", "type": "IA_PD"}, _SECRET)["result"] == 3
    with pytest.raises(Rejected, match="arameter"):
        agent.ask("lease4-del", {}, _SECRET)


@pytest.mark.parametrize("password", ["wrong", None])
def test_the_control_agent_lets_in_whom_it_knows(agent: _Agent, password: str | None) -> None:
    with pytest.raises(AuthFailed) as caught:
        agent.ask("status-get", {}, password)
    assert "wrong" not in caught.value.sentence


_PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", Unreachable),
        (_PAGE % (6, b"<html>"), Garbled),
        (_PAGE % (200_000, b"x" * 200_000), Garbled),
        (_PAGE % (99, b"{"), Unreachable),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", AuthFailed),
        (b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n", Garbled),
        (None, TimedOut),
    ],
    ids=range(7),
)
def test_a_web_server_that_is_no_control_agent_is_told(told: bytes | None, kind: type[DriverError]) -> None:
    listener, port = _at_port()
    deadline_s = 0.5 if kind is TimedOut else 30
    control = KeaControl(f"http://127.0.0.1:{port}/", deadline_s=deadline_s, largest=100_000)
    with _saying(listener, told), pytest.raises(kind):
        asyncio.run(control.command("status-get", {}))


def test_a_login_is_sent_as_it_is() -> None:
    listener, port = _at_port()
    control = KeaControl(f"http://127.0.0.1:{port}/", user="onapi", password="å:ö")
    with _saying(listener, _PAGE % (15, b'[{"result": 0}]')) as asked:
        assert asyncio.run(control.command("lease6-del", {"type": "IA_NA"}))["result"] == 0
    assert base64.b64encode("onapi:å:ö".encode()) in asked[0]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """Return what trusts the authority, and nobody else."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def _answering_over_tls(authority: trustme.CA, listener: socket.socket) -> AbstractContextManager[list[bytes]]:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    wrapped = server.wrap_socket(listener, server_side=True)
    return _saying(wrapped, _PAGE % (15, b'[{"result": 0}]'))


def test_a_control_agent_proves_who_it_is(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    listener, port = _at_port()
    with _answering_over_tls(authority, listener):
        control = KeaControl(f"https://127.0.0.1:{port}/", tls=trusting)
        assert asyncio.run(control.command("status-get", {})) == {"result": 0}
        with pytest.raises(Unreachable):
            asyncio.run(KeaControl(f"https://127.0.0.1:{port}/").command("status-get", {}))


def test_a_database_that_does_not_encrypt_is_told_no_password(town: Town, trusting: ssl.SSLContext) -> None:
    listener, port = _at_port()
    # So PostgreSQL says that it has no certificate.
    with _saying(listener, b"N") as asked, pytest.raises(Unreachable):
        _execute(_to(town, host="127.0.0.1", port=port, password=_SECRET, tls=trusting), ("SELECT 1", []))
    assert all(len(said) == 8 for said in asked)


def test_every_statement_fits_keas_tables(town: Town) -> None:
    async def prepared() -> int:
        place = town.database
        connection = await asyncpg.connect(host=place.host, database=place.name, user=place.user)
        texts = [text for name, text in vars(statements).items() if isinstance(text, str) and name[0].isalpha()]
        for text in texts:
            await connection.prepare(text)
        await connection.close()
        return len(texts)

    assert asyncio.run(prepared()) == 11
