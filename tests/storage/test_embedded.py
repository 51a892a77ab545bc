"""The embedded PostgreSQL: shared by processes, stopped by the last, and back after a kill."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from onapi import errors
from onapi.storage import embedded
from tests.conftest import opened

_HOLD = """
import sys
from pathlib import Path
from onapi.storage import embedded
with embedded.running(Path(sys.argv[1]), durable=False):
    print("up", flush=True)
    sys.stdin.read()
"""


def _holder(folder: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def _answers(url: str) -> bool:
    async def ask() -> bool:
        async with opened(url) as database, database.connection() as tx:
            return bool(await tx.fetchval("SELECT true"))

    try:
        return asyncio.run(ask())
    except errors.Unavailable:
        return False


def test_the_first_process_starts_it_and_the_last_one_stops_it(data_folder: Path) -> None:
    with embedded.running(data_folder, durable=False) as url:
        other = _holder(data_folder)
    assert _answers(url), "another process still uses it"
    other.communicate()
    assert not _answers(url)


def test_a_process_that_was_killed_keeps_nobody_from_stopping_it(data_folder: Path) -> None:
    killed = _holder(data_folder)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    with embedded.running(data_folder, durable=False) as url:
        assert _answers(url)
    assert not _answers(url)


def test_what_was_written_is_there_at_the_next_start(data_folder: Path) -> None:
    async def execute(url: str, statement: str) -> object:
        async with opened(url) as database, database.connection() as tx:
            return await tx.fetchval(statement)

    with embedded.running(data_folder) as url:
        asyncio.run(execute(url, "CREATE TABLE kept AS SELECT 7 AS n"))
    with embedded.running(data_folder) as url:
        assert asyncio.run(execute(url, "SELECT n FROM kept")) == 7


def test_a_long_path_gets_a_short_socket(data_folder: Path) -> None:
    folder = data_folder / ("a-rather-long-name-" * 5)
    with embedded.running(folder, durable=False) as url:
        assert _answers(url)


def test_a_database_in_use_is_not_thrown_away(data_folder: Path) -> None:
    other = _holder(data_folder)
    with pytest.raises(errors.Conflict, match="in use"):
        embedded.discard(data_folder)
    other.communicate()
    embedded.discard(data_folder)
    assert not (data_folder / "postgresql").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.Unavailable, match="cannot be made"), embedded.running(tmp_path / "file" / "data"):
        pass
