"""Where a follower has got to: kept in a file, in SQLite, or by the user's own functions."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol


class Cursor(Protocol):
    """Keeps one place, a text; saved after what lies before it was worked on."""

    def load(self) -> str | None:
        """Return the place, None at the very beginning."""

    def save(self, place: str) -> None:
        """Keep the place; when this returns, it is kept."""


class FileCursor:
    """A place in a file of its own, which is always whole: the old place or the new one."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)

    def load(self) -> str | None:
        """Return the place, None when there is no file."""
        try:
            return self._path.read_text(encoding="utf-8") or None
        except FileNotFoundError:
            return None

    def save(self, place: str) -> None:
        """Keep the place."""
        part = self._path.with_name(self._path.name + ".part")
        with part.open("w", encoding="utf-8") as target:
            target.write(place)
            target.flush()
            os.fsync(target.fileno())
        part.replace(self._path)


class SqliteCursor:
    """A place in the table `onapi_places` of an SQLite database, by a name."""

    def __init__(self, database: Path | str, name: str) -> None:
        self._name = name
        self._connection = sqlite3.connect(database, isolation_level=None, timeout=60)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS onapi_places (name TEXT PRIMARY KEY, place TEXT NOT NULL)"
        )

    def load(self) -> str | None:
        """Return the place, None when there is none of this name."""
        found = self._connection.execute("SELECT place FROM onapi_places WHERE name = ?", (self._name,)).fetchone()
        return None if found is None else str(found[0])

    def save(self, place: str) -> None:
        """Keep the place."""
        self._connection.execute(
            "INSERT INTO onapi_places (name, place) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET place = excluded.place",
            (self._name, place),
        )

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


class CallbackCursor:
    """A place that functions of yours keep."""

    def __init__(self, load: Callable[[], str | None], save: Callable[[str], None]) -> None:
        self._load = load
        self._save = save

    def load(self) -> str | None:
        """Return the place."""
        return self._load()

    def save(self, place: str) -> None:
        """Keep the place."""
        self._save(place)
