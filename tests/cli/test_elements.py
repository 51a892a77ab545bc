"""The inventory by command: in from lists, rehearsed, refused, and shown."""

import asyncio
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from onapi.storage.pool import Database
from tests import given
from tests.cli.command import Ran, onapi
from tests.conftest import opened

_PAGE = Path(__file__).parents[2] / "docs" / "howto" / "connect-the-network.md"
SECRET = "hunter2-community"


@pytest.fixture
def url(database_url: str) -> str:
    """Return a database with four accesses."""

    async def filled() -> None:
        async with opened(database_url) as database:
            await _fill(database)

    asyncio.run(filled())
    return database_url


async def _fill(database: Database) -> None:
    await given.accesses_in(database, *(given.access(name) for name in ("STOR-1", "STOR-2A-1001", "A-3", "A-4")))


def _file(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


def _imported(url: str, file: Path, *options: str) -> dict[str, Any]:
    ran = onapi("elements", "import", file, "--json", *options, url=url)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def _shown(url: str, name: str) -> dict[str, Any]:
    ran = onapi("elements", "show", name, "--json", url=url)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def _told(kind: str, rows: int, new: int, changed: int, unchanged: int, *, done: bool = True) -> dict[str, Any]:
    counts = {"rows": rows, "new": new, "changed": changed, "unchanged": unchanged}
    return {"kind": kind, **counts, "ambiguous": 0, "done": done}


def _elements(folder: Path, *rows: str) -> Path:
    return _file(folder, "\n".join(("element,address,driver,credentials,options", *rows, "")))


def test_the_page_on_connecting_the_network_works_as_it_is_written(url: str, tmp_path: Path) -> None:
    page = _PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^(?:`(\w+\.csv)`:\n\n)?```(csv|sh)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert [kind for _, kind, _ in blocks] == ["csv", "sh", "csv", "sh", "csv"]
    for name, kind, text in blocks:
        file = tmp_path / (name or "again.csv")
        if kind == "csv":
            file.write_text(text, encoding="utf-8")
        for line in text.splitlines() if kind == "sh" else ():
            words = [str(tmp_path / word) if word.endswith(".csv") else word for word in shlex.split(line)]
            ran = onapi(*words[1:], url=url)
            assert ran.code == 0, (line, ran.err)
            assert ("rehearsal" in ran.err) == ("--dry-run" in words)
    places = {place["access_id"]: place for place in _shown(url, "sw-1")["ports"]}
    assert places["STOR-1"] == {
        "access_id": "STOR-1",
        "element": "sw-1",
        "port": "GigabitEthernet0/0/1",
        "cpe": "cpe-17",
        "ipv4_circuit_id": "GigabitEthernet0/0/1",
        "ipv4_remote_id": "sw-1",
        "ipv6_interface_id": None,
        "ipv6_remote_id": None,
    }
    assert _imported(url, tmp_path / "again.csv") == _told("ports", 1, 0, 1, 0)
    (again,) = [place for place in _shown(url, "sw-1")["ports"] if place["access_id"] == "STOR-1"]
    assert (again["port"], again["ipv4_circuit_id"], again["ipv4_remote_id"]) == (
        *("GigabitEthernet0/0/1", "eth 0/1", "10.10.10.10"),
    )


@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"), [("utf-8", ",", "\n"), ("utf-8-sig", ";", "\r\n"), ("utf-8-sig", ",", "\n")]
)
def test_a_list_from_a_spreadsheet_is_read(url: str, tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    text = end.join(("Element,Address,Note", 'Växel Åsa,2001:db8::1,"a ""b"""', ",,", "")).replace(",", delimiter)
    ran = onapi("elements", "import", _file(tmp_path, text, encoding=encoding), url=url)
    assert ran.code == 0, ran.err
    assert f"list of elements, separated by {delimiter}." in ran.err
    assert "Columns not used: Note." in ran.err
    assert _shown(url, "Växel Åsa")["element"]["address"] == "2001:db8::1"


def test_a_rehearsal_counts_the_same_and_changes_nothing(url: str, tmp_path: Path) -> None:
    file = _elements(tmp_path, "sw-1,192.0.2.1,,,", "sw-2,192.0.2.2,,,")
    assert _imported(url, file, "--dry-run") == _told("elements", 2, 2, 0, 0, done=False)
    assert "There are no elements" in onapi("elements", "list", url=url).err
    assert _imported(url, file) == _told("elements", 2, 2, 0, 0)
    assert _imported(url, file) == _told("elements", 2, 0, 0, 2)


def test_every_flaw_is_told_with_its_line_and_nothing_is_kept(url: str, tmp_path: Path) -> None:
    _imported(url, _elements(tmp_path, "sw-1,192.0.2.1,,,"))
    text = "accessId,element,port\nSTOR-1,sw-1,1\nX-1,sw-1,2\nA-3,sw-9,\na b,sw-1,3,4\nA-4,sw-1,1\n"
    ran = onapi("elements", "import", _file(tmp_path, text), url=url)
    assert ran.code == 1
    told = [line for line in ran.err.splitlines() if line.startswith("line ")]
    assert [line.split(":")[0] for line in told] == [
        "line 3, accessId 'X-1'",
        "line 4, port",
        "line 5, row",
        "line 6, port '1'",
    ]
    assert "4 errors in 5 rows; nothing was changed." in ran.err
    assert _shown(url, "sw-1")["ports"] == []


def test_a_driver_that_is_not_here_is_refused_with_the_names_of_those_that_are(url: str, tmp_path: Path) -> None:
    text = "element,address,driver\nsw-1,192.0.2.1,snmp\nsw-2,192.0.2.2,cisco\n"
    ran = onapi("elements", "import", _file(tmp_path, text), url=url)
    assert (ran.code, "line 3, driver 'cisco': must be auto, or one of genieacs, huawei-vrp" in ran.err) == (
        1,
        True,
    ), ran
    assert "sw-1" not in onapi("elements", "list", url=url).out


def test_of_very_many_flaws_the_first_are_shown_and_the_others_counted(url: str, tmp_path: Path) -> None:
    rows = "".join(f"X-{number}\n" for number in range(120))
    ran = onapi("elements", "import", _file(tmp_path, "accessId\n" + rows), url=url)
    assert ran.code == 1
    assert ran.err.count("is no access") == 50
    assert "… and 70 more" in ran.err
    assert "120 errors in 120 rows" in ran.err


@pytest.mark.parametrize(
    "row",
    [
        f"sw-1,192.0.2.1,,{SECRET},",
        f"sw-1,192.0.2.1,,,community={SECRET}",
        f"sw-1,192.0.2.1,,env:{SECRET},x=1",
        f"sw-1,192.0.2.1,,,community:{SECRET}",
    ],
)
def test_a_secret_in_a_list_goes_nowhere(url: str, tmp_path: Path, row: str) -> None:
    ran = onapi("elements", "import", _elements(tmp_path, row), url=url)
    assert ran.code == 1
    assert SECRET not in ran.out + ran.err
    assert "There are no elements" in onapi("elements", "list", url=url).err


def test_elements_are_listed_and_shown(url: str, tmp_path: Path) -> None:
    file = _elements(
        tmp_path, "sw-1,192.0.2.1,snmp,file:/etc/onapi/sw-1.cred,version=3 port=1161", "cpe-1,192.0.2.2,,,"
    )
    _imported(url, file)
    _imported(url, _file(tmp_path, "accessId,element,port,cpe,ipv6InterfaceId\nSTOR-1,sw-1,Gi 1,cpe-1,if-1\n"))
    listed = onapi("elements", "list", url=url).out
    assert [line.split()[0] for line in listed.splitlines()] == ["element", "cpe-1", "sw-1"]
    assert "file:/etc/onapi/sw-1.cred" in listed
    (cpe, switch) = json.loads(onapi("elements", "list", "--json", url=url).out)
    assert (cpe["driver"], cpe["credentials"], cpe["ports"], cpe["facts"]) == ("auto", None, 0, None)
    assert (switch["ports"], switch["options"]) == (1, {"version": "3", "port": "1161"})

    async def probed() -> None:
        async with opened(url) as database, database.connection() as tx:
            facts = '{"vendor": "ACME", "ports": ["Gi 1"]}'
            await tx.execute("UPDATE elements SET facts = $1, probed_at = '2026-02-03 04:05:06+00'", facts)

    before = onapi("elements", "show", "sw-1", url=url).out
    assert re.search(r"^probed +never$", before, re.MULTILINE)
    asyncio.run(probed())
    shown = onapi("elements", "show", "sw-1", url=url).out
    for line in (r"driver +snmp", r"options +port=1161 version=3", r"probed +2026-02-03 04:05:06", r"vendor +ACME"):
        assert re.search(f"^{line}$", shown, re.MULTILINE), shown
    assert re.search(r"^Gi 1 +STOR-1 +cpe-1 +if-1 *$", shown, re.MULTILINE), shown


def test_a_list_comes_from_standard_input(url: str) -> None:
    ran = onapi("elements", "import", "-", url=url, given=b"element,address\nsw-1,192.0.2.1\n")
    assert ran.code == 0, ran.err
    assert _shown(url, "sw-1")["element"]["address"] == "192.0.2.1"


def test_identifiers_that_cannot_be_told_apart_are_said(url: str, tmp_path: Path) -> None:
    file = _file(tmp_path, "accessId\nSTOR-1\nA-3\nA-4\n")
    ran = onapi("elements", "import", file, "--circuit-id", "same", "--remote-id", "{accessId}", url=url)
    assert (ran.code, "identifiers as another" in ran.err) == (0, False), ran.err
    ran = onapi("elements", "import", file, "--circuit-id", "same", url=url)
    assert "identifiers as another" not in ran.err, "their remote ids stay"
    ran = onapi("elements", "import", _file(tmp_path, "accessId,ipv4RemoteId\nA-3,\nA-4,\n"), url=url)
    assert "2 accesses have the same DHCP identifiers as another" in ran.err


def test_what_cannot_be_done_is_one_sentence(url: str, tmp_path: Path) -> None:
    good = _elements(tmp_path, "sw-1,192.0.2.1,,,")
    folder = tmp_path / "bad"
    folder.mkdir()
    ports = tmp_path / "ports.csv"
    ports.write_bytes(b"accessId,element,port\n")

    def bad(name: str, data: bytes) -> str:
        (folder / name).write_bytes(data)
        return str(folder / name)

    cases: dict[tuple[str, ...], tuple[int, str]] = {
        ("import", str(tmp_path / "none.csv")): (1, "cannot be read"),
        ("import", str(tmp_path)): (1, "cannot be read"),
        ("import", bad("empty", b"")): (1, "The list is empty"),
        ("import", str(ports)): (1, "The list holds no ports"),
        ("import", bad("latin", "element,address\nsw-1,192.0.2.1\nÅ,192.0.2.1\n".encode("latin-1"))): (1, "Line 3"),
        ("import", bad("odd", b"a,b\n1,2\n")): (1, "must have the columns"),
        ("import", bad("long", b"accessId" + b"x" * (1 << 20))): (1, "more than 1048576 bytes"),
        ("import", str(good), "--circuit-id", "{element}"): (1, "list of elements"),
        ("import", str(ports), "--circuit-id", "{cpe}"): (1, "lacks what a template needs: cpe"),
        ("import", str(ports), "--remote-id", "{nothing}"): (2, "{nothing}"),
        ("import", str(ports), "--interface-id", ""): (2, "template"),
        ("import", str(ports), "--ipv6-remote-id", "{"): (2, "template"),
        ("show", "nothing"): (1, "There is no element 'nothing'"),
    }
    for arguments, (code, says) in cases.items():
        ran: Ran = onapi("elements", *arguments, url=url)
        assert (ran.code, says in ran.err, "Traceback" in ran.err) == (code, True, False), (arguments, ran)


def test_a_recording_that_fails_leaves_no_file_so_that_it_can_be_tried_again(url: str, tmp_path: Path) -> None:
    listed = _elements(tmp_path, f"sw-1,192.0.2.1,snmp,file:{tmp_path / 'none'},")
    assert onapi("elements", "import", listed, url=url).code == 0
    recording = tmp_path / "sw-1.txt"
    failed = onapi("elements", "record", "sw-1", recording, url=url)
    assert (failed.code, "none cannot be read" in failed.err, "\x1b" in failed.err) == (1, True, False)
    assert not recording.exists()
