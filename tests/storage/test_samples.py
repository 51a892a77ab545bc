"""Samples in the database: an element is read by one, a port has one row, and peaks are kept for some weeks."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from onapi.domain.samples import Passed, Reading
from onapi.storage import samples
from onapi.storage.samples import UNSAMPLED, Due, Peak, Sample, Sampled
from onapi.storage.tx import Tx
from tests.operators import Operator
from tests.storage.test_inventory import elements_in

T = TypeVar("T")

NOW = datetime.now(UTC).replace(microsecond=0)
_serial = itertools.count(1)


def done(operator: Operator, what: Callable[[Tx], Awaitable[T]]) -> T:
    """Do something on a connection of its own."""

    async def work() -> T:
        async with operator.database.connection() as tx:
            return await what(tx)

    return operator.wait(work())


def claim(operator: Operator, most: int = 1000) -> list[Due]:
    """Take what is due."""
    return done(operator, lambda tx: samples.claim(tx, most=most))


def reading(at: datetime = NOW, **counted: int) -> Reading:
    """Return a reading."""
    return Reading(read_at=at, reset_at=at - timedelta(days=1), input=counted, output={"bytes": 1})


def sample(element: str, at: datetime = NOW, *, rate: int | None = None, out: int = 0, port: str = "1") -> Sample:
    """Return a sample of a port with a rate of what came in."""
    passed = None if rate is None else Passed(seconds=300, input={"bytes": rate * 300}, output={"bytes": out * 300})
    return Sample(element=element, port=port, reading=reading(at, bytes=2**64 - 1), passed=passed)


def record(operator: Operator, *taken: Sample) -> None:
    """Keep samples."""
    done(operator, lambda tx: samples.record(tx, taken))


def of_port(operator: Operator, element: str, port: str = "1", since: datetime | None = None) -> Sampled:
    """Return what is known of a port."""
    wanted = (element, port, since)
    return done(operator, lambda tx: samples.of_ports(tx, [wanted, ("none", "1", None)]))[wanted]


@pytest.fixture
def element(operator: Operator) -> str:
    """Put an element into the inventory that nobody else has, and that is due alone."""
    name = f"sampled-{next(_serial)}"
    operator.rows("UPDATE samplings SET due_at = 'infinity'")
    elements_in(operator, name)
    return name


def connect(operator: Operator, element: str, accesses: Iterator[str], *ports: str) -> None:
    """Connect an access to each port."""
    for port in ports:
        operator.rows(
            "INSERT INTO access_ports (access_id, element, port) VALUES ($1, $2, $3)", next(accesses), element, port
        )


def test_a_new_element_is_due_at_once_with_its_ports_and_then_in_five_minutes(
    operator: Operator, accesses: Iterator[str], element: str
) -> None:
    connect(operator, element, accesses, "ge-0/0/2", "ge-0/0/1")
    (due,) = claim(operator)
    assert (due.element.element, due.element.address, due.element.driver) == (element, "192.0.2.1", "auto")
    assert due.ports == {"ge-0/0/1": None, "ge-0/0/2": None}
    assert claim(operator) == []
    ahead = operator.value("SELECT due_at - clock_timestamp() FROM samplings WHERE element = $1", element)
    assert timedelta(minutes=4.7) < ahead < timedelta(minutes=5.3)
    told = reading(bytes=2**64 - 1, packets=3)
    record(operator, Sample(element=element, port="ge-0/0/2", reading=told, passed=None))
    operator.rows("UPDATE samplings SET due_at = now() WHERE element = $1", element)
    (due,) = claim(operator)
    assert due.ports == {"ge-0/0/1": None, "ge-0/0/2": told}


def test_an_element_to_which_nothing_is_connected_has_no_ports_to_read(operator: Operator, element: str) -> None:
    assert [due.ports for due in claim(operator)] == [{}]


def test_each_element_is_taken_by_one_of_many(operator: Operator) -> None:
    operator.rows("UPDATE samplings SET due_at = 'infinity'")
    names = [f"fought-over-{number}" for number in range(60)]
    elements_in(operator, *names)

    async def fight() -> list[list[Due]]:
        async def one() -> list[Due]:
            taken: list[Due] = []
            async with operator.database.connection() as tx:
                for _ in range(20):
                    taken += await samples.claim(tx, most=7)
            return taken

        return await asyncio.gather(*(one() for _ in range(6)))

    taken = [due.element.element for some in operator.wait(fight()) for due in some]
    assert sorted(taken) == sorted(names)


def test_a_port_has_one_row_and_what_comes_late_changes_nothing(operator: Operator, element: str) -> None:
    for minutes in (0, 5, 10):
        record(operator, sample(element, NOW + timedelta(minutes=minutes), rate=minutes))
    record(operator, sample(element, NOW + timedelta(minutes=7), rate=1))
    assert operator.value("SELECT count(*) FROM port_samples WHERE element = $1", element) == 1
    known = of_port(operator, element)
    assert (known.read_at, known.passed and known.passed.input_rate) == (NOW + timedelta(minutes=10), 10)


def test_the_highest_rate_of_each_direction_stays_with_its_moment(operator: Operator, element: str) -> None:
    assert of_port(operator, element) == UNSAMPLED
    for minutes, (rate, out) in enumerate([(5, 0), (9, 3), (9, 2), (1, 7), (None, 0), (8, 7)]):
        record(operator, sample(element, NOW + timedelta(minutes=minutes), rate=rate, out=out))
    known = of_port(operator, element)
    assert known.input_peak == Peak(rate=9, at=NOW + timedelta(minutes=1))
    assert known.output_peak == Peak(rate=7, at=NOW + timedelta(minutes=3))
    assert of_port(operator, element, "2").input_peak is None


def test_no_traffic_at_all_is_a_rate_too(operator: Operator, element: str) -> None:
    record(operator, sample(element, rate=0))
    assert of_port(operator, element).input_peak == Peak(rate=0, at=NOW)


def test_ports_without_a_new_peak_write_no_peaks(operator: Operator, element: str) -> None:
    record(operator, sample(element, rate=9, out=9))
    before = operator.value("SELECT xmin || ' ' || xmax FROM port_peaks WHERE element = $1", element)
    record(operator, sample(element, NOW + timedelta(minutes=5), rate=9, out=3))
    assert operator.value("SELECT xmin || ' ' || xmax FROM port_peaks WHERE element = $1", element) == before


def test_peaks_are_those_of_five_weeks_and_older_ones_are_forgotten(operator: Operator, element: str) -> None:
    week = timedelta(days=7)
    for weeks, rate in ((6, 90), (5, 80), (4, 50), (2, 10), (0, 20)):
        record(operator, sample(element, NOW - weeks * week, rate=rate))
    assert of_port(operator, element).input_peak == Peak(rate=50, at=NOW - 4 * week)
    done(operator, samples.forget)
    assert operator.value("SELECT count(*) FROM port_peaks WHERE element = $1", element) == 3
    assert of_port(operator, element).input_peak == Peak(rate=50, at=NOW - 4 * week)


def test_peaks_from_before_a_moment_are_left_out(operator: Operator, element: str) -> None:
    week = timedelta(days=7)
    for weeks, rate in ((2, 30), (1, 10)):
        record(operator, sample(element, NOW - weeks * week, rate=rate, out=rate))
    known = of_port(operator, element, since=NOW - week)
    assert known.input_peak == known.output_peak == Peak(rate=10, at=NOW - week)
    assert of_port(operator, element, since=NOW).input_peak is None
    known = of_port(operator, element, since=NOW - 2 * week)
    assert known.input_peak == Peak(rate=30, at=NOW - 2 * week)


def test_the_last_reading_of_a_port_that_is_read_no_more_is_forgotten(operator: Operator, element: str) -> None:
    record(operator, sample(element, NOW - timedelta(days=2)), sample(element, port="2"))
    done(operator, samples.forget)
    left = operator.rows("SELECT port FROM port_samples WHERE element = $1", element)
    assert [row["port"] for row in left] == ["2"]


def test_two_who_record_the_same_ports_at_once_do_not_wait_for_each_other_for_ever(
    operator: Operator, element: str
) -> None:
    async def fight() -> None:
        async def one(number: int) -> None:
            async with operator.database.connection() as tx:
                for minutes in range(10):
                    at = NOW + timedelta(minutes=minutes, seconds=number)
                    taken = [sample(element, at, rate=minutes * 9 + number, port=str(port)) for port in range(30)]
                    await samples.record(tx, taken if number % 2 else taken[::-1])

        await asyncio.gather(*(one(number) for number in range(6)))

    operator.wait(fight())
    assert of_port(operator, element, "7").input_peak == Peak(rate=86, at=NOW + timedelta(minutes=9, seconds=5))


def test_what_is_worth_nothing_after_a_crash_is_not_logged_and_peaks_are(operator: Operator) -> None:
    kinds = operator.rows("SELECT relname::text, relpersistence::text FROM pg_class WHERE relname LIKE 'port\\_%s'")
    assert {tuple(row) for row in kinds} == {("port_samples", "u"), ("port_peaks", "p")}
