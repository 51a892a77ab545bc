"""Tickets as an SP opens, reads and answers them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from tests.town import Provider, Town

LATER = "2199-01-01T00:00:00Z"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z\Z")


def body(access: str, **fields: Any) -> dict[str, Any]:
    """Return a ticket, but for the fields given."""
    ticket = {
        "accessId": access,
        "createdBy": "Anna Andersson",
        "heading": "No internet",
        "description": "The customer has no link.\nIt began yesterday.",
        "problemType": "NO_LINK",
    }
    return ticket | fields


def opened(sp: Provider, access: str, **fields: Any) -> str:
    """Open a ticket, and return its reference."""
    answer = sp.http.post("/tickets/", json=body(access, **fields))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["coTicketReference"])


def patched(sp: Provider, ticket: str, **fields: Any) -> None:
    """Change a ticket, which must do."""
    answer = sp.http.patch(f"/tickets/{ticket}", json=fields)
    assert (answer.status_code, answer.content) == (204, b""), answer.text


def comment(message: str, author: str = "Anna Andersson") -> dict[str, str]:
    """Return a comment as it is sent."""
    return {"createdBy": author, "message": message}


def test_a_ticket_is_opened_and_read(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    answer = town.alfa.http.post(
        "/tickets/",
        json=body(
            access,
            spReference="Order#00123456",
            spTicketReference='CASE#"000123456"',
            subscriptionId=subscription,
            status="CREATED",
            additionalInfo={"ip": "169.254.1.1", "mac": "AB:CD:EF:12:34:56", "link": "false"},
        ),
    )
    assert answer.status_code == 201, answer.text
    ticket = answer.json()["coTicketReference"]
    assert answer.json() == {"coTicketReference": ticket}
    assert answer.headers["Location"] == f"/onapi/2.6/tickets/{ticket}"
    read = town.alfa.http.get(answer.headers["Location"].removeprefix("/onapi/2.6"))
    assert read.headers["Content-Type"] == "application/json"
    found = read.json()
    moments = (found.pop("createdAt"), found.pop("updatedAt"))
    assert found == {
        "coTicketReference": ticket,
        "spReference": "Order#00123456",
        "spTicketReference": 'CASE#"000123456"',
        "accessId": access,
        "createdBy": "Anna Andersson",
        "heading": "No internet",
        "description": "The customer has no link.\nIt began yesterday.",
        "comments": [],
        "status": "CREATED",
        "responsible": "CO",
        "subscriptionId": subscription,
        "problemType": "NO_LINK",
        "additionalInfo": {"ip": "169.254.1.1", "mac": "AB:CD:EF:12:34:56", "link": False},
    }
    assert moments[0] == moments[1]
    assert MOMENT.match(moments[0])
    assert before <= datetime.fromisoformat(moments[0].replace("Z", "+00:00")) <= datetime.now(UTC)


def test_what_an_sp_does_not_say_is_absent(town: Town) -> None:
    ticket = opened(town.alfa, town.access(), spReference=None, additionalInfo={}, subscriptionId=None)
    found = town.alfa.get(f"/tickets/{ticket}")
    assert found.keys() == {
        *("coTicketReference", "accessId", "createdBy", "createdAt", "updatedAt", "heading", "description"),
        *("comments", "status", "responsible", "problemType"),
    }


@pytest.mark.parametrize("link", [True, False, "true", "false"])
def test_a_link_is_sent_as_a_boolean_however_it_came(town: Town, link: bool | str) -> None:
    ticket = opened(town.alfa, town.access(), additionalInfo={"link": link})
    assert town.alfa.get(f"/tickets/{ticket}")["additionalInfo"] == {"link": link in (True, "true")}


def test_a_ticket_can_be_about_a_subscription_without_naming_its_access(town: Town) -> None:
    access = town.access()
    order = town.alfa.order("ACTIVATE", accessId=access, service="BB-100-100", requestedDateTime=LATER)
    elsewhere = town.access()
    active = town.alfa.active(elsewhere)
    # Even about one that is still on order: why does it not come?
    for where in (access, elsewhere):
        subscription = {access: order["subscriptionId"], elsewhere: active}[where]
        fields = body("", subscriptionId=subscription)
        del fields["accessId"]
        answer = town.alfa.http.post("/tickets/", json=fields)
        assert answer.status_code == 201, answer.text
        found = town.alfa.get(f"/tickets/{answer.json()['coTicketReference']}")
        assert (found["subscriptionId"], found["accessId"]) == (subscription, where)


def test_a_ticket_can_be_about_what_has_ended_and_what_left_the_view(town: Town) -> None:
    town.operator.rows("INSERT INTO agreements (sp, population) VALUES ('gamma', 'Centrum')")
    access = town.access()
    subscription = town.gamma.active(access)
    town.operator.rows("UPDATE agreements SET revoked_at = now() WHERE sp = 'gamma' AND population = 'Centrum'")
    assert town.gamma.http.get(f"/accesses/{access}").status_code == 404
    ticket = opened(town.gamma, access)
    assert town.gamma.get(f"/tickets/{ticket}")["accessId"] == access
    town.gamma.done("DEACTIVATE", subscriptionId=subscription)
    opened(town.gamma, access, subscriptionId=subscription)
    # Without it, it is an access like any other that it does not see.
    assert town.gamma.http.post("/tickets/", json=body(access)).status_code == 400


def test_a_conversation_is_kept_in_its_order_with_the_servers_times(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    first = town.alfa.get(f"/tickets/{ticket}")
    said = [comment(f'{number}: \\ "x" \t🏠\nå', author=f"Person {number}") for number in range(12)]
    for one in said:
        patched(town.alfa, ticket, comment=one | {"createdAt": "1999-01-01T00:00:00Z"})
    found = town.alfa.get(f"/tickets/{ticket}")
    assert [{"createdBy": c["createdBy"], "message": c["message"]} for c in found["comments"]] == said
    times = [c["createdAt"] for c in found["comments"]]
    assert times == sorted(times)
    assert times[0] >= first["createdAt"]
    assert found["updatedAt"] == times[-1]
    assert found["createdAt"] == first["createdAt"]
    # Nothing else has changed.
    assert found | {"comments": [], "updatedAt": first["updatedAt"]} == first


def test_a_ticket_goes_to_and_fro_and_is_closed(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    for fields, status, responsible in (
        ({"status": "CREATED"}, "CREATED", "CO"),
        ({"status": "IN_PROGRESS_CO"}, "IN_PROGRESS_CO", "CO"),
        ({"comment": comment("It is yours."), "status": "IN_PROGRESS_SP"}, "IN_PROGRESS_SP", "SP"),
        ({"responsible": "CO"}, "IN_PROGRESS_SP", "CO"),
        ({"status": "IN_PROGRESS_CO", "responsible": "SP"}, "IN_PROGRESS_CO", "SP"),
        ({"status": "CLOSED", "responsible": "CO", "comment": comment("It works.")}, "CLOSED", "CO"),
        # Again, as after an answer that was lost.
        ({"status": "CLOSED", "responsible": "CO"}, "CLOSED", "CO"),
        # What is closed can still be talked about.
        ({"comment": comment("Thanks.")}, "CLOSED", "CO"),
    ):
        patched(town.alfa, ticket, **fields)
        found = town.alfa.get(f"/tickets/{ticket}")
        assert (found["status"], found["responsible"]) == (status, responsible)
    found = town.alfa.get(f"/tickets/{ticket}")
    assert [c["message"] for c in found["comments"]] == ["It is yours.", "It works.", "Thanks."]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"status": "CREATED"}, 409, "open a new one"),
        ({"status": "IN_PROGRESS_CO", "comment": comment("x")}, 409, "open a new one"),
        ({"responsible": "SP"}, 409, "stays CO"),
        ({"status": "CLOSED"}, 400, "responsible"),
    ],
)
def test_a_closed_ticket_stays_closed(town: Town, fields: dict[str, Any], status: int, words: str) -> None:
    ticket = opened(town.alfa, town.access())
    patched(town.alfa, ticket, status="CLOSED", responsible="CO")
    before = town.alfa.get(f"/tickets/{ticket}")
    answer = town.alfa.http.patch(f"/tickets/{ticket}", json=fields)
    assert answer.status_code == status
    assert words in answer.json()["cause"]
    # Not even the comment that came with it is there.
    assert town.alfa.get(f"/tickets/{ticket}") == before


def test_a_ticket_of_a_thousand_entries_can_only_be_closed(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    path = f"/tickets/{ticket}"
    entry = (
        "INSERT INTO ticket_entries (ticket_id, sp, party) SELECT $1::text, 'alfa', 'SP' FROM generate_series(1, 999)"
    )
    town.operator.rows(entry, ticket)
    patched(town.alfa, ticket, comment=comment("The thousandth."))
    for more in ({"comment": comment("One more.")}, {"responsible": "SP"}):
        refused = town.alfa.http.patch(path, json=more)
        assert (refused.status_code, "open a new one" in refused.json()["cause"]) == (409, True)
    patched(town.alfa, ticket, responsible="CO")
    closed = {"status": "CLOSED", "responsible": "SP", "comment": comment("It went away.")}
    patched(town.alfa, ticket, **closed)
    patched(town.alfa, ticket, status="CLOSED", responsible="SP")
    assert town.alfa.http.patch(path, json=closed).status_code == 409
    assert [one["message"] for one in town.alfa.get(path)["comments"]] == ["The thousandth.", "It went away."]


def test_closing_without_saying_who_was_responsible_changes_nothing(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    before = town.alfa.get(f"/tickets/{ticket}")
    answer = town.alfa.http.patch(f"/tickets/{ticket}", json={"status": "CLOSED", "comment": comment("x")})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "responsible" in answer.json()["cause"]
    assert town.alfa.get(f"/tickets/{ticket}") == before


def test_a_change_that_changes_nothing_is_no_news(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    patched(town.alfa, ticket, status="IN_PROGRESS_CO")
    before = town.alfa.http.get(f"/tickets/{ticket}")
    patched(town.alfa, ticket, status="IN_PROGRESS_CO", responsible="CO")
    after = town.alfa.http.get(f"/tickets/{ticket}")
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])


def test_another_sps_ticket_is_not_there(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    assert town.beta.http.get(f"/tickets/{ticket}").status_code == 404
    answer = town.beta.http.patch(f"/tickets/{ticket}", json={"comment": comment("x")})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert town.alfa.get(f"/tickets/{ticket}")["comments"] == []
    assert ticket not in town.beta.http.get("/tickets/").text


def test_a_ticket_about_what_is_not_the_sps_is_refused_as_if_it_were_not_there(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    for own, theirs in ((town.beta.http, subscription), (town.beta.http, "f" * 32)):
        answer = own.post("/tickets/", json=body(access, subscriptionId=theirs))
        assert (answer.status_code, answer.json()["cause"]) == (404, f"There is no subscription {theirs!r}.")
    for hidden in ("H-1", "X-1"):
        answer = town.gamma.http.post("/tickets/", json=body(hidden))
        assert (answer.status_code, answer.json()["cause"]) == (400, f"Unknown access: {hidden!r}.")
    other = town.access()
    answer = town.alfa.http.post("/tickets/", json=body(other, subscriptionId=subscription))
    assert answer.status_code == 400
    assert other in answer.json()["cause"]


def test_the_events_of_a_ticket_are_told_to_its_sp_and_nobody_else(town: Town) -> None:
    since = town.ended()
    ticket = opened(town.alfa, town.access())
    patched(town.alfa, ticket, comment=comment("x"), status="IN_PROGRESS_CO")
    patched(town.alfa, ticket, status="IN_PROGRESS_CO")
    patched(town.alfa, ticket, status="CLOSED", responsible="SP")
    until = town.ended()
    events = town.alfa.delta("/events/", since, until)
    # One for each change, though the first is of two things at once, and the second of none.
    assert [(e["type"], e["objectType"], e["objectId"], e["path"]) for e in events] == [
        (kind, "tickets", ticket, f"/onapi/2.6/tickets/{ticket}") for kind in ("CREATE", "UPDATE", "UPDATE")
    ]
    assert town.beta.delta("/events/", since, until) == []


def test_whoever_writes_an_entry_by_hand_is_told_of_too(town: Town) -> None:
    ticket = opened(town.alfa, town.access())
    since = town.ended()
    town.operator.rows(
        "INSERT INTO ticket_entries (ticket_id, sp, party, author, message, responsible) "
        "VALUES ($1, 'alfa', 'CO', 'by hand', 'x', 'SP')",
        ticket,
    )
    until = town.ended()
    assert [e["type"] for e in town.alfa.delta("/events/", since, until)] == ["UPDATE"]
    assert [row["coTicketReference"] for row in town.alfa.delta("/tickets/", since, until)] == [ticket]
    found = town.alfa.get(f"/tickets/{ticket}")
    assert (found["status"], found["responsible"]) == ("CREATED", "SP")
    assert [c["createdBy"] for c in found["comments"]] == ["by hand"]


def test_answers_are_as_the_description_of_the_interface_says(town: Town) -> None:
    document = town.alfa.get("/openapi.json")

    def check(answer: Any, path: str, method: str, status: str) -> None:
        schema = document["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
        jsonschema.validate(answer, {**schema, "components": document["components"]})
        name = schema.get("$ref", schema.get("items", {}).get("$ref", "")).rpartition("/")[2]
        described = document["components"]["schemas"][name]["properties"]
        assert {key for one in (answer if isinstance(answer, list) else [answer]) for key in one} <= described.keys()

    for sp in (town.alfa, town.beta):
        info = {"ip": "192.0.2.1", "mac": "x", "link": True}
        opens = sp.http.post("/tickets/", json=body(town.access(), spReference="r", additionalInfo=info))
        check(opens.json(), "/tickets/", "post", "201")
        ticket = opens.json()["coTicketReference"]
        patched(sp, ticket, comment=comment("x"))
        check(sp.get(f"/tickets/{ticket}"), "/tickets/{coTicketReference}", "get", "200")
        check(sp.get("/tickets/"), "/tickets/", "get", "200")
    patch = document["paths"]["/tickets/{coTicketReference}"]["patch"]
    assert {"204", "400", "404", "409", "412"} <= patch["responses"].keys()
    assert {"201", "400", "404", "409", "422"} <= document["paths"]["/tickets/"]["post"]["responses"].keys()


def test_the_endpoint_is_listed(town: Town) -> None:
    (listed,) = [one for one in town.alfa.get("/") if one["name"] == "tickets"]
    assert listed["endpoint"] == "/onapi/2.6/tickets/"
    assert {"GET", "POST", "PATCH"} <= {*listed["operations"]}
