"""A service provider in 20 lines: order the first service that an access can have, and wait for it."""

import os
import sys
from datetime import UTC, datetime

from onapi.client import Client, OrderFailed, Subscription


def sell(co: Client, access_id: str) -> Subscription:
    """Return the subscription that was made."""
    service = next(one.service for one in co.services.show(access_id) if one.orderable(datetime.now(UTC)))
    order = co.orders.activate(access_id, service).wait(timeout_s=120)
    return next(one for one in co.subscriptions.show(access_id) if one.subscription_id == order.subscription_id)


if __name__ == "__main__":
    with Client(os.environ["ONAPI_SP_URL"], os.environ["ONAPI_SP_USER"], os.environ["ONAPI_SP_PASSWORD"]) as operator:
        try:
            print(sell(operator, sys.argv[1]))
        except OrderFailed as error:
            sys.exit(f"{error.order.service} on {sys.argv[1]} failed: {error.cause}")
