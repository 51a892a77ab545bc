"""What passed between two readings: whatever is told is exactly what passed, or nothing is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onapi.domain import samples
from onapi.domain.samples import Reading

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)
BOOT = NOON - timedelta(days=10)
_COUNTERS = ("bytes", "packets", "errors")


def reading(minutes: float = 0, reset_at: datetime | None = BOOT, **counted: int) -> Reading:
    """Return a reading so many minutes after noon, of what comes in."""
    return Reading(read_at=NOON + timedelta(minutes=minutes), reset_at=reset_at, input=counted)


def passed(before: Reading, after: Reading) -> dict[str, int] | None:
    """Return what came in between two readings."""
    found = samples.passed(before, after)
    return dict(found.input) if found else None


def test_what_passed_is_the_difference_of_what_both_readings_have() -> None:
    before = replace(reading(bytes=1000, packets=10, pauses=1), output={"bytes": 5})
    after = replace(reading(5, bytes=1600, packets=12, errors=3), output={"bytes": 305, "crc_errors": 0})
    found = samples.passed(before, after)
    assert found is not None
    assert (found.seconds, found.input, found.output) == (300, {"bytes": 600, "packets": 2}, {"bytes": 300})
    assert (found.input_rate, found.output_rate) == (2, 1)


def test_a_rate_is_of_the_time_that_passed_and_is_not_there_without_bytes() -> None:
    found = samples.passed(reading(packets=1), replace(reading(4.5, packets=2), output={"bytes": 1}))
    assert found is not None
    assert (found.seconds, found.input_rate, found.output_rate) == (270, None, None)


@pytest.mark.parametrize("minutes", [0, 0.1, 3.9, 6.1, 10, -5, 60 * 24])
def test_readings_that_are_not_five_minutes_apart_say_nothing(minutes: float) -> None:
    assert passed(reading(bytes=1), reading(minutes, bytes=2)) is None


def test_the_first_reading_says_nothing() -> None:
    assert samples.passed(None, reading(bytes=1)) is None


@pytest.mark.parametrize("ring", [2**32, 2**64])
def test_a_counter_that_wraps_goes_on(ring: int) -> None:
    old = reading(bytes=ring - 100, packets=7)
    assert passed(old, reading(5, bytes=50, packets=9)) == {"bytes": 150, "packets": 2}
    # More than half way round, nobody can say how often.
    assert passed(reading(bytes=ring // 2, packets=7), reading(5, bytes=3, packets=9)) == {"packets": 2}


def test_counters_that_were_cleared_without_a_word_say_nothing() -> None:
    # All of them fall.
    assert (
        passed(reading(bytes=3_000_000_000, packets=9, errors=0), reading(5, bytes=10, packets=1, errors=0)) is None
    )
    assert passed(reading(bytes=3_000_000_000), reading(5, bytes=10)) is None


def test_a_counter_that_falls_is_not_believed_where_nobody_says_that_it_did_not_begin_anew() -> None:
    for before, after in ((None, None), (BOOT, None), (None, BOOT)):
        old, new = (
            reading(bytes=2**32 - 1, packets=1, reset_at=before),
            reading(5, bytes=1, packets=2, reset_at=after),
        )
        assert passed(old, new) is None
        # Those that grow are.
        assert passed(replace(old, input={"bytes": 1}), replace(new, input={"bytes": 2})) == {"bytes": 1}


def test_an_element_that_restarted_says_nothing_even_if_it_has_counted_more_since() -> None:
    restarted = NOON + timedelta(minutes=1)
    assert passed(reading(bytes=10, packets=1), reading(5, restarted, bytes=500, packets=3)) is None
    assert passed(reading(bytes=10, packets=1), reading(5, restarted, bytes=5, packets=0)) is None


@pytest.mark.parametrize("step_s", [-3600, -30, 30, 3600])
def test_a_clock_that_was_set_says_nothing(step_s: int) -> None:
    # The element tells how long it has run, so when it began moves with our clock.
    step = timedelta(seconds=step_s)
    after = Reading(read_at=NOON + FIVE + step, reset_at=BOOT + step, input={"bytes": 2})
    assert passed(reading(bytes=1), after) is None


def test_clocks_that_tremble_do_no_harm() -> None:
    assert passed(reading(bytes=1), reading(5, BOOT + timedelta(seconds=2), bytes=3)) == {"bytes": 2}


def test_what_no_link_can_carry_is_not_told() -> None:
    old = reading(bytes=0, packets=0)
    assert passed(old, reading(5, bytes=2**63, packets=4)) == {"packets": 4}
    # 400 Gbit/s is carried.
    assert passed(old, reading(5, bytes=400_000_000_000 // 8 * 300)) is not None


def test_what_passed_is_of_the_last_five_minutes_only_for_some_minutes() -> None:
    for minutes, recent in ((0, True), (5, True), (6.9, True), (7.1, False), (60, False), (-5, False)):
        assert samples.is_recent(NOON, NOON + timedelta(minutes=minutes)) is recent


_TRAFFIC = st.fixed_dictionaries(dict.fromkeys(_COUNTERS, st.integers(0, 2**31 - 1) | st.integers(0, 5) | st.just(0)))


@given(
    ring=st.sampled_from([2**32, 2**64]),
    began=st.lists(st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**32 - 1, 2**64 - 1]), min_size=3, max_size=3),
    traffic=_TRAFFIC,
    mishap=st.sampled_from(["", "", "restart", "clock"]),
    seconds=st.integers(230, 380),
    told=st.booleans(),
)
def test_whatever_is_told_is_what_passed(
    *, ring: int, began: list[int], traffic: dict[str, int], mishap: str, seconds: int, told: bool
) -> None:
    counted = {name: value % ring for name, value in zip(_COUNTERS, began, strict=True)}
    now, boot = NOON + timedelta(seconds=seconds), BOOT
    later = {name: (counted[name] + traffic[name]) % ring for name in _COUNTERS}
    if mishap == "restart" and told:
        later, boot = traffic, NOON + timedelta(seconds=seconds / 2)
    elif mishap == "clock" and told:
        now, boot = now + timedelta(hours=1), boot + timedelta(hours=1)
    before = Reading(read_at=NOON, reset_at=BOOT if told else None, input=counted)
    found = passed(before, Reading(read_at=now, reset_at=boot if told else None, input=later))
    assert found is None or found == traffic
    if not mishap and told and 240 <= seconds <= 360:
        # Nothing is held back that can be known, but for what cannot be told from counters that were cleared.
        cleared = all(later[name] < counted[name] for name in _COUNTERS if counted[name])
        assert found == traffic or (cleared and any(counted.values()))
