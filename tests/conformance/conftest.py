"""Fixtures: a town whose server can be given one fault at a time, and what the suite can look at in it."""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from starlette.types import ASGIApp

from onapi import ids
from onapi.actions import invoice_entries, invoices
from onapi.actions.invoice_entries import Wish
from onapi.conformance import suite
from onapi.conformance.chapters import CHECKS
from onapi.conformance.exchange import Exchange
from onapi.conformance.levels import Reading
from onapi.conformance.server import Server
from onapi.conformance.session import Session
from onapi.storage.pool import Database
from onapi.vocabulary import PremisesType, RowType
from tests import given, months
from tests import town as towns
from tests.conformance.mutants import Fault, Mutant
from tests.town import Provider, Town

_READINGS = {"alfa": Reading.BITVIS, "beta": Reading.STANDARD}
_SERVICES = ("BB-100-100", "BB-250-250")

KNOWN = {"SVC-010"}
"""A SHOULD that ours does not keep: it is not told when an access that leaves will be gone; see deviations.md."""


@dataclass(frozen=True)
class Lab:
    """A town, and the fault that stands before its server."""

    town: Town
    mutant: Mutant

    def check(
        self,
        *ids: str,
        sp: str = "alfa",
        access: str | None = None,
        auto: bool = False,
        dialect: Reading | None = None,
        other: bool = False,
        fault: Fault | None = None,
    ) -> suite.Report:
        """Check the server, as one SP, while it has a fault; all checks, or those of these IDs or chapters.

        Without an access it is only read.
        """
        log: list[Exchange] = []
        url = self.town.server.url + self.town.server.root
        sessions = [
            Session(url, name, f"{name}-secret", log=log) for name in (sp, "beta" if sp == "alfa" else "alfa")
        ]
        server = Server(
            session=sessions[0],
            dialect=None if auto else dialect or _READINGS[sp],
            accesses=(access,) if access else (),
            services=_SERVICES if access else (),
            other=sessions[1] if other else None,
        )
        with contextlib.ExitStack() as stack:
            for session in sessions:
                stack.callback(session.close)
            stack.enter_context(self.mutant.having(fault))
            return suite.run(server, suite.only(CHECKS, ids) if ids else CHECKS)


@pytest.fixture(scope="session")
def lab(cluster_url: str) -> Iterator[Lab]:
    """Make a town that has something of everything, with an engine, and a place for a fault."""
    mutant: Mutant | None = None

    def around(app: ASGIApp) -> ASGIApp:
        nonlocal mutant
        mutant = Mutant(app)
        return mutant

    with towns.made(cluster_url) as url, towns.living(url, around=around) as town, town.operator.working():
        assert mutant is not None
        for sp in (town.alfa, town.beta):
            _furnish(town, sp)
        town.operator.do(_apartment)
        town.operator.do(_invoice)
        town.ended()
        yield Lab(town, mutant)


def _furnish(town: Town, sp: Provider) -> None:
    """Give an SP orders in every state, and subscriptions with all that one can have."""
    later = f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%dT%H:%M:%SZ}"
    mac = (f"AA:BB:CC:11:22:{number:02X}" for number in itertools.count(10))
    subscriptions = list[str]()
    for number in range(4):
        access = town.access()
        columns = "access_id, ipv4_circuit_id, ipv4_remote_id, ipv6_interface_id"
        town.operator.rows(
            f"INSERT INTO dhcp_identifiers ({columns}) VALUES ($1, $2, $3, $4)",
            access,
            f"{sp.sp} eth 0/{number}",
            f"{sp.sp} switch",
            f"{sp.sp} ge-0/0/{number}",
        )
        equipment = [{"vendorId": "ACME", "macAddress": next(mac)} for _ in range(1 + number % 2)]
        subscriptions.append(
            sp.active(
                access,
                spReference=f"customer-{number}",
                spSubscriptionId=f"line-{number}",
                equipment=equipment,
                characteristics={"fixedIp": True, "ipAddresses": ["192.0.2.7"], "sla": "SLA-1"},
            )
        )
    sp.done("SUSPEND", subscriptionId=subscriptions[-1], externalNote="Not paid.")
    sp.order(
        "DEACTIVATE",
        subscriptionId=sp.active(town.access(), spReference="customer-9", spSubscriptionId="line-9"),
        requestedDateTime=later,
    )
    for number in range(2):
        sp.order(
            "ACTIVATE",
            accessId=town.access(),
            service="BB-100-100",
            requestedDateTime=later,
            spReference=f"waiting-{number}",
            equipment=[{"macAddress": next(mac)}],
            characteristics={"sla": "SLA-2"},
        )
    dead = town.access()
    town.operator.fault(dead, "reject")
    assert sp.settled(sp.order("ACTIVATE", accessId=dead, service="BB-100-100"))["state"] == "DONE_FAILED"
    cancelled = sp.order("ACTIVATE", accessId=dead, service="BB-250-250", requestedDateTime=later)
    assert sp.http.delete(f"/orders/{cancelled['orderId']}").status_code == 204
    _open_tickets(sp, dead, next(mac))


def _open_tickets(sp: Provider, access: str, mac: str) -> None:
    names = list[str]()
    for number in range(2):
        ticket = {
            "accessId": access,
            "createdBy": "Anna Andersson",
            "heading": f"Slow {number}",
            "description": "The customer says that it is slow.",
            "problemType": "QUALITY",
            "spTicketReference": f"case-{number}",
            "additionalInfo": {"ip": "192.0.2.7", "mac": mac, "link": True},
        }
        answer = sp.http.post("/tickets", json=ticket)
        assert answer.status_code == 201, answer.text
        names.append(answer.json()["coTicketReference"])
    comment = {"comment": {"createdBy": "Anna Andersson", "message": "Still slow."}, "status": "IN_PROGRESS_CO"}
    assert sp.http.patch(f"/tickets/{names[-1]}", json=comment).status_code == 204


async def _apartment(database: Database) -> None:
    """Have an access with every field that one can have."""
    fields = {
        "legacy_access_id": "KGXF49861",
        "street_littera": "B",
        "premises_type": PremisesType.MDU_APARTMENT,
        "mdu_apartment_number": "0901",
        "mdu_distinguisher": "By the lift",
        "outlet": "A-11-14",
        "price_group": 3,
        "national_address_uuid": "1ce88c93-b310-11eb-bdc2-000c29f11131",
    }
    await given.accesses_in(database, given.access("M-1", **fields))


async def _invoice(database: Database) -> None:
    """Have invoiced something to both SPs, for what has ended."""
    async with database.connection() as tx:
        await tx.execute("UPDATE providers SET created_at = '2025-01-01'")
        for number, sp in enumerate(("alfa", "beta"), 300):
            await months.subscribe(
                tx,
                f"S-{sp}",
                f"T-{number}",
                service="BB-100-100",
                sp=sp,
                ended="2025-12-01T00:00:00Z",
                sp_reference="c-1",
            )
    for sp in ("alfa", "beta"):
        for kind, amount, comment in (
            (RowType.OTHER, "-99.90", "Credit, since the wrong port was connected."),
            (RowType.TROUBLESHOOTING_FEE, "250", "A visit."),
        ):
            wish = Wish(
                subscription_id=ids.SubscriptionId(f"S-{sp}"), row_type=kind, amount=Decimal(amount), comment=comment
            )
            await invoice_entries.add(database, months.OCTOBER, wish)
    await invoices.compile_period(database, months.ISSUER, months.OCTOBER)
    await invoices.lock(database, months.ISSUER, months.OCTOBER)
