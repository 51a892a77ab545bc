"""Answers of servers that follow the seed, the standard, an older one, or neither quite, are read as one.

`golden/X.json` is what a server sends, `golden/X.read.json` what the client makes of it. After a change that is
meant: `python -m tests.client.test_tolerance`.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.client import errors, placing, tolerance
from onapi.client.accesses import Access
from onapi.client.invoicespecification import Row
from onapi.client.services import AccessServices
from onapi.client.subscriptions import AccessSubscriptions
from onapi.client.tech_models import Cpe, LinkStatus
from onapi.client.tickets import Ticket
from onapi.client.tolerance import Model

_GOLDEN = Path(__file__).parent / "golden"
_KINDS: dict[str, type[Model]] = {
    "access": Access,
    "services": AccessServices,
    "subscriptions": AccessSubscriptions,
    "link": LinkStatus,
    "cpe": Cpe,
    "invoice": Row,
    "ticket": Ticket,
}
_NAMES = sorted(path.name.removesuffix(".json") for path in _GOLDEN.glob("*.json") if ".read." not in path.name)


def _made_of(name: str) -> str:
    value = tolerance.decode((_GOLDEN / f"{name}.json").read_bytes())
    kind = _KINDS.get(name.partition("-")[0])
    model = placing.read_order(value) if kind is None else tolerance.read(kind, value)
    return json.dumps(msgspec.to_builtins(model), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", _NAMES)
def test_what_servers_send_is_read_as_it_is_meant(name: str) -> None:
    assert _made_of(name) == (_GOLDEN / f"{name}.read.json").read_text(encoding="utf-8")


def test_amounts_are_exact() -> None:
    row = tolerance.read(Row, tolerance.decode(b'{"invoice":{"invoicedAmount":0.10,"listPrice":1e2}}'))
    assert (row.invoice.invoiced_amount, row.invoice.list_price) == (Decimal("0.10"), Decimal(100))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"[]", "no Access"),
        (b'"A"', "no Access"),
        (b"{}", "lacks accessId"),
        (b'{"accessId":null}', "lacks accessId"),
        (b'{"accessId":["A"]}', "cannot be read"),
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: bytes, words: str) -> None:
    with pytest.raises(errors.Garbled, match=words):
        tolerance.read(Access, tolerance.decode(text))


def test_nothing_that_is_needed_is_left_out_in_silence() -> None:
    for text in (
        b'{"invoice":{"invoicedAmount":"much"}}',
        b'{"invoice":{}}',
        b'{"invoice":{"invoicedAmount":1e999}}',
    ):
        with pytest.raises(errors.Garbled):
            tolerance.read(Row, tolerance.decode(text))
    with pytest.raises(errors.Garbled, match="lacks subscriptionId"):
        tolerance.read(AccessSubscriptions, {"accessId": "A", "subscriptions": [{"service": "S"}]})


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = [field.encode_name for kind in _KINDS.values() for field in msgspec.structs.fields(kind)]


@given(kind=st.sampled_from(list(_KINDS.values())), value=st.dictionaries(st.sampled_from(_FIELDS), _ANYTHING))
def test_whatever_comes_is_read_or_garbled(kind: type[Model], value: dict[str, Any]) -> None:
    try:
        model = tolerance.read(kind, value)
    except errors.Garbled:
        return
    assert isinstance(model, kind)


if __name__ == "__main__":
    for one in _NAMES:
        (_GOLDEN / f"{one}.read.json").write_text(_made_of(one), encoding="utf-8")
    sys.stdout.write(f"{len(_NAMES)} written; read the difference.\n")
