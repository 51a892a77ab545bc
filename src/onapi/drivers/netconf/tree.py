"""XML as trees, read with nothing in it that could do harm: no document types, and so no entities. Pure."""

import xml.etree.ElementTree as ET
from xml.parsers import expat
from xml.sax.saxutils import escape

from onapi.drivers.contract import Garbled

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
_DEEPEST = 100

Tree = ET.Element


def parse(text: bytes | str) -> Tree:
    """Return a document's tree; names are `{namespace}name`.

    Raises:
        Garbled: it is no XML, or has a document type, or is too deep a structure.
    """
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise Garbled("The network element answers too deep a structure.")
        builder.start(_named(name), {_named(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_named(name))

    def forbid(*_: object) -> None:
        raise Garbled("The network element answers with a document type, which is not read.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = forbid
    parser.EntityDeclHandler = forbid
    try:
        parser.Parse(text, True)  # noqa: FBT003 — expat takes it by place only
        return builder.close()
    except (expat.ExpatError, ValueError, LookupError):
        raise Garbled("The network element answers what is no XML.") from None


def inside(tree: Tree) -> str:
    """Return what is inside an element, as XML with all its namespaces."""
    return "".join(ET.tostring(child, encoding="unicode") for child in tree)


def forest(text: str) -> Tree:
    """Return elements that are not inside one, inside one."""
    return parse(f"<forest>{text}</forest>")


def text_of(tree: Tree | None, path: str, namespace: str) -> str | None:
    """Return the text of an element below, such as `statistics/in-octets`; None for one that is empty or not there.

    What is not to be printed is not there either.
    """
    found = tree.find("/".join(f"{{{namespace}}}{name}" for name in path.split("/"))) if tree is not None else None
    shown = (found.text or "").strip() if found is not None else ""
    return shown if shown and shown.isprintable() else None


def element(name: str, content: str = "", namespace: str | None = None) -> str:
    """Return an element; `content` is XML already."""
    declared = f' xmlns="{namespace}"' if namespace else ""
    return f"<{name}{declared}>{content}</{name}>"


def leaf(name: str, value: str | int | bool) -> str:
    """Return an element with a value, in the form that YANG has for its kind."""
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(shown)}</{name}>"


def _named(name: str) -> str:
    return f"{{{name}" if "}" in name else name
