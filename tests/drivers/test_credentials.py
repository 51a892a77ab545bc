"""Credentials are read from where the inventory says they are, and never told."""

from pathlib import Path

import pytest

from onapi.drivers import credentials
from onapi.drivers.contract import Element, Unsupported
from onapi.drivers.credentials import Credentials, Unread
from onapi.drivers.ways import Ways

_SECRET = "fifteen geese = 15"


def _file(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "sw-1.cred"
    path.write_text(text)
    path.chmod(mode)
    return f"file:{path}"


def test_a_file_has_lines_of_names_and_values(tmp_path: Path) -> None:
    lines = f"# the cellar\n\nsnmp_community={_SECRET}\r\n  ssh_user =  root  \n"
    read = credentials.read(_file(tmp_path, lines), {})
    assert (read.get("snmp_community"), read.get("ssh_user"), read.get("snmp_user")) == (_SECRET, "root", None)


def test_an_environment_variable_has_the_same() -> None:
    read = credentials.read("env:SWITCH", {"SWITCH": f"snmp_community = {_SECRET}"})
    assert read.get("snmp_community") == _SECRET


def test_no_reference_is_no_credentials() -> None:
    assert credentials.read(None, {}) == Credentials()


def test_a_secret_is_in_no_representation() -> None:
    read = credentials.read("env:SWITCH", {"SWITCH": f"snmp_community = {_SECRET}"})
    assert _SECRET not in repr(read)


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [
        (f"{_SECRET}\n", 0o600, "Line 1 of"),
        (_SECRET.replace("=", ":"), 0o600, "name = value"),
        ("ssh_user =", 0o600, "name = value"),
        (f"ssh_user = a\nssh_user = {_SECRET}", 0o600, "ssh_user again"),
        (f"snmp_community = {_SECRET}", 0o644, "chmod 600"),
        ("#" * 20_000, 0o600, "too big"),
    ],
)
def test_what_is_no_use_is_refused_without_telling_it(tmp_path: Path, text: str, mode: int, says: str) -> None:
    with pytest.raises(Unread) as refused:
        credentials.read(_file(tmp_path, text, mode), {})
    assert says in refused.value.sentence
    assert "geese" not in refused.value.sentence


def test_what_is_not_there_is_told() -> None:
    for reference in ("file:/nowhere/at/all", "env:NOBODY_SET_THIS"):
        with pytest.raises(Unread, match=reference.partition(":")[2]):
            credentials.read(reference, {})


def test_an_element_has_the_ways_that_its_options_and_credentials_make() -> None:
    bare = Ways(Element(name="sw", address="192.0.2.1"), Credentials())
    for way in ("snmp", "ovsdb", "openflow", "appctl", "shell", "netconf", "sql", "control", "http", "cabinet"):
        with pytest.raises(Unsupported):
            getattr(bare, way)()
    options = {
        "ovsdb": "unix:/run/db.sock",
        "openflow": "tcp:192.0.2.1:6653",
        "appctl": "unix:/run/openvswitch",
        "sql_database": "kea",
        "control": "/run/kea/control",
        "url": "http://192.0.2.1:7557",
    }
    whole = Ways(Element(name="sw", address="192.0.2.1", options=options), Credentials({"snmp_community": "c"}))
    for way in ("snmp", *("ovsdb", "openflow", "appctl", "sql", "control", "http")):
        assert getattr(whole, way)() is getattr(whole, way)(), "one session serves all questions"


@pytest.mark.parametrize(
    ("options", "values", "way"),
    [
        ({"ovsdb": "http://192.0.2.1"}, {}, "ovsdb"),
        ({"ovsdb": "ssl:192.0.2.1:6640"}, {}, "ovsdb"),
        ({"ovsdb": "ssl:192.0.2.1:6640"}, {"tls_authority_file": "/nowhere"}, "ovsdb"),
        ({"url": "ftp://192.0.2.1"}, {}, "http"),
        ({"sql_database": "kea", "sql_port": "0"}, {}, "sql"),
        ({"snmp_port": "all"}, {"snmp_community": "c"}, "snmp"),
        ({"snmp_port": "70000"}, {"snmp_community": "c"}, "snmp"),
        ({}, {"snmp_user": "u"}, "snmp"),
        ({}, {"ssh_user": "u", "ssh_password": "p"}, "shell"),
        ({}, {"ssh_user": "u", "ssh_password": "p"}, "netconf"),
        ({}, {"ssh_user": "u", "ssh_password": "p", "ssh_host_key": "ssh-ed25519 nonsense"}, "shell"),
        ({}, {"snmp_user": "u", "snmp_authentication": "ROT13"}, "snmp"),
    ],
)
def test_ways_that_are_described_wrongly_are_told(options: dict[str, str], values: dict[str, str], way: str) -> None:
    ways = Ways(Element(name="sw-77", address="192.0.2.1", options=options), Credentials(values))
    with pytest.raises(Unread, match="sw-77"):
        getattr(ways, way)()
