"""How commands speak: data on stdout, sentences on stderr, progress only on a terminal."""

import dataclasses
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

Told = Callable[[int], None]
"""Told how far something is."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

_err = Console(stderr=True, highlight=False, soft_wrap=True)


def complain(sentence: str) -> None:
    """Say what went wrong and what to do, in one sentence on stderr."""
    _err.print(f"onapi: {sentence}", markup=False)


def say(sentence: str) -> None:
    """Say something that is no data, on stderr."""
    _err.print(sentence, markup=False)


def amount(value: str | None) -> str | None:
    """Return the text of an option that is an amount, or refuse it as wrong usage."""
    try:
        Decimal(value or 0)
    except InvalidOperation:
        raise typer.BadParameter(f"{value!r} is no amount such as 149.00.") from None
    return value


def print_json(value: Any) -> None:
    """Print a value, or a list of dataclasses, as JSON on stdout."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table on stdout; it is as wide as it needs to be when stdout is no terminal."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=400)
    console.print(table)


def print_rows(rows: Sequence[Any], *, as_json: bool) -> None:
    """Print dataclasses of one kind, one a row, as a table or as JSON."""
    if as_json:
        print_json(rows)
    elif rows:
        names = [field.name for field in dataclasses.fields(rows[0])]
        print_table(names, [[_shown(name, getattr(row, name)) for name in names] for row in rows])


def print_fields(value: Any) -> None:
    """Print a dataclass, a field a line; what is None is left out."""
    named = [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    width = max(len(name) for name, _ in named)
    for name, given in named:
        if given is not None and given != "":
            print(f"{name:<{width}}  {_cell(given)}")


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Told]:
    """Show how far something is, on stderr if that is a terminal; yields what to tell the number to."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=_err,
        disable=not _err.is_terminal,
    )
    with bar:
        task = bar.add_task(what, total=total)

        def told(done: int) -> None:
            if total is not None and done >= total:
                # All is read; how long storing it takes is not known.
                bar.update(task, description=f"{what}: storing", total=None)
            bar.update(task, completed=done)

        yield told


def _shown(name: str, value: object) -> object:
    return "(all)" if name == "populations" and value is None else value


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, timedelta):
        minutes = value // timedelta(minutes=1)
        return f"{minutes // 1440} d {minutes // 60 % 24:02}:{minutes % 60:02}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
