"""Fixtures: a town whose orders are carried out, and a service provider's command line at it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
import structlog

from onapi.cli.main import main
from tests import town as towns
from tests.cli.command import Ran
from tests.town import Town


class Typed(Protocol):
    """Run `onapi sp` and return what it did."""

    def __call__(self, *arguments: str | Path) -> Ran: ...


@pytest.fixture(scope="module")
def town(cluster_url: str) -> Iterator[Town]:
    """Make a town with an engine, whose logs do not come between what commands print."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with towns.made(cluster_url) as url, towns.living(url) as living, living.operator.working():
        yield living
    structlog.reset_defaults()


@pytest.fixture
def sp(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Typed:
    """Return what runs a command in this process, with a configuration of its own."""
    for name in list(os.environ):
        if name.startswith("ONAPI_SP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ONAPI_SP_CONFIG", str(tmp_path / "config" / "sp.json"))
    monkeypatch.setenv("ONAPI_SP_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)

    def typed(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["onapi", "sp", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return typed


@pytest.fixture
def alfa(sp: Typed, town: Town, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Return the same, as alfa."""
    monkeypatch.setenv("ONAPI_SP_URL", town.server.url + town.server.root)
    monkeypatch.setenv("ONAPI_SP_USER", "alfa")
    monkeypatch.setenv("ONAPI_SP_PASSWORD", "alfa-secret")
    return sp
