"""How tables look on terminals of any width, and where stdout is none."""

import subprocess
from pathlib import Path

import pytest

from onapi.cli import output
from tests.cli.command import PROGRAM, environment

_ID = "01a2154971c5951d46bc617a39742faa"
_COLUMNS = ("order_id", "step", "access_id", "trouble")
_ROWS = [(_ID, None, "DEMO-1", "The element has no such port."), ("x", None, "DEMO-2", "")]


def _printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: int | None) -> list[str]:
    if columns is not None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", str(columns))
    output.print_table(_COLUMNS, _ROWS)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_a_table_for_a_pipe_is_as_wide_as_it_needs_to_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _printed(monkeypatch, capsys, None) == [
        "order_id                          access_id  trouble",
        f"{_ID}  DEMO-1     The element has no such port.",
        "x                                 DEMO-2",
    ]


def test_on_a_terminal_sentences_are_folded_and_ids_are_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, *rows = _printed(monkeypatch, capsys, 60)
    assert rows == [
        f"{_ID}  DEMO-1     The element has",
        f"{'':45}no such port.",
        "x                                 DEMO-2",
    ]


def test_where_the_ids_do_not_fit_a_row_is_a_block(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _printed(monkeypatch, capsys, 50) == [
        f"order_id   {_ID}",
        "access_id  DEMO-1",
        "trouble    The element has no such port.",
        "",
        "order_id   x",
        "access_id  DEMO-2",
    ]


def test_a_table_of_nothing_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(_COLUMNS, [])
    assert capsys.readouterr().out == ""


def test_a_disk_that_is_full_is_told_in_a_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [PROGRAM, "settings", "--json"],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=60,
        )
    assert (ran.returncode, ran.stderr) == (1, b"onapi: The output cannot be used: No space left on device.\n")
