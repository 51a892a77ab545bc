"""How data is printed: a table for people, JSON, JSON lines or CSV for programs; always on stdout."""

import csv
import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum, auto
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from onapi import errors
from onapi.cli import output

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Jsonl = Annotated[bool, typer.Option("--jsonl", help="Print a JSON document a line, each as it comes.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV, with all fields.")]

FORMS = {"json": Json, "jsonl": Jsonl, "csv": Csv}
"""The options that choose a form."""

_IN_A_TABLE = 1000
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Form(Enum):
    """How data is printed."""

    TABLE = auto()
    JSON = auto()
    JSONL = auto()
    CSV = auto()


class Printer:
    """Prints models in one form; `columns` are names of fields, with dots for those of fields."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def many(
        self, models: Iterable[Any], columns: Sequence[str], *, what: str = "", none: str = "There are none."
    ) -> None:
        """Print a list, of any length but as a table, as it comes; `none` is said of an empty table."""
        with _counted(models, what) as counted:
            match self._form:
                case Form.TABLE:
                    _table(counted, columns, none)
                case Form.JSON:
                    _array(counted)
                case Form.JSONL:
                    for model in counted:
                        _write(_encode(model) + b"\n")
                        sys.stdout.flush()
                case Form.CSV:
                    _csv(counted)

    def one(self, model: Any) -> None:
        """Print one object, a field a line in the form for people."""
        match self._form:
            case Form.TABLE:
                rows = _flat(msgspec.to_builtins(model, builtin_types=(datetime,)), lists=True)
                output.print_named([(name, _cell(value)) for name, value in rows])
            case Form.JSON:
                _write(msgspec.json.format(_encode(model), indent=2) + b"\n")
            case _:
                self.many([model], ())

    def lines(self, models: Iterable[Any], columns: Sequence[str]) -> None:
        """Print what comes and does not end, each at once; what was printed is out before the next is asked for."""
        if self._form in (Form.JSON, Form.JSONL):
            Printer(Form.JSONL).many(models, columns)
            return
        writer = csv.writer(sys.stdout) if self._form is Form.CSV else None
        if writer:
            writer.writerow([_camel(column) for column in columns])
        for model in models:
            values = _values(model, columns)
            if writer:
                writer.writerow([_inert(value) for value in values])
            else:
                print("  ".join(f"{_cell(value):<12}" for value in values).replace("\n", " ").rstrip())
            sys.stdout.flush()


def form(*, as_json: bool, as_jsonl: bool, as_csv: bool) -> Form:
    """Return the form that was asked for."""
    wanted = [one for one, asked in ((Form.JSON, as_json), (Form.JSONL, as_jsonl), (Form.CSV, as_csv)) if asked]
    if len(wanted) > 1:
        raise typer.BadParameter("one of --json, --jsonl and --csv, not several.")
    return wanted[0] if wanted else Form.TABLE


@contextmanager
def _counted(models: Iterable[Any], what: str) -> Iterator[Iterator[Any]]:
    """Count on stderr while a list is read, where stderr is a terminal and stdout is none."""
    if not what or not sys.stderr.isatty() or sys.stdout.isatty():
        yield iter(models)
        return
    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} {task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)

        def counting() -> Iterator[Any]:
            for model in models:
                yield model
                progress.advance(task)

        yield counting()


def _table(models: Iterator[Any], columns: Sequence[str], none: str) -> None:
    shown = [[_cell(value) for value in _values(model, columns)] for model in itertools.islice(models, _IN_A_TABLE)]
    if shown:
        output.print_table([_camel(column) for column in columns], shown)
    else:
        output.say(none)
    if next(models, None) is not None:
        output.say(f"Only the first {_IN_A_TABLE} are shown; --jsonl, --json and --csv have all of them.")


def _array(models: Iterator[Any]) -> None:
    before = b"["
    for model in models:
        _write(before + b"\n  " + _encode(model))
        before = b","
    _write(b"[]\n" if before == b"[" else b"\n]\n")


def _csv(models: Iterator[Any]) -> None:
    """Print all fields; a list, or what has names of its own, is JSON in its cell."""
    writer = csv.writer(sys.stdout)
    header: list[str] = []
    for model in models:
        if not header:
            header = list(_names(type(model)))
            writer.writerow(header)
        found = dict(_flat(msgspec.to_builtins(model, builtin_types=(datetime,)), lists=False))
        writer.writerow([_inert(found.get(name)) for name in header])


def _names(kind: Any, before: str = "") -> Iterator[str]:
    """Return the names of a model's fields, with dots for those of fields."""
    for field in msgspec.structs.fields(kind):
        inner = _model_in(field.type)
        if inner is None:
            yield before + field.encode_name
        else:
            yield from _names(inner, f"{before}{field.encode_name}.")


def _model_in(kind: Any) -> Any:
    """Return the model that a field holds one of, None when it holds something else."""
    for one in (kind, *getattr(kind, "__args__", ())):
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and getattr(kind, "__origin__", None) is None:
            return one
    return None


def _flat(value: Any, before: str = "", *, lists: bool) -> Iterator[tuple[str, Any]]:
    """Return the values in an object, named by their path; lists of objects too, where they are asked for."""
    for name, inner in value.items():
        path = before + name
        if isinstance(inner, dict):
            yield from _flat(inner, path + ".", lists=lists)
        elif lists and isinstance(inner, list | tuple) and inner and isinstance(inner[0], dict):
            for number, one in enumerate(inner, 1):
                yield from _flat(one, f"{path}.{number}.", lists=lists)
        else:
            yield path, inner


def _values(model: Any, columns: Sequence[str]) -> list[Any]:
    return [_at(model, column) for column in columns]


def _at(model: Any, column: str) -> Any:
    value = model
    for name in column.split("."):
        value = getattr(value, name, None)
    return value


def _camel(column: str) -> str:
    """Return a column as the standard names the field."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), column.rpartition(".")[2])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(one) for one in value)
    return output.harmless(str(value))


def _inert(value: Any) -> str:
    """Return a value as text that a spreadsheet will not take for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | dict):
        return _encode(value).decode()
    text = str(value)
    is_text = isinstance(value, str) and not text.lstrip("-+").replace(".", "", 1).isdecimal()
    return "'" + text if is_text and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _write(text: bytes) -> None:
    try:
        sys.stdout.write(text.decode())
    except UnicodeEncodeError as error:
        raise errors.Invalid("The terminal's character set lacks a letter; set PYTHONIOENCODING=utf-8.") from error
