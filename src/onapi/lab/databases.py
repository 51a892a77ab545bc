"""The databases of a lab: onapi's, and Kea's beside it in the same PostgreSQL."""

from urllib.parse import parse_qs, urlsplit

from onapi.lab import kea
from onapi.lab.programs import run
from onapi.storage import embedded


def beside(url: str, *, name: str = "kea") -> kea.Database:
    """Make an empty database for Kea beside the one of a URL, which is an embedded PostgreSQL's."""
    host = parse_qs(urlsplit(url).query)["host"][0]
    account = urlsplit(url).username or ""
    run(str(embedded.installed() / "pginstall18" / "bin" / "createdb"), "-h", host, "-U", account, name)
    return kea.Database(host=host, name=name, user=account)
