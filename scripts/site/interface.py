"""Every operation of the HTTP interface, from its OpenAPI description."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"
_HEAD = """# The interface, operation by operation

Made from [openapi.json](openapi.json), which a server has at `openapi.json` below the version's root, and shows at
`docs`. For Postman, Bruno and their like there is a [collection](onapi.postman_collection.json). What all operations
have in common is told in [The HTTP interface](http.md).
"""


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_operations(json.loads(_FILE.read_text(encoding="utf-8")))])


def _operations(document: Any) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"## `{method.upper()} {path}`\n\n{operation['summary']}. {operation.get('description', '')}\n"
            parameters = operation.get("parameters", [])
            if parameters:
                yield "| parameter | in | |\n|---|---|---|"
                for parameter in parameters:
                    told = " ".join(parameter.get("description", "").split()).replace("|", "\\|")
                    yield f"| `{parameter['name']}` | {parameter['in']} | {told} |"
                yield ""
            yield "| status | |\n|---|---|"
            for status, answer in operation["responses"].items():
                yield f"| {status} | {' '.join(answer.get('description', '').split())} |"
            yield ""
