"""What a provider's program imports from `onapi.client`, from its docstrings."""

import inspect
from collections.abc import Iterator
from typing import Any

from onapi import client

_HEAD = """# The client's API

Made from the docstrings of `onapi.client`. [The client](client.md) tells how it is used.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(line for name in client.__all__ for line in _told(name, getattr(client, name)))])


def _told(name: str, kind: Any) -> Iterator[str]:
    yield f"## {name}\n\n{_indented(inspect.getdoc(kind))}\n"
    members = [
        (member, value)
        for member, value in inspect.getmembers(kind)
        if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property))
    ]
    for member, value in members:
        if value.__doc__ and member in _own(kind):
            signature = "" if isinstance(value, property) else str(inspect.signature(value))
            yield f"### `{name}.{member}`\n\n```python\n{member}{signature}\n```\n"
            yield f"{_indented(inspect.getdoc(value))}\n"


def _own(kind: Any) -> set[str]:
    return {name for base in kind.__mro__ if base.__module__.startswith("onapi") for name in vars(base)}


def _indented(text: str | None) -> str:
    """Return a docstring whose sections become paragraphs of their own."""
    return "\n".join(line if line.strip() else "" for line in (text or "").splitlines()).replace(
        "Args:", "Arguments:"
    )
