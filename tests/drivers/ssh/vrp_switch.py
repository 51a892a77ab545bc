"""A switch with VRP 5, as far as its command line goes: recorded answers, and ports that can be configured."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.drivers.ssh.server import Process

TRANSCRIPTS = Path(__file__).parent / "transcripts" / "vrp"
NAME = "sw-1"
PORT, ABSENT = "GigabitEthernet0/0/1", "GigabitEthernet0/0/99"
_PAGE = 20
_WRONG = "                 ^\nError: Wrong parameter found at '^' position."
_UNKNOWN = "      ^\nError: Unrecognized command found at '^' position."


def transcript(name: str) -> str:
    return (TRANSCRIPTS / f"{name}.txt").read_text(encoding="utf-8")


def _ports() -> dict[str, list[str]]:
    idle = ["port link-type access", "port default vlan 4094", "stp edged-port enable"]
    return {f"GigabitEthernet0/0/{number}": list(idle) for number in (1, 2, 3)}


@dataclass
class Vrp:
    """The switch; `asked` are the lines that were typed, `saved` is how its ports will be after a restart.

    Refuses lines that begin with `refused`; rates are rounded to multiples of `rate_step`.
    """

    ports: dict[str, list[str]] = field(default_factory=_ports)
    asked: list[str] = field(default_factory=list)
    saved: dict[str, list[str]] = field(default_factory=dict)
    vlans: set[int] = field(default_factory=lambda: {10, 20, 999, 4094})
    version: str = field(default_factory=lambda: transcript("display_version"))
    refused: str | None = None
    refusal: str = ""
    rate_step: int = 1
    dies_after: str | None = None
    view: str = ""
    page: int = _PAGE

    def prompt(self) -> str:
        return f"<{NAME}>" if not self.view else f"[{NAME}{self.view.removeprefix('system')}]"

    def answer(self, command: str) -> str:
        """Return what a line makes the switch print."""
        self.asked.append(command)
        if self.refused is not None and command.startswith(self.refused):
            return self.refusal or f"Error: {self.refused} cannot be done now."
        if command.startswith("display "):
            return self._display(command)
        if command == "screen-length 0 temporary" and not self.view:
            self.page = 1_000_000
            return "Info: The configuration takes effect on the current user terminal interface only."
        if command == "system-view" and not self.view:
            self.view = "system"
            return "Enter system view, return user view with Ctrl+Z."
        if command == "return":
            self.view = ""
            return ""
        if self.view and command.startswith("interface "):
            port = command.removeprefix("interface ")
            if port not in self.ports:
                return _WRONG
            self.view = f"-{port}"
            return ""
        return self._configure(command) if self.view.startswith("-") else _UNKNOWN

    def lines(self, port: str = PORT) -> list[str]:
        """Return how a port is configured."""
        return self.ports[port]

    def _display(self, command: str) -> str:
        port = next((word for word in command.split() if re.match(r"[A-Z].*\d/\d", word)), None)
        if port is not None and port not in self.ports:
            return _WRONG
        what = command.replace(f" {port}", "") if port else command
        match what:
            case "display version":
                return self.version
            case "display current-configuration interface":
                body = "".join(f" {line}\n" for line in self.ports[port or ""])
                return f"#\ninterface {port}\n{body}#\nreturn"
            case "display interface":
                return self._interfaces(port)
            case "display transceiver interface verbose":
                told = transcript("display_transceiver")
                return told if port == PORT else f"Info: Port {port}, transceiver is absent."
            case "display mac-address" | "display dhcp snooping user-bind interface":
                told = transcript(what.removesuffix(" interface").replace(" ", "_"))
                return told if port == PORT else "".join(told.splitlines(keepends=True)[:4])
        name = what.replace(" ", "_")
        return transcript(name) if (TRANSCRIPTS / f"{name}.txt").exists() else _UNKNOWN

    def _interfaces(self, port: str | None) -> str:
        sections = re.split(r"\n(?=\S+ current state :)", transcript("display_interface"))
        return "\n".join(self._described(one) for one in sections if port is None or one.startswith(f"{port} "))

    def _described(self, section: str) -> str:
        lines = self.ports.get(section.split(maxsplit=1)[0], [])
        own = next((line.partition(" ")[2] for line in lines if line.startswith("description ")), None)
        if own is None:
            return section
        return re.sub(r"(?m)^Description:.*$", lambda _: f"Description:{own}", section)

    def _configure(self, line: str) -> str:
        lines = self.ports[self.view.removeprefix("-")]
        vlan = re.match(r"port default vlan (\d+)", line)
        if vlan and int(vlan[1]) not in self.vlans:
            return "Error: The VLAN does not exist."
        rate = re.match(r"qos lr (inbound|outbound) cir (\d+)\Z", line)
        if rate:
            cir = int(rate[2]) // self.rate_step * self.rate_step
            line = f"qos lr {rate[1]} cir {cir} cbs {cir * 125}"
        undone = line.removeprefix("undo ")
        kind = next((kind for kind in _KINDS if undone.startswith(kind)), None)
        if kind is None:
            return _UNKNOWN
        lines[:] = [held for held in lines if not held.startswith(kind)]
        if undone == line:
            lines.append(line)
        return ""


_KINDS = ("port default vlan", "qos lr inbound", "qos lr outbound", "description", "port link-type")


async def play(switch: Vrp, process: Process) -> None:
    """Be the switch's command line: with echo, pages, and questions before things are done."""
    switch.view = ""
    switch.page = _PAGE
    process.stdout.write(
        b"\r\nInfo: The max number of VTY users is 5, and the number\r\n      of current VTY users is 1.\r\n"
    )
    process.stdout.write(switch.prompt().encode())
    while command := await _line(process):
        process.stdout.write(b"\r\n")
        if command == "save" and switch.refused != "save":
            switch.asked.append(command)
            await _save(switch, process)
        else:
            await _paged(process, switch.answer(command), switch.page)
        if switch.dies_after is not None and command.startswith(switch.dies_after):
            return
        process.stdout.write(switch.prompt().encode())


async def _line(process: Process) -> str:
    typed = b""
    while not typed.endswith(b"\n"):
        octet = await process.stdin.read(1)
        if not octet:
            return ""
        if octet != b"\n":
            process.stdout.write(octet)
        typed += octet
    return typed.decode().strip()


async def _paged(process: Process, text: str, page: int) -> None:
    for number, line in enumerate(text.split("\n")):
        if number and number % page == 0:
            process.stdout.write(b"  ---- More ----")
            assert await process.stdin.read(1) == b" "
            process.stdout.write(b"\x1b[16D                \x1b[16D")
        process.stdout.write(line.encode() + b"\r\n")


async def _save(switch: Vrp, process: Process) -> None:
    process.stdout.write(b"The current configuration will be written to the device.\r\n")
    process.stdout.write(b"Are you sure to continue?[Y/N]")
    answer = await _line(process)
    process.stdout.write(b"\r\n")
    if answer.lower() == "y":
        process.stdout.write(b"Now saving the current configuration to the slot 0.\r\n")
        process.stdout.write(b"Save the configuration successfully.\r\n")
        switch.saved = {name: list(lines) for name, lines in switch.ports.items()}
