"""A copy of a server's objects in SQLite, which `refresh` brings up to date.

Each kind is a table of `id` and `document`, JSON as the server sent it: `SELECT document ->> 'city' FROM accesses`.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from onapi.client import copy_tables, mirror
from onapi.client.copy_tables import for_sqlite
from onapi.client.errors import NotKept
from onapi.client.mirror import Change, Gone, Kind, Put, Reached
from onapi.client.sync import Client

Told = Callable[[Kind, int], None]
"""Told a kind, and how many of its objects were put or removed in this pass so far."""


class SqliteCopy:
    """A copy in an SQLite file. Others may read it at any time; they see each kind as it was after a pass."""

    def __init__(self, path: Path | str) -> None:
        with _told(path):
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=60)
            self._connection.execute("PRAGMA journal_mode = WAL")
            for made in copy_tables.tables("TEXT"):
                self._connection.execute(made)
        self._path = path

    def refresh(self, client: Client, told: Told | None = None, *, anew: bool = False) -> dict[Kind, int]:
        """Bring the copy up to date, and return how many objects of each kind were put or removed.

        With `anew` all is read, whatever the copy has. What was done before an error stays done; another one that
        refreshes the same file at the same time is refused by SQLite, after a minute.

        Raises:
            ClientError: the server refused or failed; NotKept: the file cannot be written.
        """
        with _told(self._path):
            return self._refreshed(client, Counts(told), anew=anew)

    def _refreshed(self, client: Client, counts: "Counts", *, anew: bool) -> dict[Kind, int]:
        stream = client.stream(mirror.changes(client.around, {} if anew else self._places()))
        try:
            for change in stream:
                if not self._connection.in_transaction:
                    self._connection.execute("BEGIN IMMEDIATE")
                text, values = copy_tables.statement(change, time.time())
                self._connection.execute(for_sqlite(text), values)
                if isinstance(change, Reached):
                    self._connection.execute("COMMIT")
                counts.add(change)
        finally:
            stream.close()
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        return counts.found

    def documents(self, kind: Kind) -> Iterator[tuple[str, str]]:
        """Return the objects of a kind: their IDs, and their JSON."""
        yield from self._connection.execute(f"SELECT id, document FROM {kind} ORDER BY id")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _places(self) -> dict[str, str]:
        oldest = time.time() - mirror.HISTORY.total_seconds()
        return dict(self._connection.execute(for_sqlite(copy_tables.PLACES), (oldest,)).fetchall())


class Counts:
    """How many objects of each kind were put or removed."""

    def __init__(self, told: Told | None) -> None:
        self._told = told
        self.found: dict[Kind, int] = {}

    def add(self, change: Change) -> None:
        """Count a change."""
        if isinstance(change, Put | Gone):
            count = self.found[change.kind] = self.found.get(change.kind, 0) + 1
            if self._told:
                self._told(change.kind, count)


@contextlib.contextmanager
def _told(path: Path | str) -> Iterator[None]:
    """Tell what SQLite says as an error of the client's."""
    try:
        yield
    except sqlite3.Error as error:
        raise NotKept(f"The copy in {path} cannot be kept: {error}.") from error
