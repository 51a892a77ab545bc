"""From a path to an operation, by the standard's rules.

A path answers with and without the final slash and is never redirected; what is unknown below the version's root is
501; a method that an endpoint lacks is 501 with Allow. Resources describe themselves with the values defined here,
from which the router, the list of endpoints and OpenAPI are made.

Source: ON-API 2.6.0 README.md and common/responses.md.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.responses import Response

from onapi import errors
from onapi.web.call import Call

Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A query parameter or header of an operation, or a part of its path that is no ID.

    `kind` is a type that OpenAPI can describe.
    """

    name: str
    place: str
    kind: Any
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be done: a method on a path.

    `path` is below the version's root, with names of IDs in braces: `accesses/{accessId}`. `answers` are the types
    of its bodies by status, None for an empty one; `files` are media types in which the answer 200 may be a file
    instead. Refusals that every operation has need not be told, those in `refusals` are told beside them. `body` is
    the type of the request's, None when it has none. A `hidden` one is answered, and described nowhere.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    description: str
    answers: dict[int, Any]
    files: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Any = None
    refusals: tuple[tuple[type[errors.OnapiError], str], ...] = ()
    source: str
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One of the standard's endpoints: its name, path and operations; `documentation` is a URL."""

    name: str
    path: str
    documentation: str
    operations: tuple[Operation, ...]
    note: str | None = None
    unsupported_fields: tuple[str, ...] = ()


@dataclass(slots=True)
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "tuple[str, _Node] | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)


class Router:
    """Finds the operation of a path and a method."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._root = _Node()
        for endpoint in endpoints:
            for operation in endpoint.operations:
                node = self._root
                for part in filter(None, operation.path.split("/")):
                    node = _below(node, part)
                node.operations[operation.method] = operation

    def find(self, path: bytes, method: str) -> tuple[Operation | None, dict[str, str]]:
        """Return the operation, or None for OPTIONS, and the IDs in the path, not yet checked.

        Args:
            path: what follows the version's root, percent-encoded as it came.
            method: GET, HEAD …; HEAD is GET here.

        Raises:
            Unsupported: unknown path, or a method that it lacks.
            Invalid: the path is not UTF-8.
        """
        node, found = self._walk(_parts(path))
        if node is None or not node.operations:
            shown = path.decode("ascii", "replace")[:100]
            raise errors.Unsupported(
                f"There is no endpoint {shown!r} here; the version's root lists those there are."
            )
        if method == "OPTIONS":
            return None, found
        operation = node.operations.get("GET" if method == "HEAD" else method)
        if operation is None:
            allow = allowed(node.operations)
            raise errors.Unsupported(
                f"{method[:20]} is not possible here; {', '.join(allow)} is.".replace(
                    ", OPTIONS is", " and OPTIONS are"
                ),
                allow=allow,
            )
        return operation, found

    def allow(self, path: bytes) -> tuple[str, ...]:
        """Return the methods that a known path takes."""
        node, _ = self._walk(_parts(path))
        return allowed(node.operations) if node else ()

    def _walk(self, parts: list[str]) -> tuple[_Node | None, dict[str, str]]:
        node, found = self._root, dict[str, str]()
        name = ""
        for part in parts:
            if part in node.children:
                node, name = node.children[part], ""
            elif node.parameter is not None:
                name, node = node.parameter
                found[name] = part
            elif name and not node.children:
                # More path where an ID ends: an ID with a slash in it, which its check will name.
                found[name] += "/" + part
            else:
                return None, found
        return node, found


def allowed(operations: Iterable[str]) -> tuple[str, ...]:
    """Return the methods that go with these, for the header Allow."""
    methods = set(operations)
    return (*sorted(methods | ({"HEAD"} if "GET" in methods else set())), "OPTIONS")


def _below(node: _Node, part: str) -> _Node:
    if not part.startswith("{"):
        return node.children.setdefault(part, _Node())
    if node.parameter is None:
        node.parameter = (part.strip("{}"), _Node())
    return node.parameter[1]


def _parts(path: bytes) -> list[str]:
    parts = path.split(b"/")
    if parts and not parts[-1]:
        parts.pop()
    try:
        return [unquote_to_bytes(part).decode("utf-8") for part in parts]
    except UnicodeDecodeError:
        raise errors.Invalid("The path is not percent-encoded UTF-8.") from None
