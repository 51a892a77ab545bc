"""What was placed is taken back, whatever became of the run."""

import pytest

from onapi.conformance.stories.placing import Placing
from tests.conformance.conftest import Lab
from tests.conformance.mutants import Answer, Fault, Forward, Request
from tests.conformance.planting import Where, at, instead


def lost(place: Where) -> Fault:
    """Do what is asked for, and lose the answer."""

    async def fault(request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        return Answer(500, {"content-type": "application/json"}, b"{}") if place(request) else answer

    return fault


@pytest.mark.parametrize("checks", [("ORD-101",), ("ORD-131",), ("ORD-177", "ORD-178")])
def test_an_order_whose_answer_was_lost_is_taken_back(lab: Lab, checks: tuple[str, ...]) -> None:
    access = lab.town.access()
    lab.check(*checks, access=access, fault=lost(at("orders", "POST")))
    alfa = lab.town.alfa
    lab.town.operator.until(
        "SELECT bool_and(state IN ('DONE_SUCCESS', 'DONE_FAILED', 'CANCELLED')) IS NOT FALSE FROM orders "
        "WHERE access_id = $1",
        access,
    )
    assert alfa.subscriptions(access) == []


def test_a_ticket_whose_answer_was_lost_is_closed(lab: Lab) -> None:
    access = lab.town.access()
    report = lab.check("TIC-101", access=access, fault=lost(at("tickets", "POST")))
    assert report.left == ()
    tickets = [lab.town.alfa.get(f"/tickets/{one['coTicketReference']}") for one in lab.town.alfa.get("/tickets")]
    assert [ticket["status"] for ticket in tickets if ticket["accessId"] == access] == ["CLOSED"]


def test_what_cannot_be_taken_back_is_told(lab: Lab) -> None:
    access = lab.town.access()
    report = lab.check("ORD-101", access=access, fault=instead(at("orders/{}", "DELETE"), 204))
    (order,) = lab.town.alfa.get(f"/orders/?accessId={access}")
    assert report.left == (f"The order {order['orderId']} on {access} could not be cancelled.",)


def test_a_run_that_is_interrupted_cleans_up_and_reports(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_told: Placing) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Placing, "waiting", interrupted)
    access = lab.town.access()
    report = lab.check("ORD-101", "ORD-109", "ORD-110", "ACC-001", access=access)
    assert str(report.stopped) == "It was interrupted."
    verdicts = {result.check.id: str(result.verdict) for result in report.results}
    assert verdicts == {"ACC-001": "not asked", "ORD-101": "passed", "ORD-109": "not asked", "ORD-110": "not asked"}
    assert lab.town.alfa.get(f"/orders/?accessId={access}") == []


def test_accesses_where_something_is_are_left_alone(lab: Lab) -> None:
    access = lab.town.access()
    subscription = lab.town.alfa.active(access, spReference="customer", spSubscriptionId="line")
    before = lab.town.alfa.get(f"/orders/?accessId={access}&state=DONE_SUCCESS")
    report = lab.check("ORD-101", "ORD-131", "ORD-178", access=access)
    assert {result.verdict for result in report.results} == {"nothing to look at"}
    assert lab.town.alfa.get(f"/orders/?accessId={access}&state=DONE_SUCCESS") == before
    assert [one["subscriptionId"] for one in lab.town.alfa.subscriptions(access)] == [subscription]
