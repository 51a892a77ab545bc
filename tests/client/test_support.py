"""Tickets, technical information and invoices through the client, at a real server."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from onapi import ids
from onapi.actions import invoice_entries, invoices
from onapi.actions.invoice_entries import Wish
from onapi.client import Client, Conflict, NotFound, Patience, TicketInfo
from onapi.client.transport import Httpx2Transport
from onapi.client.transport import settings as headers_of
from onapi.storage.pool import Database
from onapi.testing import Network
from onapi.vocabulary import RowType
from tests import months
from tests.client.scripted import Lossy
from tests.conftest import Server
from tests.months import ISSUER, OCTOBER

HASTY = Patience(base_s=0.001, most_s=0.002)


def _lossy(network: Network, *loses: bool) -> Client:
    inner = Httpx2Transport(network.url, headers_of("alfa", "alfa-demo", "tests"), 30)
    return Client("", transport=Lossy(inner, loses, lambda request: request), patience=HASTY)


def test_a_ticket_is_opened_commented_and_closed_once_though_answers_are_lost(onapi_network: Network) -> None:
    with _lossy(onapi_network, True, False, True, True, False, True) as client:
        before = len(list(client.tickets.list()))
        reference = client.tickets.open(
            "DEMO-1",
            "No link",
            "Since noon.\nThe customer restarted its router.",
            created_by="NN",
            problem_type="NO_LINK",
            sp_ticket_reference="ours 1",
            additional_info=TicketInfo(ip="192.0.2.1", mac="aabbccddeeff", link=False),
        )
        assert len(list(client.tickets.list())) == before + 1
        ticket = client.tickets.show(reference)
        assert (ticket.access_id, ticket.heading, ticket.status) == ("DEMO-1", "No link", "CREATED")
        assert ticket.additional_info == TicketInfo(ip="192.0.2.1", mac="AA:BB:CC:DD:EE:FF", link=False)
        assert ticket.created_at is not None
        client.tickets.comment(reference, "And now?", created_by="NN")
        client.tickets.comment(reference, "Hello?", created_by="NN", responsible="CO")
        assert [one.message for one in client.tickets.show(reference).comments] == ["And now?", "Hello?"]
        client.tickets.close(reference, "SP", "It was the router.", created_by="NN")
        closed = client.tickets.show(reference)
        assert (closed.status, closed.responsible, closed.comments[-1].message) == (
            "CLOSED",
            "SP",
            "It was the router.",
        )
        assert reference in [one.co_ticket_reference for one in client.tickets.list(status="CLOSED")]
        assert reference not in [one.co_ticket_reference for one in client.tickets.list(created=closed.created_at)]
        with pytest.raises(Conflict):
            client.tickets.comment(reference, "Once more.", created_by="NN", status="CREATED")
        with pytest.raises(NotFound):
            client.tickets.show("nothing")


def test_technical_information_is_read(onapi_network: Network) -> None:
    with onapi_network.client() as client:
        client.orders.activate("DEMO-1", "BB-100-100").wait(30)
        hardware = client.tech.hardware("DEMO-1")
        assert (hardware.up, hardware.vendor) == (True, "Simulated")
        link = client.tech.link("DEMO-1")
        assert (link.link, link.link_speed) == (True, 1000)
        assert link.transceiver is not None
        assert link.statistics is not None
        assert link.statistics.input is not None
        assert [speed.pir for speed in link.configured_speeds if speed.service_type == "bb"] == [100_000]
        assert all(one.mac == one.mac.upper() for one in client.tech.macs("DEMO-1"))
        assert all(one.lease for one in client.tech.leases("DEMO-1"))
        client.tech.igmp("DEMO-1")
        assert client.tech.cpe("DEMO-1").up is not None


@pytest.fixture
def invoiced(server: Server) -> Server:
    """Have an October in which alfa is charged for a subscription, and given something back."""

    async def made(database: Database) -> dict[str, dict[str, str]]:
        headers = await months.town(database, "A-1")
        async with database.connection() as tx:
            await months.subscribe(tx, "S-1", "A-1", sp_reference="ours")
        wish = Wish(
            subscription_id=ids.SubscriptionId("S-1"),
            row_type=RowType.OTHER,
            amount=Decimal("-9.90"),
            comment="Sorry",
        )
        await invoice_entries.add(database, OCTOBER, wish)
        await invoices.compile_period(database, ISSUER, OCTOBER)
        await invoices.lock(database, ISSUER, OCTOBER)
        return headers

    server.do(made)
    return server


def test_invoices_are_read_with_exact_amounts_and_as_excel(invoiced: Server, tmp_path: Path) -> None:
    with Client(invoiced.url + invoiced.root, "alfa", "alfa-secret") as client:
        (period,) = client.invoicespecification.periods()
        assert (period.id, str(period.to_date)) == ("202510", "2025-10-31")
        rows = list(client.invoicespecification.rows(period.id))
        back = next(row for row in rows if row.invoice.row_type == "OTHER")
        assert (back.invoice.invoiced_amount, back.invoice.comment) == (Decimal("-9.90"), "Sorry")
        assert {row.subscription.sp_reference for row in rows if row.subscription} == {"ours"}
        (tmp_path / "october.xlsx").write_bytes(b"".join(client.invoicespecification.excel(period.id)))
        with pytest.raises(NotFound):
            list(client.invoicespecification.rows("202001"))
    sheet = _sheet(tmp_path / "october.xlsx")
    assert len(sheet) == len(rows) + 1
    assert "access.accessId" in sheet[0]


def _sheet(path: Path) -> list[list[Any]]:
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
