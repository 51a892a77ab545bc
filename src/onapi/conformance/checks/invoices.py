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
from onapi.conformance.tables import MANDATORY, Field, declare

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
    'access, subscription and invoice are objects, as in the examples; the list of fields says "array".',
    f"{_PAGE}, access",
)
def objects(server: Server) -> Findings:
    for row in _rows(server):
        for name in ("access", "subscription", "invoice"):
            if not isinstance(row.value.get(name), dict):
                yield row.wrong(f"{name} is no object")


@CHAPTER.contradictory(
    8,
    "Sums are bare numbers, as in the list of fields; the examples have them in quotes.",
    f"{_PAGE}, invoice/listPrice",
)
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
        Field(20, "id", "an ID", formats.identifier, MANDATORY, section="GET"),
        Field(21, "fromDate", "a date", formats.day, MANDATORY, section="GET"),
        Field(22, "toDate", "a date", formats.day, MANDATORY, section="GET"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "A row",
    _rows,
    (
        Field(30, "coId", "a text", formats.text, MANDATORY),
        Field(31, "spName", "a text", formats.text, MANDATORY, since="2.6"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "The access of a row",
    _part("access"),
    (
        Field(40, "accessId", "an ID", formats.identifier, MANDATORY, section="access/accessId"),
        Field(41, "streetName", "a text", formats.text, MANDATORY, section="access/streetName"),
        Field(42, "postalCode", "five digits", formats.postal_code, MANDATORY, section="access/postalCode"),
        Field(43, "city", "a text", formats.text, MANDATORY, section="access/city"),
        Field(44, "countryCode", "ISO 3166-1 alpha-2", formats.country_code, MANDATORY, section="access/countryCode"),
        Field(
            45,
            "premisesType",
            "one of seven words",
            formats.one_of(*_PREMISES),
            MANDATORY,
            section="access/premisesType",
        ),
        Field(
            46,
            "priceGroup",
            "an integer, not negative; the example has it in quotes",
            formats.natural,
            MANDATORY,
            section="access/priceGroup",
            level=Level.CONTRADICTORY,
        ),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "The subscription of a row",
    _part("subscription"),
    (
        Field(50, "service", "a text", formats.text, MANDATORY, section="subscription/service"),
        Field(51, "connectionDate", "a date", formats.day, MANDATORY, section="subscription/connectionDate"),
        Field(52, "disconnectionDate", "a date", formats.day, section="subscription/disconnectionDate"),
        Field(
            53, "coSubscriptionId", "an ID", formats.identifier, MANDATORY, section="subscription/coSubscriptionId"
        ),
        Field(54, "spReference", "a text", formats.text, section="subscription/spReference"),
        Field(55, "spSubscriptionId", "a text", formats.text, section="subscription/spSubscriptionId"),
    ),
)
declare(
    CHAPTER,
    _PAGE,
    "The item of a row",
    _part("invoice"),
    (
        Field(66, "listPrice", "a sum", formats.sum_of_money, MANDATORY, section="invoice/listPrice"),
        Field(67, "invoicedAmount", "a sum", formats.sum_of_money, MANDATORY, section="invoice/invoicedAmount"),
        Field(60, "billingItem", "a text", formats.text, MANDATORY, section="invoice/billingItem"),
        Field(
            61,
            "invoiceType",
            "DEBIT or CREDIT",
            formats.one_of("DEBIT", "CREDIT"),
            MANDATORY,
            section="invoice/invoiceType",
        ),
        Field(
            62, "rowType", "one of eleven words", formats.one_of(*_ROW_TYPES), MANDATORY, section="invoice/rowType"
        ),
        Field(63, "fromDate", "a date", formats.day, MANDATORY, section="invoice/fromDate"),
        Field(64, "toDate", "a date", formats.day, MANDATORY, section="invoice/toDate"),
        Field(65, "comment", "a text", formats.text, section="invoice/comment"),
    ),
)
