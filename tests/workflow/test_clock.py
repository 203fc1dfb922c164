"""Promises about the clock."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from workflow.clock import SimulatedClock, SystemClock, utc

NOON_IN_GLAND = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=1)))
ELEVEN_UTC = datetime(2026, 3, 2, 11, tzinfo=UTC)


def test_the_clock_of_the_machine_speaks_utc():
    assert SystemClock().now().tzinfo is UTC


def test_a_simulated_clock_stands_still_until_it_is_moved():
    clock = SimulatedClock(NOON_IN_GLAND)
    times = [clock.now(), clock.now(), clock.advance(timedelta(days=60)), clock.now()]

    later = datetime(2026, 5, 1, 11, tzinfo=UTC)
    assert times == [ELEVEN_UTC, ELEVEN_UTC, later, later]


def test_a_simulated_clock_never_goes_back():
    clock = SimulatedClock(ELEVEN_UTC)
    clock.move_to(ELEVEN_UTC)

    with pytest.raises(ValueError, match="cannot go back to 2026-03-02T10:59:59"):
        clock.move_to(ELEVEN_UTC - timedelta(seconds=1))
    with pytest.raises(ValueError, match="cannot go back by 0:00:01"):
        clock.advance(timedelta(seconds=-1))

    assert clock.now() == ELEVEN_UTC


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match=r"2026-03-02T12:00:00 has no time zone\. Give one"):
        utc(datetime(2026, 3, 2, 12))


def test_a_time_keeps_its_moment_in_utc():
    assert utc(NOON_IN_GLAND).isoformat() == "2026-03-02T11:00:00+00:00"
