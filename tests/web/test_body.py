"""Bodies: JSON in UTF-8, bounded in size and time, and refused with a cause that names the field."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from starlette.types import Message

from onapi import errors
from onapi.web import body


class Order(msgspec.Struct):
    """A body to read."""

    service: str
    inner: dict[str, list[int]] = {}


def read(pieces: Sequence[bytes], content_type: str | None = "application/json", length: str | None = None) -> Order:
    waiting = list(pieces)

    async def receive() -> Message:
        if not waiting:
            return {"type": "http.disconnect"}
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": piece != pieces[-1] or bool(waiting)}

    return asyncio.run(body.read(receive, content_type, length, Order))


def cause(*arguments: object) -> str:
    with pytest.raises(errors.Invalid) as refused:
        read(*arguments)  # type: ignore[arg-type]  # each case gives what read takes
    return refused.value.cause


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
)
def test_json_is_read_in_pieces(kind: str) -> None:
    assert read([b'{"serv', b'ice": "\xc3\xa5"}'], kind) == Order("å")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{'service': 1}", "not JSON"),
        (b'{"service": "\xff"}', "UTF-8"),
        (b"[]", "Expected `object`"),
        (b"{}", "`service`"),
        (b'{"service": null}', "$.service"),
        (b'{"service": "x", "inner": {"a": [1, "b"]}}', "$.inner[...][1]"),
        (b"[" * 100_000, "not"),
    ],
)
def test_a_body_that_is_wrong_is_refused_with_what_and_where(raw: bytes, says: str) -> None:
    assert says in cause([raw])


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_another_content_type_is_refused(kind: str | None) -> None:
    assert "Content-Type" in cause([b"{}"], kind)


def test_a_body_over_one_mebibyte_is_refused_whether_or_not_it_says_its_length() -> None:
    piece = b'{"service": "' + b"x" * body.MOST_BYTES
    for length in (None, str(body.MOST_BYTES + 1)):
        with pytest.raises(errors.TooLarge):
            read([piece, b'"}'], "application/json", length)
    fits = b'{"service": "' + b"x" * (body.MOST_BYTES - 15) + b'"}'
    assert len(fits) == body.MOST_BYTES
    assert len(read([fits]).service) == body.MOST_BYTES - 15


def test_a_client_that_leaves_or_dawdles_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ended before" in cause([])

    async def silent() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    monkeypatch.setattr(body, "_PATIENCE_S", 0.05)
    with pytest.raises(errors.Invalid, match="did not arrive"):
        asyncio.run(body.read(silent, "application/json", None, Order))
