"""The interface as files: `python -m tests.docs.interface` writes them from a server, and a test compares them."""

import asyncio
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from onapi.settings import Settings
from onapi.storage import embedded, migrate, pool
from tests.conftest import serving

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
OPENAPI, COLLECTION = FOLDER / "openapi.json", FOLDER / "onapi.postman_collection.json"

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def written(document: Mapping[str, Any]) -> dict[Path, str]:
    """Return what the files hold, from a server's description of itself."""
    return {path: json.dumps(kept, indent=1, ensure_ascii=False) + "\n" for path, kept in _kept(document).items()}


def _kept(document: Mapping[str, Any]) -> dict[Path, object]:
    return {OPENAPI: document, COLLECTION: collection(document)}


def collection(document: Mapping[str, Any]) -> dict[str, object]:
    """Return a collection for Postman and its like: a folder for each endpoint, a request for each operation.

    Source: the collection format v2.1.0.
    """
    folders: dict[str, list[object]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            folders.setdefault(path.split("/")[1] or "endpoints", []).append(_request(path, method, operation))
    return {
        "info": {"name": document["info"]["title"], "schema": _SCHEMA},
        "auth": {
            "type": "basic",
            "basic": [
                {"key": "username", "value": "{{user}}", "type": "string"},
                {"key": "password", "value": "{{password}}", "type": "string"},
            ],
        },
        "variable": [
            {"key": "root", "value": "http://127.0.0.1:8026/onapi/2.6"},
            {"key": "user", "value": "alfa"},
            {"key": "password", "value": "alfa-demo"},
        ],
        "item": [{"name": name, "item": requests} for name, requests in folders.items()],
    }


def _request(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, object]:
    parameters = operation.get("parameters", [])
    segments = [f":{part[1:-1]}" if part.startswith("{") else part for part in path.strip("/").split("/")]
    trail = "/" if path.endswith("/") else ""
    url: dict[str, object] = {
        "raw": "{{root}}/" + "/".join(segments).strip("/") + (trail if path != "/" else ""),
        "host": ["{{root}}"],
        "path": [*segments, *([""] if trail else [])] if path != "/" else [""],
        "variable": [{"key": p["name"], "value": _example(p)} for p in parameters if p["in"] == "path"],
        "query": [
            {"key": p["name"], "value": _example(p), "description": p.get("description", ""), "disabled": True}
            for p in parameters
            if p["in"] == "query"
        ],
    }
    request: dict[str, object] = {
        "method": method.upper(),
        "url": url,
        "description": operation.get("description", ""),
    }
    headers = [{"key": p["name"], "value": _example(p), "disabled": True} for p in parameters if p["in"] == "header"]
    body = operation.get("requestBody")
    if body is not None:
        request["body"] = {"mode": "raw", "raw": "{}", "options": {"raw": {"language": "json"}}}
        headers.insert(0, {"key": "Content-Type", "value": next(iter(body["content"])), "disabled": False})
    return {"name": operation["summary"], "request": {**request, "header": headers}}


def _example(parameter: Mapping[str, Any]) -> str:
    return str(next(_examples(parameter), ""))


def _examples(parameter: Mapping[str, Any]) -> Iterator[object]:
    yield from parameter.get("schema", {}).get("examples", [])
    if parameter["name"] == "accessId":
        yield "DEMO-1"


async def _migrate(url: str) -> None:
    database = await pool.connect(url)
    async with database.transaction() as tx:
        await migrate.apply(tx)
    await database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        with embedded.running(Path(name), durable=False) as url:
            asyncio.run(_migrate(url))
            with serving(Settings(database_url=url)) as server, server.client() as client:
                for path, text in written(client.get("/openapi.json").json()).items():
                    path.write_text(text, encoding="utf-8")
