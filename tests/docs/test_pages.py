"""What pages have people type is typed, at a demo or a database that stands for the reader's own."""

import asyncio
import configparser
import json
import os
import re
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import asyncpg
import httpx2
import pytest
import trustme
import yaml

from onapi.drivers import netconf
from onapi.storage import embedded
from onapi.storage.pool import Database
from tests import given, months
from tests.cli.command import PROGRAM, environment, onapi, running
from tests.conftest import opened
from tests.docs.blocks import PAGES, ROOT, blocks, languages

_ORDER, _TICKET = "01a20edab325e95b0fb8d2dd7a51d045", "01a2151916bc85033462d3fece496c8c"
_URL = "http://127.0.0.1:8026/onapi/2.6/"

_ELSEWHERE = {
    "docs/explanation/how-a-month-is-computed.md": "tests/docs/test_worked_example.py",
    "docs/howto/connect-kea.md": "tests/drivers/kea/test_howto.py",
    "docs/howto/connect-the-network.md": "tests/cli/test_elements.py",
    "docs/howto/run-the-lab.md": "tests/lab/test_demo.py",
    "docs/howto/test-in-ci.md": "tests/docs/test_client_pages.py",
    "docs/reference/client.md": "tests/docs/test_client_pages.py",
    "docs/tutorials/first-driver.md": "tests/docs/test_docs.py",
    "docs/tutorials/first-operator.md": "tests/docs/test_docs.py",
    "docs/tutorials/first-order.md": "tests/docs/test_docs.py",
    "docs/tutorials/sp-first-order.md": "tests/docs/test_docs.py",
}
"""Pages that other tests do as they are written."""

_NOT_DONE = {"docs/explanation/performance.md": "make bench takes half an hour"}
"""Pages of which only the commands are known to exist, and why."""


@dataclass(frozen=True)
class Demo:
    """A running demo, and where its data are."""

    url: str
    data: Path

    def done(self, page: str, folder: Path, *, language: str = "sh", **instead: str) -> str:
        """Return what a page's blocks print when they are typed here one after another; see `_typed`."""
        settings = {
            "ONAPI_DATA": str(self.data),
            "ONAPI_SP_URL": self.url,
            "ONAPI_SP_USER": "alfa",
            "ONAPI_SP_PASSWORD": "alfa-demo",
            "ONAPI_SP_CONFIG": str(folder / "sp.json"),
        }
        return _typed("\n".join(blocks(page, language)), folder, settings, {_URL: self.url, **instead})

    def client(self) -> httpx2.Client:
        """Return alfa's client."""
        return httpx2.Client(base_url=self.url, auth=("alfa", "alfa-demo"), timeout=30)


def _typed(text: str, folder: Path, settings: dict[str, str], instead: dict[str, str]) -> str:
    """Return what lines print in a shell, where none may fail; `instead` is what stands here for what is written."""
    for written, here in {"curl ": "curl -fsS ", **instead}.items():
        assert written in text or written in ("curl ", _URL), written
        text = text.replace(written, here)
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        check=False,
        cwd=folder,
        env=environment() | settings | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, (text, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory(prefix="onapi-pages-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        data = folder / "data"
        with running(folder, "demo", "--port", "0", "--data", data, "--accesses", "200") as served:
            yield Demo(served.url, data)
            served.end()


def test_every_page_with_code_is_done_somewhere_or_says_why_not() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    for page in PAGES:
        name = str(page.relative_to(ROOT))
        if not languages(page) - {"json"}:
            continue
        assert (name in _ELSEWHERE) + (name in _NOT_DONE) + (here.count(f'"{name}"') > 0) >= 1, name
        if name in _ELSEWHERE:
            assert page.stem in (ROOT / _ELSEWHERE[name]).read_text(encoding="utf-8"), name


def test_the_requests_of_readme_and_of_references_are_answered(demo: Demo, tmp_path: Path) -> None:
    readme = blocks("README.md", "sh")[1]
    out = _typed(readme, tmp_path, {}, {_URL: demo.url})
    assert '"state":"RECEIVED"' in out
    with demo.client() as alfa:
        _until(lambda: alfa.get("subscriptions/DEMO-1").json()["subscriptions"])
        (month,) = alfa.get("invoicespecification/").json()
    for page in ("docs/reference/orders.md", "docs/reference/services-and-subscriptions.md"):
        assert '"BB-100-100"' in demo.done(page, tmp_path), page
    assert '"link":true' in demo.done("docs/reference/tech.md", tmp_path)
    assert '"coTicketReference"' in demo.done("docs/reference/tickets.md", tmp_path)
    demo.done("docs/reference/invoicespecification.md", tmp_path, **{"202610": month["id"]})
    assert (tmp_path / f"{month['id']}.xlsx").read_bytes()[:2] == b"PK"
    demo.done("docs/reference/inventory.md", tmp_path, **{"curl ": "curl -sS "})


def test_a_ticket_is_answered(demo: Demo, tmp_path: Path) -> None:
    with demo.client() as alfa:
        wish = {"accessId": "DEMO-2", "createdBy": "A", "heading": "h", "description": "d", "problemType": "NO_LINK"}
        ticket = alfa.post("tickets/", json=wish).json()["coTicketReference"]
        demo.done("docs/howto/answer-a-ticket.md", tmp_path, **{_TICKET: ticket})
        told = alfa.get(f"tickets/{ticket}").json()
    assert (told["status"], told["responsible"], len(told["comments"])) == ("CLOSED", "SP", 3), told


def test_a_server_is_checked(demo: Demo, tmp_path: Path) -> None:
    out = demo.done("docs/howto/check-a-server.md", tmp_path, **{"DEMO-1": "ANK-000001"})
    assert out.count("No MUST is broken") == 4
    assert {path.suffix for path in (tmp_path / "reports").iterdir()} == {".html", ".xml", ".json"}


def test_a_provider_is_let_in(demo: Demo, tmp_path: Path) -> None:
    out = demo.done(
        "docs/howto/onboard-a-provider.md",
        tmp_path,
        **{
            "curl -fsS -u alfa ": "curl -fsS -u alfa:alfa-demo ",
            "https://onapi.example/onapi/2.6/": demo.url,
            "TEST-1": "ANK-000002",
            "onapi provider add alfa": "onapi provider add delta",
            "credential add alfa": "credential add delta",
            "show alfa": "show delta",
            "revoke alfa c1": "revoke delta c1",
            "gamma": "epsilon",
            "Centrum": "'Ankeborg Centrum'",
            "Hemsö": "Hemsöhem",
        },
    )
    assert out.startswith("delta:")
    assert '"operation":"DEACTIVATE"' in out.replace(": ", ":")


def test_services_are_sold(database_url: str, tmp_path: Path) -> None:
    page = "docs/howto/sell-services.md"
    first, prices = blocks(page, "yaml")
    (tmp_path / "catalogue.yaml").write_text(first, encoding="utf-8")
    settings = {"ONAPI_DATABASE_URL": database_url}
    assert "BB-100-100" in _typed("\n".join(blocks(page, "sh")), tmp_path, settings, {})
    catalogue = yaml.safe_load((tmp_path / "catalogue.yaml").read_text(encoding="utf-8"))
    catalogue["services"][0] |= yaml.safe_load(prices)
    (tmp_path / "catalogue.yaml").write_text(yaml.safe_dump(catalogue), encoding="utf-8")
    rehearses = blocks(page, "sh")[0]
    assert "159.00" in _typed(
        rehearses.replace(" --dry-run", "") + "onapi catalogue export -", tmp_path, settings, {}
    )


def test_failures_are_tried_and_an_order_is_unstuck(demo: Demo, tmp_path: Path) -> None:
    demo.done("docs/howto/try-failures.md", tmp_path)
    onapi("simulated", "fault", "DEMO-2", "garbage", data=demo.data)
    with demo.client() as alfa:
        wish = {"operation": "ACTIVATE", "accessId": "DEMO-2", "service": "BB-100-100"}
        order = alfa.post("orders/", json=wish).json()["orderId"]
        _until(lambda: order in onapi("orders", "list", "--stuck", data=demo.data).out)
        for page in ("docs/howto/unstick-an-order.md", "docs/explanation/orders.md"):
            assert order in demo.done(page, tmp_path, **{_ORDER: order})
        onapi("simulated", "fault", "DEMO-2", "none", data=demo.data)
        assert onapi("orders", "retry", order, data=demo.data).code == 0
        _until(lambda: alfa.get(f"orders/{order}").json()["state"] == "DONE_FAILED")


def test_an_operator_is_followed_and_mirrored(demo: Demo, tmp_path: Path, empty_url: str) -> None:
    with demo.client() as alfa:
        wish = {"operation": "ACTIVATE", "accessId": "DEMO-FAIL-1", "service": "BB-100-100"}
        alfa.post("orders/", json=wish).raise_for_status()
        _until(lambda: "DONE_FAILED" in alfa.get("orderevents/").text)
    lasting = {"follow\n": "follow --once\n", "--every 30": "--once"}
    assert "DONE_FAILED" in demo.done("docs/howto/follow-events.md", tmp_path, **lasting)
    here = {"--to co.db --every 60": "--to co.db", "postgresql://localhost/sales --every 60": empty_url}
    demo.done("docs/howto/mirror-an-operator.md", tmp_path, **here)
    assert (tmp_path / "co.db").exists()


def test_addresses_are_imported(database_url: str, tmp_path: Path) -> None:
    asyncio.run(_with(database_url, lambda database: given.accesses_in(database, given.access("STOR-1"))))
    page, settings = "docs/howto/import-addresses.md", {"ONAPI_DATABASE_URL": database_url}
    *imports, exports = blocks(page, "sh")
    _typed(exports, tmp_path, settings, {"all.csv": "list.csv"})
    _typed("\n".join([*imports, exports]), tmp_path, settings, {})
    assert (tmp_path / "all.csv").read_bytes() == (tmp_path / "list.csv").read_bytes()


def test_a_month_is_closed(database_url: str, tmp_path: Path) -> None:
    async def lived(database: Database) -> str:
        await months.town(database, "A-1")
        async with database.connection() as tx:
            return str(await months.subscribe(tx, "s-1", "A-1"))

    subscription = asyncio.run(_with(database_url, lived))
    settings = {"ONAPI_DATABASE_URL": database_url}
    _typed('ONAPI_CO_ID="Ankeborgs Stadsnät" onapi invoices compile 202509', tmp_path, settings, {})
    asked = onapi("tickets", "open", "--provider", "alfa", "--access", "A-1", "--problem", "QUALITY", "--by", "O",
                  "--heading", "h", "--description", "d", url=database_url)  # fmt: skip
    ticket = asked.out.split()[0]
    out = _typed(
        "\n".join(blocks("docs/howto/close-a-month.md", "sh")),
        tmp_path,
        settings,
        {
            "reconcile alfas-account.xlsx": "reconcile 202510.xlsx",
            "202610": "202510",
            "202609": "202509",
            "202611": "202511",
            "2026-10": "2025-10",
            _ORDER: subscription,
            _TICKET: ticket,
        },
    )
    assert "MOVE_FEE" in out
    listed = json.loads(onapi("invoices", "list", "--json", url=database_url).out)
    assert [one["period"] for one in listed if one["locked_at"]] == ["202510"]


def test_a_server_is_run_in_production(data_folder: Path, tmp_path: Path) -> None:
    page = "docs/howto/run-in-production.md"
    settles, with_tls, behind_proxy, works, upgrades = blocks(page, "sh")
    (unit,) = blocks(page, "ini")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(str(tmp_path / "chain.pem"))
    certificate.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    with embedded.running(data_folder) as url:
        asyncio.run(_as_superuser(url, blocks(page, "sql")[0]))
        own = url.replace("postgres@/postgres", "onapi:…@/onapi")
        out = _typed(settles, tmp_path, {}, {"postgresql://onapi@db.example/onapi": own})
        assert "No order is stuck." in out
        assert "No order is stuck." in _typed(upgrades, tmp_path, {"ONAPI_DATABASE_URL": own}, {})
        secure = [str(tmp_path / word) if word.endswith(".pem") else word for word in shlex.split(with_tls)[1:]]
        here = [{"0.0.0.0": "127.0.0.1", "443": "0"}.get(word, word) for word in secure]
        for words in (here, [*shlex.split(behind_proxy)[1:], "--port", "0"]):
            with running(tmp_path, *words, url=own) as served:
                assert served.end()[0] == 0
        command = configparser.ConfigParser(interpolation=None)
        command.read_string(unit)
        assert command["Service"]["ExecStart"].endswith(f"/bin/{works.strip()}")
        worker = subprocess.Popen(
            [PROGRAM, *works.split()[1:]], env=environment(own), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        with worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"working\n"
            worker.terminate()
        assert worker.returncode == 0


def test_the_catalogue_and_the_element_of_pages_are_taken(database_url: str, tmp_path: Path) -> None:
    (catalogue,) = blocks("docs/reference/catalogue.md", "yaml")
    assert onapi("catalogue", "import", "-", url=database_url, given=catalogue.encode()).code == 0
    (elements,) = blocks("docs/howto/connect-by-ssh.md", "csv")
    ran = onapi("elements", "import", "-", url=database_url, given=elements.encode())
    assert ran.code == 0, ran.err


def test_the_statements_of_pages_run(database_url: str) -> None:
    async def run(database: Database) -> None:
        async with database.connection() as tx:
            await tx.execute(blocks("docs/explanation/deltas.md", "sql")[0])
            await tx.execute(blocks("docs/explanation/tenancy.md", "sql")[1])

    asyncio.run(_with(database_url, run))


def test_the_profile_and_the_driver_for_a_switch_model_are_taken(tmp_path: Path) -> None:
    (profile,) = blocks("docs/howto/add-a-switch-model.md", "yaml")
    (tmp_path / "example.yaml").write_text(profile, encoding="utf-8")
    names: dict[str, Any] = {"FOLDER": tmp_path}
    exec(compile(blocks("docs/howto/add-a-switch-model.md", "python")[0], "page", "exec"), names)
    shelf = names["OurSnmpDriver"].shelf()
    assert shelf.best("1.3.6.1.4.1.32473.1.7", "EX-24F").vendor == "Example Networks"


def test_the_port_of_the_page_on_netconf_is_one_of_the_module() -> None:
    (ports,) = blocks("docs/explanation/netconf.md", "xml")
    module = (Path(netconf.__file__).with_name("onapi-port.yang")).read_text(encoding="utf-8")
    for one in ElementTree.fromstring(ports).iter():
        namespace, _, name = one.tag[1:].partition("}")
        assert namespace in module
        assert re.search(rf"^ *(container|list|leaf) {name} \{{", module, re.MULTILINE), name


async def _as_superuser(url: str, statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in filter(str.strip, statements.split(";")):
            await connection.execute(statement)
    finally:
        await connection.close()


async def _with(url: str, work: Any) -> Any:
    async with opened(url) as database:
        return await work(database)


def _until(true: Any) -> None:
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.1)
