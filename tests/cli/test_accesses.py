"""Address lists by command: in, rehearsed, refused, and out again."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.command import onapi

_HEAD = "accessId;streetName;postalCode;city;countryCode;premisesType;population;accessState"


def _list(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join([_HEAD, *rows, ""]).encode(encoding))
    return path


def _row(number: int, street: str = "Åkervägen") -> str:
    return f"A-{number};{street};12345;Ankeborg;SE;RESIDENTIAL_HOUSE;Hemsö;CONNECTED"


def _counts(*arguments: str | Path, url: str) -> dict[str, int]:
    ran = onapi("accesses", "import", "--json", *arguments, url=url)
    assert ran.code == 0, ran.err
    found: dict[str, int] = json.loads(ran.out)
    return found


def _told(rows: int, new: int, changed: int, unchanged: int, missing: int, *, done: bool) -> dict[str, int]:
    return {"rows": rows, "new": new, "changed": changed, "unchanged": unchanged, "missing": missing, "done": done}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "windows-1252"])
def test_an_import_reads_whatever_encoding_the_list_is_in(database_url: str, tmp_path: Path, encoding: str) -> None:
    file = _list(tmp_path / "list.csv", _row(1, "Ålö gränd"), encoding=encoding)
    ran = onapi("accesses", "import", file, url=database_url)
    assert ran.code == 0, ran.err
    assert "separated by ;" in ran.err
    assert "Ålö gränd" in onapi("accesses", "export", "-", url=database_url).out


def test_an_import_counts_new_changed_unchanged_and_missing(database_url: str, tmp_path: Path) -> None:
    file = _list(tmp_path / "list.csv", *(_row(n) for n in range(10)))
    assert _counts(file, url=database_url) == _told(10, 10, 0, 0, 0, done=True)
    _list(file, *(_row(n) for n in range(2, 9)), _row(1, "Ny gata"), _row(20))
    assert _counts(file, url=database_url) == _told(9, 1, 1, 7, 2, done=True)


def test_a_rehearsal_counts_the_same_and_changes_nothing(database_url: str, tmp_path: Path) -> None:
    file = _list(tmp_path / "list.csv", _row(1), _row(2))
    rehearsed = _counts("--dry-run", file, url=database_url)
    assert rehearsed == _told(2, 2, 0, 0, 0, done=False)
    assert onapi("accesses", "export", "-", url=database_url).out.count("\n") == 1
    assert _counts(file, url=database_url) == rehearsed | {"done": True}


def test_every_error_of_every_row_is_told_and_nothing_is_kept(database_url: str, tmp_path: Path) -> None:
    bad = "bad id;;0;Ankeborg;se;CASTLE;=1+1;CONNECTED"
    file = _list(tmp_path / "list.csv", _row(1), bad, _row(3), _row(1))
    ran = onapi("accesses", "import", file, url=database_url)
    assert ran.code == 1
    with (tmp_path / "list.csv.errors.csv").open(encoding="utf-8-sig", newline="") as stream:
        told = [(row["line"], row["column"]) for row in csv.DictReader(stream)]
    assert ("3", "accessId") in told
    assert {column for line, column in told if line == "3"} >= {
        "accessId", "streetName", "countryCode", "premisesType",
    }  # fmt: skip
    assert ("5", "accessId") in told, "the second A-1"
    assert "nothing was changed" in ran.err
    assert onapi("accesses", "export", "-", url=database_url).out.count("\n") == 1
    assert onapi("accesses", "import", _list(file, _row(1)), url=database_url).code == 0
    assert not (tmp_path / "list.csv.errors.csv").exists(), "old errors do not outlive the mended list"


def test_a_brake_stops_a_list_that_would_disconnect_too_much(database_url: str, tmp_path: Path) -> None:
    file = _list(tmp_path / "list.csv", *(_row(n) for n in range(20)))
    onapi("accesses", "import", file, url=database_url)
    _list(file, *(_row(n) for n in range(18)))
    stopped = onapi("accesses", "import", file, "--missing", "disconnect", url=database_url)
    assert stopped.code == 1
    assert "2 of 20" in stopped.err
    assert "--max-missing" in stopped.err
    assert "DISCONNECTED" not in onapi("accesses", "export", "-", url=database_url).out
    done = onapi("accesses", "import", file, "--missing", "disconnect", "--max-missing", "10%", url=database_url)
    assert done.code == 0
    assert onapi("accesses", "export", "-", url=database_url).out.count("DISCONNECTED") == 2


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_importing_an_export_changes_nothing(database_url: str, tmp_path: Path, ending: str) -> None:
    nasty = ["=1+1", "+46", "@x", "-5", 'Say "hi"', "a,b;c\td", "O'Brien", "😀 väg"]
    rows = [_row(n, street) for n, street in enumerate(nasty) if ";" not in street and '"' not in street]
    rows += ['Q-1;"Say ""hi"" a,b;c";12345;Ankeborg;SE;RESIDENTIAL_HOUSE;Hemsö;CONNECTED']
    onapi("accesses", "import", _list(tmp_path / "list.csv", *rows), url=database_url)
    file = tmp_path / f"out.{ending}"
    exported = onapi("accesses", "export", file, url=database_url)
    assert exported.code == 0, exported.err
    counts = _counts(file, "--missing", "disconnect", url=database_url)
    assert (counts["unchanged"], counts["rows"], counts["missing"]) == (len(rows), len(rows), 0)


def test_a_list_comes_from_standard_input_and_goes_to_standard_output(database_url: str) -> None:
    ran = onapi("accesses", "import", "-", url=database_url, given=f"{_HEAD}\n{_row(1)}\n".encode())
    assert ran.code == 0, ran.err
    out = onapi("accesses", "export", "-", "--format", "onapi-json", url=database_url).out
    assert [access["accessId"] for access in json.loads(out)] == ["A-1"]


def test_what_cannot_be_done_is_one_sentence(database_url: str, tmp_path: Path) -> None:
    empty, file = tmp_path / "empty.csv", _list(tmp_path / "list.csv", _row(1))
    empty.write_bytes(b"")
    cases: dict[tuple[str, ...], tuple[int, str]] = {
        ("import", str(tmp_path / "none.csv")): (1, "cannot be read"),
        ("import", str(empty)): (1, "empty"),
        ("import", str(_list(tmp_path / "head.csv"))): (1, "no accesses"),
        ("import", str(file), "--format", "xlsx"): (2, "xlsx"),
        ("import", str(file), "--missing", "burn"): (2, "burn"),
        ("import", str(file), "--max-missing", "many"): (2, "percentage"),
        ("export", str(tmp_path / "no" / "where.csv")): (1, "cannot be written"),
        ("export", str(tmp_path / "out.csv"), "--format", "pi-1.0"): (1, "not exported"),
    }
    for arguments, (code, says) in cases.items():
        ran = onapi("accesses", *arguments, url=database_url)
        assert (ran.code, says in ran.err, "Traceback" in ran.err) == (code, True, False), (arguments, ran)


def test_the_old_formats_are_recognised(database_url: str, tmp_path: Path) -> None:
    pi = (
        "accessId,streetName,streetNumber,streetLittera,postalCode,city,countryCode,premisesType,mduApartmentNumber,"
        "mduDistinguisher,outletId,population,option82,coFiberConverter,coCpeSwitch,coCpeRouter,activationDate,"
        "salesStartDate"
    )
    rows = f"{pi}\nPI1,Björkvägen,1,,123 45,Ankeborg,,RESIDENTIAL_HOUSE,,,U1,Hemsö,520A,,sw,,YES,YES\n"
    (tmp_path / "pi.csv").write_text(rows, encoding="utf-8")
    ran = onapi("accesses", "import", tmp_path / "pi.csv", url=database_url)
    assert ran.code == 0, ran.err
    assert "Read as pi-1.0" in ran.err
    mdb2 = (
        "coID;accessId;streetName;postalCode;city;premisesType;owner\n1;M1;Ågatan;12345;Ankeborg;COUNTRYSIDE;Karl\n"
    )
    (tmp_path / "mdb2.csv").write_bytes(mdb2.encode("windows-1252"))
    ran = onapi("accesses", "import", tmp_path / "mdb2.csv", url=database_url)
    assert ran.code == 0, ran.err
    assert "Read as mdb2" in ran.err
    assert "Columns not used: coID, owner" in ran.err or "owner" in ran.err.partition("not used")[2]
    assert "Karl" not in onapi("accesses", "export", "-", url=database_url).out
