"""Fill an empty database with a made-up city and three service providers."""

from collections.abc import Iterator
from dataclasses import dataclass

from onapi import errors, ids
from onapi.actions import accesses as accesses_action
from onapi.actions import catalogue, providers, tickets
from onapi.domain import demo_city
from onapi.domain.accesses import Access
from onapi.domain.tickets import Comment, Opening, Standing
from onapi.storage import accesses, facts, simulated
from onapi.storage import providers as provider_storage
from onapi.storage import tickets as ticket_storage
from onapi.storage.pool import Database
from onapi.storage.simulated import Fault
from onapi.storage.tx import Tx
from onapi.vocabulary import Dialect, Party, ProblemType, TicketStatus

_FACT = "demo"
_TICKETS = "demo_tickets"


@dataclass(frozen=True, slots=True)
class DemoProvider:
    """One of the demo's SPs; no populations is all of them."""

    sp: ids.Sp
    name: str
    dialect: Dialect
    populations: tuple[str, ...]

    @property
    def secret(self) -> str:
        """The password, which is no secret."""
        return f"{self.sp}-demo"


PROVIDERS = (
    DemoProvider(ids.Sp("alfa"), "Alfa Bredband", Dialect.BITVIS, ()),
    DemoProvider(ids.Sp("beta"), "Beta Fiber", Dialect.BITVIS, ()),
    DemoProvider(ids.Sp("gamma"), "Gamma Net", Dialect.STANDARD, (demo_city.POPULATIONS[0],)),
)


FAULTS = (
    Fault("DEMO-FAIL-1", "reject"),
    Fault("DEMO-SLOW-1", "slow", seconds=5),
)
"""What is wrong with the elements of two accesses, so that an SP can see an order fail, and take its time."""


async def city(database: Database) -> str | None:
    """Return which city the database holds, as `described` has it, or None."""
    async with database.connection() as tx:
        return await facts.get(tx, _FACT)


def described(count: int, seed: int) -> str:
    """Return how a city is told from another."""
    return f"{count} accesses, seed {seed}"


async def fill(database: Database, *, count: int, seed: int, progress: accesses_action.Progress) -> None:
    """Make the city and its SPs. A fill that is broken off leaves no city, and can be begun again.

    Raises:
        Conflict: the database holds something else.
    """
    async with database.connection() as tx:
        known = {provider.sp for provider in await provider_storage.everyone(tx)}
    if known - {provider.sp for provider in PROVIDERS}:
        raise errors.Conflict(
            "This database belongs to a real operator; give the demo a folder of its own with --data."
        )
    for provider in PROVIDERS:
        if provider.sp not in known:
            await providers.add_with_secret(
                database,
                sp=provider.sp,
                name=provider.name,
                dialect=provider.dialect,
                populations=provider.populations,
                secret=provider.secret,
            )
    async with database.transaction() as tx:
        comparison = await accesses.stage(tx, _counted(demo_city.accesses(count, seed), progress))
        if comparison.live:
            raise errors.Conflict(
                "This database has accesses already; give the demo a folder of its own with --data."
            )
        await accesses.merge(tx)
        await facts.put(tx, _FACT, described(count, seed))
    async with database.connection() as tx:
        await accesses.analyse(tx)


async def stock(database: Database) -> None:
    """Give the city a catalogue, faults and tickets, unless it has them. Repeatable."""
    if not (await catalogue.everything(database)).sold.services:
        await catalogue.import_catalogue(database, catalogue.demo(), dry_run=False)
    async with database.transaction() as tx:
        for fault in FAULTS:
            await simulated.put_fault(tx, fault)
    async with database.transaction() as tx:
        if await facts.get(tx, _TICKETS) is None:
            await facts.put(tx, _TICKETS, "opened")
            await _complain(tx)


async def _complain(tx: Tx) -> None:
    """Open a ticket that waits for the CO, and one that the CO has answered."""
    dead = _complaint("No link since yesterday", ProblemType.NO_LINK)
    await tickets.opened(tx, PROVIDERS[0].sp, Party.SP, dead)
    slow = await tickets.opened(tx, PROVIDERS[1].sp, Party.SP, _complaint("Slow at night", ProblemType.QUALITY))
    await ticket_storage.enter(
        tx,
        sp=PROVIDERS[1].sp,
        ticket_id=slow.ticket_id,
        party=Party.CO,
        comment=Comment("Olle Olsson", "The port has no errors. Please measure by cable."),
        standing=Standing(TicketStatus.IN_PROGRESS_SP, Party.SP),
    )


def _complaint(heading: str, problem: ProblemType) -> Opening:
    return Opening(
        access_id=ids.AccessId("DEMO-2"),
        created_by="Anna Andersson",
        heading=heading,
        description="The customer has restarted the router.\nIt did not help.",
        problem_type=problem,
    )


def _counted(listed: Iterator[Access], progress: accesses_action.Progress) -> Iterator[Access]:
    for number, access in enumerate(listed, start=1):
        if number % 1000 == 0:
            progress(number)
        yield access
