"""The description of the interface: right by its own standard, complete, true, and shown without outside help."""

import re

import jsonschema
from openapi_spec_validator import validate

from tests.web.conftest import City
from tests.web.raw_http import ask, below


def test_the_document_is_valid_openapi_and_needs_no_password(city: City) -> None:
    answer = below(city.server, "/openapi.json")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_it_has_what_is_routed_and_nothing_else(city: City) -> None:
    paths = below(city.server, "/openapi.json").json()["paths"]
    assert {(method, path) for path, methods in paths.items() for method in methods} == {
        ("get", "/"),
        ("get", "/accesses/"),
        ("get", "/accesses/{accessId}"),
        ("get", "/services/"),
        ("get", "/services/{accessId}"),
        ("get", "/subscriptions/"),
        ("get", "/subscriptions/{accessId}"),
        ("get", "/orders/"),
        ("post", "/orders/"),
        *((method, "/orders/{orderId}") for method in ("get", "put", "patch", "delete")),
        ("get", "/orderevents/"),
        ("get", "/events/"),
        *((method, "/tickets/") for method in ("get", "post")),
        *((method, "/tickets/{coTicketReference}") for method in ("get", "patch")),
        ("get", "/invoicespecification/"),
        ("get", "/invoicespecification/{id}"),
        ("get", "/dhcplookup/"),
        ("get", "/option82/{hex}"),
        *(("get", f"/tech/access/{{accessId}}/{what}/") for what in ("hardware", "link/status")),
        *(
            ("get", f"/tech/access/{{accessId}}/link/{table}/")
            for table in ("macaddresstable", "leaseinfo", "igmpsnooping")
        ),
        ("get", "/tech/cpe/{accessId}/status/"),
    }
    assert {parameter["name"] for parameter in paths["/accesses/"]["get"]["parameters"]} == {
        "If-Modified-Since",
        "limit",
        "cursor",
    }
    assert {parameter["name"] for parameter in paths["/orders/"]["get"]["parameters"]} == {"accessId", "state"}
    assert {parameter["name"] for parameter in paths["/orders/"]["post"]["parameters"]} == {"Idempotency-Key"}
    assert {parameter["name"] for parameter in paths["/orderevents/"]["get"]["parameters"]} == {"since"}
    assert {parameter["name"].lower() for parameter in paths["/dhcplookup/"]["get"]["parameters"]} == {
        "ipv4circuitid",
        "ipv4remoteid",
        "ipv6interfaceid",
        "ipv6remoteid",
        "ipv4option82",
    }
    (part,) = paths["/option82/{hex}"]["get"]["parameters"]
    assert (part["name"], part["in"], part["required"]) == ("hex", "path", True)
    assert re.match(part["schema"]["pattern"], "520A01036162630203313233")


def test_answers_and_refusals_are_as_it_says(city: City) -> None:
    document = below(city.server, "/openapi.json").json()
    asked = {
        "/": ("/", 200),
        "/accesses/": ("/accesses/", 200),
        "/accesses/A-01": ("/accesses/{accessId}", 200),
        "/accesses/UNKNOWN": ("/accesses/{accessId}", 404),
        "/accesses/a%20b": ("/accesses/{accessId}", 400),
        "/accesses/?limit=0": ("/accesses/", 400),
        "/services/": ("/services/", 200),
        "/services/A-01": ("/services/{accessId}", 200),
        "/services/UNKNOWN": ("/services/{accessId}", 404),
        "/subscriptions/": ("/subscriptions/", 200),
        "/subscriptions/A-01": ("/subscriptions/{accessId}", 200),
        "/orders/": ("/orders/", 200),
        "/orders/?state=DONE": ("/orders/", 400),
        "/orders/UNKNOWN": ("/orders/{orderId}", 404),
        "/orderevents/": ("/orderevents/", 200),
        "/orderevents/?since=UNKNOWN": ("/orderevents/", 404),
        "/events/": ("/events/", 200),
        "/dhcplookup/": ("/dhcplookup/", 400),
        "/dhcplookup/?ipv4circuitid=x": ("/dhcplookup/", 404),
        "/option82/520A01036162630203313233": ("/option82/{hex}", 404),
        "/option82/52": ("/option82/{hex}", 400),
        "/tech/access/A-01/hardware": ("/tech/access/{accessId}/hardware/", 403),
        "/tech/access/UNKNOWN/link/status": ("/tech/access/{accessId}/link/status/", 404),
    }
    for target, (path, status) in asked.items():
        answer = below(city.server, target, city.alfa)
        assert answer.status == status
        schema = document["paths"][path]["get"]["responses"][str(status)]["content"]["application/json"]["schema"]
        jsonschema.validate(answer.json(), {**schema, "components": document["components"]})


def test_the_page_and_all_it_is_made_of_come_from_this_server(city: City) -> None:
    page = below(city.server, "/docs")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert below(city.server, "/docs/").body == page.body
    named = re.findall(r'(?:src|href|data-openapi)="([^"]+)"', page.body.decode())
    assert len(named) >= 5
    kinds = {".js": "text/javascript", ".css": "text/css", "json": "application/json"}
    for target in named:
        if target == "data:,":
            continue
        assert target.startswith("/onapi/2.6/")
        asset = ask(city.server, target)
        assert asset.status == 200
        assert asset.headers["Content-Type"].startswith(
            next(kind for end, kind in kinds.items() if target.endswith(end))
        )
    assert below(city.server, "/docs/../api.py").status in (404, 501)
    assert below(city.server, "/docs/LICENSE.swagger-ui").status == 404
