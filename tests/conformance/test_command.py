"""`onapi conform` as it is typed, where only the client is installed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import onapi
from onapi.cli.main import app
from onapi.cli.sp import profiles
from onapi.cli.sp.profiles import Profile
from tests.cli import command
from tests.cli.command import Ran
from tests.conformance.conftest import Lab
from tests.conformance.planting import at, each

_ROOT = Path(onapi.__file__).parents[2]


def in_process(*arguments: str, password: str | None = "alfa-secret") -> Ran:
    """Run the command to its end in this process."""
    done = CliRunner().invoke(app, ["conform", *arguments], env={"ONAPI_SP_PASSWORD": password})
    return Ran(done.exit_code, done.stdout, done.stderr)


def conform(*arguments: str) -> Ran:
    """Run the command to its end, where only the client is installed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.client_only", "conform", *arguments],
        check=False,
        cwd=_ROOT,
        env=command.environment() | {"ONAPI_SP_PASSWORD": "alfa-secret"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def url(lab: Lab) -> str:
    """Return the URL that an SP's engineer has."""
    return f"{lab.town.server.url}/onapi/2.6/"


def test_a_server_that_conforms_is_0_and_the_reports_are_kept(url: str, tmp_path: Path) -> None:
    kinds = [word for kind in ("html", "junit", "json") for word in ("--report", kind)]
    ran = conform(
        url, "--user", "alfa", "--check", "END", "--check", "ACC-026", *kinds, "--into", str(tmp_path / "kept")
    )
    assert ran.code == 0, ran.err
    assert "No MUST is broken" in ran.out
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {
        "conformance.html",
        "conformance.xml",
        "conformance.json",
    }
    assert json.loads((tmp_path / "kept" / "conformance.json").read_text(encoding="utf-8"))["user"] == "alfa"
    assert "alfa-secret" not in ran.out + ran.err
    assert "\x1b" not in ran.out + ran.err


def test_a_broken_must_is_8(lab: Lab, url: str) -> None:
    with lab.mutant.having(each(at("accesses"), city="")):
        ran = conform(url, "--user", "alfa", "--check", "ACC-026")
    assert (ran.code, "ACC-026 failed" in ran.out) == (8, True)


@pytest.mark.parametrize("above", ["", "/onapi", "/onapi/"])
def test_a_url_above_the_versions_root_is_2_and_it_is_said_where_the_root_is(lab: Lab, url: str, above: str) -> None:
    ran = in_process(lab.town.server.url + above, "--user", "alfa")
    assert (ran.code, ran.out, f"It is at {url}, it seems." in ran.err) == (2, "", True), ran


def test_a_url_of_something_else_is_2_and_it_is_said_what_is_wanted(lab: Lab) -> None:
    ran = in_process(lab.town.server.url + "/elsewhere/", "--user", "alfa")
    assert (ran.code, ran.out, "/onapi/2.6/." in ran.err) == (2, "", True), ran


def test_what_is_a_warning_only_is_0(lab: Lab, url: str) -> None:
    with lab.mutant.having(each(at("accesses"), mduApartmentNumber=1001)):
        ran = in_process(url, "--user", "alfa", "--check", "ACC-010")
    assert (ran.code, "ACC-010 warned  CONTRADICTORY" in ran.out) == (0, True)


def test_a_wrong_password_is_3(url: str) -> None:
    ran = in_process(url, "--user", "alfa", password="wrong")
    assert (ran.code, ran.out) == (3, "")
    assert "does not let alfa in" in ran.err


def test_a_server_that_is_not_there_is_7() -> None:
    ran = in_process("http://127.0.0.1:1/onapi/2.6/", "--user", "alfa")
    assert (ran.code, ran.out) == (7, "")
    assert "Traceback" not in ran.err


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = conform(
        "http://127.0.0.1:1/2.6/", "--user", "alfa", "--report", "html", "--into", str(tmp_path / "file" / "kept")
    )
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"onapi: {tmp_path / 'file' / 'kept'} cannot be used: Not a directory.\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ftp://127.0.0.1/2.6/"], "begins with"),
        (["http://alfa:secret@127.0.0.1/2.6/"], "password in it"),
        (["http://127.0.0.1/2.6/", "--write"], "needs --access and --service"),
        (["http://127.0.0.1/2.6/", "--access", "A-1"], "for --write"),
        (["http://127.0.0.1/2.6/", "--check", "ACC", "--check", "XYZ-001"], "'XYZ-001' is no such check"),
        (["http://127.0.0.1/2.6/", "--dialect", "danish"], "danish"),
    ],
)
def test_wrong_usage_is_2_and_says_what(arguments: list[str], says: str) -> None:
    ran = in_process(*arguments, "--user", "alfa")
    assert (ran.code, ran.out) == (2, "")
    assert says in " ".join(ran.err.split())


def test_without_a_password_and_a_terminal_it_says_where_it_is_expected() -> None:
    ran = in_process("http://127.0.0.1/2.6/", "--user", "alfa", password=None)
    assert (ran.code, "ONAPI_SP_PASSWORD" in ran.err) == (2, True)


def test_the_password_of_a_login_is_known(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONAPI_SP_CONFIG", str(tmp_path / "sp.json"))
    store = profiles.store({"ONAPI_SP_CONFIG": str(tmp_path / "sp.json")})
    store.keep(Profile(name="here", url=url, user="alfa", keeps="file"), "alfa-secret")
    assert in_process(url, "--user", "alfa", "--check", "END-001", password=None).code == 0
    assert in_process(url, "--user", "beta", "--check", "END-001", password=None).code == 2


def test_the_password_is_read_from_a_file(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("alfa-secret\n", encoding="utf-8")
    monkeypatch.setenv("ONAPI_SP_PASSWORD_FILE", str(tmp_path / "password"))
    assert in_process(url, "--user", "alfa", "--check", "END-001", password=None).code == 0
