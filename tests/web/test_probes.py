"""Probes and metrics: what operators may ask, and what must not be in the answers."""

from onapi.settings import Settings
from onapi.storage.pool import Database
from tests import given
from tests.conftest import Server, serving
from tests.web.raw_http import ask, below


def test_a_server_that_lacks_a_migration_lives_but_is_not_ready(server: Server) -> None:
    assert (ask(server, "/livez").status, ask(server, "/readyz").status) == (200, 200)

    async def undone(database: Database) -> None:
        async with database.connection() as tx:
            await tx.execute("DELETE FROM migrations WHERE name = '0003_accesses'")

    server.do(undone)
    answer = ask(server, "/readyz")
    assert "onapi migrate" in answer.refusal(503)
    assert int(answer.headers["Retry-After"]) > 0
    assert ask(server, "/livez").status == 200


def test_metrics_name_sps_and_endpoints_but_no_access_and_no_stranger(server: Server) -> None:
    async def city(database: Database) -> dict[str, str]:
        await given.accesses_in(database, given.access("SECRET-77"))
        return await given.provider(database, "alfa")

    alfa = server.do(city)
    for path in ("/accesses/SECRET-77", "/accesses/UNKNOWN-78", "/nowhere-79", "/accesses/"):
        below(server, path, alfa)
    below(server, "/accesses/", given.basic("stranger-80", "x"))
    below(server, "/", method="BREW-81")
    text = ask(server, "/metrics").body.decode()
    assert 'onapi_requests_total{endpoint="accesses",method="GET",sp="alfa",status="200"}' in text
    assert 'sp="",status="401"' in text
    for secret in ("SECRET-77", "UNKNOWN-78", "nowhere-79", "stranger-80", "BREW-81", "alfa-secret"):
        assert secret not in text


def test_metrics_are_not_shown_through_a_proxy(database_url: str) -> None:
    with serving(Settings(database_url=database_url, behind_proxy=True)) as server:
        ask(server, "/metrics").refusal(404)
        assert ask(server, "/livez").status == 200
