"""Commands for the catalogue: what is sold, in from a file and out to one."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from onapi import errors
from onapi.actions import catalogue, catalogue_files
from onapi.cli import database, output
from onapi.domain import catalogue as domain
from onapi.domain import prices
from onapi.domain.catalogue import Catalogue, Service
from onapi.domain.catalogue_changes import Changes
from onapi.domain.catalogue_fields import Flaw
from onapi.domain.prices import Fee
from onapi.storage.pool import Database

app = typer.Typer(
    help="The catalogue: what is sold, where, by whom and for how much.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

_SHOWN_FLAWS = 50
_COLUMNS = (
    *("service", "type", "down", "up", "populations", "sellers", "from", "until", "takeover", "characteristics"),
    "periodic fee",
)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The catalogue; - is standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, tell, and undo it.")] = False,
    as_json: output.Json = False,
) -> None:
    """Make a file what is sold: all of it, or nothing; services that it lacks are withdrawn."""
    wanted = catalogue_files.read(_read(file))
    if not isinstance(wanted, Catalogue):
        _refuse(wanted)

    async def work(opened: Database) -> catalogue.Outcome:
        return await catalogue.import_catalogue(opened, wanted, dry_run=dry_run)

    _report(database.run(work), dry_run=dry_run, as_json=as_json)


@app.command()
def export(file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; - is standard output.")]) -> None:
    """Write what is sold to a file, which `import` reads back without a change."""
    sold = database.run(catalogue.everything).sold
    _write(file, catalogue_files.write(sold))
    output.say(f"{len(sold.services)} services of {len(sold.types)} types written to {file}.")


@app.command()
def show(as_json: output.Json = False) -> None:
    """Show what is sold; speeds in kbit/s, the periodic fee as it is today."""
    stored = database.run(catalogue.everything)
    if as_json:
        output.print_json(domain.write(stored.sold))
    elif stored.sold.services:
        today = datetime.now(UTC).date()
        output.print_table(_COLUMNS, [_row(one, today) for one in stored.sold.services])
    else:
        output.say("Nothing is sold; `onapi catalogue import` takes a catalogue.")
    if stored.withdrawn:
        output.say(f"No longer sold: {', '.join(sorted(stored.withdrawn))}.")


def _read(file: Path) -> bytes:
    most = catalogue_files.MAX_BYTES + 1
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(most)
        with file.open("rb") as source:
            return source.read(most)
    except OSError as error:
        raise errors.Invalid(f"{file} cannot be read: {error.strerror}.") from error


def _write(file: Path, text: str) -> None:
    """Write the target; a file appears only when it is whole."""
    if str(file) == "-":
        sys.stdout.buffer.write(text.encode())
        return
    part = file.with_name(file.name + ".part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(file)
    except OSError as error:
        raise errors.Invalid(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _refuse(flaws: list[Flaw]) -> NoReturn:
    for flaw in flaws[:_SHOWN_FLAWS]:
        output.say(" ".join(filter(None, [f"line {flaw.line}, {flaw.place}", flaw.value])) + f": {flaw.reason}")
    more = len(flaws) - _SHOWN_FLAWS
    if more > 0:
        output.say(f"… and {more} more")
    raise errors.Invalid(f"The catalogue has {_counted(len(flaws), 'flaw')}; nothing was changed.")


def _report(outcome: catalogue.Outcome, *, dry_run: bool, as_json: bool) -> None:
    kinds = _kinds(outcome.changes)
    if as_json:
        output.print_json(kinds | {"unknownPopulations": outcome.unknown_populations, "done": not dry_run})
    else:
        columns = list(kinds["services"])
        rows = [[kind, *(len(found.get(column, ())) for column in columns)] for kind, found in kinds.items()]
        output.print_table(["", *columns], rows)
        for change, names in kinds["services"].items():
            if names and change != "unchanged":
                output.say(f"{change.capitalize()}: {', '.join(names)}.")
    for population in outcome.unknown_populations:
        output.say(f"There is no access in population {population!r}; is it spelled right?")
    if dry_run:
        output.say("This was a rehearsal; nothing was changed.")


def _kinds(changes: Changes) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the names by what they are and what becomes of them."""
    types = {"new": changes.new_types, "changed": changes.changed_types, "unchanged": changes.unchanged_types}
    services = {
        "new": changes.new,
        "changed": changes.changed,
        "unchanged": changes.unchanged,
        "withdrawn": changes.withdrawn,
    }
    return {
        "types": {change: tuple(one.name for one in found) for change, found in types.items()},
        "services": {change: tuple(one.name for one in found) for change, found in services.items()},
    }


def _row(one: Service, today: date) -> tuple[object, ...]:
    return (
        *(one.name, one.service_type, one.down_kbps, one.up_kbps),
        "(everywhere)" if one.populations is None else one.populations,
        "(all)" if one.sellers is None else one.sellers,
        *(one.offered_from, one.offered_until, "yes" if one.takeover else "no"),
        tuple(f"{name} (required)" if rule.required else name for name, rule in one.characteristics.items()),
        _periodic(one, today),
    )


def _periodic(one: Service, today: date) -> str:
    """Return the periodic fees of today, those of price groups after the one of all others."""
    groups: list[int] = sorted({price.group for price in one.prices if price.group is not None})
    general = prices.at(one.prices, Fee.PERIODIC, None, today)
    special = [
        f"group {group}: {price.amount}"
        for group in groups
        if (price := prices.at(one.prices, Fee.PERIODIC, group, today)) and price != general
    ]
    return ", ".join([str(general.amount), *special] if general else special)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
