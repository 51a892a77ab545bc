"""Read address lists in tests: as a whole, only their accesses, or only their faults."""

from datetime import date

import pytest

from onapi import errors
from onapi.domain import accesses, address_lists
from onapi.domain.address_lists import Format

TODAY = date(2026, 3, 1)


def opened(text: str | bytes, wanted: Format | None = None) -> address_lists.Reading:
    data = text if isinstance(text, bytes) else text.encode()
    return address_lists.open_list(data, wanted, TODAY)


def records(text: str | bytes, wanted: Format | None = None) -> list[address_lists.Record]:
    return list(opened(text, wanted).records())


def valid(text: str | bytes, wanted: Format | None = None) -> list[accesses.Access]:
    """Return the accesses of a list without errors."""
    found = records(text, wanted)
    assert [record for record in found if isinstance(record, list)] == []
    return [record for record in found if isinstance(record, accesses.Access)]


def faults(text: str | bytes, wanted: Format | None = None) -> list[tuple[int, str, str]]:
    """Return the line, column and value of every error in the list."""
    errors_ = [error for record in records(text, wanted) if isinstance(record, list) for error in record]
    return [(error.line, error.column, error.value) for error in errors_]


def reason(text: str | bytes) -> str:
    """Return why the only wrong value of the list is refused."""
    (errors_,) = [record for record in records(text) if isinstance(record, list)]
    (error,) = errors_
    return error.reason


def refusal(text: str | bytes, wanted: Format | None = None) -> str:
    """Return why the list as a whole is refused."""
    with pytest.raises(errors.Invalid) as refused:
        records(text, wanted)
    return refused.value.cause
