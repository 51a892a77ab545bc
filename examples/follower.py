"""Call a webhook of ours for every change of an order, as if the operator did: each at least once, in order.

    python examples/follower.py http://127.0.0.1:9000/hook

The place is kept in follower.json, after the hook has answered 2xx. A hook that is away is called again, and nothing
overtakes. Who gets an event twice, after a crash of ours, knows it by its X-Event-Id.
"""

import os
import sys
import time

import httpx2
import msgspec

from onapi.client import Client, OrderEvent
from onapi.client.cursors import Cursor, FileCursor


def deliver(hook: httpx2.Client, url: str, event: OrderEvent) -> None:
    """Call the hook until it has taken the event."""
    pause = 1.0
    while True:
        try:
            headers = {"Content-Type": "application/json", "X-Event-Id": event.event}
            if hook.post(url, content=msgspec.json.encode(event), headers=headers).is_success:
                return
        except httpx2.TransportError as error:
            print(f"{url}: {error}", file=sys.stderr)
        time.sleep(pause)
        pause = min(pause * 2, 60.0)


def follow(co: Client, url: str, cursor: Cursor, *, forever: bool = True) -> None:
    """Deliver what happened since the last time, and what happens."""
    with httpx2.Client(timeout=10) as hook:
        for event in co.orderevents.follow(cursor, every_s=5, forever=forever):
            deliver(hook, url, event)


if __name__ == "__main__":
    with Client(os.environ["ONAPI_SP_URL"], os.environ["ONAPI_SP_USER"], os.environ["ONAPI_SP_PASSWORD"]) as operator:
        follow(operator, sys.argv[1], FileCursor("follower.json"))
