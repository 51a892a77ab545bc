"""Providers by command: accounts are made, listed, and their passwords changed without a break."""

import json
import time

import httpx2

from onapi.storage.pool import Database
from tests import given
from tests.cli.command import onapi
from tests.conftest import Server


def test_a_new_provider_gets_a_password_that_works_at_once_and_is_printed_once(server: Server) -> None:
    added = onapi("provider", "add", "alfa", "--name", "Alfa Bredband", url=server.database_url)
    assert added.code == 0
    assert added.out.count("\n") == 1
    user, _, password = added.out.strip().partition(":")
    assert user == "alfa"
    with server.client(given.basic(user, password)) as client:
        assert client.get("/accesses/").status_code == 200
    shown = onapi("provider", "show", "alfa", "--json", url=server.database_url)
    assert password not in shown.out + shown.err
    assert "argon2" not in shown.out


def test_a_password_is_changed_without_a_break(server: Server) -> None:
    url = server.database_url
    old = onapi("provider", "add", "alfa", "--name", "Alfa", url=url).out.strip().partition(":")[2]
    new = onapi("provider", "credential", "add", "alfa", url=url).out.strip().partition(":")[2]
    with server.client() as client:
        assert client.get("/", headers=given.basic("alfa", old)).status_code == 200
        assert client.get("/", headers=given.basic("alfa", new)).status_code == 200
        assert onapi("provider", "credential", "revoke", "alfa", "c1", url=url).code == 0
        assert client.get("/", headers=given.basic("alfa", old)).status_code == 401
        assert client.get("/", headers=given.basic("alfa", new)).status_code == 200
    shown = json.loads(onapi("provider", "show", "alfa", "--json", url=url).out)["credentials"]
    assert [(c["credential_id"], c["revoked_at"] is None, c["last_used_at"] is None) for c in shown] == [
        ("c1", False, False),
        ("c2", True, False),
    ]


def test_an_account_has_at_most_four_live_passwords(database_url: str) -> None:
    onapi("provider", "add", "alfa", "--name", "Alfa", url=database_url)
    codes = [onapi("provider", "credential", "add", "alfa", url=database_url) for _ in range(4)]
    assert [ran.code for ran in codes] == [0, 0, 0, 1]
    assert "revoke" in codes[-1].err


def test_the_list_says_what_each_provider_sees(database_url: str) -> None:
    onapi("provider", "add", "alfa", "--name", "Alfa", url=database_url)
    arguments = ("--dialect", "standard", "--population", "Hemsö", "--population", "Åsen")
    added = onapi("provider", "add", "gamma", "--name", "Gamma", *arguments, url=database_url)
    assert "No access is in the population 'Åsen' so far" in added.err
    listed = json.loads(onapi("provider", "list", "--json", url=database_url).out)
    assert [(p["sp"], p["dialect"], p["populations"]) for p in listed] == [
        ("alfa", "bitvis", None),
        ("gamma", "standard", ["Hemsö", "Åsen"]),
    ]
    assert "(all)" in onapi("provider", "list", url=database_url).out


def test_an_account_is_changed_and_what_stays_in_view_is_no_news(server: Server) -> None:
    url = server.database_url

    async def filled(database: Database) -> dict[str, str]:
        await given.accesses_in(
            database, given.access("C-1", population="Centrum"), given.access("H-1", population="Hemsö")
        )
        return await given.provider(database, "alfa")

    headers = server.do(filled)
    changed = onapi("provider", "change", "alfa", "--population", "Centrum", "--population", "Åsen", url=url)
    assert (changed.code, "'Åsen' so far" in changed.err) == (0, True)
    assert onapi("provider", "change", "alfa", "--name", "Alfa AB", "--dialect", "standard", url=url).code == 0
    (shown,) = json.loads(onapi("provider", "list", "--json", url=url).out)
    assert (shown["name"], shown["dialect"], shown["populations"]) == ("Alfa AB", "standard", ["Centrum", "Åsen"])

    def view(client: httpx2.Client) -> list[str]:
        return [access["accessId"] for access in client.get("/accesses/").json()]

    with server.client(headers) as client:
        assert view(client) == ["C-1"]
        assert onapi("provider", "change", "alfa", "--everything", url=url).code == 0
        assert view(client) == ["C-1", "H-1"]
        deadline = time.monotonic() + 30
        told: list[tuple[str, str]] = []
        while ("CREATE", "H-1") not in told[-1:] and time.monotonic() < deadline:
            told = [(event["type"], event["objectId"]) for event in client.get("/events/").json()]
        assert told == [("CREATE", "C-1"), ("CREATE", "H-1"), ("DELETE", "H-1"), ("CREATE", "H-1")]


def test_what_cannot_be_changed_is_told(database_url: str) -> None:
    url = database_url
    assert onapi("provider", "change", "nobody", "--name", "N", url=url).code == 1
    onapi("provider", "add", "alfa", "--name", "Alfa", url=url)
    for arguments in ((), ("--everything", "--population", "Centrum"), ("--dialect", "latin")):
        assert onapi("provider", "change", "alfa", *arguments, url=url).code == 2
    assert onapi("provider", "change", "alfa", "--name", " ", url=url).code == 1


def test_wrong_usage_is_2_and_failure_is_1_each_with_a_sentence_and_no_trace(database_url: str) -> None:
    onapi("provider", "add", "alfa", "--name", "Alfa", url=database_url)
    cases = {
        ("provider", "add", "bad id", "--name", "x"): (2, "not an ID"),
        ("provider", "add", "beta"): (2, "--name"),
        ("provider", "add", "beta", "--name", "x", "--dialect", "klingon"): (2, "klingon"),
        ("provider", "add", "beta", "--name", " "): (1, "1 to 255"),
        ("provider", "add", "alfa", "--name", "x"): (1, "already"),
        ("provider", "show", "nobody"): (1, "no provider nobody"),
        ("provider", "credential", "add", "nobody"): (1, "no provider nobody"),
        ("provider", "credential", "revoke", "alfa", "c9"): (1, "no live credential"),
        ("nonsense",): (2, "nonsense"),
    }
    for arguments, (code, says) in cases.items():
        ran = onapi(*arguments, url=database_url)
        assert (ran.code, says in ran.err, ran.out, "Traceback" in ran.err) == (code, True, "", False), ran


def test_of_what_a_provider_may_have_technical_information_is_said_by_command(database_url: str) -> None:
    onapi("provider", "add", "alfa", "--name", "Alfa", url=database_url)
    for scope in ("own", "all"):
        assert onapi("provider", "technical", "alfa", scope, url=database_url).code == 0
        shown = json.loads(onapi("provider", "show", "alfa", "--json", url=database_url).out)
        assert shown["provider"]["technical"] == scope
    assert onapi("provider", "technical", "alfa", "some", url=database_url).code == 2
    unknown = onapi("provider", "technical", "nobody", "all", url=database_url)
    assert (unknown.code, "no provider nobody" in unknown.err) == (1, True)
