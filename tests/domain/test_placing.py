"""Placing: what is taken, what stands, what is so already, and what is in the way, with the standard's words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from onapi import errors, ids
from onapi.domain import placing
from onapi.domain.characteristics import Rule
from onapi.domain.orders import Wish
from onapi.domain.placing import Accept, Done, Holder, Offer, Standing, Subscription, Unfinished
from onapi.vocabulary import AccessState, Operation

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ACCESS, MINE = ids.AccessId("A-1"), ids.SubscriptionId("mine")
WISH = Wish(operation=Operation.ACTIVATE, access_id=ACCESS, service="BB")
OFFER = Offer(service="BB", service_type="Broadband", takeover=True)
HELD = Holder(wanted=False)
OWN = Holder(wanted=False, subscription_id=MINE, service="BB")
LIVE = Subscription(
    subscription_id=MINE,
    access_id=ACCESS,
    service="BB",
    service_type="Broadband",
    claim="",
    state="ACTIVATED",
    seen_at=NOW,
)
CLAIMED = r"^ServiceType is already claimed by other Service Provider\.$"


def activate(
    *holders: Holder, wish: Wish = WISH, offer: Offer = OFFER, access: AccessState = AccessState.CONNECTED
) -> Any:
    """Decide on an ACTIVATE."""
    return placing.activate(wish, access=access, offer=offer, holders=holders, now=NOW)


def operate(operation: Operation, subscription: Subscription = LIVE, offer: Offer | None = OFFER, **said: Any) -> Any:
    """Decide on an order for a subscription."""
    wish = Wish(operation=operation, subscription_id=MINE, access_id=ACCESS, **({"service": "BB"} | said))
    return placing.operate(wish, subscription, offer, NOW)


def test_a_free_access_takes_an_order() -> None:
    assert activate() == Accept()


def test_ones_own_order_stands_if_it_is_the_same_and_is_in_the_way_if_not() -> None:
    same = Unfinished(order_id=ids.OrderId("o1"), wish=WISH.fingerprint)
    for holder in (replace(OWN, unfinished=same), replace(OWN, wanted=True, unfinished=same)):
        assert activate(holder) == Standing(ids.OrderId("o1"))
        with pytest.raises(errors.UnderWay, match="Order o1 is under way here"):
            activate(holder, wish=replace(WISH, sp_reference="r"))


def test_what_one_has_is_done_and_another_service_of_the_type_is_in_the_way() -> None:
    assert activate(OWN) == Done(MINE)
    # Whatever else the request says: the service is active.
    assert activate(OWN, wish=replace(WISH, forced_takeover=True)) == Done(MINE)
    with pytest.raises(errors.OtherService, match=r"^Another Service of ServiceType 'Broadband' is already active"):
        activate(replace(OWN, service="BB2"))


@pytest.mark.parametrize("takeover", [True, False])
def test_what_another_wants_is_claimed_even_for_a_takeover(takeover: bool) -> None:
    with pytest.raises(errors.Claimed, match=CLAIMED):
        activate(Holder(wanted=True), wish=replace(WISH, forced_takeover=takeover))
    with pytest.raises(errors.Claimed, match=CLAIMED):
        activate(HELD, Holder(wanted=True), wish=replace(WISH, forced_takeover=takeover))


def test_what_another_has_is_claimed_unless_it_may_be_taken_over() -> None:
    with pytest.raises(errors.Claimed, match=CLAIMED):
        activate(HELD)
    taking = replace(WISH, forced_takeover=True)
    assert activate(HELD, wish=taking) == Accept()
    with pytest.raises(errors.Conflict, match="forcedTakeover is not possible with service 'BB'"):
        activate(HELD, wish=taking, offer=replace(OFFER, takeover=False))
    with pytest.raises(errors.Conflict, match="no other Service Provider has a Broadband service here"):
        activate(wish=taking)


def test_from_the_moment_that_anothers_ends_the_way_is_free() -> None:
    ends = replace(HELD, ends_at=NOW + timedelta(days=1))
    for early in (None, NOW, NOW + timedelta(days=1) - SECOND):
        with pytest.raises(errors.Claimed, match=CLAIMED):
            activate(ends, wish=replace(WISH, requested_at=early))
    for late in (NOW + timedelta(days=1), NOW + timedelta(days=2)):
        assert activate(ends, wish=replace(WISH, requested_at=late)) == Accept()


@pytest.mark.parametrize("access", AccessState)
def test_orders_are_taken_on_connected_accesses_and_for_later_where_a_network_migrates_in(
    access: AccessState,
) -> None:
    later = replace(WISH, requested_at=NOW + SECOND)
    if access is AccessState.CONNECTED:
        assert activate(access=access) == activate(access=access, wish=later) == Accept()
        return
    with pytest.raises(errors.NotOrderable, match=f"is {access}"):
        activate(access=access)
    if access is AccessState.INMIGRATION:
        assert activate(access=access, wish=later) == Accept()
        with pytest.raises(errors.NotOrderable):
            activate(access=access, wish=replace(WISH, requested_at=NOW))
    else:
        with pytest.raises(errors.NotOrderable):
            activate(access=access, wish=later)


def test_a_service_is_on_offer_from_its_first_moment_and_up_to_its_last() -> None:
    offer = replace(OFFER, offered_from=NOW + SECOND, offered_until=NOW + 3 * SECOND)
    for when, taken in ((None, False), (NOW, False), (NOW + SECOND, True), (NOW + 2 * SECOND, True)):
        wish = replace(WISH, requested_at=when)
        if taken:
            assert activate(wish=wish, offer=offer) == Accept()
        else:
            with pytest.raises(errors.Invalid, match="can be delivered from 2026-06-01T00:00:01Z"):
                activate(wish=wish, offer=offer)
    with pytest.raises(errors.Invalid, match="no longer available from 2026-06-01T00:00:03Z"):
        activate(wish=replace(WISH, requested_at=NOW + 3 * SECOND), offer=offer)
    # A moment that has passed is now.
    past = replace(WISH, requested_at=datetime(2000, 1, 1, tzinfo=UTC))
    with pytest.raises(errors.Invalid, match="no longer available"):
        activate(wish=past, offer=replace(OFFER, offered_until=NOW))


def test_required_settings_are_required_where_a_service_begins_and_not_where_it_changes() -> None:
    offer = replace(OFFER, rules={"sla": Rule(required=True, values=("a",))})
    with pytest.raises(errors.Invalid, match=r"characteristics\.sla is required"):
        activate(offer=offer)
    assert activate(offer=offer, wish=replace(WISH, characteristics={"sla": "a"})) == Accept()
    assert operate(Operation.CHANGE, offer=replace(offer, service="BB2"), service="BB2") == Accept()
    for operation in (Operation.CHANGE, Operation.MODIFY):
        with pytest.raises(errors.Invalid, match="not on offer"):
            operate(operation, offer=offer, characteristics={"sla": "b"})


@pytest.mark.parametrize(
    ("operation", "state", "done"),
    [
        (Operation.DEACTIVATE, "ACTIVATED", False),
        (Operation.DEACTIVATE, "SUSPENDED", False),
        (Operation.DEACTIVATE, "ENDED", True),
        (Operation.SUSPEND, "ACTIVATED", False),
        (Operation.SUSPEND, "SUSPENDED", True),
        (Operation.RESUME, "ACTIVATED", True),
        (Operation.RESUME, "SUSPENDED", False),
        (Operation.MODIFY, "ACTIVATED", False),
        (Operation.MODIFY, "SUSPENDED", False),
        (Operation.CHANGE, "ACTIVATED", True),
        (Operation.CHANGE, "SUSPENDED", True),
    ],
)
def test_what_is_so_already_is_done(operation: Operation, state: str, done: bool) -> None:
    outcome = operate(operation, replace(LIVE, state=state))
    assert outcome == (Done(MINE) if done else Accept())


@pytest.mark.parametrize("operation", [one for one in Operation if one.value not in ("ACTIVATE", "DEACTIVATE")])
def test_what_has_ended_can_only_be_ended(operation: Operation) -> None:
    with pytest.raises(errors.Conflict, match="Subscription 'mine' has ended"):
        operate(operation, replace(LIVE, state="ENDED"))


@pytest.mark.parametrize(
    "said", [{"sp_reference": "r"}, {"sp_subscription_id": "s"}, {"equipment": ()}, {"characteristics": {}}]
)
def test_a_change_to_the_same_service_is_done_only_if_it_says_nothing_else(said: dict[str, Any]) -> None:
    assert operate(Operation.CHANGE) == Done(MINE)
    assert operate(Operation.CHANGE, **said) == Accept()


def test_change_keeps_the_type_and_finds_only_what_is_sold() -> None:
    assert operate(Operation.CHANGE, offer=replace(OFFER, service="BB2"), service="BB2") == Accept()
    with pytest.raises(errors.Conflict, match=r"CHANGE keeps the service type: 'TV' is IPTV"):
        operate(Operation.CHANGE, offer=Offer(service="TV", service_type="IPTV"), service="TV")
    with pytest.raises(errors.Invalid, match=r"^Unknown service: 'X'"):
        operate(Operation.CHANGE, offer=None, service="X")


@pytest.mark.parametrize("operation", [one for one in Operation if one is not Operation.ACTIVATE])
def test_one_order_at_a_time_and_the_same_again_is_that_one(operation: Operation) -> None:
    wish = Wish(operation=operation, subscription_id=MINE, access_id=ACCESS, service="BB")
    same = replace(LIVE, unfinished=Unfinished(order_id=ids.OrderId("o1"), wish=wish.fingerprint))
    assert placing.operate(wish, same, OFFER, NOW) == Standing(ids.OrderId("o1"))
    with pytest.raises(errors.UnderWay, match="o1"):
        placing.operate(replace(wish, external_note="n"), same, OFFER, NOW)
