"""The invoice specification.

Source: ON-API 2.6.0 spec/invoice_specification.md.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from onapi.conformance import formats
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.levels import Level
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server
from onapi.conformance.tables import Field, Presence, declare

CHAPTER = Chapter("INV", "Invoice specification", "invoicespecification")
_PAGE = "spec/invoice_specification.md"
_ROW_TYPES = (
    *("PERIODIC_FEE", "PARTIAL_PERIODIC_FEE", "USAGE_FEE", "TRANSMISSION_FEE", "START_FEE", "UPGRADE_FEE"),
    *("DOWNGRADE_FEE", "MOVE_FEE", "END_FEE", "TROUBLESHOOTING_FEE", "OTHER"),
)
_PREMISES = (
    *("COMMERCIAL", "MDU_APARTMENT", "MDU_COMMON", "MDU_TECHNICAL", "PUBLIC", "RESIDENTIAL_HOUSE", "UNKNOWN"),
)
_MOST_ROWS = 1_000


def _periods(server: Server) -> list[Seen]:
    return server.sample("invoicespecification")


def _rows(server: Server) -> list[Seen]:
    found = [
        Seen(row, f"{period.value['id']}[{number}]", answer)
        for period, answer in server.singles("invoicespecification", "id")
        if answer.status == 200
        for number, row in enumerate(answer.objects[:_MOST_ROWS])
    ]
    if not found:
        raise Nothing("No period that was shown has a row.")
    return found


def _part(name: str) -> Callable[[Server], Iterator[Seen]]:
    def parts(server: Server) -> Iterator[Seen]:
        for row in _rows(server):
            yield from row.below(name)

    return parts


@CHAPTER.must(1, "The list of periods is an array of objects, with 200.", f"{_PAGE}, GET")
def array(server: Server) -> Findings:
    answer = server.listing("invoicespecification")
    if answer.status != 200 or formats.objects(answer.value):
        yield Finding(f"The list was answered {answer.status}, and no array of objects", answer)


@CHAPTER.must(2, "A period's id gets its rows, as an array of objects.", f"{_PAGE}, Single invoice")
def single(server: Server) -> Findings:
    for period, answer in server.singles("invoicespecification", "id"):
        if answer.status != 200 or formats.objects(answer.value):
            yield Finding(f"{period.value['id']} was answered {answer.status}, and no array of objects", answer)


@CHAPTER.must(3, "null is not a value of any field.", f"{_PAGE}, General rules", deviation="`null`")
def no_null(server: Server) -> Findings:
    for row in _rows(server):
        for part in (row, *(below for name in ("access", "subscription", "invoice") for below in row.below(name))):
            for name in [name for name, value in part.value.items() if value is None]:
                yield part.wrong(f"{name} is null")


@CHAPTER.must(4, "A period ends when it begins, or later.", f"{_PAGE}, GET")
def periods_end(server: Server) -> Findings:
    for seen in _periods(server):
        if str(seen.value.get("toDate")) < str(seen.value.get("fromDate")):
            yield seen.wrong(f"is from {seen.value.get('fromDate')} to {seen.value.get('toDate')}")


@CHAPTER.must(5, "CREDIT has a negative sum, or none.", f"{_PAGE}, invoice/invoicedAmount")
def credit_is_negative(server: Server) -> Findings:
    met = False
    for seen in _part("invoice")(server):
        amount, kind = seen.value.get("invoicedAmount"), seen.value.get("invoiceType")
        if not isinstance(amount, int | Decimal):
            continue
        met = True
        if (kind == "CREDIT" and amount > 0) or (kind == "DEBIT" and amount < 0):
            yield seen.wrong(f"is {kind}, and {amount}")
    if not met:
        raise Nothing("No row that was shown has its amount as a number.")


@CHAPTER.should(6, "CREDIT and OTHER have a comment.", f"{_PAGE}, invoice/comment")
def commented(server: Server) -> Findings:
    met = False
    for seen in _part("invoice")(server):
        if seen.value.get("invoiceType") == "CREDIT" or seen.value.get("rowType") == "OTHER":
            met = True
            if not seen.value.get("comment"):
                yield seen.wrong(f"is {seen.value.get('invoiceType')} {seen.value.get('rowType')}, without a comment")
    if not met:
        raise Nothing("No row that was shown is CREDIT or OTHER.")


@CHAPTER.contradictory(
    7,
    'access, subscription and invoice are objects, as in the examples; the list of fields says "JSON array of JSON objects".',
    f"{_PAGE}, access",
)
def objects(server: Server) -> Findings:
    for row in _rows(server):
        for name in ("access", "subscription", "invoice"):
            if not isinstance(row.value.get(name), dict):
                yield row.wrong(f"{name} is no object")


@CHAPTER.contradictory(8, "Sums are bare numbers, as in the list of fields; the examples have them in quotes.", f"{_PAGE}, invoice/listPrice")
def bare(server: Server) -> Findings:
    for seen in _part("invoice")(server):
        for name in ("listPrice", "invoicedAmount"):
            if isinstance(seen.value.get(name), str):
                yield seen.wrong(f"{name} is a string")


@CHAPTER.must(9, "A sum has two decimals at most, and is exact.", "common/dataformats.md, Price")
def exact(server: Server) -> Findings:
    met = False
    for seen in _part("invoice")(server):
        for name in ("listPrice", "invoicedAmount"):
            amount = seen.value.get(name)
            if isinstance(amount, int | Decimal) and not isinstance(amount, bool):
                met = True
                if formats.money(amount):
                    yield seen.wrong(f"{name} is {amount}, which {formats.money(amount)}")
    if not met:
        raise Nothing("No row that was shown has a sum as a number.")


@CHAPTER.must(10, "An apartment has mduApartmentNumber or mduDistinguisher.", f"{_PAGE}, access/mduApartmentNumber")
def apartments(server: Server) -> Findings:
    found = [seen for seen in _part("access")(server) if seen.value.get("premisesType") == "MDU_APARTMENT"]
    if not found:
        raise Nothing("No row that was shown is of an apartment.")
    for seen in found:
        if not (seen.value.get("mduApartmentNumber") or seen.value.get("mduDistinguisher")):
            yield seen.wrong("is MDU_APARTMENT, and has neither mduApartmentNumber nor mduDistinguisher")


declare(
    CHAPTER,
    _PAGE,
    "A period",
    _periods,
    (
        Field(number=20, name="id", words="an ID", kind=formats.identifier, presence=Presence.MANDATORY, section="GET"),
        Field(number=21, name="fromDate", words="a date", kind=formats.day, presence=Presence.MANDATORY, section="GET"),
        Field(number=22, name="toDate", words="a date", kind=formats.day, presence=Presence.MANDATORY, section="GET"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "A row",
    _rows,
    (
        Field(number=30, name="coId", words="a text", kind=formats.text, presence=Presence.MANDATORY),
        Field(number=31, name="spName", words="a text", kind=formats.text, presence=Presence.MANDATORY, since="2.6"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "The access of a row",
    _part("access"),
    (
        Field(number=40, name="accessId", words="an ID", kind=formats.identifier, presence=Presence.MANDATORY, section="access/accessId"),
        Field(number=41, name="streetName", words="a text", kind=formats.text, presence=Presence.MANDATORY, section="access/streetName"),
        Field(number=42, name="postalCode", words="five digits", kind=formats.postal_code, presence=Presence.MANDATORY, section="access/postalCode"),
        Field(number=43, name="city", words="a text", kind=formats.text, presence=Presence.MANDATORY, section="access/city"),
        Field(number=44, name="countryCode", words="ISO 3166-1 alpha-2", kind=formats.country_code, presence=Presence.MANDATORY, section="access/countryCode"),
        Field(number=45, name="premisesType", words="one of seven words", kind=formats.one_of(*_PREMISES), presence=Presence.MANDATORY, section="access/premisesType"),
        Field(number=46, name="priceGroup", words='an integer, not negative; the example has it in quotes', kind=formats.natural, presence=Presence.MANDATORY, section="access/priceGroup", level=Level.CONTRADICTORY),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "The subscription of a row",
    _part("subscription"),
    (
        Field(number=50, name="service", words="a text", kind=formats.text, presence=Presence.MANDATORY, section="subscription/service"),
        Field(number=51, name="connectionDate", words="a date", kind=formats.day, presence=Presence.MANDATORY, section="subscription/connectionDate"),
        Field(number=52, name="disconnectionDate", words="a date", kind=formats.day, section="subscription/disconnectionDate"),
        Field(number=53, name="coSubscriptionId", words="an ID", kind=formats.identifier, presence=Presence.MANDATORY, section="subscription/coSubscriptionId"),
        Field(number=54, name="spReference", words="a text", kind=formats.text, section="subscription/spReference"),
        Field(number=55, name="spSubscriptionId", words="a text", kind=formats.text, section="subscription/spSubscriptionId"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "The item of a row",
    _part("invoice"),
    (
        Field(number=60, name="billingItem", words="a text", kind=formats.text, presence=Presence.MANDATORY, section="invoice/billingItem"),
        Field(number=61, name="invoiceType", words="DEBIT or CREDIT", kind=formats.one_of("DEBIT", "CREDIT"), presence=Presence.MANDATORY, section="invoice/invoiceType"),
        Field(number=62, name="rowType", words="one of eleven words", kind=formats.one_of(*_ROW_TYPES), presence=Presence.MANDATORY, section="invoice/rowType"),
        Field(number=63, name="fromDate", words="a date", kind=formats.day, presence=Presence.MANDATORY, section="invoice/fromDate"),
        Field(number=64, name="toDate", words="a date", kind=formats.day, presence=Presence.MANDATORY, section="invoice/toDate"),
        Field(number=65, name="comment", words="a text", kind=formats.text, section="invoice/comment"),
    ),
)
