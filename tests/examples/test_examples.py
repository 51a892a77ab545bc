"""The examples do what they say, at a real operator."""

import http.server
import importlib.util
import sqlite3
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

import onapi
from onapi.client import OrderFailed, Row
from onapi.client.copies import SqliteCopy
from onapi.client.cursors import FileCursor
from onapi.testing import Network

_FOLDER = Path(onapi.__file__).parents[2] / "examples"


def _loaded(name: str) -> Any:
    """Return an example, which is in no package."""
    spec = importlib.util.spec_from_file_location(name, _FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


follower = _loaded("follower")
reconcile_invoice = _loaded("reconcile_invoice")
sp_order_in_20_lines = _loaded("sp_order_in_20_lines")


class Hook(http.server.BaseHTTPRequestHandler):
    """A webhook that is away for its first call, and remembers what came after that."""

    got: list[str]
    away: bool

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if type(self).away:
            type(self).away = False
            self.send_error(503)
            return
        assert msgspec.json.decode(body)["event"] == self.headers["X-Event-Id"]
        type(self).got.append(msgspec.json.decode(body)["order"]["state"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[str]:
    Hook.got, Hook.away = [], True
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_provider_in_20_lines_sells(onapi_network: Network) -> None:
    with onapi_network.client() as client:
        sold = sp_order_in_20_lines.sell(client, "DEMO-1")
        assert (sold.service, sold.operational_state) == ("BB-100-100", "ACTIVATED")
        with pytest.raises(OrderFailed):
            sp_order_in_20_lines.sell(client, "DEMO-FAIL-1")


def test_a_follower_calls_the_hook_for_each_change_in_order(
    onapi_network: Network, hook: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with onapi_network.client() as client:
        client.orders.activate("DEMO-1", "BB-100-100").wait(30)
        while Hook.got[-1:] != ["DONE_SUCCESS"]:
            follower.follow(client, hook, FileCursor(tmp_path / "place"), forever=False)
    assert Hook.got == ["RECEIVED", "IN_PROGRESS", "DONE_SUCCESS"]


def test_an_invoice_is_reconciled_with_what_we_know(
    onapi_network: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "co.db"
    with onapi_network.client() as client:
        ours = client.orders.activate("DEMO-1", "BB-100-100").wait(30).subscription_id
        copy = SqliteCopy(file)
        copy.refresh(client)
        copy.close()
        with sqlite3.connect(file) as connection:
            assert reconcile_invoice.reconcile(client, connection) == 0
            assert "No month" in capsys.readouterr().out
            known = reconcile_invoice.known(connection)
    assert known == {ours}
    rows = [_row(str(ours), "100.10"), _row("another", "0.20"), _row(str(ours), "100.10")]
    totals = {"PERIODIC_FEE": Decimal()}
    told = list(reconcile_invoice.disagreements(iter(rows), known, totals))
    assert told == [
        "another: 0.20 for a subscription that is none of ours.",
        f"{ours}: a periodic fee from 2026-11-01 twice.",
    ]
    assert totals == {"PERIODIC_FEE": Decimal("200.40")}


def _row(subscription: str, amount: str) -> Row:
    row = {
        "subscription": {"coSubscriptionId": subscription},
        "invoice": {
            "rowType": "PERIODIC_FEE",
            "invoiceType": "DEBIT",
            "fromDate": "2026-11-01",
            "invoicedAmount": amount,
        },
    }
    return msgspec.convert(row, Row)
