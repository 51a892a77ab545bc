"""The interface as files is the interface as it is; the site can be built from what there is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import Server
from tests.docs import interface

_ROOT = Path(__file__).parents[2]


def test_the_description_and_the_collection_are_what_a_server_says(server: Server) -> None:
    with server.client() as client:
        document = client.get("/openapi.json").json()
    for path, text in interface.written(document).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is old; `make schema` writes it anew"


def test_every_request_of_the_collection_is_answered(server: Server) -> None:
    collection = json.loads(interface.COLLECTION.read_text(encoding="utf-8"))
    requests = [item["request"] for folder in collection["item"] for item in folder["item"]]
    with server.client() as client:
        for request in requests:
            raw = request["url"]["raw"].replace("{{root}}", server.root)
            for variable in request["url"]["variable"]:
                raw = raw.replace(f":{variable['key']}", variable["value"] or "x")
            answer = client.request(request["method"], server.url + raw, content=b"{}")
            expected = 200 if raw.rstrip("/") == server.root else 401
            assert answer.status_code in (expected, 401), (request["method"], raw, answer.text)


def test_the_site_is_built_without_a_warning_and_asks_nobody_for_anything(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, check=False, cwd=_ROOT, env=quiet, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "search" in page
    for name in ("all-commands", "all-words", "interface", "client-api"):
        made = (tmp_path / "site" / "reference" / f"{name}.html").read_text(encoding="utf-8")
        assert made.count("<h2") > 3, name
    outside = set()
    for html in (tmp_path / "site").rglob("*.html"):
        for part in html.read_text(encoding="utf-8").split('src="')[1:]:
            address = part.split('"', 1)[0]
            if urlsplit(address).scheme in ("http", "https"):
                outside.add(address)
    assert outside == set()
