"""What a service provider types, at a real server."""

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.sp.conftest import Typed
from tests.town import Town

BB = "BB-100-100"


def test_an_order_is_placed_waited_for_and_told_in_each_form(alfa: Typed, town: Town) -> None:
    access = town.access()
    placed = alfa(
        *("orders", "activate", access, BB, "--wait", "--sp-reference", "=1+1", "--set", "sla=SLA-1"),
        *("--set", "ipAddresses=192.0.2.1,192.0.2.2", "--mac", "aabbccddeeff", "--json"),
    )
    order = json.loads(placed.out)
    assert (placed.code, order["state"], order["spReference"]) == (0, "DONE_SUCCESS", "=1+1")
    assert order["characteristics"] == {"sla": "SLA-1", "ipAddresses": ["192.0.2.1", "192.0.2.2"]}
    assert order["equipment"] == [{"macAddress": "AA:BB:CC:DD:EE:FF"}]
    shown = alfa("orders", "show", order["orderId"])
    assert ["orderId", order["orderId"]] in [line.split() for line in shown.out.splitlines()]
    assert ["equipment.1.macAddress", "AA:BB:CC:DD:EE:FF"] in [line.split() for line in shown.out.splitlines()]
    listed = alfa("orders", "list", "--access", access, "--csv")
    (row,) = csv.DictReader(io.StringIO(listed.out))
    assert (row["orderId"], row["spReference"], row["forcedTakeover"]) == (order["orderId"], "'=1+1", "false")
    lines = alfa("orders", "list", "--access", access, "--jsonl").out.splitlines()
    assert [json.loads(line)["orderId"] for line in lines] == [order["orderId"]]
    assert json.loads(alfa("orders", "list", "--access", access, "--json").out)[0] == order
    again = alfa("orders", "activate", access, BB)
    assert (again.code, "so already" in again.err) == (0, True)


def test_a_subscription_lives_through_all_operations(alfa: Typed, town: Town) -> None:
    access = town.access()
    placed = alfa("orders", "activate", access, BB, "--json")
    order = json.loads(placed.out)
    assert json.loads(alfa("orders", "wait", order["orderId"], "--json").out)["state"] == "DONE_SUCCESS"
    name = order["subscriptionId"]
    steps = (
        ("suspend", name, "--note", "Unpaid."),
        ("resume", name),
        ("modify", name, "--sp-reference", "new"),
        ("change", name, "BB-250-250"),
    )
    for operation, *arguments in steps:
        assert alfa("orders", operation, *arguments, "--wait").code == 0
    (live,) = json.loads(alfa("subscriptions", "show", access, "--json").out)
    assert (live["service"], live["spReference"]) == ("BB-250-250", "new")
    assert alfa("orders", "deactivate", "--access", access, "--service", "BB-250-250", "--wait").code == 0
    assert "There are none." in alfa("subscriptions", "show", access).err
    assert "--state shows those that are finished" in alfa("orders", "list").err
    assert "There are none." in alfa("orders", "list", "--access", town.access()).err


def test_each_way_to_fail_has_its_exit_code(alfa: Typed, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    failing, taken = town.access(), town.access()
    town.operator.fault(failing, "reject")
    town.beta.active(taken)
    monkeypatch.setattr("time.sleep", lambda _: None)
    cases = [
        (("orders", "activate", failing, BB, "--wait"), 1, "no such port"),
        (("orders", "activate", town.access(), "NOTHING"), 1, "NOTHING"),
        (("orders", "deactivate"), 2, "which subscription"),
        (("orders", "activate", "T-1", BB, "--requested", "soon"), 2, "no moment"),
        (("orders", "activate", "T-1", BB, "--set", "sla"), 2, "NAME=VALUE"),
        (("accesses", "list", "--json", "--csv"), 2, "not several"),
        (("accesses", "show", "nowhere"), 4, "nowhere"),
        (("orders", "activate", taken, BB), 5, "already claimed"),
    ]
    for arguments, code, says in cases:
        ran = alfa(*arguments)
        assert (ran.code, says in ran.err, ran.out, "Traceback" in ran.err) == (code, True, "", False), ran
    monkeypatch.setenv("ONAPI_SP_PASSWORD", "wrong")
    assert alfa("accesses", "show", "T-1").code == 3
    monkeypatch.setenv("ONAPI_SP_URL", "http://127.0.0.1:1/onapi/2.6/")
    assert alfa("accesses", "show", "T-1").code == 7


def test_accesses_are_found_by_what_one_knows_of_them(alfa: Typed) -> None:
    for words in (("Björkvägen 1",), ("bjorkvagen", "1"), ("björk", "ankeborg"), ("12345",)):
        assert len(alfa("accesses", "search", *words, "--most", "5", "--jsonl").out.splitlines()) == 5
    found = alfa("accesses", "search", "t-17", "--jsonl").out.splitlines()
    assert {json.loads(line)["accessId"] for line in found} == {"T-17", *(f"T-17{digit}" for digit in range(10))}
    assert alfa("accesses", "search", "Björkvägen 2").out == ""
    assert "more" not in alfa("accesses", "list").err
    assert "--since '" in alfa("accesses", "list").err


def test_what_can_be_ordered_is_shown(alfa: Typed, town: Town) -> None:
    shown = alfa("services", "show", town.access())
    assert "BB-SLA" in shown.out
    assert "sla*" in shown.out, "a star is on what an order must have"
    assert json.loads(alfa("services", "list", "--json").out)[0]["services"]


def test_followers_print_each_event_once(alfa: Typed, town: Town) -> None:
    town.alfa.active(town.access())
    town.told(town.alfa)
    first = alfa("orderevents", "follow", "--once", "--jsonl").out.splitlines()
    assert "DONE_SUCCESS" in first[-1]
    assert alfa("orderevents", "follow", "--once").out == ""
    assert alfa("events", "follow", "--once", "--csv").out.startswith("time,type,objects,name")
    town.alfa.active(town.access())
    town.told(town.alfa)
    later = alfa("orderevents", "follow", "--once").out.splitlines()
    assert [line.split()[1] for line in later] == ["RECEIVED", "IN_PROGRESS", "DONE_SUCCESS"]
    told = alfa("events", "follow", "--once").out
    assert "subscriptions" in told


def test_ctrl_c_ends_a_follower_well_and_its_place_is_kept(
    alfa: Typed, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.alfa.active(town.access())
    town.told(town.alfa)

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupted)
    first = alfa("orderevents", "follow")
    assert (first.code, "Aborted" in first.err, "DONE_SUCCESS" in first.out) == (0, False, True)
    assert alfa("orderevents", "follow").out == ""
    assert alfa("sync", "--to", "copy.db", "--every", "60").code == 0


def test_a_place_that_cannot_be_kept_is_told(alfa: Typed, tmp_path: Path) -> None:
    (tmp_path / "garbled").write_text("x")
    for place, says in (("nowhere/place", "cannot be kept"), (".", "cannot be kept"), ("garbled", "is no place")):
        ran = alfa("orderevents", "follow", "--once", "--cursor", place)
        assert (ran.code, says in ran.err, "Traceback" in ran.err) == (1, True, False), ran


def test_a_copy_is_made_and_kept(alfa: Typed, town: Town, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    assert "accesses" in alfa("sync", "--to", file).err
    access = town.access()
    town.alfa.active(access)
    town.told(town.alfa)
    alfa("sync", "--to", file)
    with sqlite3.connect(file) as connection:
        (name,) = connection.execute(
            "SELECT document ->> '$.subscriptions[0].service' FROM subscriptions WHERE id = ?", (access,)
        ).fetchone()
    assert name == BB


def test_a_copy_may_be_in_postgresql(alfa: Typed, database_url: str) -> None:
    first = alfa("sync", "--to", database_url)
    assert (first.code, "accesses" in first.err) == (0, True), first
    assert alfa("sync", "--to", database_url, "--anew").code == 0
    Path("folder").mkdir()
    Path("text").write_text("This is no database.")
    for to in ("postgresql://nobody:secret@127.0.0.1:1/none", "postgresql://nobody@", "folder", "text"):
        failed = alfa("sync", "--to", to)
        assert (failed.code, "cannot be kept" in failed.err, "secret" in failed.err) == (1, True, False), failed


def test_the_doctor_says_what_is_right_and_what_is_wrong(alfa: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    well = alfa("doctor")
    assert (well.code, "WRONG" in well.out) == (0, False)
    assert "are kept" in well.out
    monkeypatch.setenv("ONAPI_SP_PASSWORD", "wrong")
    sick = alfa("doctor")
    assert (sick.code, "wrong" in sick.err) == (3, True)


def test_what_a_terminal_would_take_for_a_command_is_shown_and_not_done(alfa: Typed, town: Town) -> None:
    access = town.access()
    town.alfa.done("ACTIVATE", accessId=access, service=BB, spReference="\x1b[2Jred")
    for arguments in (("orders", "list", "--access", access), ("subscriptions", "show", access)):
        shown = alfa(*arguments).out
        assert "\x1b" not in shown
        assert "\ufffd[2Jred" in shown
    refused = alfa("orders", "list", "--access", "\x1b[2J")
    assert (refused.code, "\x1b" in refused.err) == (1, False)


def test_a_since_that_is_no_last_modified_is_refused_and_not_answered_with_everything(alfa: Typed) -> None:
    for kind in ("accesses", "services", "subscriptions"):
        refused = alfa(kind, "list", "--since", "2026-11-26")
        assert (refused.code, "'2026-11-26' is no Last-Modified" in refused.err) == (2, True)
    answered = alfa("accesses", "list", "--since", "Thu, 26 Nov 2099 00:36:06 GMT", "--jsonl")
    assert answered.code == 0
