"""What is done for an order, step by step: a plan is stored with the order when it is accepted.

A network step changes the access's port to what the order wants, and can be taken back. The last step writes down
what is so now, and finishes the order in the same transaction.
"""

from onapi.domain.orders import Wish
from onapi.vocabulary import Operation

CONFIGURE_PORT = "configure_port"
"""Make the network deliver what the order wants; the only kind of step, so far, that a driver does."""

_LAST = {
    Operation.ACTIVATE: "start_subscription",
    Operation.DEACTIVATE: "end_subscription",
    Operation.SUSPEND: "suspend_subscription",
    Operation.RESUME: "resume_subscription",
    Operation.MODIFY: "modify_subscription",
    Operation.CHANGE: "change_subscription",
}


def plan_of(wish: Wish) -> tuple[str, ...]:
    """Return the names of the steps, in order; they are words without blanks."""
    if wish.operation is Operation.MODIFY and wish.equipment is None and wish.characteristics is None:
        # Only the SP's references change, which the network does not know.
        return (_LAST[wish.operation],)
    return (CONFIGURE_PORT, _LAST[wish.operation])
