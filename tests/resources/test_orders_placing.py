"""Placing orders: what each operation needs and does, which subscription is meant, and what stands in the way."""

from typing import Any

import pytest

from tests.town import ODD, Provider, Town

LATER = "2199-01-01T00:00:00Z"
BB = "BB-100-100"
OPERATIONS = ("DEACTIVATE", "SUSPEND", "RESUME", "MODIFY", "CHANGE")


def refused(sp: Provider, status: int, code: str, operation: str, **fields: Any) -> str:
    """Place an order that is not taken, and return the cause."""
    answer = sp.post(operation, **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert set(answer.json()) == {"cause", "code", "requestId"}
    return str(answer.json()["cause"])


def test_an_accepted_order_is_received_with_its_location_and_all_that_the_standard_requires(town: Town) -> None:
    access = town.access()
    answer = town.alfa.post("ACTIVATE", accessId=access, service=BB)
    order = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == order["path"] == f"/onapi/2.6/orders/{order['orderId']}"
    assert len(order["subscriptionId"]) == 32
    expected = {"accessId": access, "service": BB, "operation": "ACTIVATE", "state": "RECEIVED", "message": ""}
    assert expected.items() <= order.items()
    assert set(order) - set(expected) == {
        *("path", "orderId", "subscriptionId", "forcedTakeover", "expectedCompletionDate")
    }
    finished = town.alfa.settled(order)
    assert finished == order | {"state": "DONE_SUCCESS"}
    assert town.alfa.http.get(f"{town.server.url}{order['path']}").json() == finished


def test_each_operation_does_what_it_says(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access, spReference="r1", equipment={"vendorId": "v"})
    assert [one["operationalState"] for one in town.alfa.subscriptions(access)] == ["ACTIVATED"]
    assert '"blocked": false' in town.operator.port(access)[0]

    town.alfa.done("SUSPEND", subscriptionId=subscription, externalNote="Not paid.")
    (now,) = town.alfa.subscriptions(access)
    assert (now["operationalState"], now["note"], now["subscriptionId"]) == ("SUSPENDED", "Not paid.", subscription)
    assert '"blocked": true' in town.operator.port(access)[0]

    town.alfa.done("CHANGE", subscriptionId=subscription, service="BB-250-250")
    (now,) = town.alfa.subscriptions(access)
    assert (now["operationalState"], now["service"], now["subscriptionId"]) == (
        *("SUSPENDED", "BB-250-250", subscription),
    )
    assert '"blocked": true' in town.operator.port(access)[0]
    assert '"down_kbps": 250000' in town.operator.port(access)[0]

    town.alfa.done("RESUME", subscriptionId=subscription)
    (now,) = town.alfa.subscriptions(access)
    assert now["operationalState"] == "ACTIVATED"
    assert "note" not in now
    assert '"blocked": false' in town.operator.port(access)[0]

    town.alfa.done("MODIFY", subscriptionId=subscription, spReference="r2", spSubscriptionId="s2", equipment=[])
    (now,) = town.alfa.subscriptions(access)
    assert (now["spReference"], now["spSubscriptionId"], now["equipment"]) == ("r2", "s2", [])
    assert now["service"] == "BB-250-250"

    town.alfa.done("DEACTIVATE", subscriptionId=subscription)
    assert town.alfa.subscriptions(access) == []
    assert town.operator.port(access) == []


@pytest.mark.parametrize(
    ("operation", "fields", "missing"),
    [
        ("ACTIVATE", {"service": BB}, "accessId"),
        ("ACTIVATE", {"accessId": "T-1"}, "service"),
        *((operation, {}, "subscriptionId") for operation in OPERATIONS),
        *((operation, {"accessId": "T-1"}, "subscriptionId") for operation in OPERATIONS),
        *((operation, {"service": BB}, "subscriptionId") for operation in OPERATIONS),
        ("CHANGE", {"subscriptionId": "x"}, "service"),
    ],
)
def test_a_missing_field_is_named(town: Town, operation: str, fields: dict[str, str], missing: str) -> None:
    cause = refused(town.alfa, 400, "invalid", operation, **fields)
    assert cause.startswith(f"{missing} is missing: {operation} needs it")


def test_an_order_without_an_operation_is_refused_with_those_there_are(town: Town) -> None:
    answer = town.alfa.http.post("/orders/", json={"accessId": "T-1", "service": BB, "operation": None})
    assert answer.status_code == 400
    assert answer.json()["cause"].startswith("operation is missing; it is one of ACTIVATE, DEACTIVATE, SUSPEND,")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_forced_takeover_goes_with_activate_alone(town: Town, operation: str) -> None:
    fields = {"subscriptionId": "x", "service": BB, "forcedTakeover": True}
    assert refused(town.alfa, 400, "invalid", operation, **fields).startswith("forcedTakeover goes with ACTIVATE")
    assert refused(town.alfa, 404, "not_found", operation, **fields | {"forcedTakeover": False})


def test_an_unknown_access_and_a_service_that_is_not_sold_there_are_refused(town: Town) -> None:
    access = town.access()
    assert refused(town.alfa, 400, "invalid", "ACTIVATE", accessId="NONE", service=BB) == "Unknown access: 'NONE'."
    # gamma's agreement does not show it: no difference from one that does not exist.
    assert (
        refused(town.gamma, 400, "invalid", "ACTIVATE", accessId=access, service=BB) == f"Unknown access: {access!r}."
    )
    for sp, service in (
        (town.alfa, "INTERNET"),
        (town.beta, "BB-ALFA"),
        (town.alfa, "BB-HEMSÖ"),
        (town.alfa, "bb-10-10"),
    ):
        cause = refused(sp, 400, "invalid", "ACTIVATE", accessId=access, service=service)
        assert cause.startswith(f"Unknown service: {service!r}")
    assert town.alfa.active(access, "BB-ALFA")
    assert town.alfa.active("H-1", "BB-HEMSÖ")


def test_a_service_is_sold_only_while_it_is_offered(town: Town) -> None:
    access = town.access()
    assert "2200-01-01T00:00:00Z" in refused(
        town.alfa, 400, "invalid", "ACTIVATE", accessId=access, service="BB-LATER"
    )
    assert "2020-01-01T00:00:00Z" in refused(town.alfa, 400, "invalid", "ACTIVATE", accessId=access, service="BB-OLD")
    early = {"accessId": access, "service": "BB-LATER", "requestedDateTime": "2199-12-31T23:59:59.999Z"}
    assert "2200" in refused(town.alfa, 400, "invalid", "ACTIVATE", **early)
    order = town.alfa.order("ACTIVATE", **early | {"requestedDateTime": "2200-01-01T00:00:00Z"})
    assert town.alfa.http.delete(f"/orders/{order['orderId']}").status_code == 204


@pytest.mark.parametrize("state", ["PLANNED", "DEPLOYING", "HOMESPASSED", "DISCONNECTED", "OUTMIGRATION"])
def test_orders_are_taken_on_connected_accesses_only(town: Town, state: str) -> None:
    for when in ({}, {"requestedDateTime": LATER}):
        cause = refused(town.alfa, 409, "access_state", "ACTIVATE", accessId=f"S-{state}", service=BB, **when)
        assert f"is {state};" in cause


def test_on_an_access_that_is_migrating_in_an_order_must_be_for_later(town: Town) -> None:
    for when in ({}, {"requestedDateTime": "2020-01-01T00:00:00Z"}):
        cause = refused(town.alfa, 409, "access_state", "ACTIVATE", accessId="S-INMIGRATION", service=BB, **when)
        assert "is INMIGRATION; give a requestedDateTime" in cause
    order = town.alfa.order("ACTIVATE", accessId="S-INMIGRATION", service=BB, requestedDateTime=LATER)
    assert town.alfa.http.delete(f"/orders/{order['orderId']}").status_code == 204


def test_a_subscription_is_found_by_its_id_by_the_sps_id_or_by_access_and_service(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access, spSubscriptionId=f"mine on {access}")
    addresses: tuple[dict[str, str], ...] = (
        {"subscriptionId": subscription},
        {"spSubscriptionId": f"mine on {access}"},
        {"accessId": access, "service": BB},
    )
    for address in addresses:
        assert town.alfa.done("SUSPEND", **address)["subscriptionId"] == subscription
        assert town.alfa.done("RESUME", **address)["subscriptionId"] == subscription
        order = town.alfa.done("MODIFY", **address, spReference=str(address))
        assert (order["subscriptionId"], order["accessId"], order["service"]) == (subscription, access, BB)
        assert town.alfa.subscriptions(access)[0]["spReference"] == str(address)
        assert town.alfa.subscriptions(access)[0]["spSubscriptionId"] == f"mine on {access}"
    by_own_id = town.alfa.done("CHANGE", spSubscriptionId=f"mine on {access}", service="BB-10-10")
    assert by_own_id["subscriptionId"] == subscription
    # The service that a CHANGE names is the one that shall be, so it is the type that tells.
    by_type = town.alfa.done("CHANGE", accessId=access, service="BB-250-250")
    assert by_type["subscriptionId"] == subscription
    town.alfa.done("CHANGE", accessId=access, service="BB-10-10")
    assert town.alfa.done("DEACTIVATE", accessId=access, service="BB-10-10")["subscriptionId"] == subscription
    # What has ended is still found, by whatever named it last.
    for address in ({"subscriptionId": subscription}, {"spSubscriptionId": f"mine on {access}"}):
        answer = town.alfa.post("DEACTIVATE", **address)
        assert (answer.status_code, answer.json()["state"]) == (200, "DONE_SUCCESS")


def test_an_address_that_means_several_subscriptions_is_a_conflict_and_one_that_means_none_is_invalid(
    town: Town,
) -> None:
    first, second = town.access(), town.access()
    lines = [town.alfa.active(first, "VOIP", spSubscriptionId=f"{first} {number}") for number in range(2)]
    for access in (first, second):
        town.alfa.active(access, spSubscriptionId=f"twice {first}")
    cause = refused(town.alfa, 409, "conflict", "SUSPEND", accessId=first, service="VOIP")
    assert cause == "Several subscriptions are meant; name one by its subscriptionId."
    assert refused(town.alfa, 409, "conflict", "SUSPEND", spSubscriptionId=f"twice {first}") == cause
    assert town.alfa.done("SUSPEND", spSubscriptionId=f"{first} 1")["subscriptionId"] == lines[1]

    none = refused(town.alfa, 400, "invalid", "SUSPEND", spSubscriptionId="unheard of")
    assert none == "You have no subscription with spSubscriptionId 'unheard of'."
    none = refused(town.alfa, 400, "invalid", "SUSPEND", accessId=second, service="VOIP")
    assert none == f"You have no subscription with service 'VOIP' on access {second!r}."
    # beta's references are beta's: alfa's name nothing to it.
    assert refused(town.beta, 400, "invalid", "SUSPEND", spSubscriptionId=f"twice {first}")
    assert refused(town.beta, 400, "invalid", "SUSPEND", accessId=first, service=BB)


def test_a_subscription_that_is_still_wanted_is_found_by_the_reference_of_its_order(town: Town) -> None:
    access = town.access()
    wanted = town.alfa.order(
        "ACTIVATE", accessId=access, service=BB, spSubscriptionId=f"soon {access}", requestedDateTime=LATER
    )
    for address in (
        {"subscriptionId": wanted["subscriptionId"]},
        {"spSubscriptionId": f"soon {access}"},
        {"accessId": access, "service": BB},
    ):
        assert wanted["orderId"] in refused(town.alfa, 409, "under_way", "DEACTIVATE", **address)


def test_a_subscription_that_never_began_is_none(town: Town) -> None:
    access = town.access()
    order = town.alfa.order("ACTIVATE", accessId=access, service=BB, spSubscriptionId=access, requestedDateTime=LATER)
    assert town.alfa.http.delete(order["path"].removeprefix("/onapi/2.6")).status_code == 204
    by_id = refused(town.alfa, 404, "not_found", "DEACTIVATE", subscriptionId=order["subscriptionId"])
    assert by_id == f"There is no subscription {order['subscriptionId']!r}."
    assert refused(town.alfa, 400, "invalid", "DEACTIVATE", spSubscriptionId=access)
    assert refused(town.alfa, 400, "invalid", "DEACTIVATE", accessId=access, service=BB) == (
        f"You have no subscription with service {BB!r} on access {access!r}."
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_unknown_subscription_and_another_sps_are_not_found(town: Town, operation: str) -> None:
    theirs = town.beta.active(town.access())
    for subscription in (theirs, "0" * 32):
        cause = refused(
            town.alfa, 404, "not_found", operation, subscriptionId=subscription, service="BB-250-250", spReference="r"
        )
        assert cause == f"There is no subscription {subscription!r}."


def test_what_is_said_beside_the_address_must_be_so(town: Town) -> None:
    access, other = town.access(), town.access()
    subscription = town.alfa.active(access)
    cause = refused(town.alfa, 400, "invalid", "SUSPEND", subscriptionId=subscription, accessId=other)
    assert cause.startswith(f"accessId {other!r} is not that of subscription")
    cause = refused(town.alfa, 400, "invalid", "SUSPEND", subscriptionId=subscription, service="BB-250-250")
    assert cause.startswith("service 'BB-250-250' is not the service of subscription")
    town.alfa.done("SUSPEND", subscriptionId=subscription, accessId=access, service=BB)


def test_modify_needs_something_to_modify(town: Town) -> None:
    subscription = town.alfa.active(town.access(), spSubscriptionId="m")
    cause = refused(town.alfa, 400, "invalid", "MODIFY", subscriptionId=subscription)
    assert cause.startswith("There is nothing to modify")
    # The address alone modifies nothing; a null is absent.
    assert refused(town.alfa, 400, "invalid", "MODIFY", spSubscriptionId="m", spReference=None) == cause


def test_the_same_request_again_is_answered_with_the_standing_order(town: Town) -> None:
    access = town.access()
    wish = {
        "accessId": access,
        "service": BB,
        "requestedDateTime": LATER,
        "equipment": {"macAddress": "aabbccddeeff"},
    }
    order = town.alfa.order("ACTIVATE", **wish)
    spelled = wish | {
        "equipment": [{"macAddress": "AA-BB-CC-DD-EE-FF"}],
        "requestedDateTime": "2199-01-01T01:00+01:00",
    }
    for again in (wish, spelled, wish | {"forcedTakeover": False, "externalNote": None, "unheardOf": [1]}):
        answer = town.alfa.post("ACTIVATE", **again)
        assert (answer.status_code, answer.json()) == (200, order)
        assert "Location" not in answer.headers
    for differently in ({"service": "BB-10-10"}, {"spReference": "r"}, {"requestedDateTime": None}):
        assert order["orderId"] in refused(town.alfa, 409, "under_way", "ACTIVATE", **wish | differently)
    assert len(town.alfa.get(f"/orders/?accessId={access}")) == 1


@pytest.mark.parametrize("operation", OPERATIONS)
def test_one_unfinished_order_for_a_subscription_and_the_same_again_finds_it(town: Town, operation: str) -> None:
    access = town.access()
    subscription = town.alfa.active(access, spSubscriptionId=f"u {access}")
    if operation == "RESUME":
        town.alfa.done("SUSPEND", subscriptionId=subscription)
    extra = {"CHANGE": {"service": "BB-10-10"}, "MODIFY": {"spReference": "r"}}.get(operation, {})
    order = town.alfa.order(operation, subscriptionId=subscription, requestedDateTime=LATER, **extra)
    for address in ({"subscriptionId": subscription}, {"spSubscriptionId": f"u {access}"}):
        again = town.alfa.post(operation, **address, requestedDateTime=LATER, **extra)
        assert (again.status_code, again.json()) == (200, order)
    for other in OPERATIONS:
        cause = (
            refused(
                town.alfa, 409, "under_way", other, subscriptionId=subscription, service=BB, externalNote="another"
            )
            if other in ("CHANGE", "SUSPEND", "RESUME", "DEACTIVATE")
            else refused(town.alfa, 409, "under_way", other, subscriptionId=subscription, spReference="another")
        )
        assert order["orderId"] in cause


def test_what_is_so_already_is_done_without_an_order(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    suspended = town.alfa.active(town.access())
    town.alfa.done("SUSPEND", subscriptionId=suspended)
    gone = town.alfa.active(town.access())
    town.alfa.done("DEACTIVATE", subscriptionId=gone)
    for operation, fields in {
        "ACTIVATE": {"accessId": access, "service": BB},
        "RESUME": {"subscriptionId": subscription},
        "CHANGE": {"subscriptionId": subscription, "service": BB},
        "SUSPEND": {"subscriptionId": suspended},
        "DEACTIVATE": {"subscriptionId": gone},
    }.items():
        answer = town.alfa.post(operation, **fields)
        assert answer.status_code == 200
        assert set(answer.json()) == {"accessId", "service", "operation", "subscriptionId", "state", "message"}
        told = answer.json()
        assert (told["operation"], told["state"], told["message"]) == (operation, "DONE_SUCCESS", "")
        assert told["subscriptionId"] in (subscription, suspended, gone)
        assert "Location" not in answer.headers
    orders = town.alfa.get(f"/orders/?accessId={access}")
    assert [order["operation"] for order in orders] == ["ACTIVATE"]


@pytest.mark.parametrize(
    "fields", [{"spReference": "r"}, {"spSubscriptionId": "s"}, {"equipment": [{"vendorId": "v"}]}]
)
def test_a_change_to_the_same_service_that_changes_something_else_is_an_order(
    town: Town, fields: dict[str, object]
) -> None:
    access = town.access()
    subscription = town.alfa.active(access, "BB-250-250")
    town.alfa.done("CHANGE", subscriptionId=subscription, service="BB-250-250", **fields)
    assert fields.keys() <= town.alfa.subscriptions(access)[0].keys()


@pytest.mark.parametrize("operation", ["SUSPEND", "RESUME", "MODIFY", "CHANGE"])
def test_nothing_but_deactivate_is_done_with_what_has_ended(town: Town, operation: str) -> None:
    subscription = town.alfa.active(town.access())
    town.alfa.done("DEACTIVATE", subscriptionId=subscription)
    fields = {"CHANGE": {"service": "BB-10-10"}, "MODIFY": {"spReference": "r"}}.get(operation, {})
    cause = refused(town.alfa, 409, "conflict", operation, subscriptionId=subscription, **fields)
    assert cause == f"Subscription {subscription!r} has ended."


def test_another_service_of_the_type_is_in_the_way_with_the_standards_words(town: Town) -> None:
    access = town.access()
    subscription = town.alfa.active(access)
    cause = refused(town.alfa, 409, "other_service_active", "ACTIVATE", accessId=access, service="BB-10-10")
    assert cause.startswith("Another Service of ServiceType 'Broadband' is already active")
    assert subscription in cause
    assert town.alfa.active(access, "IPTV-BASE")


def test_what_another_sp_has_or_wants_is_claimed_with_the_standards_words(town: Town) -> None:
    access, wanted = town.access(), town.access()
    town.alfa.active(access)
    town.alfa.order("ACTIVATE", accessId=wanted, service="BB-250-250", requestedDateTime=LATER)
    for place in (access, wanted):
        for service in (BB, "BB-10-10"):
            cause = refused(town.beta, 409, "claimed", "ACTIVATE", accessId=place, service=service)
            assert cause == "ServiceType is already claimed by other Service Provider."
    assert town.beta.active(access, "IPTV-BASE")


def test_a_type_that_is_not_exclusive_is_held_line_by_line(town: Town) -> None:
    access = town.access()
    lines = [
        town.alfa.active(access, "VOIP"),
        town.alfa.active(access, "VOIP", spSubscriptionId="second"),
        town.beta.active(access, "VOIP", spSubscriptionId="second"),
    ]
    assert len(set(lines)) == 3
    again = town.alfa.post("ACTIVATE", accessId=access, service="VOIP", spSubscriptionId="second")
    assert (again.status_code, again.json()["subscriptionId"]) == (200, lines[1])
    assert len(town.operator.port(access)) == 3


def test_change_stays_within_the_service_type(town: Town) -> None:
    subscription = town.alfa.active(town.access())
    cause = refused(town.alfa, 409, "conflict", "CHANGE", subscriptionId=subscription, service="IPTV-BASE")
    assert cause == "CHANGE keeps the service type: 'IPTV-BASE' is IPTV, and the subscription is Broadband."
    cause = refused(town.alfa, 400, "invalid", "CHANGE", subscriptionId=subscription, service="BB-HEMSÖ")
    assert cause.startswith("Unknown service: 'BB-HEMSÖ'")
    assert "2020" in refused(town.alfa, 400, "invalid", "CHANGE", subscriptionId=subscription, service="BB-OLD")


def test_an_activate_may_carry_what_only_the_server_says(town: Town) -> None:
    access = town.access()
    order = town.alfa.order(
        "ACTIVATE", accessId=access, service=ODD, orderId="mine", state="RECEIVED", path="/x", message="y",
        expectedCompletionDate="soon", code=7,
    )  # fmt: skip
    assert order["orderId"] != "mine"
    assert (order["service"], order["message"]) == (ODD, "")
    town.alfa.settled(order)
    assert town.alfa.subscriptions(access)[0]["service"] == ODD
    assert town.alfa.done("DEACTIVATE", accessId=access, service=ODD)["service"] == ODD
