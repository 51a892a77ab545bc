"""Accesses over HTTP: what an SP sees, what it does not, and what changed."""

import json

from onapi.storage.pool import Database
from onapi.vocabulary import AccessState, Dialect
from tests import given
from tests.conftest import Server


def test_an_sp_reads_one_access_with_every_field_it_has(server: Server) -> None:
    async def city(database: Database) -> dict[str, str]:
        await given.accesses_in(database, given.access("A-1", street_littera="G", mdu_apartment_number="0901"))
        return await given.provider(database, "alfa")

    headers = server.do(city)
    with server.client(headers) as client:
        answer = client.get("/accesses/A-1")
    assert answer.status_code == 200
    assert answer.json() == {
        "accessId": "A-1",
        "streetName": "Björkvägen",
        "streetNumber": "1",
        "streetLittera": "G",
        "postalCode": "12345",
        "city": "Ankeborg",
        "countryCode": "SE",
        "premisesType": "RESIDENTIAL_HOUSE",
        "mduApartmentNumber": "0901",
        "population": "Centrum",
        "priceGroup": 0,
        "accessState": "CONNECTED",
    }


def test_paths_answer_with_and_without_the_final_slash_and_without_a_redirect(server: Server) -> None:
    async def city(database: Database) -> dict[str, str]:
        await given.accesses_in(database, given.access("A-1"))
        return await given.provider(database, "alfa")

    with server.client(server.do(city)) as client:
        for path in ("/accesses", "/accesses/", "/accesses/A-1", "/accesses/A-1/", "", "/"):
            assert client.get(path).status_code == 200, path


def test_an_sp_sees_only_its_populations(server: Server) -> None:
    async def city(database: Database) -> dict[str, str]:
        await given.accesses_in(
            database,
            given.access("HERE", population="Centrum"),
            given.access("THERE", population="Hemsö"),
            given.access("NOWHERE", population=None),
        )
        return await given.provider(database, "gamma", populations=("Centrum",))

    with server.client(server.do(city)) as client:
        assert [access["accessId"] for access in client.get("/accesses/").json()] == ["HERE"]
        hidden, unknown = client.get("/accesses/THERE"), client.get("/accesses/UNKNOWN")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["cause"].replace("THERE", "X") == unknown.json()["cause"].replace("UNKNOWN", "X")


def test_an_empty_list_is_empty_for_the_seed_and_not_found_for_the_standard(server: Server) -> None:
    async def providers(database: Database) -> tuple[dict[str, str], dict[str, str]]:
        alfa = await given.provider(database, "alfa")
        return alfa, await given.provider(database, "gamma", dialect=Dialect.STANDARD)

    alfa, gamma = server.do(providers)
    with server.client() as client:
        seed, standard = client.get("/accesses/", headers=alfa), client.get("/accesses/", headers=gamma)
    assert (seed.status_code, seed.json()) == (200, [])
    assert standard.status_code == 404
    assert "cause" in standard.json()
    assert "Last-Modified" in seed.headers
    assert "Last-Modified" in standard.headers


def test_values_that_json_must_escape_come_through_every_form_of_the_list(server: Server) -> None:
    nasty = 'Åsa "Backe" \\ väg 😀 </script> \\n'

    async def city(database: Database) -> dict[str, str]:
        await given.accesses_in(database, *(given.access(f"A-{n}", street_name=nasty) for n in range(3)))
        return await given.provider(database, "alfa")

    with server.client(server.do(city)) as client:
        whole = client.get("/accesses/").json()
        page = client.get("/accesses/?limit=2").json()
        lines = client.get("/accesses/", headers={"Accept": "application/x-ndjson"}).text
        one = client.get("/accesses/A-0").json()
    assert [access["streetName"] for access in whole] == [nasty] * 3
    assert [access["streetName"] for access in page] == [nasty] * 2
    assert [json.loads(line)["streetName"] for line in lines.splitlines()] == [nasty] * 3
    assert one["streetName"] == nasty


def test_an_access_that_left_the_network_stays_in_the_list_as_disconnected(server: Server) -> None:
    async def city(database: Database) -> dict[str, str]:
        await given.accesses_in(database, given.access("A-1", access_state=AccessState.DISCONNECTED))
        return await given.provider(database, "alfa")

    with server.client(server.do(city)) as client:
        assert client.get("/accesses/").json()[0]["accessState"] == "DISCONNECTED"
