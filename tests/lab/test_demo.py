"""`onapi demo --network lab`: a person tries what it prints, and it leaves nothing behind, however it ends."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from onapi import errors
from onapi.cli import lab
from onapi.cli.server import Listening
from onapi.lab import city as cities
from onapi.lab import kea, namespaces, programs
from onapi.settings import Settings
from tests.cli.command import PROGRAM, environment
from tests.docs.blocks import blocks
from tests.drivers.ovs.traffic import eventually
from tests.lab.conftest import possible

_PREFIX = "onapi-lab-"
_PATIENCE_S = 120.0


def begun(data: Path) -> "subprocess.Popen[str]":
    """Begin a demo."""
    command: list[str | Path] = [PROGRAM, "demo", "--network", "lab", "--port", "0", "--data", data]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)


@contextmanager
def demonstrated(data: Path) -> Iterator["Demo"]:
    """Run a demo until the block ends."""
    with begun(data) as process:
        try:
            yield Demo(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_PATIENCE_S)


class Demo:
    """A demo that runs, and what it has printed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.printed: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            self.printed.append(line.rstrip())
            if "network audit" in line:
                return
        pytest.fail(f"it has ended: {self.printed}")

    @property
    def url(self) -> str:
        return self.printed[0].removeprefix("ready ")

    def tries(self, words: str) -> "subprocess.CompletedProcess[str]":
        """Run the first line that has these words in it, as a person does."""
        return self._run(next(line.strip() for line in self.printed if words in line))

    def types(self, lines: str, data: Path) -> "subprocess.CompletedProcess[str]":
        """Run what a page has, with this demo's address and folder, until a line fails."""
        here = lines.replace("http://127.0.0.1:8026/onapi/2.6/", self.url).replace(
            "/var/lib/onapi/lab", f"{data}/lab"
        )
        return self._run(f"set -eu; export ONAPI_DATA={data}/lab; {here}")

    def _run(self, line: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["bash", "-c", line],
            check=False,
            timeout=_PATIENCE_S,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(network="inventory") | {"PATH": f"{PROGRAM.parent}:/usr/sbin:{os.environ['PATH']}"},
        )


def own_network() -> list[str]:
    """Return the machine's own devices, addresses and routes."""
    return [programs.run("ip", "-br", *words) for words in (("link",), ("addr",), ("route",), ("-6", "route"))]


def left() -> list[str]:
    """Return what is left of the lab on this machine."""
    spaces = [namespace.name for namespace in namespaces.beginning_with(_PREFIX)]
    return spaces + [str(path) for path in Path("/run").glob(f"dhclient-{_PREFIX}*")]


@pytest.fixture
def data() -> Iterator[Path]:
    """Return a folder that the account of PostgreSQL can enter, also while other runs of the tests begin."""
    possible()
    with tempfile.TemporaryDirectory(prefix="onapi-tests-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def test_a_demo_after_one_that_was_killed_does_what_it_prints_and_leaves_nothing(data: Path) -> None:
    before = own_network()
    with begun(data) as killed:
        eventually(left, patience_s=_PATIENCE_S)
        killed.kill()
    with demonstrated(data) as demo:
        assert own_network() == before, "the machine's own network is not touched"
        nowhere = kea.Database(host="", name="", user="")
        with pytest.raises(errors.Conflict, match="runs already"), cities.running(nowhere):
            pytest.fail("there are two at once")
        assert '"RECEIVED"' in demo.tries("curl -u alfa:alfa-demo --json").stdout
        with httpx2.Client(base_url=demo.url, auth=("alfa", "alfa-demo")) as client:
            eventually(lambda: '"DONE_SUCCESS"' in client.get("orderevents/").text, patience_s=_PATIENCE_S)
        assert "bound to 198.51.100.1" in demo.tries("dhclient").stdout
        assert " 0% packet loss" in demo.tries("ping").stdout
        assert "198.51.100.1" in demo.tries("leaseinfo").stdout
        assert '"link":true' in demo.tries("link/status").stdout
        assert re.search(r"tag +: 10\n", demo.tries("ovs-vsctl").stdout)
        audited = demo.tries("network audit")
        assert audited.returncode == 0, audited.stdout
        _do_the_page(demo, data)
    assert demo.process.returncode == 0
    assert left() == []


def _do_the_page(demo: Demo, data: Path) -> None:
    """Look from all sides, break it, and mend it, as docs/howto/run-the-lab.md has it."""
    page = "docs/howto/run-the-lab.md"
    operators, mends = blocks(page, "sh")[1:]
    plain = [block for block in blocks(page, "") if block.startswith(("curl ", "ovs-"))]
    _, asked, engineers, breaks, forgets = plain
    # Debian has snmpwalk in a package of its own, which nothing else here needs.
    engineers = "".join(line for line in engineers.splitlines(keepends=True) if "snmpwalk" not in line)
    told = demo.types(asked.replace("curl ", "curl -fsS "), data)
    assert '"lease":"198.51.100.100"' in told.stdout
    assert told.stdout.endswith('{"accessId":"LAB-1"}')
    assert demo.types(operators + engineers, data).returncode == 0
    assert demo.types(breaks, data).returncode == 0
    assert "changed the port's VLAN" in demo.types("onapi network audit", data).stdout
    assert demo.types(breaks.replace("tag=30", "tag=10"), data).returncode == 0
    assert demo.types(forgets, data).returncode == 0
    assert demo.types("onapi network audit", data).returncode == 1
    assert demo.types("\n".join(reversed(mends.splitlines())), data).returncode == 0


def test_without_root_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(errors.Unavailable, match="needs root"):
        programs.refuse_without()


def test_without_its_programs_it_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name, **_: None if name.startswith(("ovs", "snmpd")) else name)
    with pytest.raises(errors.Unavailable, match="apt-get install --no-install-recommends openvswitch-switch snmpd`"):
        programs.refuse_without()


def test_a_database_that_is_given_is_refused() -> None:
    settings = Settings(database_url="postgresql://postgres@/postgres")
    with pytest.raises(errors.Invalid, match="PostgreSQL of its own"):
        lab.run(settings, Listening(host="127.0.0.1", port=0))
