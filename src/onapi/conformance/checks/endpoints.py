"""The list of endpoints.

Source: ON-API 2.6.0 common/endpoints.md.
"""

from urllib.parse import urlsplit

from onapi.conformance import formats
from onapi.conformance.findings import Finding, Nothing
from onapi.conformance.register import Chapter, Findings
from onapi.conformance.server import Seen, Server
from onapi.conformance.tables import MANDATORY, Field, declare

CHAPTER = Chapter("END", "List of endpoints")
_PAGE = "common/endpoints.md"


def _url(value: object) -> str | None:
    good = isinstance(value, str) and urlsplit(value).scheme in {"http", "https"} and urlsplit(value).netloc
    return None if good else "is no URL"


def _listed(server: Server) -> list[Seen]:
    if not server.root.objects:
        raise Nothing(f"The list of endpoints is {'empty' if server.root.status == 200 else server.root.status}.")
    return [Seen(one, f"endpoints[{number}]", server.root) for number, one in enumerate(server.root.objects)]


@CHAPTER.must(1, "The root lists the endpoints there are; this endpoint is mandatory.", f"{_PAGE}, Path")
def there(server: Server) -> Findings:
    if server.root.status != 200 or not isinstance(server.root.value, list):
        yield Finding(f"GET of the root was answered {server.root.status}, and no array", server.root)


@CHAPTER.should(2, "The answer has a Location.", f"{_PAGE}, GET")
def location(server: Server) -> Findings:
    if server.root.status == 200 and "Location" not in server.root.headers:
        yield Finding("There is no Location", server.root)


@CHAPTER.must(3, "What is listed is there: its path is not 501.", f"{_PAGE}, endpoint")
def listed_is_there(server: Server) -> Findings:
    host = urlsplit(server.session.url).netloc
    for seen in _listed(server):
        place = urlsplit(str(seen.value.get("endpoint")))
        if place.netloc in {"", host} and (answer := server.get(place.path)).status == 501 and not _has_keys(seen):
            yield Finding(f"{place.path} is listed, and answered 501", answer)


@CHAPTER.should(4, "What is there is listed.", _PAGE)
def there_is_listed(server: Server) -> Findings:
    paths = {
        urlsplit(str(seen.value.get("endpoint"))).path.rstrip("/").rpartition("/")[2] for seen in _listed(server)
    }
    known = {"accesses", "services", "subscriptions", "orders", "orderevents", "events", "tickets"}
    for endpoint in sorted(known - paths - ({"orders"} if "order" in paths else set())):
        answer = server.get(f"{endpoint}/")
        if answer.status == 200 and answer.flaw is None:
            yield Finding(f"{endpoint}/ answers 200, and is not listed", answer)


def _has_keys(seen: Seen) -> bool:
    """Return whether an endpoint is only there with a key below it."""
    return any(word in str(seen.value.get("endpoint")) for word in ("tech", "option82"))


declare(
    CHAPTER,
    _PAGE,
    "A listed endpoint",
    _listed,
    (
        Field(10, "name", "a text", formats.text, MANDATORY),
        Field(11, "endpoint", "a URL or a path", formats.text, MANDATORY),
        Field(12, "version", "a text", formats.text, MANDATORY),
        Field(13, "documentation", "a URL", _url, MANDATORY),
        Field(14, "note", "a text", formats.text),
        Field(15, "unsupportedFields", "an array of texts", formats.list_of(formats.text)),
    ),
)
