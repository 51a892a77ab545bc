"""What a provider's own tests get: an operator of their own, in their process."""

import asyncio

import pytest

from onapi.client import OrderFailed
from onapi.testing import Network

BB = "BB-100-100"


@pytest.mark.parametrize("run", [1, 2])
def test_each_test_has_an_operator_of_its_own(onapi_network: Network, run: int) -> None:
    del run
    with onapi_network.client() as alfa:
        assert alfa.subscriptions.show("DEMO-1") == ()
        alfa.orders.activate("DEMO-1", BB).wait(30)
        assert [one.service for one in alfa.subscriptions.show("DEMO-1")] == [BB]


def test_orders_fail_where_they_are_meant_to_and_where_a_test_wants_it(onapi_network: Network) -> None:
    onapi_network.fault("DEMO-2", "reject")
    with onapi_network.client("beta") as beta:
        for access in ("DEMO-FAIL-1", "DEMO-2"):
            with pytest.raises(OrderFailed):
                beta.orders.activate(access, BB).wait(30)
        onapi_network.mend("DEMO-2")
        assert beta.orders.activate("DEMO-2", BB).wait(30).state == "DONE_SUCCESS"


def test_a_test_may_have_a_loop_of_its_own(onapi_network: Network) -> None:
    async def work() -> None:
        async with onapi_network.async_client() as alfa:
            onapi_network.fault("DEMO-1", "slow", seconds=0.1)
            placed = await alfa.orders.activate("DEMO-1", BB)
            assert (await placed.wait(30)).state == "DONE_SUCCESS"

    asyncio.run(work())
