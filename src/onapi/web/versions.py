"""ETag and If-Match, by which a caller changes an object only as it knows it: an extension.

Source: RFC 9110, sections 8.8.3 and 13.1.1.
"""

import re
from collections.abc import Sequence

from onapi import errors
from onapi.web.call import Call
from onapi.web.routing import Parameter

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"(?:{_TAG})(?:[ \t]*,[ \t]*(?:{_TAG}))*\Z")
_OURS = re.compile(r'"(0|[1-9][0-9]{0,8})"\Z', re.ASCII)

PARAMETER = Parameter(
    name="If-Match",
    place="header",
    kind=str,
    description="The ETag of the object as you know it: if it has changed since, nothing is done (extension).",
)
"""What changes take, for OpenAPI."""

REFUSAL = (errors.Stale, "It has changed since the version that If-Match names; nothing was done.")
"""How they may be refused for it."""


def etag(version: int) -> str:
    """Return the ETag of a version, which is a number from 0 on."""
    return f'"{version}"'


def wanted(call: Call) -> Sequence[int] | None:
    """Return the versions that If-Match names, of which one must be the present one; None is any.

    A weak or foreign tag names no version.

    Raises:
        Invalid: the header is no list of tags.
    """
    header = call.header(b"if-match")
    if header is None or header.strip() == "*":
        return None
    if not _LIST.match(header.strip()):
        raise errors.Invalid(f"If-Match {header[:60]!r} is not * or a list of ETags in quotes.")
    tags = (_OURS.match(tag) for tag in re.findall(_TAG, header))
    return [int(tag[1]) for tag in tags if tag]
