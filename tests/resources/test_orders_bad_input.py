"""Whatever comes as the body of an order: it is taken, or refused with a cause that names the field, never a 500."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.town import Town

LATER = "2199-01-01T00:00:00Z"
METHODS = ("POST", "PUT", "PATCH")
GOOD: dict[str, Any] = {"operation": "ACTIVATE", "service": "BB-100-100", "requestedDateTime": LATER}
FIELDS = {
    "operation": "`$.operation`",
    "accessId": "accessId",
    "service": "`$.service`",
    "subscriptionId": "subscriptionId",
    "requestedDateTime": "requestedDateTime",
    "spReference": "`$.spReference`",
    "spSubscriptionId": "`$.spSubscriptionId`",
    "externalNote": "`$.externalNote`",
    "characteristics": "`$.characteristics`",
    "forcedTakeover": "`$.forcedTakeover`",
    "equipment": "`$.equipment",
    "orderId": "orderId",
    "state": "state",
}
WRONG: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(FIELDS, (7, 1.5, True, [], ["x"], {}, [None], -(10**30), 10**400)),
    "forcedTakeover": (7, 0, 1, "true", "", [], {}),
    "characteristics": (7, True, "x", [], ["x"], [{}]),
    "equipment": (7, True, "x", "AA:BB:CC:DD:EE:FF", ["x"], [7], [[]], [None]),
}


@dataclass(frozen=True)
class Place:
    """Where bodies are sent: POST for an access that is free, PUT and PATCH to an order that waits on another."""

    http: httpx2.Client
    free: str
    taken: str
    waiting: str

    def body(self, method: str, **fields: Any) -> str:
        """Return a body that would be taken, but for the fields given."""
        access = self.free if method == "POST" else self.taken
        return json.dumps(GOOD | {"accessId": access} | fields)

    def send(self, method: str, body: bytes | str, content_type: str = "application/json") -> httpx2.Response:
        """Send a body as it is."""
        path = "/orders/" if method == "POST" else self.waiting
        raw = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
        return self.http.request(method, path, content=raw, headers={"Content-Type": content_type})


@pytest.fixture(scope="module")
def place(town: Town) -> Place:
    """Have an order that waits, and a client whose orders are on another access."""
    order = town.alfa.order("ACTIVATE", **GOOD, accessId=town.access())
    return Place(town.alfa.http, town.access(), order["accessId"], f"/orders/{order['orderId']}")


def refused(answer: httpx2.Response, status: int = 400) -> str:
    """Return the cause of a refusal, after checking that it is as every refusal must be."""
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["Content-Type"] == "application/json"
    fault = answer.json()
    assert set(fault) == {"cause", "code", "requestId"}
    assert fault["cause"].endswith(".")
    assert len(fault["cause"]) < 500
    return str(fault["cause"])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("field", FIELDS)
def test_a_value_of_a_wrong_type_is_refused_by_the_name_of_its_field(place: Place, method: str, field: str) -> None:
    for wrong in WRONG[field]:
        body = place.body(method, **{field: wrong})
        assert FIELDS[field] in refused(place.send(method, body)), (field, wrong)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("operation", ("", "activate", "ACTIVATE ", "DELETE", "ACTIVATE\n", "x" * 10_000)),
        ("service", ("", "x" * 256, "INTERNET", "BB-100-100\n", "BB-100-100\0", "😀")),
        ("spReference", ("", "x" * 256, "\0", "a\0b")),
        ("spSubscriptionId", ("", "x" * 256, "\0")),
        ("externalNote", ("", "x" * 256, "\0")),
        ("requestedDateTime", ("", "x", "2199-01-01", "\0", "2199-01-01T00:00:00Z" * 1000)),
        ("characteristics", ({"sla": 10**400}, {"sla": 1e300}, {"\0": 1}, {"sla": "\0"}, {"x": {"y": []}})),
        ("equipment", ({"macAddress": "\0"}, {"vendorId": "\0"}, [{"macAddress": "x" * 10_000}])),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_that_is_none_of_its_field_is_refused_by_its_name(
    place: Place, method: str, field: str, values: tuple[Any, ...]
) -> None:
    for wrong in values:
        body = place.body(method, **{field: wrong})
        assert field in refused(place.send(method, body)), wrong


@pytest.mark.parametrize("field", ["accessId", "subscriptionId"])
@pytest.mark.parametrize("wrong", ["", "a b", "x" * 37, "A\n", "\n", "A\0", "Å", "１", "a/b", "a%20b", "x" * 10_000])
def test_an_id_that_is_none_is_refused_by_the_name_of_its_field(place: Place, field: str, wrong: str) -> None:
    body = {"operation": "SUSPEND", "accessId": "T-1", "service": "VOIP", field: wrong}
    assert field in refused(place.send("POST", json.dumps(body)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "body",
    [
        *("", " ", "null", "[]", "7", '"x"', "true", "{", "}", '{"operation"', '{"operation": }', "{'operation': 1}"),
        *('{"operation": "ACTIVATE",}', '{"operation": "ACTIVATE"} x', '{"operation": "ACTIVATE"}{}', "[{}]"),
        *('{"forcedTakeover": NaN}', '{"forcedTakeover": tru}', '{"service": "\\x"}', '{"service": "\\u12"}'),
        *('{"service": "a\nb"}', "\ufeff{}", "operation=ACTIVATE", "<order/>", "nul", "-", "{1: 2}", '{"a": 01}'),
        *('{"service": "\\ud800"}', '{"\\udc00": 1}', '{"characteristics": {"sla": "\\ud83d"}}', "{} []"),
        *(b'{"service": "\xff"}', b"\xff\xfe{\x00}\x00", b'{"spReference": "\xc3\x28"}', b"\x00", b'{"a": "\x00"}'),
        b'{"service": "\xed\xa0\x80"}',
    ],
    ids=lambda body: ascii(body)[:40],
)  # fmt: skip
def test_what_is_no_json_object_in_utf_8_is_refused(place: Place, method: str, body: str | bytes) -> None:
    assert refused(place.send(method, body)).startswith("The body is not ")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("inside", ['{"x":%s}', '{"characteristics":{"sla":%s}}', '{"equipment":%s}', "%s"])
@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_deep_nesting_is_refused_or_ignored_but_does_no_harm(
    place: Place, method: str, inside: str, brackets: str
) -> None:
    opening, closing = ("[", "]") if brackets == "[]" else ('{"a":', "}")
    for depth in (500, 100_000):
        answer = place.send(method, inside % (opening * depth + "1" + closing * depth))
        assert answer.status_code in (204, 400), answer.text
        assert answer.status_code == 204 or refused(answer)


@pytest.mark.parametrize("method", METHODS)
def test_long_numbers_and_long_text_do_no_harm(place: Place, method: str) -> None:
    for number in ("1" * 5000, "-" + "9" * 100_000, "1e400", "-1e400", "1e-400", "0." + "1" * 5000, "1E+99999"):
        for inside in (
            '{"x":%s}',
            '{"characteristics":{"sla":%s}}',
            '{"spReference":%s}',
            '{"equipment":[%s]}',
            "%s",
        ):
            answer = place.send(method, inside % number)
            assert answer.status_code in (204, 400), (inside, number[:20], answer.text)
    for field in FIELDS:
        body = json.dumps({field: "x" * 1_000_000})
        assert len(refused(place.send(method, body))) < 500


@pytest.mark.parametrize("method", METHODS)
def test_a_body_over_a_mebibyte_is_refused(place: Place, method: str) -> None:
    body = place.body(method, unheardOf="x" * 1024 * 1024)
    assert "1048576" in refused(place.send(method, body), 413)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "json"])
def test_another_kind_of_body_is_refused(place: Place, method: str, content_type: str) -> None:
    body = place.body(method)
    assert refused(place.send(method, body, content_type)).startswith("Content-Type must be application/json")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"]
)
def test_json_by_any_of_its_names_is_taken(place: Place, content_type: str) -> None:
    assert place.send("PATCH", "{}", content_type).status_code == 204


@pytest.mark.parametrize("method", METHODS)
def test_fields_that_nobody_knows_are_ignored(town: Town, method: str) -> None:
    order = town.alfa.order("ACTIVATE", **GOOD, accessId=town.access())
    extra = {
        "unheardOf": {"a": [1, {"b": None}]},
        "": 1,
        "__proto__": {},
        "operation ": "x",
        "message": 7,
        "path": [],
    }
    body = GOOD | {"accessId": order["accessId"]} | extra
    path = "/orders/" if method == "POST" else f"/orders/{order['orderId']}"
    assert town.alfa.http.request(method, path, json=body).status_code == (200 if method == "POST" else 204)
    assert town.alfa.get(f"/orders/{order['orderId']}") == order


def test_of_a_field_that_comes_twice_the_last_holds(town: Town, place: Place) -> None:
    access = town.access()
    body = json.dumps(GOOD | {"accessId": access})[:-1] + ', "service": "INTERNET", "service": "BB-10-10"}'
    answer = place.send("POST", body)
    assert (answer.status_code, answer.json()["service"]) == (201, "BB-10-10")


_KEYS = st.sampled_from([*FIELDS, "sla", "SLA", "fixedIp", "ipAddress", "vendorId", "macAddress"]) | st.text(
    max_size=4
)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=[]), max_size=8)
    | st.sampled_from([*GOOD.values(), "T-1", "VOIP", "SLA-1", "192.0.2.1", "AA:BB:CC:DD:EE:FF", "SUSPEND", "CHANGE"])
)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=8
)
_BODIES = st.dictionaries(_KEYS, _VALUES, max_size=6) | _VALUES


@pytest.mark.parametrize("method", METHODS)
def test_any_json_is_taken_or_refused_with_a_cause(place: Place, method: str) -> None:
    @settings(max_examples=100)
    @given(_BODIES, st.booleans())
    @example({"operation": "MODIFY", "subscriptionId": "x", "characteristics": {"SLA": {"a": 1}}}, False)
    @example({"equipment": {"vendorId": "a", "equipment": []}}, True)
    def check(body: Any, completed: bool) -> None:
        whole = completed and isinstance(body, dict)
        answer = place.send(method, place.body(method, **body) if whole else json.dumps(body))
        assert answer.status_code in (200, 201, 204, 400, 404, 409), answer.text
        if answer.status_code >= 400:
            refused(answer, answer.status_code)

    check()
