"""The catalogue by command: in, rehearsed, refused, shown, and out again."""

import json
from pathlib import Path
from typing import Any

from onapi.actions import catalogue as catalogue_actions
from tests.cli.command import onapi

DEMO = Path(catalogue_actions.__file__).with_name("demo_catalogue.yaml")
_TYPES = """\
types:
  - {name: Broadband, exclusive: true, tech: bb}
"""


def _catalogue(path: Path, *services: str) -> Path:
    path.write_text(_TYPES + ("services:\n" if services else "services: []\n") + "".join(services), encoding="utf-8")
    return path


def _service(name: str, **fields: object) -> str:
    return "\n    ".join([f"  - name: {name}", "type: Broadband", *(f"{k}: {v}" for k, v in fields.items())]) + "\n"


def _import(*arguments: str | Path, url: str) -> dict[str, Any]:
    ran = onapi("catalogue", "import", "--json", *arguments, url=url)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def _changes(new: list[str], changed: list[str], unchanged: list[str], withdrawn: list[str]) -> dict[str, list[str]]:
    return {"new": new, "changed": changed, "unchanged": unchanged, "withdrawn": withdrawn}


def test_an_import_tells_what_is_new_changed_unchanged_and_withdrawn(database_url: str, tmp_path: Path) -> None:
    file = _catalogue(tmp_path / "catalogue.yaml", *map(_service, "ABC"))
    assert _import(file, url=database_url) == {
        "types": {"new": ["Broadband"], "changed": [], "unchanged": []},
        "services": _changes(["A", "B", "C"], [], [], []),
        "unknownPopulations": [],
        "done": True,
    }
    _catalogue(file, _service("A"), _service("B", up=1000), _service("D", prices="[{fee: START, amount: 0.10}]"))
    ran = onapi("catalogue", "import", file, url=database_url)
    assert ran.code == 0
    assert ran.out.splitlines()[-1].split() == ["services", "1", "1", "1", "1"]
    assert "New: D.\nChanged: B.\nWithdrawn: C.\n" in ran.err
    shown = onapi("catalogue", "show", url=database_url)
    assert "No longer sold: C." in shown.err
    assert [line.split()[0] for line in shown.out.splitlines()[1:]] == ["A", "B", "D"]


def test_a_rehearsal_tells_the_same_and_changes_nothing(database_url: str, tmp_path: Path) -> None:
    file = _catalogue(tmp_path / "catalogue.yaml", _service("A"))
    rehearsed = _import("--dry-run", file, url=database_url)
    assert rehearsed["done"] is False
    assert "rehearsal" in onapi("catalogue", "import", "--dry-run", file, url=database_url).err
    assert "Nothing is sold" in onapi("catalogue", "show", url=database_url).err
    assert _import(file, url=database_url) == rehearsed | {"done": True}


def test_every_flaw_is_told_with_its_line_and_nothing_is_kept(database_url: str, tmp_path: Path) -> None:
    file = _catalogue(tmp_path / "catalogue.yaml", _service("A", down="fast"), _service("B", popul="[Åsen]"))
    ran = onapi("catalogue", "import", file, url=database_url)
    assert (ran.code, ran.out) == (1, "")
    assert "line 6, services[0].down 'fast': must be kbit/s" in ran.err
    assert "line 9, services[1].popul a list: is not known here; did you mean populations?" in ran.err
    assert "onapi: The catalogue has 2 flaws; nothing was changed." in ran.err
    assert json.loads(onapi("catalogue", "show", "--json", url=database_url).out) == {"types": [], "services": []}


def test_an_export_is_read_back_without_a_change(database_url: str, tmp_path: Path) -> None:
    _import(DEMO, url=database_url)
    out = onapi("catalogue", "export", "-", url=database_url)
    assert onapi("catalogue", "export", tmp_path / "out.yaml", url=database_url).code == 0
    assert (tmp_path / "out.yaml").read_text(encoding="utf-8") == out.out
    ran = onapi("catalogue", "import", "-", "--json", url=database_url, given=out.out.encode())
    assert json.loads(ran.out)["services"] == _changes(
        [], [], ["BB-100-100", "BB-1000-1000", "BB-250-250", "IPTV", "VOIP"], []
    )
    assert [file.name for file in tmp_path.iterdir()] == ["out.yaml"], "nothing half-written is left"


def test_show_has_todays_periodic_fees_and_json_all_prices(database_url: str, tmp_path: Path) -> None:
    prices = (
        "[{fee: PERIODIC, amount: 99, until: 2020-01-01}, {fee: PERIODIC, amount: 149.9, from: 2020-01-01},"
        " {fee: PERIODIC, group: 3, amount: 169}, {fee: PERIODIC, group: 4, amount: 1, until: 2020-01-01}]"
    )
    _import(_catalogue(tmp_path / "c.yaml", _service("A", prices=prices)), url=database_url)
    out = onapi("catalogue", "show", url=database_url).out
    assert out.splitlines()[1].endswith("149.90, group 3: 169.00")
    assert "(everywhere)" in out
    shown = json.loads(onapi("catalogue", "show", "--json", url=database_url).out)["services"]
    assert [price["amount"] for price in shown[0]["prices"]] == ["99.00", "149.90", "169.00", "1.00"]


def test_what_may_not_be_is_refused_with_a_sentence_and_no_trace(database_url: str, tmp_path: Path) -> None:
    _import(_catalogue(tmp_path / "old.yaml", _service("A")), url=database_url)
    moved = _catalogue(tmp_path / "moved.yaml", _service("A"))
    moved.write_text(moved.read_text().replace("Broadband", "Bredband"))
    broken = tmp_path / "broken.yaml"
    broken.write_text("types: [")
    cases = {
        (str(tmp_path / "none.yaml"),): (1, "cannot be read: No such file"),
        (str(tmp_path),): (1, "cannot be read: Is a directory"),
        (str(broken),): (1, "not YAML"),
        (str(moved),): (1, "cannot become 'Bredband'"),
        (str(_catalogue(tmp_path / "seller.yaml", _service("A", sellers="[nobody]"))),): (1, "no provider nobody"),
        (): (2, "Missing argument"),
    }
    for arguments, (code, says) in cases.items():
        ran = onapi("catalogue", "import", *arguments, url=database_url)
        assert (ran.code, says in ran.err, ran.out, "Traceback" in ran.err) == (code, True, "", False), ran
    ran = onapi("catalogue", "export", tmp_path / "none" / "c.yaml", url=database_url)
    assert (ran.code, "cannot be written" in ran.err, "Traceback" in ran.err) == (1, True, False)


def test_a_population_that_no_access_is_in_is_asked_about(database_url: str, tmp_path: Path) -> None:
    file = _catalogue(tmp_path / "catalogue.yaml", _service("A", populations="[Hemsö]"))
    ran = onapi("catalogue", "import", file, url=database_url)
    assert ran.code == 0
    assert "There is no access in population 'Hemsö'; is it spelled right?" in ran.err
