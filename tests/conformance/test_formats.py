"""The data formats of the standard: what is taken for one, and what is not."""

from decimal import Decimal
from typing import Any

import pytest

from onapi.conformance import formats
from onapi.conformance.formats import Format

_GOOD: list[tuple[Format, list[Any]]] = [
    (formats.identifier, ["12345", "ADA134312", "58128a38-8df0-11e9-b683-526af7764f64", "a.b", "x" * 36]),
    (formats.text, ["", "Åäö", "x" * 255]),
    (
        formats.date_time,
        [
            "1985-04-12T23:20:50.52Z",
            "1985-04-12T23:20:50.0053Z",
            "1990-12-31T23:59:60Z",
            "2022-01-25T09:52:27+00:00",
            "2026-11-25T00:00:00-03:30",
            "3030-12-12T00:00:01Z",
        ],
    ),
    (formats.day, ["2019-01-18", "2024-02-29"]),
    (formats.postal_code, ["10000"]),
    (formats.street_number, ["10", "550-70", ""]),
    (formats.mac, ["AA:BB:CC:DD:EE:FF", "01:02:03:04:05:06", "aa:bb:cc:dd:ee:ff"]),
    (formats.ip_address, ["192.168.0.0/24", "192.168.10.5", "::ffff:c0a8:0/24", "2001:2::/48"]),
    (formats.option82, ["520A01036162630203313233"]),
    (formats.money, [0, 5663, Decimal("0.00"), Decimal("-99.90"), Decimal("100")]),
    (formats.natural, [0, 1]),
    (formats.boolean, [True, False]),
    (formats.uuid, ["95f27b60-a42a-11eb-bdc2-000c29f11131"]),
]
_BAD: list[tuple[Format, list[Any]]] = [
    (formats.identifier, ["", "x" * 37, "a b", "a_b", "å", "12345\n", 12345, None]),
    (formats.text, ["x" * 256, 1, None, ["a"]]),
    (
        formats.date_time,
        [
            "2019-02-04T13:03:16.1252",
            "2019-02-04",
            "2019-02-30T00:00:00Z",
            "2019-02-04T25:00:00Z",
            "2019-02-04T13:03:61Z",
            "2019-02-04T13:03:16.12345Z",
            "2019-02-04 13:03:16Z",
            "2019-02-04T13:03:16Z\n",
            "",
            1_549_285_396,
            None,
        ],
    ),
    (formats.day, ["2019-1-18", "2019-02-29", "2019-01-18T00:00:00Z", "2019-01-18\n", None]),
    (formats.postal_code, ["01234", "1234", "123 45", 12345]),
    (formats.street_number, ["10G", "10-", "12345-1", 10]),
    (formats.mac, ["AA-BB-CC-DD-EE-FF", "AABBCCDDEEFF", "AA:BB:CC:DD:EE", "GG:BB:CC:DD:EE:FF", None]),
    (formats.ip_address, ["192.0.2.256", "", "example.com", 3_221_225_985, None]),
    (formats.option82, ["530A01036162630203313233", "520B01036162630203313233", "52", "xyz", "", None]),
    (formats.money, [Decimal("0.30000000000000004"), Decimal("1.001"), "200", True, None]),
    (formats.natural, [-1, Decimal("1.0"), "0", True]),
    (formats.boolean, ["true", 0, None]),
    (formats.uuid, ["95f27b60a42a11ebbdc2000c29f11131", ""]),
]


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in _GOOD for value in values])
def test_what_is_of_a_format_is_taken_for_it(kind: Format, value: Any) -> None:
    assert kind(value) is None


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in _BAD for value in values])
def test_what_is_not_of_a_format_is_told_from_it(kind: Format, value: Any) -> None:
    assert kind(value)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("Mon, 04 Feb 2019 18:22:33 GMT", True),
        ("Mon, 04 Feb 2019 18:22:33 +0000", False),
        ("Monday, 04-Feb-19 18:22:33 GMT", False),
        ("2019-02-04T18:22:33Z", False),
        ("Mon, 04 Xyz 2019 18:22:33 GMT", False),
        (None, False),
    ],
)
def test_a_date_of_http_is_told_from_others(value: str | None, good: bool) -> None:
    assert (formats.http_date(value) is not None) is good
