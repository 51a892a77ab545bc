"""What every refusal and failure looks like.

Source: ON-API 2.6.0 common/responses.md; `code` and `requestId` are ours.
"""

from typing import Annotated

import msgspec

from onapi.wire.formats import Wire


class Fault(Wire, kw_only=True):
    """Why a request was not done."""

    cause: Annotated[str, msgspec.Meta(description="A sentence for people: what, which, why.")]
    code: Annotated[str, msgspec.Meta(description="A stable word for programs.", examples=["invalid"])]
    request_id: Annotated[str, msgspec.Meta(description="Also in the header X-Request-Id; quote it when you ask.")]
