"""The server that is checked, as checks ask it: every question once, and lists by a sample."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from onapi.conformance.exchange import Exchange
from onapi.conformance.findings import Finding, Nothing, NotOffered
from onapi.conformance.levels import Reading
from onapi.conformance.session import Session

NOBODY = "onapi-conform-0000"
"""An ID that no object has."""

_SAMPLE = 2_000
_SINGLES = 5
_OTHER_NAMES = {"orders": {"order"}, "tech": {"technical_info", "technicalinfo"}, "option82": {"option82_lookup"}}


@dataclass(frozen=True, slots=True)
class Seen:
    """An object that the server showed, where it stood, and the exchange that showed it."""

    value: dict[str, Any]
    where: str
    exchange: Exchange = field(repr=False)

    def wrong(self, says: str) -> Finding:
        """Return a finding about it."""
        return Finding(f"{self.where}: {says}", self.exchange)

    def below(self, name: str) -> Iterator["Seen"]:
        """Yield the objects in one of its fields, be it an array of them or one."""
        found = self.value.get(name)
        for number, one in enumerate(found if isinstance(found, list) else [found]):
            if isinstance(one, dict):
                yield Seen(one, f"{self.where}.{name}[{number}]", self.exchange)


@dataclass(slots=True)
class Server:
    """A server, how it is asked, and what may be done to it.

    `accesses` and `services` may be written to, which is empty when only reading is allowed. `other` is a second
    provider's session, if there is one. `dialect` is None for auto.
    """

    session: Session
    dialect: Reading | None = None
    accesses: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    other: Session | None = None
    stories: dict[Any, Any] = field(default_factory=dict)
    _asked: dict[tuple[str, str], Exchange] = field(default_factory=dict)

    def get(self, path: str, since: str = "") -> Exchange:
        """Return what a path answers, asked once; `since` is an If-Modified-Since."""
        if (path, since) not in self._asked:
            self._asked[path, since] = self.fresh(path, since)
        return self._asked[path, since]

    def fresh(self, path: str, since: str = "") -> Exchange:
        """Return what a path answers now; a redirection to the same path with or without its slash is followed."""
        headers = {"If-Modified-Since": since} if since else {}
        answer = self.session.ask("GET", path, headers=headers)
        if answer.status in {301, 302, 307, 308}:
            place = urlsplit(answer.headers.get("Location", ""))
            if place.path.strip("/") == urlsplit(answer.url).path.strip("/"):
                query = urlsplit(answer.url).query
                return self.session.ask("GET", place.path + (f"?{query}" if query else ""), headers=headers)
        return answer

    @property
    def root(self) -> Exchange:
        """Return the list of endpoints."""
        return self.get("")

    @property
    def version(self) -> str:
        """Return the version of the standard that the URL or the list of endpoints names, 2.6 when neither does."""
        told = [part for part in self.session.url.split("/") if part[:2] in {"2.", "3."}]
        told += [str(one["version"]) for one in self.root.objects if one.get("version")]
        return ".".join((told or ["2.6"])[0].split(".")[:2])

    def path(self, endpoint: str) -> str:
        """Return the path of an endpoint's list, as the server lists it.

        Raises:
            NotOffered: the server's list lacks it, or has it on another server.
        """
        names = {endpoint} | _OTHER_NAMES.get(endpoint, set())
        listed = [one for one in self.root.objects if _names(one) & names]
        if not listed and self.root.objects:
            raise NotOffered(f"The list of endpoints has no {endpoint}.")
        if not listed:
            return self._standing(endpoint)
        place = urlsplit(str(listed[0].get("endpoint") or f"{endpoint}/"))
        if place.netloc and place.netloc != urlsplit(self.session.url).netloc:
            raise NotOffered(f"{endpoint} is on another server, {place.netloc}, which gets no password of ours.")
        return place.path

    def below(self, endpoint: str, key: str) -> str:
        """Return the path of what is below an endpoint: an object by its key, or a query."""
        return self.path(endpoint).rstrip("/") + "/" + key

    def listing(self, endpoint: str) -> Exchange:
        """Return an endpoint's list, or the beginning of it, whatever its status."""
        return self.get(self.path(endpoint))

    def sample(self, endpoint: str) -> list[Seen]:
        """Return objects of an endpoint's list.

        Raises:
            Nothing: there are none, or the list is none.
        """
        exchange = self.listing(endpoint)
        found = [
            Seen(one, f"{endpoint}[{number}]", exchange) for number, one in enumerate(exchange.objects[:_SAMPLE])
        ]
        if exchange.status != 200 or not found:
            raise Nothing(f"The list of {endpoint} is {'empty' if exchange.status == 200 else exchange.status}.")
        return found

    def shown(self, endpoint: str) -> list[Seen]:
        """Return the single objects of an endpoint that were shown in the run so far, each state of one once."""
        start = self.session.absolute(self.path(endpoint)).rstrip("/") + "/"
        found: dict[bytes, Seen] = {}
        for answer in self.session.log:
            key = (answer.url.partition("?")[0] + "/").partition(start)[2]
            if answer.method == "GET" and key and answer.status == 200 and isinstance(answer.value, dict):
                found.setdefault(answer.content, Seen(answer.value, f"{endpoint}/{key.strip('/')}", answer))
        return list(found.values())

    def singles(self, endpoint: str, key: str) -> list[tuple[Seen, Exchange]]:
        """Return some objects of a list, each with what its own path answers."""
        found = [seen for seen in self.sample(endpoint) if isinstance(seen.value.get(key), str) and seen.value[key]]
        if not found:
            raise Nothing(f"No object of the list of {endpoint} has its {key}.")
        last = len(found) - 1
        some = [found[place] for place in sorted({round(last * part / (_SINGLES - 1)) for part in range(_SINGLES)})]
        return [(seen, self.one(endpoint, seen.value[key])) for seen in some]

    def one(self, endpoint: str, key: str) -> Exchange:
        """Return what an object's own path answers."""
        return self.get(self.below(endpoint, quote(key, safe="")))

    def _standing(self, endpoint: str) -> str:
        # Without a list of endpoints, what is there is found by asking.
        for path in (f"{endpoint}/", endpoint):
            found = self.get(path)
            if found.status != 501 and (found.status < 400 or found.flaw is None):
                return path
        raise NotOffered(f"There is no list of endpoints, and {endpoint}/ is {self.get(f'{endpoint}/').status}.")


def _names(listed: dict[str, Any]) -> set[str]:
    place = urlsplit(str(listed.get("endpoint") or "")).path.rstrip("/").rpartition("/")[2]
    return {str(listed.get("name", "")).lower(), place.lower()}
