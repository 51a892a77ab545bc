"""Faults of tickets, technical information and invoices that reading finds."""

from typing import Any

from tests.conformance.planting import Planted, asked, at, but, each, either, instead, status, with_query, within

_HARDWARE, _CPE, _STATUS = at("tech/access/{}/hardware"), at("tech/cpe/{}/status"), at("tech/access/{}/link/status")
_MACS, _LEASES = at("tech/access/{}/link/macaddresstable"), at("tech/access/{}/link/leaseinfo")
_TICKETS = at("tickets")


def _renamed(old: str, new: str) -> Any:
    return lambda value: {new if name == old else name: told for name, told in value.items()}


TECHNICAL = (
    Planted("an object instead of a table", but(_MACS, lambda value: value[0]), {"TEC-002"}, ("TEC",)),
    Planted("an array instead of an object", but(_HARDWARE, lambda value: [value]), {"TEC-001"}, ("TEC",)),
    Planted(
        "what is down has a vendor", but(_HARDWARE, lambda _: {"up": False, "vendor": "ACME"}), {"TEC-003"}, ("TEC",)
    ),
    Planted("an unknown access is up: false", status(_HARDWARE, 200, 404, {"up": False}), {"TEC-004"}, ("TEC",)),
    Planted("a service is of no kind", each(either(_MACS, _LEASES), serviceType="Internet"), {"TEC-005"}, ("TEC",)),
    Planted(
        "the example's path is not there", status(at("tech/{}/access/hardware"), 501, 200), {"TEC-006"}, ("TEC",)
    ),
    Planted(
        "speeds are of the other reading",
        but(_STATUS, _renamed("configuredSpeeds", "configuredSpeed")),
        {"TEC-008"},
        ("TEC",),
    ),
    Planted(
        "speeds are of the other reading, too",
        but(_STATUS, _renamed("configuredSpeed", "configuredSpeeds")),
        {"TEC-007"},
        ("TEC",),
        sp="beta",
    ),
    Planted("rates are numbers", but(_STATUS, within("configuredSpeeds", cir=100_000)), {"TEC-012"}, ("TEC",)),
    Planted("a speed is a string", each(_STATUS, linkSpeed="1000"), {"TEC-064"}, ("TEC",)),
    Planted("optics are numbers", but(_STATUS, within("transceiver", dbmRx=-12.5)), {"TEC-085"}, ("TEC",)),
    Planted("a MAC address has dots", each(_MACS, mac="0011.22aa.bbcc"), {"TEC-030"}, ("TEC",)),
    Planted("a lease is no address", each(_LEASES, lease="10.0.0"), {"TEC-040"}, ("TEC",)),
    Planted("a moment has no time zone", each(_LEASES, end="2026-11-25T10:00:00"), {"TEC-044"}, ("TEC",)),
)

SNOOPING = (
    Planted(
        "snooping is of the other reading",
        but(_CPE, _renamed("dhcpSnooping", "dhcpSnoopingTable")),
        {"TEC-009"},
        ("TEC",),
        sp="beta",
    ),
    Planted(
        "snooping is of the other reading, too",
        but(_CPE, _renamed("dhcpSnoopingTable", "dhcpSnooping")),
        {"TEC-010"},
        ("TEC",),
    ),
    Planted(
        "rates are strings", but(_STATUS, within("configuredSpeed", cir="100000")), {"TEC-011"}, ("TEC",), sp="beta"
    ),
)

TICKETS = (
    Planted(
        "the filter by status is ignored",
        asked(at("tickets", query="status"), lambda request: with_query(request, "")),
        {"TIC-003", "TIC-005"},
        ("TIC",),
    ),
    Planted(
        "the filter by creation is ignored",
        asked(at("tickets", query="created"), lambda request: with_query(request, "")),
        {"TIC-004"},
        ("TIC",),
    ),
    Planted(
        "a single ticket is not there",
        instead(at("tickets/{}"), 404, {"cause": "No."}),
        {"TIC-002"},
        ("TIC-002", "TIC-006"),
    ),
    Planted("a status is unknown", each(_TICKETS, status="OPEN"), {"TIC-022"}, ("TIC-022",)),
    Planted(
        "there is nobody responsible but both",
        each(at("tickets/{}"), responsible="BOTH"),
        {"TIC-039"},
        ("TIC-023", "TIC-039"),
    ),
)

_PERIODS, _ROWS = at("invoicespecification"), at("invoicespecification/{}")


def _item(**fields: Any) -> Any:
    return but(_ROWS, lambda value: [within("invoice", **fields)(one) for one in value])


INVOICES = (
    Planted("an item has no price", _item(listPrice=...), {"INV-066"}, ("INV",)),
    Planted("sums are floats", _item(invoicedAmount=0.1 + 0.2), {"INV-005", "INV-009"}, ("INV",)),
    Planted("sums are strings", _item(listPrice="250.00"), {"INV-008"}, ("INV",)),
    Planted("a credit is positive", _item(invoicedAmount=99.9), {"INV-005"}, ("INV",)),
    Planted("a credit has no comment", _item(comment=...), {"INV-006"}, ("INV",)),
    Planted("a type of row is unknown", _item(rowType="FEE"), {"INV-062"}, ("INV",)),
    Planted("a date is a moment", _item(fromDate="2025-10-01T00:00:00Z"), {"INV-063"}, ("INV",)),
    Planted("an item is a list of one", each(_ROWS, invoice=lambda item: [item]), {"INV-007"}, ("INV",)),
    Planted("a row has null", each(_ROWS, coId=None), {"INV-003", "INV-030"}, ("INV",)),
    Planted("a period is not there", instead(_ROWS, 404, {"cause": "No."}), {"INV-002"}, ("INV",)),
    Planted("a period ends before it begins", each(_PERIODS, toDate="2025-09-30"), {"INV-004"}, ("INV",)),
    Planted(
        "an access of a row has no city",
        but(_ROWS, lambda value: [within("access", city="")(one) for one in value]),
        {"INV-043"},
        ("INV",),
    ),
)

APARTMENTS = (
    Planted(
        "an apartment of a row has no number",
        but(_ROWS, lambda value: [within("access", premisesType="MDU_APARTMENT")(one) for one in value]),
        {"INV-010"},
        ("INV",),
    ),
)

READ_TOO = (*SNOOPING, *APARTMENTS, *TECHNICAL, *TICKETS, *INVOICES)
