"""Commands for address lists: in from a file, and out to one."""

import csv
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import typer

from onapi import errors
from onapi.actions import accesses
from onapi.cli import database, output
from onapi.domain import address_lists
from onapi.domain.accesses import Access
from onapi.domain.address_lists import Detected, Format, RowError, Writer
from onapi.storage.pool import Database

app = typer.Typer(
    help="Accesses: address lists in and out.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

_SHOWN_ERRORS = 20


class Missing(StrEnum):
    """What becomes of accesses that a list lacks."""

    KEEP = "keep"
    DISCONNECT = "disconnect"


def _percent(text: str) -> float:
    try:
        value = float(text.rstrip("%").replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise typer.BadParameter(f"{text!r} is not a percentage such as 5%.")
    return value / 100


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list; - is standard input.")],
    format_: Annotated[
        str, typer.Option("--format", help="auto, onapi-csv, onapi-json, pi-1.0, pi-1.1 or mdb2.")
    ] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, tell, and undo it.")] = False,
    missing: Annotated[Missing, typer.Option(help="Accesses that the list lacks.")] = Missing.KEEP,
    max_missing: Annotated[str, typer.Option(help="The most that --missing disconnect may disconnect.")] = "5%",
    as_json: output.Json = False,
) -> None:
    """Make the accesses as a list has them: all rows, or none."""
    share = _percent(max_missing)
    reading = address_lists.open_list(_read(file), _format(format_), datetime.now(UTC).date())
    _tell(reading.detected)
    _errors_file(file).unlink(missing_ok=True)

    async def work(opened: Database) -> accesses.Outcome:
        with output.progress("reading", None) as told:
            return await accesses.import_list(
                opened,
                reading.records(),
                dry_run=dry_run,
                disconnect_missing=missing is Missing.DISCONNECT,
                max_missing=share,
                progress=told,
            )

    outcome = database.run(work)
    if outcome.row_errors:
        _refuse(file, outcome)
    _report(outcome, dry_run=dry_run, missing=missing, as_json=as_json)
    if outcome.brake:
        raise errors.Conflict(outcome.brake + " Nothing was changed.")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; - is standard output.")],
    format_: Annotated[
        str, typer.Option("--format", help="auto (by the file's ending), onapi-csv or onapi-json.")
    ] = "auto",
) -> None:
    """Write all accesses to a file, which `import` reads back without a change."""
    wanted = _format(format_) or (Format.ONAPI_JSON if file.suffix == ".json" else Format.ONAPI_CSV)
    Writer(wanted)  # A format that cannot be written is refused before the file is touched.

    async def work(opened: Database) -> int:
        with _opened(file) as target:
            return await _write(accesses.everyones(opened), wanted, target)

    count = database.run(work)
    output.say(f"{count} accesses written to {file} as {wanted}.")


async def _write(listed: AsyncIterator[Access], wanted: Format, target: IO[str]) -> int:
    count, batch = 0, list[Access]()
    writer = Writer(wanted)
    target.write(writer.head)
    async for access in listed:
        batch.append(access)
        count += 1
        if len(batch) == 1000:
            target.writelines(writer.pieces(batch))
            batch.clear()
    target.writelines(writer.pieces(batch))
    target.write(writer.tail)
    return count


def _format(name: str) -> Format | None:
    if name == "auto":
        return None
    try:
        return Format(name)
    except ValueError:
        known = ", ".join(("auto", *Format))
        raise typer.BadParameter(f"{name!r} is none of {known}.", param_hint="--format") from None


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise errors.Invalid(f"{file} cannot be read: {error.strerror}.") from error


@contextmanager
def _opened(file: Path) -> Iterator[IO[str]]:
    """Open the target; a file appears only when it is whole."""
    if str(file) == "-":
        yield sys.stdout
        return
    part = file.with_name(file.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as target:
            yield target
        part.replace(file)
    except OSError as error:
        raise errors.Invalid(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _tell(detected: Detected) -> None:
    delimiter = {None: "", "\t": ", separated by tabs"}.get(
        detected.delimiter, f", separated by {detected.delimiter}"
    )
    output.say(f"Read as {detected.format}, {detected.encoding}{delimiter}.")
    output.say(f"Columns used: {', '.join(detected.columns_used) or 'none'}.")
    if detected.columns_ignored:
        output.say(f"Columns not used: {', '.join(detected.columns_ignored)}.")
    if detected.warning:
        output.say(detected.warning)


def _refuse(file: Path, outcome: accesses.Outcome) -> None:
    for error in outcome.row_errors[:_SHOWN_ERRORS]:
        output.say(f"line {error.line}, {error.column or 'row'} {error.value!r}: {error.reason}")
    more = len(outcome.row_errors) - _SHOWN_ERRORS
    if more > 0:
        output.say(f"… and {more} more")
    written = _written_errors(file, outcome.row_errors)
    raise errors.Invalid(
        f"{len(outcome.row_errors)} errors in {outcome.rows} rows; nothing was changed. "
        + (f"All of them are in {written}." if written else "They could not be written to a file beside the list.")
    )


def _written_errors(file: Path, row_errors: tuple[RowError, ...]) -> Path | None:
    """Write all errors beside the list, and return where, or None when that is not possible."""
    target = _errors_file(file)
    try:
        with target.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("line", "column", "value", "reason"))
            writer.writerows((e.line, e.column, _inert(e.value), e.reason) for e in row_errors)
    except OSError:
        return None
    return target


def _errors_file(file: Path) -> Path:
    return Path("import.errors.csv") if str(file) == "-" else file.with_name(file.name + ".errors.csv")


def _inert(value: str) -> str:
    """Return a value that a spreadsheet will not take for a formula."""
    return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _report(outcome: accesses.Outcome, *, dry_run: bool, missing: Missing, as_json: bool) -> None:
    comparison = outcome.comparison
    if comparison is None:
        return
    counts = {
        "rows": outcome.rows,
        "new": comparison.new,
        "changed": comparison.changed,
        "unchanged": comparison.unchanged,
        "missing": comparison.missing,
    }
    done = not dry_run and not outcome.brake
    if as_json:
        output.print_json(counts | {"done": done})
    else:
        output.print_table(tuple(counts), [tuple(counts.values())])
    if dry_run:
        output.say("This was a rehearsal; nothing was changed.")
    elif done and comparison.missing:
        kept = missing is Missing.KEEP
        output.say(f"The {comparison.missing} missing accesses {'were kept' if kept else 'are DISCONNECTED'}.")
