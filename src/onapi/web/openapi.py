"""OpenAPI 3.1, made from the operations that are routed and the types that validate, and a page to read it."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from starlette.responses import Response

from onapi import errors, ids
from onapi.web import faults
from onapi.web.routing import Endpoint, Operation
from onapi.wire.faults import Fault

_REF = "#/components/schemas/{name}"
_REFUSALS: tuple[tuple[type[errors.OnapiError], str], ...] = (
    (errors.Invalid, "The request is malformed or invalid; the cause names the field and the value."),
    (errors.Unauthenticated, "The user name or the password is missing or wrong."),
    (errors.TooMany, "Too many requests; wait as long as Retry-After says."),
    (errors.Unavailable, "A part of the platform is away; wait as long as Retry-After says."),
)
_MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


def document(endpoints: Iterable[Endpoint], *, version: str, mount: str) -> dict[str, Any]:
    """Return the OpenAPI document of these endpoints.

    Args:
        endpoints: what this server has.
        version: of onapi.
        mount: the path of the standard's version root, without a final slash.
    """
    endpoints = list(endpoints)
    kinds = [kind for e in endpoints for o in e.operations for kind in o.answers.values() if kind is not None]
    parameters = [p.kind for e in endpoints for o in e.operations for p in o.parameters]
    kinds += [o.body for e in endpoints for o in e.operations if o.body is not None]
    _, schemas = msgspec.json.schema_components([*kinds, *parameters, Fault], ref_template=_REF)
    schemas = _with_numbers(schemas)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        for operation in filter(lambda one: not one.hidden, endpoint.operations):
            path = "/" + operation.path + ("" if operation.path.endswith("}") or not operation.path else "/")
            paths.setdefault(path, {})[operation.method.lower()] = _operation(endpoint, operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ON-API 2.6",
            "version": f"2.6.0+onapi.{version}",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "The interface between a communication operator and its service providers. An independent "
            "implementation of ON-API 2.6; where the standard's texts disagree, see the page of deviations.",
        },
        "servers": [{"url": mount}],
        "tags": [{"name": e.name, "externalDocs": {"url": e.documentation}} for e in endpoints],
        "security": [{"basic": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}}},
    }


def _with_numbers(described: Any) -> Any:
    """Return a description in which exact numbers are numbers, as they are sent; msgspec describes them as text."""
    if isinstance(described, list):
        return [_with_numbers(one) for one in described]
    if not isinstance(described, dict):
        return described
    if described.get("format") == "decimal":
        return {key: value for key, value in described.items() if key != "format"} | {"type": "number"}
    return {key: _with_numbers(value) for key, value in described.items()}


def _operation(endpoint: Endpoint, operation: Operation) -> dict[str, Any]:
    refusals = [*_REFUSALS, *operation.refusals]
    if "{" in operation.path:
        refusals.insert(2, (errors.NotFound, "There is no such object, or it is another SP's."))
    answers = {str(status): _answer(status, kind) for status, kind in operation.answers.items()}
    for media_type in operation.files:
        answers["200"]["content"][media_type] = {"schema": {"type": "string", "format": "binary"}}
    for kind, description in refusals:
        answers.setdefault(str(faults.status_of(kind)), _described(description, Fault))
    described = {
        "tags": [endpoint.name],
        "operationId": f"{operation.method.lower()}_{operation.path}".translate(str.maketrans("/{}", "___")).strip(
            "_"
        ),
        "summary": operation.summary,
        "description": f"{operation.description}\n\nSource: {operation.source}",
        "parameters": [*_path_parameters(operation), *_parameters(operation)],
        "responses": answers,
    }
    if operation.body is not None:
        content = _described("", operation.body)["content"]
        described["requestBody"] = {"required": True, "content": content}
    return described


def _answer(status: int, kind: Any) -> dict[str, Any]:
    if kind is None:
        return {"description": "Nothing has changed." if status == 304 else "Done; there is no body."}
    return _described("What was asked for.", kind)


def _described(description: str, kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REF)
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    told = {parameter.name for parameter in operation.parameters if parameter.place == "path"}
    names = [part.strip("{}") for part in operation.path.split("/") if part.startswith("{")]
    names = [name for name in names if name not in told]
    schema = {"type": "string", "pattern": f"^{ids.ID_PATTERN}$"}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    described = []
    for parameter in operation.parameters:
        (schema,), _ = msgspec.json.schema_components([parameter.kind], ref_template=_REF)
        described.append(
            {
                "name": parameter.name,
                "in": parameter.place,
                "description": parameter.description,
                "required": parameter.required,
                "schema": schema,
            }
        )
    return described


def page(name: str, *, mount: str) -> Response:
    """Return the page that shows the document (`name` is empty), or one of its files, all from this server."""
    found = _files().get(name or "index.html")
    if found is None:
        raise errors.NotFound(f"There is no page {name[:40]!r} here.")
    ending = "." + (name or "index.html").rpartition(".")[2]
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
    if ending == ".html":
        found = found.replace(b"{mount}", mount.encode())
    return Response(found, headers=headers, media_type=_MEDIA_TYPES[ending])


@cache
def _files() -> dict[str, bytes]:
    folder = files("onapi.web") / "static"
    return {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if any(file.name.endswith(end) for end in _MEDIA_TYPES)
    }
