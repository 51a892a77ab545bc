"""Named queries: `x.sql` beside `x.py`, where `-- name: by_id` begins one and `$sp` is a parameter."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import asyncpg
import msgspec

from onapi.storage.tx import Tx

T = TypeVar("T")

LONG_S = 3600.0
"""How long a whole list, an import or a migration may take, in seconds; other statements have the pool's limit."""

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_PARAMETER = re.compile(r"\$([a-z_]+)\b")


@dataclass(frozen=True, slots=True)
class Query:
    """One statement. Its methods take its parameters by name, and raise TypeError unless all are given."""

    name: str
    text: str
    parameters: tuple[str, ...]

    def arguments(self, values: dict[str, object]) -> list[object]:
        """Return the values in the statement's order."""
        if values.keys() != set(self.parameters):
            raise TypeError(f"query {self.name} takes {self.parameters}, not {tuple(values)}")
        return [values[name] for name in self.parameters]

    async def run(self, tx: Tx, *, timeout_s: float | None = None, **values: object) -> None:
        """Run the statement for its effect."""
        await tx.execute(self.text, *self.arguments(values), timeout=timeout_s)

    async def rows(self, tx: Tx, **values: object) -> list[asyncpg.Record]:
        """Return the rows as the driver has them, for hot paths."""
        return await tx.fetch(self.text, *self.arguments(values))

    async def all(self, tx: Tx, kind: type[T], **values: object) -> list[T]:
        """Return each row as a `kind`, whose fields are the columns, checked."""
        return [msgspec.convert(dict(row.items()), kind) for row in await self.rows(tx, **values)]

    async def one(self, tx: Tx, kind: type[T], *, timeout_s: float | None = None, **values: object) -> T | None:
        """Return the first row as a `kind`, or None when there is none."""
        row = await tx.fetchrow(self.text, *self.arguments(values), timeout=timeout_s)
        return None if row is None else msgspec.convert(dict(row.items()), kind)

    async def value(self, tx: Tx, kind: type[T], /, **values: object) -> T | None:
        """Return the first column of the first row as a `kind`; None when there is no row, or it is NULL."""
        value = await tx.fetchval(self.text, *self.arguments(values))
        return None if value is None else msgspec.convert(value, kind)


def beside(module_file: str) -> dict[str, Query]:
    """Return the queries of the `.sql` file that stands beside a module, by name."""
    return parse(Path(module_file).with_suffix(".sql").read_text(encoding="utf-8"))


def parse(sql: str) -> dict[str, Query]:
    """Return the queries in `sql` by name."""
    _, *parts = _NAME.split(sql)
    return {name: _query(name, text) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _query(name: str, text: str) -> Query:
    parameters: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in parameters:
            parameters.append(match[1])
        return f"${parameters.index(match[1]) + 1}"

    return Query(name, _PARAMETER.sub(number, text).strip().rstrip(";"), tuple(parameters))
