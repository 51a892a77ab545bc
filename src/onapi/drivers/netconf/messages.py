"""The messages of NETCONF: hello, rpc and rpc-reply. Pure. Source: RFC 6241, section 4 and appendix A."""

from onapi.drivers.contract import AuthFailed, Busy, DriverError, Garbled, Rejected, Unsupported
from onapi.drivers.netconf import tree
from onapi.drivers.netconf.tree import BASE, Tree

_VERSIONS = ("urn:ietf:params:netconf:base:1.0", "urn:ietf:params:netconf:base:1.1")
HELLO = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<hello xmlns="{BASE}"><capabilities>'
    + "".join(f"<capability>{version}</capability>" for version in _VERSIONS)
    + "</capabilities></hello>"
).encode()
_KINDS: dict[str, type[DriverError]] = {
    "in-use": Busy,
    "lock-denied": Busy,
    "resource-denied": Busy,
    "access-denied": AuthFailed,
    "operation-not-supported": Unsupported,
    "unknown-element": Unsupported,
    "unknown-namespace": Unsupported,
}


def chunks(hello: bytes) -> bool:
    """Return whether both sides can go on with chunks, from the other's hello.

    Raises:
        Garbled: it is no hello, or of a NETCONF that is not spoken here.
    """
    told = tree.parse(hello)
    found = {(capability.text or "").strip() for capability in told.iter(f"{{{BASE}}}capability")}
    if told.tag != f"{{{BASE}}}hello" or found.isdisjoint(_VERSIONS):
        raise Garbled("The network element does not greet as NETCONF does.")
    return _VERSIONS[1] in found


def rpc(number: int, operation: str) -> bytes:
    """Return a question."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{head}<rpc message-id="{number}" xmlns="{BASE}">{operation}</rpc>'.encode()


def reply(message: bytes, number: int) -> str | DriverError:
    """Return the inside of an answer; or the error that it is, of the kind and in the words that the element says.

    Raises:
        Garbled: it is no answer to this question.
    """
    told = tree.parse(message)
    if told.tag != f"{{{BASE}}}rpc-reply" or told.get("message-id") != str(number):
        raise Garbled("The network element answers something else than it was asked.")
    for error in told.iter(f"{{{BASE}}}rpc-error"):
        if tree.text_of(error, "error-severity", BASE) != "warning":
            return _error(error)
    return tree.inside(told)


def _error(error: Tree) -> DriverError:
    tag = tree.text_of(error, "error-tag", BASE) or "operation-failed"
    said = tree.text_of(error, "error-message", BASE) or tag
    return _KINDS.get(tag, Rejected)(f"The network element says: {said[:200]} ({tag[:40]}).")
