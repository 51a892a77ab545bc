"""Commands for the inventory: network elements, and which access is connected to which port."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Annotated, NoReturn

import typer

from onapi import errors
from onapi.actions import inventory, places
from onapi.cli import asking, database, output
from onapi.domain import inventory_lists
from onapi.domain.inventory import Place
from onapi.domain.inventory_lists import Reading, Template
from onapi.drivers import registry
from onapi.drivers.contract import DriverError
from onapi.drivers.network import Probed
from onapi.drivers.snmp import recording
from onapi.storage.inventory import Listed
from onapi.storage.pool import Database

app = typer.Typer(
    help="The network's elements, and what is connected to them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

_SHOWN_ERRORS = 50
_LONGEST_LINE = 1 << 20


def _template(text: str | None) -> str | None:
    try:
        if text is not None:
            inventory_lists.template(text)
    except errors.Invalid as error:
        raise typer.BadParameter(error.cause) from error
    return text


def _option(name: str, what: str) -> typer.models.OptionInfo:
    told: typer.models.OptionInfo = typer.Option(
        name,
        metavar="TEMPLATE",
        callback=_template,
        help=f"{what} where the list has none, such as '{{element}} {{port}}'.",
    )
    return told


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The list, of elements or of ports; - is standard input.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, tell, and undo it.")] = False,
    circuit_id: Annotated[str | None, _option("--circuit-id", "ipv4CircuitId")] = None,
    remote_id: Annotated[str | None, _option("--remote-id", "ipv4RemoteId")] = None,
    interface_id: Annotated[str | None, _option("--interface-id", "ipv6InterfaceId")] = None,
    ipv6_remote_id: Annotated[str | None, _option("--ipv6-remote-id", "ipv6RemoteId")] = None,
    as_json: output.Json = False,
) -> None:
    """Make the inventory as a list has it: all rows, or none; what the list lacks stays."""
    templates = _templates(
        ipv4CircuitId=circuit_id, ipv4RemoteId=remote_id, ipv6InterfaceId=interface_id, ipv6RemoteId=ipv6_remote_id
    )

    with _lines(file) as lines:
        reading = inventory_lists.open_list(lines, templates)
        _tell(reading)

        async def work(opened: Database) -> inventory.Outcome:
            with output.progress("reading", None) as told:
                return await inventory.import_list(
                    opened, reading, drivers=registry.installed(), dry_run=dry_run, progress=told
                )

        outcome = database.run(work)
    if outcome.comparison is None:
        _refuse(outcome)
    counts = {
        "rows": outcome.rows,
        "new": outcome.comparison.new,
        "changed": outcome.comparison.changed,
        "unchanged": outcome.comparison.unchanged,
    }
    if as_json:
        output.print_json({"kind": reading.kind, **counts, "ambiguous": outcome.ambiguous, "done": not dry_run})
    else:
        output.print_table(tuple(counts), [tuple(counts.values())])
    if outcome.ambiguous:
        output.say(
            f"{outcome.ambiguous} accesses have the same DHCP identifiers as another; lookups find none of them."
        )
    if dry_run:
        output.say("This was a rehearsal; nothing was changed.")


@app.command("list")
def list_(as_json: output.Json = False) -> None:
    """List the elements."""
    found = database.run(inventory.elements)
    if as_json:
        output.print_json(found)
    elif found:
        columns = ("element", "address", "driver", "credentials", "ports", "probed")
        output.print_table(
            columns,
            [(one.element, one.address, one.driver, one.credentials, one.ports, one.probed_at) for one in found],
        )
    else:
        output.say("There are no elements; `onapi elements import` takes a list of them.")


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The element.")], as_json: output.Json = False
) -> None:
    """Show an element, what it said of itself when it was last probed, and what is connected to it."""

    async def work(opened: Database) -> tuple[Listed, list[Place]]:
        return await inventory.element(opened, name)

    found, places = database.run(work)
    if as_json:
        output.print_json({"element": found, "ports": places})
        return
    _print_element(found)
    if places:
        print()
        columns = ("port", "access", "cpe", "ipv4 circuit", "ipv4 remote", "ipv6 interface", "ipv6 remote")
        output.print_table(columns, [_row(place) for place in places])


@app.command()
def probe(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="The elements.")], as_json: output.Json = False
) -> None:
    """Ask elements what they are, and keep what they say; one that cannot be asked keeps no other from it."""
    failed: dict[str, str] = {}

    async def work(opened: Database) -> dict[str, Probed]:
        found = {}
        async with asking.network(opened) as network:
            for name in names:
                try:
                    found[name] = await inventory.probe(opened, network, name)
                except DriverError as error:
                    failed[name] = asking.why(error)
                except errors.NotFound as error:
                    failed[name] = error.cause
        return found

    found = database.run(work)
    if as_json:
        output.print_json(found)
    else:
        columns = ("element", "driver", "vendor", "model", "ports", "can", "description")
        output.print_table(columns, [(name, *_probed(one)) for name, one in found.items()])
    for name, trouble in failed.items():
        output.complain(f"{name}: {trouble}")
    if failed:
        raise typer.Exit(1)


@app.command()
def record(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The element.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the recording goes; it must not be there yet.")],
    also: Annotated[
        list[str] | None, typer.Option(metavar="OID", help="Record what is below this object as well.")
    ] = None,
) -> None:
    """Record a switch by SNMP, without what is about people, to add its model or report a fault."""

    async def work(opened: Database) -> int:
        found, _ = await inventory.element(opened, name)
        rows = 0
        with _new(file) as recording_file:
            async with asking.network(opened) as network:
                for root in (*recording.ROOTS, *(also or ())):
                    told = await network.walk(places.known(found), root)
                    recording_file.writelines(f"{line}\n" for line in recording.lines(told))
                    rows += len(told)
        return rows

    try:
        rows = database.run(work)
    except OSError as error:
        raise errors.Invalid(f"{file} cannot be written: {error.strerror}.") from error
    output.say(f"{rows} values are in {file}. Look through it before you give it to anybody.")


@contextmanager
def _new(file: Path) -> Iterator[IO[str]]:
    """Open a file that was not there; it is gone again when what it is for fails, so that one can try again."""
    with file.open("x", encoding="utf-8") as opened, ExitStack() as on_failure:
        on_failure.callback(file.unlink)
        yield opened
        on_failure.pop_all()


def _probed(one: Probed) -> tuple[object, ...]:
    facts = one.facts
    return one.driver, facts.vendor, facts.model, len(facts.ports), one.capabilities, facts.description


def _templates(**texts: str | None) -> dict[str, Template]:
    return {column: inventory_lists.template(text) for column, text in texts.items() if text is not None}


@contextmanager
def _lines(file: Path) -> Iterator[Iterator[bytes]]:
    """Open a list, and yield its lines as they are asked for."""
    if str(file) == "-":
        yield _bounded(sys.stdin.buffer)
        return
    try:
        with file.open("rb") as source:
            yield _bounded(source)
    except OSError as error:
        raise errors.Invalid(f"{file} cannot be read: {error.strerror}.") from error


def _bounded(source: IO[bytes]) -> Iterator[bytes]:
    """Yield lines, none of which takes all memory."""
    while line := source.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            raise errors.Invalid(f"The file has a line of more than {_LONGEST_LINE} bytes; it is no list.")
        yield line


def _tell(reading: Reading) -> None:
    output.say(f"Read as a list of {reading.kind}, separated by {reading.delimiter}.")
    if reading.ignored:
        output.say(f"Columns not used: {', '.join(reading.ignored)}.")


def _refuse(outcome: inventory.Outcome) -> NoReturn:
    for error in outcome.row_errors[:_SHOWN_ERRORS]:
        value = f" {error.value!r}" if error.value else ""
        output.say(f"line {error.line}, {error.column or 'row'}{value}: {error.reason}")
    more = outcome.error_count - min(len(outcome.row_errors), _SHOWN_ERRORS)
    if more > 0:
        output.say(f"… and {more} more")
    counted = "1 error" if outcome.error_count == 1 else f"{outcome.error_count} errors"
    raise errors.Invalid(f"{counted} in {outcome.rows} rows; nothing was changed.")


def _print_element(found: Listed) -> None:
    fields = {
        "element": found.element,
        "address": found.address,
        "driver": found.driver,
        "credentials": found.credentials or "none",
        "options": " ".join(f"{key}={value}" for key, value in found.options.items()),
        "probed": "never" if found.probed_at is None else f"{found.probed_at:%Y-%m-%d %H:%M:%S}",
        **{name: value for name, value in (found.facts or {}).items() if not isinstance(value, list | dict)},
    }
    # What an element says of itself is shown, and done by no terminal.
    output.print_named(
        [(name, output.harmless(str(value))) for name, value in fields.items() if value not in ("", None)]
    )


def _row(place: Place) -> tuple[object, ...]:
    return (
        *(place.port, place.access_id, place.cpe, place.ipv4_circuit_id, place.ipv4_remote_id),
        *(place.ipv6_interface_id, place.ipv6_remote_id),
    )
