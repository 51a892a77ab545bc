"""Plans: the network first, then what is written down; and nothing in the network that it does not know."""

import pytest

from onapi.domain.equipment import Equipment
from onapi.domain.orders import Wish
from onapi.domain.plans import CONFIGURE_PORT, plan_of
from onapi.vocabulary import Operation

LAST = {
    Operation.ACTIVATE: "start_subscription",
    Operation.DEACTIVATE: "end_subscription",
    Operation.SUSPEND: "suspend_subscription",
    Operation.RESUME: "resume_subscription",
    Operation.MODIFY: "modify_subscription",
    Operation.CHANGE: "change_subscription",
}


@pytest.mark.parametrize("operation", Operation)
def test_each_operation_ends_with_what_it_is_for(operation: Operation) -> None:
    assert plan_of(Wish(operation=operation, characteristics={})) == (CONFIGURE_PORT, LAST[operation])
    assert not [step for step in plan_of(Wish(operation=operation)) if " " in step]


def test_a_modify_reaches_the_network_only_with_what_it_knows() -> None:
    modify = Operation.MODIFY
    assert plan_of(Wish(operation=modify, sp_reference="r", sp_subscription_id="s")) == ("modify_subscription",)
    assert len(plan_of(Wish(operation=modify, equipment=(Equipment(vendor_id="v"),)))) == 2
    assert len(plan_of(Wish(operation=modify, equipment=()))) == 2
    assert len(plan_of(Wish(operation=modify, characteristics={"sla": "a"}))) == 2
