"""The list of endpoints, at the version's root.

Source: ON-API 2.6.0 common/endpoints.md; `operations` and `status` are ours, so that a client need not find out
by trying (on-api issue 115).
"""

from onapi.wire.formats import Text, Wire


class Endpoint(Wire, kw_only=True):
    """One endpoint that this server has."""

    name: Text
    endpoint: Text
    version: Text
    documentation: str
    operations: list[str]
    status: Text
    note: Text | None = None
    unsupported_fields: list[str] | None = None
