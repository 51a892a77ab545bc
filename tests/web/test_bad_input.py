"""Whatever a caller puts into a path or a query, the refusal is a 4xx that names the field and the value."""

import pytest

from onapi.web.cursors import Position
from tests.web import raw_http
from tests.web.conftest import City
from tests.web.raw_http import below

BAD_IDS = {
    "a newline at the end": "A-01%0A",
    "a newline alone": "%0A",
    "a carriage return and a header": "A-01%0D%0AX-Evil:%201",
    "a slash": "A-01/B",
    "an encoded slash": "A-01%2FB",
    "an encoded backslash": "A%5C01",
    "37 characters": "A" * 37,
    "2,000 characters": "A" * 2000,
    "NUL": "A-01%00",
    "NUL alone": "%00",
    "nothing": "/",
    "not ASCII": "%C3%85-01",
    "full-width digits": "%EF%BC%91",
    "a space": "A%2001",
    "a quote": "A'--",
    "a percent sign": "A%2501",
    "right-to-left override": "%E2%80%AEA-01",
}
BAD_LIMITS = (
    *("0", "-1", "1000000000", "10001", "9" * 400, "", "1.5", "%D9%A3", "1e3", "+5", "%2B5", "%205", "5%20"),
    *("0x10", "1_0", "%00", "5%0A", "NaN", "%EF%BC%95", "%C2%B2"),
)


@pytest.mark.parametrize("sent", BAD_IDS.values(), ids=BAD_IDS)
def test_a_malformed_id_is_refused_with_a_cause_that_names_it(city: City, sent: str) -> None:
    answer = below(city.server, f"/accesses/{sent}", city.alfa)
    assert answer.refusal(400).startswith("accessId ")
    assert "X-Evil" not in answer.headers


def test_an_id_that_is_not_utf_8_is_refused(city: City) -> None:
    assert "UTF-8" in below(city.server, "/accesses/%FF", city.alfa).refusal(400)


def test_a_long_id_does_not_come_back_at_full_length(city: City) -> None:
    assert len(below(city.server, "/accesses/" + "A" * 5000, city.alfa).refusal(400)) < 300


def test_an_id_of_36_characters_and_one_of_dots_are_ids_of_nothing(city: City) -> None:
    for access_id in ("A" * 36, "..", "."):
        assert access_id in below(city.server, f"/accesses/{access_id}", city.alfa).refusal(404)


@pytest.mark.parametrize("sent", BAD_LIMITS)
def test_a_limit_that_is_no_whole_number_in_range_is_refused(city: City, sent: str) -> None:
    cause = below(city.server, f"/accesses/?limit={sent}", city.alfa).refusal(400)
    assert cause.startswith("limit must be")
    assert "10000" in cause


@pytest.mark.parametrize(("limit", "accesses"), [("1", 1), ("01", 1), ("10000", 25)])
def test_a_limit_at_the_edge_is_taken(city: City, limit: str, accesses: int) -> None:
    answer = below(city.server, f"/accesses/?limit={limit}", city.alfa)
    assert (answer.status, len(answer.json())) == (200, accesses)


@pytest.mark.parametrize("name", ["limit", "cursor", "unheard-of"])
def test_a_parameter_that_comes_twice_is_refused_by_name(city: City, name: str) -> None:
    assert f"{name!r}" in below(city.server, f"/accesses/?{name}=1&x=2&{name}=1", city.alfa).refusal(400)


@pytest.mark.parametrize("query", ["limit=%FF", "%FF=1", "cursor=%C3%28"])
def test_a_query_that_is_not_utf_8_is_refused(city: City, query: str) -> None:
    assert "query" in below(city.server, f"/accesses/?{query}", city.alfa).refusal(400)


def test_a_query_of_very_many_parameters_is_refused(city: City) -> None:
    query = "&".join(f"p{number}=" for number in range(51))
    assert "50" in below(city.server, f"/accesses/?{query}", city.alfa).refusal(400)


def test_a_parameter_that_nobody_knows_is_ignored(city: City) -> None:
    assert len(below(city.server, "/accesses/?unheard-of=%F0%9F%98%80", city.alfa).json()) == 25


@pytest.mark.parametrize(
    "sent", ["", "x", "abcd", "%25%25%25", "====", "A" * 5000, "%F0%9F%98%80", "%00", "a b", "-_-_", "A" * 21]
)
def test_a_cursor_that_was_not_made_here_is_refused(city: City, sent: str) -> None:
    sent = sent.replace(" ", "%20")
    for query in (f"cursor={sent}", f"limit=5&cursor={sent}"):
        cause = below(city.server, f"/accesses/?{query}", city.alfa).refusal(400)
        assert cause.startswith("cursor ")
        assert len(cause) < 300


def test_a_cursor_of_8_kb_is_refused_before_anybody_reads_it(city: City) -> None:
    assert "URL" in below(city.server, "/accesses/?cursor=" + "A" * 8192, city.alfa).refusal(414)


def test_the_cursor_of_another_sp_is_refused_and_ones_own_is_not(city: City) -> None:
    link = below(city.server, "/accesses/?limit=5", city.alfa).headers["Link"]
    target = link.partition("<")[2].partition(">")[0]
    assert len(raw_http.ask(city.server, target, city.alfa).json()) == 5
    for stranger in (city.beta, city.gamma):
        assert raw_http.ask(city.server, target, stranger).refusal(400).startswith("cursor ")


def test_the_cursor_of_another_list_is_refused(city: City) -> None:
    from onapi.storage import facts
    from onapi.storage.pool import Database
    from onapi.web.cursors import Cursors

    async def key(database: Database) -> bytes:
        async with database.connection() as tx:
            return await facts.cursor_key(tx)

    cursors = Cursors(city.server.do(key))
    forged = {name: cursors.write(Position(name, "alfa", "A-01", None, 0)) for name in ("accesses", "services")}
    assert len(below(city.server, f"/accesses/?cursor={forged['accesses']}", city.alfa).json()) == 24
    assert below(city.server, f"/accesses/?cursor={forged['services']}", city.alfa).refusal(400).startswith("cursor ")


@pytest.mark.parametrize("sent", ["x" * 65, "a b", "a\tb", "--", "", "å", "<script>"])
def test_a_request_id_that_is_no_plain_word_is_replaced(city: City, sent: str) -> None:
    answer = below(city.server, "/accesses/A-01", city.alfa | {"X-Request-Id": sent})
    assert answer.status == 200
    assert answer.headers["X-Request-Id"] not in ("", sent)


def test_a_request_id_that_is_a_plain_word_comes_back_with_answers_and_with_refusals(city: City) -> None:
    sent = {"X-Request-Id": "Order_77-a"}
    assert below(city.server, "/accesses/A-01", city.alfa | sent).headers["X-Request-Id"] == "Order_77-a"
    refused = below(city.server, "/accesses/UNKNOWN", city.alfa | sent)
    refused.refusal(404)
    assert refused.json()["requestId"] == "Order_77-a"
