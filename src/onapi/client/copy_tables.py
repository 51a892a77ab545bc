"""The tables of a copy, for SQLite and for PostgreSQL, and what each change does to them."""

import re

from onapi.client.mirror import KINDS, Change, Ended, Gone, Put, Reached, Whole

_TABLE = """
CREATE TABLE IF NOT EXISTS {kind} (
    id       TEXT PRIMARY KEY,
    document {json} NOT NULL,
    stale    BOOLEAN NOT NULL DEFAULT FALSE
)
"""
_PLACES = """
CREATE TABLE IF NOT EXISTS onapi_places (
    name  TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    at    DOUBLE PRECISION NOT NULL
)
"""
PLACES = "SELECT name, place FROM onapi_places WHERE at > $1"
_REACHED = """
INSERT INTO onapi_places (name, place, at) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET place = excluded.place, at = excluded.at
"""
_PUT = """
INSERT INTO {kind} (id, document) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET document = excluded.document, stale = FALSE
"""


def tables(json: str) -> list[str]:
    """Return the statements that make the tables, where they are missing; `json` is the type of documents."""
    return [_PLACES, *(_TABLE.format(kind=kind, json=json) for kind in KINDS)]


def statement(change: Change, now: float) -> tuple[str, tuple[object, ...]]:
    """Return what a change does, and its values."""
    match change:
        case Whole(kind):
            return f"UPDATE {kind} SET stale = TRUE", ()
        case Put(kind, name, document):
            return _PUT.format(kind=kind), (name, document)
        case Gone(kind, name):
            return f"DELETE FROM {kind} WHERE id = $1", (name,)
        case Ended(kind):
            return f"DELETE FROM {kind} WHERE stale", ()
        case Reached(name, place):
            return _REACHED, (name, place, now)


def for_sqlite(text: str) -> str:
    """Return a statement with its values numbered as SQLite does it."""
    return re.sub(r"\$(\d)", r"?\1", text)
