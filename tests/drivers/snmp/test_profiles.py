"""Profiles are read strictly, and say where something is wrong."""

import math
from pathlib import Path

import pytest

from onapi.drivers.contract import Manners, Unsupported
from onapi.drivers.snmp import profile_files, quirks
from onapi.drivers.snmp.places import Flaw
from onapi.drivers.snmp.profile_files import FOLDER
from onapi.drivers.snmp.profiles import Column, Shelf, Table, text

_SMALL = """\
match: 1.3.6.1.4.1.32473
interface_types: [6]
uptime_s: {oid: 1.3.6.1.2.1.1.3.0, scale: 0.01}
"""


def _shelf(folder: Path, **files: str) -> Shelf:
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return profile_files.shelf(folder)


def test_those_that_are_shipped_are_as_they_should_be() -> None:
    shelf = profile_files.shipped()
    assert set(shelf.profiles) == {path.stem for path in FOLDER.glob("*.yaml")}
    assert {"generic", "huawei-s", "waystream", "net-snmp"} <= set(shelf.profiles)
    for profile in shelf.profiles.values():
        manners = profile.manners
        assert manners.timeout_s * (manners.retries + 1) < 5, "who waits for a request waits five seconds"
        assert manners.instances <= 48, "what the library has room for"


def test_a_small_profile_is_enough(tmp_path: Path) -> None:
    profile = _shelf(tmp_path, acme=_SMALL).named("acme")
    assert profile.manners == Manners()
    assert profile.uptime_s == (Column(oid="1.3.6.1.2.1.1.3.0", scale=0.01),)
    assert (profile.link, profile.input, profile.optics, profile.macs, profile.groups) == ({}, {}, None, None, None)
    assert profile.score("1.3.6.1.4.1.32473.9", "") == 7
    assert profile.score("1.3.6.1.4.1.324730", "") == 0


def test_words_of_the_description_can_be_needed(tmp_path: Path) -> None:
    profile = _shelf(tmp_path, acme=_SMALL + "words: AcmeOS\n").named("acme")
    assert profile.score("1.3.6.1.4.1.32473", "AcmeOS 3") == 7
    assert profile.score("1.3.6.1.4.1.32473", "OtherOS 3") == 0


def test_a_profile_that_extends_another_has_what_it_does_not_write_itself(tmp_path: Path) -> None:
    base = _SMALL + (
        "manners: {timeout_s: 2, repetitions: 9}\n"
        "link:\n  up: {oid: 1.3.6.1.9.1, values: {1: true}}\n  speed_mbps: {oid: 1.3.6.1.9.2}\n"
        "counters:\n  input: {bytes: {oid: 1.3.6.1.9.3}, errors: {oid: 1.3.6.1.9.4}}\nmacs: q-bridge\n"
    )
    own = (
        "extends: base\nmatch: [1.3.6.1.4.1.32473.5, 1.3.6.1.4.1.32473.6]\nmanners: {timeout_s: 3}\n"
        "link: {speed_mbps: null}\ncounters:\n  input: {errors: {oid: 1.3.6.1.9.5}}\nmacs: null\n"
    )
    profile = _shelf(tmp_path, base=base, own=own).named("own")
    assert profile.prefixes == ("1.3.6.1.4.1.32473.5", "1.3.6.1.4.1.32473.6")
    assert (profile.manners.timeout_s, profile.manners.repetitions) == (3, 9)
    assert set(profile.link) == {"up"}
    assert {name: columns[0].oid for name, columns in profile.input.items()} == {
        "bytes": "1.3.6.1.9.3",
        "errors": "1.3.6.1.9.5",
    }
    assert profile.macs is None


def test_a_later_folder_replaces_what_an_earlier_one_has(tmp_path: Path) -> None:
    (tmp_path / "generic.yaml").write_text(_SMALL)
    shelf = profile_files.shelf(FOLDER, tmp_path)
    assert shelf.named("generic").macs is None
    assert shelf.named("huawei-s").macs is None, "it extends what there is by now"


def test_an_unknown_name_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="no profile other for SNMP; there are acme"):
        _shelf(tmp_path, acme=_SMALL).named("other")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("", 1, "is empty"),
        ("- 1", 1, "should have names below it"),
        ("match: [\n", 2, "is not YAML"),
        ("\tmatch: 1", 1, "is not YAML"),
        (_SMALL + "---\n" + _SMALL, 4, "second document"),
        (_SMALL + "colour: red\n", 4, "colour is not known; there are bindings, counters"),
        (_SMALL + "match: 1.3.6.1.4.1.9\n", 4, "match is there twice"),
        (_SMALL + "vendor: &a Acme\n", 4, "anchor"),
        (_SMALL + "vendor: !!python/name:os.system x\n", 4, "has a tag"),
        (_SMALL + "vendor: [Acme]\n", 4, "vendor should be text"),
        (_SMALL + "vendor: " + "[" * 50 + "]" * 50, 4, "too deep"),
        (_SMALL + "? [a]\n: b\n", 4, "name that is no text"),
        (_SMALL.replace("match", "matches"), 1, "matches is not known"),
        (_SMALL.replace("match: 1.3.6.1.4.1.32473\n", ""), 1, "lacks match"),
        (_SMALL.replace("1.3.6.1.4.1.32473", "1.3.6.1.4.1.324x"), 1, "should be an object identifier"),
        (_SMALL.replace("1.3.6.1.4.1.32473", "1.3.6.1.4.1.01"), 1, "should be an object identifier"),
        (_SMALL.replace("[6]", "[6, six]"), 2, r"interface_types\[1\] should be a number"),
        (_SMALL.replace("[6]", "[6.5]"), 2, "should be a whole number"),
        (_SMALL.replace("0.01", "0"), 3, "uptime_s.scale should be a number from 1e-15"),
        (_SMALL.replace("0.01", "nan"), 3, "should be a number"),
        (_SMALL.replace("scale: 0.01", "scales: 0.01"), 3, "uptime_s.scales is not known"),
        (_SMALL + "manners: {timeout_s: 60}\n", 4, "manners.timeout_s should be a number from 0.1 to 10"),
        (_SMALL + "manners: {retries: 1.5}\n", 4, "whole number"),
        (_SMALL + "model: '(S[0-9'\n", 4, "no regular expression"),
        (_SMALL + "model: 'S[0-9]+'\n", 4, "should have one group"),
        (_SMALL + "link:\n  up: {oid: 1.3.6.1.9.1}\n", 5, "link.up should be true or false, by values"),
        (_SMALL + "link:\n  up: {oid: 1.3.6.1.9.1, values: {1: yes}}\n", 5, "should be true or false"),
        (_SMALL + "link:\n  up: {oid: 1.3.6.1.9.1, values: {up: true}}\n", 5, "values.up should be a number"),
        (_SMALL + "link:\n  up: {oid: 1.3.6.1.9.1, values: 1}\n", 5, "what the numbers stand for"),
        (_SMALL + "link:\n  colour: {oid: 1.3.6.1.9.1}\n", 5, "link.colour is not known"),
        (_SMALL + "link:\n  speed_mbps: {oid: 1.3.6.1.9.1, values: {1: true}}\n", 5, "should be a number"),
        (_SMALL + "link:\n  speed_mbps: {oid: 1.3.6.1.9.1, quirk: odd}\n", 5, "should be one of huawei_power, watts"),
        (_SMALL + "counters: {input: {crc: {oid: 1.3.6.1.9.1}}}\n", 4, "counters.input.crc is not known"),
        (_SMALL + "optics: {index: entity}\n", 4, "should have columns"),
        (_SMALL + "optics: {index: sensors, rx_dbm: {oid: 1.3.6.1.9.1}}\n", 4, "sensors, which has none"),
        (_SMALL + "optics: {index: port, rx_dbm: {oid: 1.3.6.1.9.1}}\n", 4, "one of entity, interface, sensors"),
        (_SMALL + "optics: {index: entity, vendor: {oid: 1.3.6.1.9.1, scale: 2}}\n", 4, "should be text"),
        (_SMALL + "macs: bridge\n", 4, "one of q-bridge, not bridge"),
        (_SMALL + "groups: {rows: 1.3.6.1.9.1, holds: any, index: [ip]}\n", 4, "where to find interface"),
        (_SMALL + "bindings: {rows: 1.3.6.1.9.1, holds: interface, index: [vlan]}\n", 4, "where to find ip and mac"),
        (
            _SMALL + "bindings: {rows: 1.3.6.1.9.1, holds: interface, index: [port]}\n",
            4,
            r"index\[0\] should be one of",
        ),
        (_SMALL + "extends: other\n", 4, "extends should be one of acme, not other"),
        (_SMALL + "extends: acme\n", 4, "extends extends itself"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, content: str, line: int, words: str) -> None:
    with pytest.raises(Flaw, match=rf"^acme.yaml, line {line}: .*{words}"):
        _shelf(tmp_path, acme=content)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    for content, words in ((b"\xff\xfe", "UTF-8"), (b"a: \x00", "text cannot have"), (b" " * 300_000, "bytes")):
        (tmp_path / "acme.yaml").write_bytes(content)
        with pytest.raises(Flaw, match=words):
            profile_files.shelf(tmp_path)


def test_a_circle_of_profiles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Flaw, match="extends itself"):
        _shelf(tmp_path, a=_SMALL + "extends: b\n", b=_SMALL + "extends: c\n", c=_SMALL + "extends: a\n")


def test_a_table_of_groups_may_be_a_vendors(tmp_path: Path) -> None:
    groups = "groups: {rows: 1.3.6.1.9.1, holds: any, index: [ip, interface]}\n"
    assert isinstance(_shelf(tmp_path, acme=_SMALL + groups).named("acme").groups, Table)


def test_powers_of_light() -> None:
    assert quirks.watts(0.001) == 0
    assert quirks.watts(0.5e-6) == -33.01
    assert quirks.watts(0) is None
    assert quirks.watts(-1) is None
    assert quirks.huawei_power(-1210) == -12.1
    assert quirks.huawei_power(61) == -12.15
    assert quirks.huawei_power(0) is None


def test_a_column_says_none_of_what_is_no_value() -> None:
    column = Column(oid="1.3.6.1.9.1", scale=0.001, absent=frozenset({-1}))
    assert column.number(3290) == 3.29
    assert [column.number(raw) for raw in (-1, b"3290", "1.3", None)] == [None] * 4
    assert Column(oid="1.3.6.1.9.1").count(2**64 - 1) == 2**64 - 1
    assert Column(oid="1.3.6.1.9.1").count(-5) is None
    flag = Column(oid="1.3.6.1.9.1", values={1: True, 2: False})
    assert [flag.word(raw) for raw in (1, 2, 3, b"1", None)] == [True, False, None, None, None]
    assert math.isclose(Column(oid="1.3.6.1.9.1", scale=1e-6, quirk="watts").number(61) or 0, -12.15)


def test_text_is_what_can_be_seen_of_it() -> None:
    assert text(b"ge-0/0/1\x00") == "ge-0/0/1"
    assert text("Åsö".encode()) == "Åsö"
    assert text(b"Version 5\r\nCopyright") == "Version 5 Copyright"
    assert [text(raw) for raw in (b"", b" \x00 ", 5, None)] == [None] * 4
    assert len(text(b"x" * 5000) or "") == 255
