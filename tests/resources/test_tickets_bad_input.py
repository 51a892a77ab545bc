"""Whatever comes as the body of a ticket: it is taken, or refused with a cause that names the field, never a 500."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.resources.test_orders_bad_input import refused
from tests.resources.test_tickets import body, comment, opened
from tests.town import Town

FIELDS = {
    "accessId": "`$.accessId`",
    "createdBy": "`$.createdBy`",
    "heading": "`$.heading`",
    "description": "`$.description`",
    "problemType": "`$.problemType`",
    "spReference": "`$.spReference`",
    "spTicketReference": "`$.spTicketReference`",
    "subscriptionId": "`$.subscriptionId`",
    "additionalInfo": "`$.additionalInfo`",
    "status": "`$.status`",
}
WRONG: tuple[Any, ...] = (7, 1.5, True, [], ["x"], [None], -(10**30), 10**400)


@pytest.mark.parametrize("field", FIELDS)
def test_a_value_of_a_wrong_type_is_refused_by_the_name_of_its_field(town: Town, field: str) -> None:
    for wrong in (*WRONG, "x" if field == "additionalInfo" else {}):
        answer = town.alfa.http.post("/tickets/", content=json.dumps(body("T-1", **{field: wrong})), headers=_JSON)
        assert FIELDS[field] in refused(answer), wrong


_JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("accessId", ("", "a b", "x" * 37, "A\n", "Å", "X-1")),
        ("subscriptionId", ("", "a b", "x" * 37, "A\0")),
        ("createdBy", ("", "x" * 256, "\0")),
        ("heading", ("", "x" * 256, "a\0b")),
        ("description", ("", "x" * 10_001, "\0")),
        ("problemType", ("", "no_link", "NO LINK", "NO_LINK\n", "x" * 10_000)),
        ("spReference", ("", "x" * 256, "\0")),
        ("spTicketReference", ("", "x" * 256, "\0")),
        ("status", ("", "NEW", "CLOSED", "IN_PROGRESS_CO", "created")),
        ("additionalInfo", ({"link": "yes"}, {"link": ""}, {"link": 1}, {"link": []})),
        ("additionalInfo", ({"ip": 7}, {"ip": ""}, {"mac": "x" * 256}, {"ip": "\0"}, {"mac": "\0"})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_that_is_none_of_its_field_is_refused_by_its_name(
    town: Town, field: str, values: tuple[Any, ...]
) -> None:
    name = {"accessId": "access"}.get(field, field)
    for wrong in values:
        answer = town.alfa.http.post("/tickets/", json=body("T-1", **{field: wrong}))
        assert name in refused(answer), wrong


@pytest.mark.parametrize("field", ["accessId", "createdBy", "heading", "description", "problemType"])
def test_a_field_that_is_needed_is_missed_by_name(town: Town, field: str) -> None:
    for fields in (body("T-1", **{field: None}), {k: v for k, v in body("T-1").items() if k != field}):
        cause = refused(town.alfa.http.post("/tickets/", json=fields))
        assert cause.startswith(f"{field} is missing")


@pytest.mark.parametrize(
    ("patch", "name"),
    [
        ({}, "nothing to change"),
        ({"heading": "new"}, "nothing to change"),
        ({"comment": None, "status": None}, "nothing to change"),
        ({"comment": {}}, "comment.createdBy"),
        ({"comment": {"createdBy": "a"}}, "comment.message"),
        ({"comment": {"message": "a"}}, "comment.createdBy"),
        ({"comment": comment("")}, "`$.comment.message`"),
        ({"comment": comment("x" * 10_001)}, "`$.comment.message`"),
        ({"comment": comment("\0")}, "comment.message"),
        ({"comment": comment("x", author="")}, "`$.comment.createdBy`"),
        ({"comment": comment("x", author="\0")}, "comment.createdBy"),
        ({"comment": "x"}, "`$.comment`"),
        ({"comment": [comment("x")]}, "`$.comment`"),
        ({"status": "DONE"}, "status"),
        ({"status": 7}, "`$.status`"),
        ({"responsible": ""}, "responsible"),
        ({"responsible": "co"}, "responsible"),
        ({"responsible": True}, "`$.responsible`"),
    ],
)
def test_a_change_that_is_none_is_refused_and_changes_nothing(town: Town, patch: dict[str, Any], name: str) -> None:
    ticket = opened(town.alfa, town.access())
    before = town.alfa.http.get(f"/tickets/{ticket}").content
    assert name in refused(town.alfa.http.patch(f"/tickets/{ticket}", json=patch))
    assert town.alfa.http.get(f"/tickets/{ticket}").content == before


@pytest.mark.parametrize("path", ["/tickets/a%20b", "/tickets/%00", "/tickets/" + "x" * 37])
def test_a_reference_that_is_none_is_400_and_one_that_is_not_there_404(town: Town, path: str) -> None:
    for method in ("GET", "PATCH"):
        answer = town.alfa.http.request(method, path, json={"responsible": "SP"} if method == "PATCH" else None)
        assert "coTicketReference" in refused(answer)
        answer = town.alfa.http.request(
            method, "/tickets/TT00000123456", json={"responsible": "SP"} if method == "PATCH" else None
        )
        assert answer.status_code == 404


def test_what_is_longest_is_taken_and_sent_back_as_it_was(town: Town) -> None:
    long = {"description": "å\n🏠\\" * 2500, "heading": "\x7f" * 255, "createdBy": "\u2028" * 255}
    ticket = opened(town.alfa, town.access(), **long)
    found = town.alfa.get(f"/tickets/{ticket}")
    assert {name: found[name] for name in long} == long


def test_the_standards_own_examples_are_taken(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    posted = {
        "spReference": "Order#00123456",
        "spTicketReference": "CASE#000123456",
        "accessId": access,
        "createdBy": "Anna Andersson",
        "heading": "Heading for ticket",
        "description": "This customer is experiencing issues.",
        "subscriptionId": subscription,
        "problemType": "NO_LINK",
        "additionalInfo": {"ip": "169.254.1.1", "mac": "AB:CD:EF:12:34:56", "link": "false"},
    }
    answer = town.beta.http.post("/tickets", json=posted | {"subscriptionId": None})
    assert answer.status_code == 201
    ticket = answer.json()["coTicketReference"]
    patch = {
        "comment": {"message": "A comment.", "createdBy": "Anna Andersson"},
        "status": "IN_PROGRESS_SP",
        "responsible": "CO",
    }
    assert town.beta.http.patch(f"/tickets/{ticket}", json=patch).status_code == 204
    found = town.beta.get(f"/tickets/{ticket}")
    assert (found["status"], found["responsible"]) == ("IN_PROGRESS_SP", "CO")
    # The seed's have everything that there is, with the server's fields among it.
    seeds = posted | {"status": "CREATED", "additionalInfo": {"ip": "string", "mac": "string", "link": True}}
    assert town.alfa.http.post("/tickets/", json=seeds).status_code == 201


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_WORDS = st.sampled_from(["CREATED", "CLOSED", "IN_PROGRESS_SP", "SP", "CO", "NO_LINK", "true", "x" * 256, "\0", ""])


@pytest.fixture(scope="module")
def place(town: Town) -> tuple[httpx2.Client, str, str]:
    """Have a ticket, and a client."""
    return town.alfa.http, town.access(), f"/tickets/{opened(town.alfa, town.access())}"


@settings(max_examples=60)
@given(fields=st.dictionaries(st.sampled_from(sorted(FIELDS)), _ANY | _WORDS, max_size=4))
@example(fields={"additionalInfo": {"link": None}})
def test_any_body_opens_a_ticket_or_is_refused(place: tuple[httpx2.Client, str, str], fields: dict[str, Any]) -> None:
    http, access, _ = place
    raw = json.dumps(body(access) | fields).encode("utf-8", "surrogatepass")
    answer = http.post("/tickets/", content=raw, headers=_JSON)
    assert answer.status_code in (201, 400, 404), answer.text
    if answer.status_code == 201:
        read = http.get(f"/tickets/{answer.json()['coTicketReference']}")
        assert read.json()["accessId"] == access


@settings(max_examples=60)
@given(fields=st.dictionaries(st.sampled_from(["comment", "status", "responsible", "x"]), _ANY | _WORDS, max_size=3))
def test_any_change_is_done_or_refused(place: tuple[httpx2.Client, str, str], fields: dict[str, Any]) -> None:
    http, _, path = place
    answer = http.patch(path, content=json.dumps(fields).encode("utf-8", "surrogatepass"), headers=_JSON)
    assert answer.status_code in (204, 400, 409), answer.text
    assert http.get(path).status_code == 200
