"""The JSON that SQL makes of orders, subscriptions, services and events: what rows hold, as the wire types say."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onapi.storage.pool import Database
from onapi.vocabulary import AccessState, Dialect, EventType, Failure, ObjectType, Operation, OrderState
from onapi.wire import events, orderevents, orders, services, subscriptions
from tests.operators import Operator

T = TypeVar("T", bound=msgspec.Struct)

_IDS = st.from_regex(r"[-0-9a-zA-Z.]{1,36}", fullmatch=True)
_REFERENCES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20
) | st.sampled_from(
    [
        *(
            '"',
            '\\"',
            "\\",
            "\\u0000",
            "\n\r\t\x08\x0c",
            "\x01\x1f\x7f\x80\x9f",
            "😀👨\u200d👩\u200d👧",
            "\u2028\u2029\ufeff",
        ),
        *(
            "'sla'",
            '"sla":',
            "x" * 255,
            "😀" * 255,
            '"' * 255,
            "\\" * 255,
            "\x01" * 255,
            "</script>",
            "null",
            " ",
            "Å",
        ),
    ]
)
_NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20) | st.sampled_from(
    ['"', "\\", '\\"', "😀" * 255, "\u2028", "BB-100-100", "sla"]
)
_MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9998, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
_VALUES = _REFERENCES | st.booleans() | st.integers(-(2**63), 2**63) | st.lists(_REFERENCES, max_size=3)
_SETTINGS = st.dictionaries(
    st.sampled_from(["sla", "fixedIp", "ipAddresses", "SLA2", "a sla"]) | _NAMES, _VALUES, max_size=4
)
_PIECES = st.fixed_dictionaries({}, optional={"vendorId": _REFERENCES, "macAddress": st.just("AA:BB:CC:DD:EE:FF")})
_EQUIPMENT = st.lists(_PIECES.filter(bool), max_size=3)
_MOUNTS = st.sampled_from(["/onapi/2.6", "/a/b", ""])


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


_ORDERS = st.fixed_dictionaries(
    {
        "order_id": _IDS,
        "access_id": _IDS,
        "service": _NAMES,
        "operation": st.sampled_from(Operation),
        "subscription_id": _IDS,
        "state": st.sampled_from(OrderState),
        "requested_at": _maybe(_MOMENTS),
        "expected_at": _MOMENTS,
        "sp_reference": _maybe(_REFERENCES),
        "sp_subscription_id": _maybe(_REFERENCES),
        "external_note": _maybe(_REFERENCES),
        "characteristics": _maybe(_SETTINGS),
        "equipment": _maybe(_EQUIPMENT),
        "forced_takeover": st.booleans(),
        "message": st.just("") | _REFERENCES,
        "code": _maybe(st.sampled_from(Failure)),
    }
)
_SUBSCRIPTIONS = st.fixed_dictionaries(
    {
        "subscription_id": _IDS,
        "service": _NAMES,
        "state": st.sampled_from(["ACTIVATED", "SUSPENDED"]),
        "connected_at": _MOMENTS,
        "ends_at": _maybe(_MOMENTS),
        "sp_reference": _maybe(_REFERENCES),
        "sp_subscription_id": _maybe(_REFERENCES),
        "note": _maybe(_REFERENCES),
        "characteristics": _maybe(_SETTINGS),
        "equipment": _maybe(_EQUIPMENT),
    }
)
_ROWS_OF_THE_JOURNAL = st.fixed_dictionaries(
    {
        "tx": st.integers(0, 10**15 - 1),
        "seq": st.integers(0, 10**15 - 1),
        "object_id": _IDS,
        "access_id": _IDS,
        "service": _NAMES,
        "operation": st.sampled_from(Operation),
        "state": st.sampled_from(OrderState),
        "message": st.just("") | _REFERENCES,
        "code": _maybe(st.sampled_from(Failure)),
    }
)


def strict(kind: type[T], document: str) -> Any:
    """Return a document's value, after checking that a wire type takes all of it, field by field."""
    value = json.loads(document)
    read = msgspec.json.decode(document, type=kind)
    # Whatever the type does not know would be gone from here.
    assert json.loads(msgspec.json.encode(read)) == value
    assert "null" not in [json.dumps(field) for field in value.values()]
    return value


def written(
    operator: Operator, expression: str, table: str, rows: Sequence[dict[str, Any]], *arguments: str
) -> list[str]:
    """Return an expression of SQL over rows that are in no table."""
    raw = json.dumps(rows, default=lambda value: value.isoformat())

    async def evaluate(database: Database) -> list[str]:
        async with database.connection() as tx:
            found = await tx.fetch(
                f"SELECT {expression} AS doc FROM json_array_elements($1::json) WITH ORDINALITY AS l (row, n), "
                f"json_populate_record(NULL::{table}, l.row) AS r ORDER BY l.n",
                raw,
                *arguments,
            )
        return [row["doc"] for row in found]

    return operator.do(evaluate)


def moment(value: datetime | None) -> str | None:
    """Return a moment as the standard writes it."""
    if value is None:
        return None
    return (
        value.strftime("%Y").zfill(4)
        + value.strftime("-%m-%dT%H:%M:%S")
        + (f".{value.microsecond // 1000:03}Z" if value.microsecond // 1000 else "Z")
    )


def present(**fields: Any) -> dict[str, Any]:
    """Return the fields that are there."""
    return {name: value for name, value in fields.items() if value is not None}


def in_dialect(row: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Return settings and equipment as a dialect has them."""
    found, pieces = row["characteristics"], row["equipment"]
    if found is not None and dialect is Dialect.STANDARD:
        found = {"SLA" if name == "sla" else name: value for name, value in found.items()}
    if pieces is not None and dialect is Dialect.BITVIS and len(pieces) == 1:
        pieces = pieces[0]
    return present(characteristics=found, equipment=pieces)


@pytest.mark.parametrize("dialect", Dialect)
def test_the_document_of_any_order_is_what_it_holds(operator: Operator, dialect: Dialect) -> None:
    @settings(max_examples=12)
    @given(st.lists(_ORDERS, min_size=10, max_size=40), _MOUNTS)
    def check(rows: list[dict[str, Any]], mount: str) -> None:
        documents = written(operator, "order_doc(r, $2, $3)", "orders", rows, mount, dialect)
        for row, document in zip(rows, documents, strict=True):
            failed = row["state"] == "DONE_FAILED"
            assert strict(orders.Order, document) == present(
                path=f"{mount}/orders/{row['order_id']}",
                orderId=row["order_id"],
                accessId=row["access_id"],
                service=row["service"],
                operation=row["operation"],
                requestedDateTime=moment(row["requested_at"]),
                expectedCompletionDate=moment(row["expected_at"]),
                spReference=row["sp_reference"],
                spSubscriptionId=row["sp_subscription_id"],
                subscriptionId=row["subscription_id"],
                externalNote=row["external_note"],
                forcedTakeover=row["forced_takeover"] if row["operation"] == "ACTIVATE" else None,
                state=row["state"],
                message=row["message"],
                code=row["code"] if failed else None,
            ) | in_dialect(row, dialect)

    check()


@pytest.mark.parametrize("dialect", Dialect)
def test_the_document_of_any_subscription_is_what_it_holds(operator: Operator, dialect: Dialect) -> None:
    def date(value: datetime | None) -> str | None:
        text = moment(value)
        return text[:10] if text and dialect is Dialect.STANDARD else text

    @settings(max_examples=12)
    @given(st.lists(_SUBSCRIPTIONS, min_size=10, max_size=40))
    def check(rows: list[dict[str, Any]]) -> None:
        documents = written(operator, "subscription_doc(r, $2, NULL)", "subscriptions", rows, dialect)
        for row, document in zip(rows, documents, strict=True):
            assert strict(subscriptions.Subscription, document) == present(
                subscriptionId=row["subscription_id"],
                service=row["service"],
                operationalState=row["state"],
                connectionDate=date(row["connected_at"]),
                disconnectionDate=date(row["ends_at"]),
                spReference=row["sp_reference"],
                spSubscriptionId=row["sp_subscription_id"],
                note=row["note"],
            ) | in_dialect(row, dialect)

    check()


def test_the_document_of_any_order_event_is_what_it_holds(operator: Operator) -> None:
    @settings(max_examples=12)
    @given(st.lists(_ROWS_OF_THE_JOURNAL, min_size=10, max_size=40), _MOUNTS)
    def check(rows: list[dict[str, Any]], mount: str) -> None:
        documents = written(operator, "orderevent_doc(r, $2)", "journal", rows, mount)
        for row, document in zip(rows, documents, strict=True):
            assert strict(orderevents.OrderEvent, document) == {
                "event": f"{row['tx']}-{row['seq']}",
                "order": present(
                    path=f"{mount}/orders/{row['object_id']}",
                    accessId=row["access_id"],
                    service=row["service"],
                    operation=row["operation"],
                    state=row["state"],
                    message=row["message"],
                    code=row["code"],
                ),
            }

    check()


@pytest.mark.parametrize("kind", ObjectType)
@pytest.mark.parametrize("what", EventType)
def test_the_document_of_any_event_is_what_it_holds(operator: Operator, kind: ObjectType, what: EventType) -> None:
    document = operator.value(
        "SELECT event_doc($1, $2, 'o-1', 'A-1', '2026-02-03 04:05:06.789999+00', '/m')", what, kind
    )
    name = "A-1" if kind is ObjectType.SUBSCRIPTIONS else "o-1"
    assert strict(events.Event, document) == present(
        type=what,
        objectType=kind,
        objectId="o-1",
        path=None if what is EventType.DELETE else f"/m/{kind}/{name}",
        time="2026-02-03T04:05:06.789Z",
    )


@pytest.mark.parametrize("state", AccessState)
@pytest.mark.parametrize("sp", ["alfa", "beta"])
@pytest.mark.parametrize(
    "taken", ["", "Broadband\tL\t", "Broadband\tP\t", "Broadband\tL\t2199-01-01T00:00:00Z\nIPTV\tP\t"], ids=ascii
)
def test_the_sheet_of_services_is_as_the_wire_says(
    operator: Operator, state: AccessState, sp: str, taken: str
) -> None:
    sheet = operator.value("SELECT service_sheet($1, 'Centrum', $2, $3)", sp, state, taken)
    value = strict(services.Services, f'{{"accessId":"A-1","services":{sheet}}}')
    assert bool(value["services"]) is (state is not AccessState.DISCONNECTED)


def test_moments_are_cut_to_milliseconds_and_have_none_when_they_are_none(operator: Operator) -> None:
    @settings(max_examples=10)
    @given(st.lists(_MOMENTS, min_size=30, max_size=60))
    def check(moments: list[datetime]) -> None:
        texts = operator.rows("SELECT moment_text(m) AS text FROM unnest($1::timestamptz[]) AS m", moments)
        assert [row["text"] for row in texts] == [moment(one) for one in moments]

    check()
