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
from rich.text import Text

from onapi.vocabulary import OrderState

Told = Callable[[int], None]
"""Told how far something is."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

_err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def harmless(text: str) -> str:
    """Return a text of somebody else's as it can be shown: what a terminal takes for a command is not done."""
    return "".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text)


def complain(sentence: str) -> None:
    """Say what went wrong and what to do, in one sentence on stderr."""
    _err.print(f"onapi: {harmless(sentence)}", markup=False)


def say(sentence: str) -> None:
    """Say something that is no data, on stderr."""
    _err.print(harmless(sentence), markup=False)


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
    """Print a table on stdout without its empty columns, as wide as it needs to be where that is no terminal.

    On a terminal that is too narrow for its IDs and other words each row becomes a block: nothing is ever cut.
    """
    shown = [[_cell(value) for value in row] for row in rows]
    used = [number for number in range(len(columns)) if any(row[number] for row in shown)]
    if not used:
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=400)
    elif sum(2 + _least(columns[number], [row[number] for row in shown]) for number in used) > console.width + 2:
        for position, row in enumerate(shown):
            if position:
                print()
            print_named([(columns[number], row[number]) for number in used if row[number]])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number in used:
        texts = [row[number] for row in shown]
        table.add_column(
            columns[number],
            no_wrap=_is_of_words(texts),
            min_width=_least(columns[number], texts),
            overflow="fold",
        )
    for row in shown:
        # As Text, for what somebody wrote is neither markup nor the name of an emoji.
        table.add_row(*(Text(row[number]) for number in used))
    console.print(table)


def print_rows(rows: Sequence[Any], *, as_json: bool, none: str = "") -> None:
    """Print dataclasses of one kind, one a row, as a table or as JSON; `none` is said of an empty table."""
    if as_json:
        print_json(rows)
    elif rows:
        names = [field.name for field in dataclasses.fields(rows[0])]
        print_table(names, [[_shown(name, getattr(row, name)) for name in names] for row in rows])
    elif none:
        say(none)


def no_orders(state: OrderState | None) -> str:
    """Return what is said of an empty list of orders in a state; None: of those that are not finished."""
    return f"None is {state}." if state else "None is under way; --state shows those that are finished."


def print_fields(value: Any) -> None:
    """Print a dataclass, a field a line; what is None is left out."""
    named = [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    print_named([(name, _cell(given)) for name, given in named if given is not None and given != ""])


def print_named(pairs: Sequence[tuple[str, str]]) -> None:
    """Print texts by their names, one below the other; the lines of one that has several are indented alike."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, text in pairs:
        print(f"{name:<{width}}  " + text.replace("\n", f"\n{'':<{width}}  "))


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


def _is_of_words(texts: Sequence[str]) -> bool:
    return not any(any(map(str.isspace, text)) for text in texts)


def _least(column: str, texts: Sequence[str]) -> int:
    """Return how narrow a column may become: a column of words not at all, and of sentences to a short line."""
    if _is_of_words(texts):
        return max(map(len, (column, *texts)))
    return max(len(column), min(20, max(len(word) for text in texts for word in text.split())))


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, timedelta):
        minutes = value // timedelta(minutes=1)
        return f"{minutes // 1440} d {minutes // 60 % 24:02}:{minutes % 60:02}"
    if isinstance(value, tuple):
        return harmless(", ".join(map(str, value)))
    return "" if value is None else harmless(str(value))
