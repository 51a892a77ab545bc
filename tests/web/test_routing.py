"""Paths, methods and dates: what is there, what is not, and what the refusals say."""

import http.client
from datetime import UTC, datetime, timedelta

import pytest

from onapi.settings import Settings
from onapi.web import conditional
from tests import given
from tests.conftest import Server, serving
from tests.web.conftest import City
from tests.web.raw_http import ask, below


@pytest.mark.parametrize(
    "path", ["/nope", "/nope/", "/access", "/orders/a/b", "/accesses//x/y", "//accesses", "/./accesses"]
)
def test_what_is_unknown_below_the_root_is_501(city: City, path: str) -> None:
    answer = below(city.server, path, city.alfa)
    assert answer.status in (400, 501)
    assert answer.json()["cause"]
    if path in ("/nope", "/nope/", "/access"):
        answer.refusal(501)


@pytest.mark.parametrize(
    "path", ["/", "/onapi", "/onapi/2.6x/accesses/", "/onapi/2.5/accesses/", "/2.6/", "/%2e%2e/"]
)
def test_what_is_outside_of_the_root_is_not_found(city: City, path: str) -> None:
    assert "/onapi/2.6/" in ask(city.server, path, city.alfa).refusal(404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/accesses/", "/accesses/A-01"])
def test_a_method_that_is_not_there_is_501_and_says_which_are(city: City, method: str, path: str) -> None:
    answer = below(city.server, path, city.alfa, method=method)
    assert method in answer.refusal(501)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/", "/accesses/", "/accesses/A-01", "/accesses/?limit=2"])
def test_head_is_get_without_a_body(city: City, path: str) -> None:
    got, head = below(city.server, path, city.alfa), below(city.server, path, city.alfa, method="HEAD")
    assert (head.status, head.body) == (got.status, b"")
    for name in ("Content-Type", "Vary", "Cache-Control"):
        assert head.headers[name] == got.headers[name]
    assert ("Last-Modified" in head.headers) == ("Last-Modified" in got.headers)


def test_options_lists_the_methods_without_a_password(city: City) -> None:
    for path in ("/", "/accesses/", "/accesses/A-01"):
        answer = below(city.server, path, method="OPTIONS")
        assert (answer.status, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert ask(city.server, "*", method="OPTIONS").status == 204


def test_the_list_of_endpoints_says_what_can_be_done(city: City) -> None:
    endpoints = {endpoint["name"]: endpoint for endpoint in below(city.server, "/", city.alfa).json()}
    assert {"accesses", "services", "subscriptions", "orders", "orderevents", "events"} <= endpoints.keys()
    assert endpoints["orders"]["operations"] == ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT", "OPTIONS"]
    endpoint = endpoints["accesses"]
    assert endpoint["endpoint"] == "/onapi/2.6/accesses/"
    assert endpoint["version"] == "2.6"
    assert endpoint["operations"] == ["GET", "HEAD", "OPTIONS"]
    assert endpoint["documentation"].startswith("https://")
    assert endpoint["status"] == "available"


def test_several_mounts_answer_each_with_its_own_paths(database_url: str) -> None:
    with serving(Settings(database_url=database_url, base_path="/onapi/2.6,/some/longer/path/2.6/")) as server:

        async def city(database: object) -> dict[str, str]:
            await given.accesses_in(database, given.access("A-1"), given.access("A-2"))  # type: ignore[arg-type]
            return await given.provider(database, "alfa")  # type: ignore[arg-type]

        alfa = server.do(city)
        for mount in ("/onapi/2.6", "/some/longer/path/2.6"):
            assert ask(server, f"{mount}/", alfa).json()[0]["endpoint"] == f"{mount}/accesses/"
            link = ask(server, f"{mount}/accesses/?limit=1", alfa).headers["Link"]
            assert link.startswith(f"<{mount}/accesses/?limit=1&cursor=")
            assert ask(server, f"{mount}/docs").body.count(mount.encode()) >= 4


def _listed(server: Server, headers: dict[str, str], since: str) -> int:
    return below(server, "/accesses/", headers | {"If-Modified-Since": since}).status


@pytest.mark.parametrize(
    "sent",
    [
        "Mon, 01 Jan 1900 00:00:00 GMT",
        "Fri, 01 Jan 2100 00:00:00 GMT",
        "yesterday",
        "",
        "0",
        "2026-11-24T00:00:00Z",
        "Mon, 99 Foo 2026 00:00:00 GMT",
        "Mon, 04 Feb 2019 18:12:33 +0100",
        "x" * 5000,
    ],
)
def test_a_date_that_is_none_or_of_another_age_means_everything(city: City, sent: str) -> None:
    answer = below(city.server, "/accesses/", city.alfa | {"If-Modified-Since": sent})
    assert (answer.status, len(answer.json())) == (200, 25)
    assert answer.headers["Last-Modified"]


def test_every_form_of_date_that_http_knows_is_understood(city: City) -> None:
    reached = conditional.parse(below(city.server, "/accesses/", city.alfa).headers["Last-Modified"])
    assert reached is not None
    # A second that has passed, after the last change.
    after = max(reached, datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1))
    while _listed(city.server, city.alfa, conditional.http_date(after)) != 304:
        after = datetime.now(UTC).replace(microsecond=0)
    for form in ("%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y", "%a, %d %b %Y %H:%M:%S GMT"):
        assert _listed(city.server, city.alfa, after.strftime(form)) == 304
        assert _listed(city.server, city.alfa, (after - timedelta(days=2)).strftime(form)) == 200


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun Nov  6 08:49:37 1994", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun, 06 Nov 1994 08:49:60 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37", None),
    ],
)
def test_the_three_forms_name_the_same_moment(text: str, moment: datetime | None) -> None:
    assert conditional.parse(text) == moment


def test_a_header_that_comes_twice_counts_once(city: City) -> None:
    connection = http.client.HTTPConnection(city.server.host, city.server.port)
    connection.putrequest("GET", "/onapi/2.6/accesses/A-01")
    for value in ("Basic nonsense", city.alfa["Authorization"]):
        connection.putheader("Authorization", value)
    connection.endheaders()
    assert connection.getresponse().status == 200
    connection.close()
