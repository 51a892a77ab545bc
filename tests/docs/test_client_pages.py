"""The programs on the pages for service providers do what they say, at a real operator."""

import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from onapi.client import portal
from onapi.client.copies import SqliteCopy
from onapi.client.cursors import FileCursor
from onapi.testing import Network
from tests.docs.blocks import blocks


def _run(program: str, network: Network, **names: Any) -> None:
    """Run a program as if the operator of the page were this one; followers end when they have read what there is."""
    here = program.replace("https://co.example/onapi/2.6/", network.url).replace('"secret"', '"alfa-demo"')
    here = re.sub(r"(\.follow\(FileCursor\([^)]*\))(, every_s=10)?", r"\1, forever=False", here)
    assert "co.example" not in here
    exec(compile(here, "page", "exec"), names)


def test_the_programs_of_the_clients_page_run(onapi_network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    order, handed_over = blocks("docs/reference/client.md", "python")
    _run(order, onapi_network)
    assert "ACTIVATED" in capsys.readouterr().out
    who = {"ko": "co", "access_id": "DEMO-1", "mac": "00:11:22:33:44:55"}
    url = portal.link("https://sp.example/", "k", **who, at=datetime.now(UTC))
    _run(handed_over, onapi_network, url=url, key="k")
    assert capsys.readouterr().out == "DEMO-1 00:11:22:33:44:55\n"


def test_the_followers_of_the_page_run(
    onapi_network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    prints, stores = blocks("docs/howto/follow-events.md", "python")
    database = sqlite3.connect("own.db")
    database.execute("CREATE TABLE done (event TEXT PRIMARY KEY)")
    with onapi_network.client() as co:
        co.orders.activate("DEMO-FAIL-1", "BB-100-100")
        out = ""
        while "no such port" not in out:
            _run(prints, onapi_network)
            out += capsys.readouterr().out
        Path("orderevents.json").unlink()
        _run(stores, onapi_network, co=co, database=database, FileCursor=FileCursor)
    assert database.execute("SELECT count(*) FROM done").fetchone() == (3,)
    database.close()


def test_the_query_of_the_mirrors_page_runs(onapi_network: Network, tmp_path: Path) -> None:
    (query,) = blocks("docs/howto/mirror-an-operator.md", "sql")
    copy = SqliteCopy(tmp_path / "co.db")
    with onapi_network.client() as co:
        copy.refresh(co)
    copy.close()
    connection = sqlite3.connect(tmp_path / "co.db")
    assert ("DEMO-1", "Källslingan", "1") in connection.execute(query).fetchall()
    connection.close()


def test_the_tests_of_the_page_on_ci_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tests, without = blocks("docs/howto/test-in-ci.md", "python")
    (tmp_path / "test_ours.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert "2 passed" in done.stdout, done.stdout
    exec(compile(without, "page", "exec"), {})
    assert "BB-100-100" in capsys.readouterr().out
