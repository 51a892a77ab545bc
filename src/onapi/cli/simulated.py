"""Commands for the simulated network: what it delivers, and how it shall fail."""

from enum import StrEnum
from typing import Annotated

import typer

from onapi.cli import database, output
from onapi.storage import simulated
from onapi.storage.pool import Database
from onapi.storage.simulated import Fault, Port

app = typer.Typer(
    help="The simulated network: what it delivers, and its faults.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


class Kind(StrEnum):
    """What may be wrong with an access's element."""

    NONE = "none"
    FAIL = "fail"
    REJECT = "reject"
    SLOW = "slow"
    DEAD = "dead"
    GARBAGE = "garbage"


@app.command()
def ports(as_json: output.Json = False) -> None:
    """List what every port delivers."""

    async def work(opened: Database) -> list[Port]:
        async with opened.connection() as tx:
            return await simulated.ports(tx)

    output.print_rows(database.run(work), as_json=as_json, none="There are none.")


@app.command()
def fault(
    access: Annotated[str, typer.Argument(metavar="ACCESS", help="The access.")],
    kind: Annotated[
        Kind,
        typer.Argument(
            metavar="KIND", help="fail: not now. reject: never. slow, dead, garbage: as they say. none: sound again."
        ),
    ],
    times: Annotated[int | None, typer.Option(min=1, help="For so many questions; not given: for all.")] = None,
    seconds: Annotated[float, typer.Option(min=0, max=3600, help="How slow.")] = 5.0,
) -> None:
    """Make an access's element fail, to see what becomes of its orders."""

    async def work(opened: Database) -> None:
        async with opened.connection() as tx:
            if kind is Kind.NONE:
                await simulated.put_fault(tx, Fault(access, "fail", times=0))
            else:
                await simulated.put_fault(tx, Fault(access, kind.value, times=times, seconds=seconds))

    database.run(work)
    output.say(f"{access}: {kind.value}")
