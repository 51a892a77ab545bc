"""Command lines are spoken to over real SSH, and those that misbehave are given up in time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from onapi.drivers.contract import AuthFailed, DriverError, Garbled, Rejected, TimedOut, Unreachable
from onapi.drivers.ssh.connection import Login
from onapi.drivers.ssh.shell import ShellClient
from tests.drivers.ssh.operating import talk
from tests.drivers.ssh.server import LOGIN, PASSWORD, Doorman, Process, key, login, private, public, serving
from tests.drivers.ssh.vrp_switch import Vrp, play

_LOCKED = key("user").export_private_key("pkcs8-pem", passphrase="open sesame").decode()


async def _honest(process: Process) -> None:
    await play(Vrp(), process)


def _let_in(login: Login, **how: Any) -> str:
    async def begin() -> str:
        async with serving(_honest, **how) as server:
            shell = ShellClient("127.0.0.1", login, port=server.port)
            try:
                return await shell.ask("display clock")
            finally:
                await shell.close()

    return asyncio.run(begin())


@pytest.mark.parametrize(
    "how",
    [
        login(),
        login(password=None, private_key=private("user")),
        login(password="wrong", private_key=private("user")),
        login(host_key=f"{public('another')}\n{public('host')}\n"),
    ],
    ids=["password", "key", "key before password", "one of two host keys"],
)
def test_who_has_the_right_to_is_let_in(how: Login) -> None:
    assert _let_in(how).startswith("2026-11-24")


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        (login(password="wrong"), "does not take the user's password or key"),
        (login(user="nobody"), "does not take the user's password or key"),
        (login(password=None, private_key=private("stranger")), "does not take the user's password or key"),
        (login(host_key=public("another")), "shows another host key"),
    ],
)
def test_who_has_not_is_told(how: Login, sentence: str) -> None:
    with pytest.raises(AuthFailed, match=sentence) as refused:
        _let_in(how)
    assert PASSWORD not in refused.value.sentence


def test_an_element_that_has_no_key_of_the_kind_that_is_known_is_told_as_such() -> None:
    with pytest.raises(Unreachable, match="no SSH algorithms or host key"):
        _let_in(LOGIN, host_keys=("older",))
    assert _let_in(login(host_key=public("older")), host_keys=("host", "older"))


def test_an_element_that_is_not_the_known_one_never_hears_the_password() -> None:
    heard: list[str] = []

    class Thief(Doorman):
        def validate_password(self, username: str, password: str) -> bool:
            heard.append(password)
            return True

    with pytest.raises(AuthFailed):
        _let_in(LOGIN, host_keys=("thief",), doorman=Thief)
    _let_in(login(host_key=public("thief")), host_keys=("thief",), doorman=Thief)
    assert heard == [PASSWORD]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"host_key": ""}, "host key is no public key"),
        ({"host_key": "ssh-ed25519 nonsense"}, "host key is no public key"),
        ({"password": None}, "Neither a password nor a private key"),
        ({"private_key": "-----BEGIN nonsense"}, "private key for SSH cannot be read"),
        ({"private_key": _LOCKED}, "one that a passphrase locks is not taken"),
    ],
)
def test_a_login_that_cannot_be_is_refused_before_anybody_is_asked(
    change: dict[str, str | None], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        login(**change)


def test_secrets_are_in_nothing_that_is_printed() -> None:
    assert PASSWORD not in repr(LOGIN)
    assert "BEGIN" not in repr(login(private_key=private("user")))


def test_nobody_there_is_unreachable() -> None:
    async def begin() -> None:
        async with serving(_honest) as server:
            port = server.port
        await ShellClient("127.0.0.1", LOGIN, port=port).ask("display clock")

    with pytest.raises(Unreachable):
        asyncio.run(begin())


def test_somebody_who_does_not_speak_ssh_is_given_up() -> None:
    async def begin() -> None:
        gone = asyncio.Event()

        async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(-1)
            writer.close()
            gone.set()

        listener = await asyncio.start_server(mute, "127.0.0.1", 0)
        try:
            shell = ShellClient("127.0.0.1", LOGIN, port=listener.sockets[0].getsockname()[1], deadline_s=0.3)
            await shell.ask("display clock")
        finally:
            await asyncio.wait_for(gone.wait(), 5)
            listener.close()

    with pytest.raises(TimedOut):
        asyncio.run(begin())


async def _endless(process: Process) -> None:
    process.stdout.write(b"<sw-1>")
    while True:
        process.stdout.write(b"x" * 10_000)
        await process.stdout.drain()


async def _endless_pages(process: Process) -> None:
    process.stdout.write(b"<sw-1>")
    while await process.stdin.read(1):
        process.stdout.write(b"line\r\n" * 1000 + b"---- More ----")


async def _no_prompt(process: Process) -> None:
    process.stdout.write(b"Welcome to a switch without a prompt\r\n")
    await process.stdin.read()


async def _silent(process: Process) -> None:
    process.stdout.write(b"<sw-1>")
    await process.stdin.read()


async def _hangs_up(process: Process) -> None:
    process.stdout.write(b"<sw-1>")
    await process.stdin.readline()
    process.stdout.write(b"display clock\r\n2026-")


async def _slow(process: Process) -> None:
    process.stdout.write(b"<sw-1>")
    await process.stdin.readline()
    for octet in b"display clock\r\n" + b"." * 1000 + b"\r\n<sw-1>":
        process.stdout.write(bytes([octet]))
        await asyncio.sleep(0.01)


async def _without_echo(process: Process) -> None:
    process.stdout.write(b"<sw-1>")
    await process.stdin.readline()
    process.stdout.write(b"2026-11-24\r\n<sw-1>")
    await process.stdin.read()


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (_endless, Garbled),
        (_endless_pages, Garbled),
        (_no_prompt, TimedOut),
        (_silent, TimedOut),
        (_slow, TimedOut),
        (_without_echo, TimedOut),
        (_hangs_up, Unreachable),
    ],
)
def test_a_command_line_that_misbehaves_is_given_up_in_time(
    behaviour: Callable[[Process], Awaitable[None]], error: type[DriverError]
) -> None:
    async def ask(shell: ShellClient) -> None:
        started = asyncio.get_running_loop().time()
        with pytest.raises(error):
            await shell.ask("display clock")
        assert asyncio.get_running_loop().time() - started < 30

    talk(behaviour, ask, deadline_s=1.0 if error is TimedOut else 20.0, largest=200_000)


def test_questions_share_a_connection_and_each_has_its_own_answer() -> None:
    async def begin() -> None:
        async with serving(_honest) as server:
            shell = ShellClient("127.0.0.1", LOGIN, port=server.port)
            both = await asyncio.gather(*(shell.ask(f"display {what}") for what in ("clock", "version", "clock")))
            assert both[0] == both[2]
            assert both[0].startswith("2026-11-24")
            assert both[1].startswith("Huawei Versatile")
            assert server.sessions == 1
            await shell.close()

    asyncio.run(begin())


def test_a_connection_that_is_not_used_is_let_go_and_made_again() -> None:
    async def begin() -> None:
        async with serving(_honest) as server:
            shell = ShellClient("127.0.0.1", LOGIN, port=server.port, idle_s=0.05)
            await shell.ask("display clock")
            await asyncio.sleep(0.3)
            assert not shell.is_open
            await shell.ask("display clock")
            assert server.sessions == 2
            await shell.close()

    asyncio.run(begin())


def test_after_a_question_that_was_given_up_the_next_has_a_new_connection_and_its_own_answer() -> None:
    async def ask(shell: ShellClient) -> None:
        first = asyncio.ensure_future(shell.ask("display clock"))
        await asyncio.wait_for(asked.wait(), 20)
        first.cancel()
        assert (await shell.ask("display version")).startswith("Huawei Versatile")

    asked = asyncio.Event()

    async def late(process: Process) -> None:
        if not asked.is_set():
            process.stdout.write(b"<sw-1>")
            await process.stdin.readline()
            asked.set()
            # An answer to the first question comes when nobody waits for it any more.
            await asyncio.sleep(0.2)
            process.stdout.write(b"display clock\r\n2026-11-24\r\n<sw-1>")
        await play(Vrp(), process)

    talk(late, ask)


def test_a_line_that_is_two_is_not_sent() -> None:
    switch = Vrp()

    async def ask(shell: ShellClient) -> None:
        with pytest.raises(Rejected):
            await shell.ask("display clock\nreboot")

    talk(lambda process: play(switch, process), ask)
    assert switch.asked == []
