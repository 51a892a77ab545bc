"""A catalogue that changes while its services are delivered: what was sold goes on as it was."""

import json

from tests.town import Town

BB = "BB-100-100"


def test_other_speeds_in_the_catalogue_are_for_orders_from_then_on(town: Town) -> None:
    access, other = town.access(), town.access()
    subscription = town.alfa.active(access)
    town.operator.rows("UPDATE services SET down_kbps = 110000 WHERE service = $1", BB)
    try:
        town.alfa.done("SUSPEND", subscriptionId=subscription)
        town.alfa.done("RESUME", subscriptionId=subscription)
        town.alfa.done("MODIFY", subscriptionId=subscription, equipment={"vendorId": "v"})
        assert _down(town, access) == 100_000
        town.alfa.active(other)
        assert _down(town, other) == 110_000
        town.alfa.done("CHANGE", subscriptionId=subscription, service="BB-250-250")
        town.alfa.done("CHANGE", subscriptionId=subscription, service=BB)
        assert _down(town, access) == 110_000
        town.operator.rows("UPDATE services SET down_kbps = 120000 WHERE service = $1", BB)
        town.beta.done("ACTIVATE", accessId=access, service=BB, forcedTakeover=True)
        assert _down(town, access) == 120_000
        town.beta.done("DEACTIVATE", accessId=access, service=BB)
        assert town.operator.port(access) == []
    finally:
        town.operator.rows("UPDATE services SET down_kbps = 100000 WHERE service = $1", BB)


def _down(town: Town, access: str) -> int:
    (setup,) = town.operator.port(access)
    return int(json.loads(setup)["down_kbps"])
