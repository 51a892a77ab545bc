"""The server by command: ready, refused, with TLS, with several workers, and cleanly ended."""

import json
import re
import signal
import socket
import ssl
import time
from pathlib import Path

import httpx2
import pytest
import trustme

from tests.cli.command import onapi, running


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_answers_what_it_prints_and_ends_cleanly_with_its_database(
    data_folder: Path, number: signal.Signals
) -> None:
    with running(data_folder, "demo", "--port", "0", "--data", data_folder, "--accesses", "200") as demo:
        for sp, count in (("alfa", 200), ("beta", 200), ("gamma", None)):
            listed = httpx2.get(f"{demo.url}accesses/", auth=(sp, f"{sp}-demo")).json()
            assert count in (None, len(listed))
            assert {"DEMO-1", "DEMO-2", "DEMO-FAIL-1", "DEMO-SLOW-1"} <= {access["accessId"] for access in listed}
        _order_in_the_demo(demo.url)
        _last_month_of_the_demo(demo.url)
        code, out, err = demo.end(number)
    assert code == 0
    assert out.count("curl -u alfa:alfa-demo") == 7
    assert "Traceback" not in err
    assert not (data_folder / "postgresql" / "postmaster.pid").exists()


def _last_month_of_the_demo(url: str) -> None:
    with httpx2.Client(base_url=url, timeout=30) as client:
        for sp, least in (("alfa", 20), ("beta", 10)):
            (month,) = client.get("invoicespecification/", auth=(sp, f"{sp}-demo")).json()
            rows = client.get(f"invoicespecification/{month['id']}", auth=(sp, f"{sp}-demo")).json()
            kinds = {row["invoice"]["rowType"] for row in rows}
            assert len(rows) >= least
            assert kinds >= {"PERIODIC_FEE", "PARTIAL_PERIODIC_FEE", "START_FEE"}
        assert len(client.get("invoicespecification/", auth=("gamma", "gamma-demo")).json()) == 1


def _order_in_the_demo(url: str) -> None:
    """See an order succeed, one fail, and one take its time."""
    with httpx2.Client(base_url=url, auth=("alfa", "alfa-demo"), timeout=30) as alfa:
        placed = {}
        for access_id in ("DEMO-1", "DEMO-FAIL-1", "DEMO-SLOW-1"):
            wish = {"operation": "ACTIVATE", "accessId": access_id, "service": "BB-100-100"}
            placed[access_id] = alfa.post("orders/", json=wish).json()["path"].rpartition("/")[2]

        def state(access_id: str) -> str:
            return str(alfa.get(f"orders/{placed[access_id]}").json()["state"])

        while state("DEMO-1") != "DONE_SUCCESS" or state("DEMO-FAIL-1") != "DONE_FAILED":
            assert state("DEMO-SLOW-1") != "DONE_SUCCESS", "the others were to be done long before"
            time.sleep(0.02)
        while state("DEMO-SLOW-1") != "DONE_SUCCESS":
            time.sleep(0.1)


def test_a_second_demo_keeps_the_city_and_a_fresh_one_makes_another(data_folder: Path) -> None:
    def first_street(*arguments: str) -> tuple[str, bool]:
        with running(data_folder, "demo", "--port", "0", "--data", data_folder, *arguments) as demo:
            street = httpx2.get(f"{demo.url}accesses/ANK-000001", auth=("alfa", "alfa-demo")).text
            return street, "--fresh" in demo.end()[2]

    city, _ = first_street("--accesses", "50")
    assert first_street("--accesses", "50") == (city, False)
    assert first_street("--accesses", "50", "--seed", "2") == (city, True), "another city is made only with --fresh"
    assert first_street("--accesses", "50", "--seed", "2", "--fresh")[0] != city


def test_the_demo_leaves_a_real_operators_database_alone(database_url: str) -> None:
    onapi("provider", "add", "real", "--name", "Real", url=database_url)
    ran = onapi("demo", "--port", "0", url=database_url)
    assert (ran.code, ran.out) == (1, "")
    assert "real operator" in ran.err


def test_several_workers_share_the_port_and_their_metrics(database_url: str, tmp_path: Path) -> None:
    password = onapi("provider", "add", "alfa", "--name", "Alfa", url=database_url).out.strip().partition(":")[2]
    with running(tmp_path, "serve", "--port", "0", "--workers", "2", url=database_url) as served:
        for _ in range(20):
            assert httpx2.get(f"{served.url}accesses/", auth=("alfa", password)).status_code == 200
        metrics = httpx2.get(served.url.replace("/onapi/2.6/", "/metrics")).text
        counted = re.findall(r'onapi_requests_total\{endpoint="accesses",.*\} ([0-9.]+)', metrics)
        assert sum(map(float, counted)) == 20
        assert served.end()[0] == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_tls_is_served_with_a_certificate(database_url: str, tmp_path: Path, workers: str) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(chain)
    certificate.private_key_pem.write_to_path(key)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    options = ("--port", "0", "--tls-cert", chain, "--tls-key", key, "--workers", workers)
    with running(tmp_path, "serve", *options, url=database_url) as served, httpx2.Client(verify=trust) as client:
        assert served.url.startswith("https://")
        assert client.get(served.url).status_code == 401


def test_plain_http_is_refused_where_others_can_listen(database_url: str) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        ran = onapi("serve", "--host", host, url=database_url)
        assert (ran.code, ran.out) == (2, "")
        assert "--behind-proxy" in ran.err


def test_what_keeps_a_server_from_starting_is_one_sentence(database_url: str, empty_url: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        cases: list[tuple[tuple[str, ...], str, int, str]] = [
            (("serve", "--port", port), database_url, 1, "Choose another"),
            (("serve", "--port", "0"), empty_url, 1, "onapi migrate"),
            (("serve", "--port", "0"), "postgresql://nobody@127.0.0.1:1/none", 1, "('127.0.0.1', 1)"),
            (("serve", "--port", "0"), "mysql://x", 1, "ONAPI_DATABASE_URL"),
            (("serve", "--tls-cert", "x.pem"), database_url, 2, "go together"),
            (("serve", "--port", "0", "--tls-cert", "x.pem", "--tls-key", "y.pem"), database_url, 1, "no use"),
            (("serve", "--port", "99999"), database_url, 2, "65535"),
            (("demo", "--host", "0.0.0.0"), database_url, 2, "stays on this machine"),
            (("demo", "--accesses", "3"), database_url, 2, "equal to 4"),
        ]
        for arguments, url, code, says in cases:
            ran = onapi(*arguments, url=url)
            assert (ran.code, says in ran.err, ran.out, "Traceback" in ran.err) == (code, True, "", False), ran


def test_migrate_doctor_and_settings_tell_how_things_are(empty_url: str) -> None:
    assert onapi("migrate", "--check", url=empty_url).code == 1
    sick = onapi("doctor", url=empty_url)
    assert (sick.code, "onapi migrate" in sick.out) == (1, True)
    assert onapi("migrate", url=empty_url).code == 0
    assert onapi("migrate", "--check", url=empty_url).code == 0
    findings = json.loads(onapi("doctor", "--json", url=empty_url).out)
    # The tests' PostgreSQL trades durability for speed, which is just what doctor must see.
    assert [finding["subject"] for finding in findings if not finding["good"]] == ["durability"]
    secret = "postgresql://onapi:hunter2@127.0.0.1:1/onapi"
    shown = onapi("settings", url=secret)
    assert "hunter2" not in shown.out
    assert "***" in shown.out
