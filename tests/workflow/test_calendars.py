"""Calendars of non-working days: what is shipped, how it is stored, what a newer one changes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from dateutil.easter import easter

from states.periods import WorkingDays
from workflow import calendars
from workflow.calendars import CalendarError, Difference, Snapshot

DAY = timedelta(days=1)
SMALL = Snapshot(
    "XX",
    date(2024, 1, 1),
    date(2024, 12, 31),
    ((date(2024, 5, 9), "Ascension Day"), (date(2024, 12, 25), "Christmas Day")),
)


def vaud_by_hand(year):
    """The public holidays of the canton of Vaud, from Easter and the third Sunday of September."""
    sunday = easter(year)
    september = [date(year, 9, n) for n in range(1, 31) if f"{date(year, 9, n):%a}" == "Sun"]
    return {
        date(year, 1, 1): "New Year's Day",
        date(year, 1, 2): "Saint Berchtold's Day",
        sunday - 2 * DAY: "Good Friday",
        sunday + 1 * DAY: "Easter Monday",
        sunday + 39 * DAY: "Ascension Day",
        sunday + 50 * DAY: "Pentecost Monday",
        date(year, 8, 1): "National Day",
        september[2] + DAY: "Federal Fast Monday",
        date(year, 12, 25): "Christmas Day",
    }


@pytest.mark.parametrize("year", range(2000, 2041))
def test_nothing_falls_due_in_vaud_on_its_nine_public_holidays_and_on_no_other(year):
    shipped = {day: name for day, name in calendars.shipped("CH-VD").days if day.year == year}

    assert shipped == vaud_by_hand(year)


def test_in_vaud_the_first_of_may_and_the_day_after_christmas_are_working_days():
    working = calendars.shipped("CH-VD").working_days

    assert [working.is_working(date(2024, 5, 1)), working.is_working(date(2024, 12, 26))] == [True, True]


@pytest.mark.parametrize("name", calendars.names())
def test_every_shipped_calendar_covers_2000_to_2040_without_a_year_missing(name):
    snapshot = calendars.shipped(name)

    assert (snapshot.name, snapshot.first, snapshot.last) == (name, date(2000, 1, 1), date(2040, 12, 31))
    assert {day.year for day, _ in snapshot.days} == set(range(2000, 2041))


@pytest.mark.parametrize(
    ("name", "day", "works"),
    [
        ("CH-GE", "2024-09-05", False),  # Genevan Fast
        ("CH-GE", "2024-09-16", True),  # not Vaud's Monday of the fast
        ("CH-GE", "2024-12-31", False),  # Restoration of the Republic
        ("DE-NW", "2017-10-31", False),  # Reformation Day, that year only
        ("DE-NW", "2018-10-31", True),
        ("DE-NW", "2024-05-30", False),  # Corpus Christi
        ("IT-RM", "2027-06-29", False),  # Saints Peter and Paul, patrons of Rome
        ("KE", "2024-12-12", False),  # Jamhuri Day
        ("CA-QC", "2024-06-24", False),  # Saint John the Baptist
        ("CA-QC", "2024-12-26", True),
        ("US-NY", "2024-11-28", False),  # Thanksgiving
        ("US-NY", "2024-02-15", True),  # Susan B. Anthony Day: commemorated, not a holiday
        ("US-NY", "2027-02-15", False),  # ... but Washington's Birthday when they meet
    ],
)
def test_a_sister_seat_keeps_its_own_holidays(name, day, works):
    assert calendars.shipped(name).working_days.is_working(date.fromisoformat(day)) is works


def test_where_a_commemoration_meets_a_holiday_only_the_holiday_is_named():
    assert dict(calendars.shipped("US-NY").days)[date(2027, 2, 15)] == "Washington's Birthday"


@pytest.mark.parametrize(
    ("name", "hint"), [("ch-vd", ", did you mean 'CH-VD'?"), ("IT", ", did you mean 'IT-RM'?"), ("Mars", ".")]
)
def test_an_unknown_calendar_is_refused_with_the_nearest_name(name, hint):
    with pytest.raises(CalendarError) as refused:
        calendars.shipped(name)

    assert str(refused.value) == (
        f"Calendar {name!r} is not known{hint} Known are CH-VD, CH-GE, DE-NW, IT-RM, KE, CA-QC, US-NY."
    )


@pytest.mark.parametrize("name", calendars.names())
def test_a_stored_calendar_is_read_back_the_same(name):
    snapshot = replace(calendars.shipped(name), made_on=date(2026, 1, 5))
    read = calendars.parse(calendars.canonical(snapshot))

    assert (read, read.digest) == (snapshot, snapshot.digest)


def test_a_calendar_is_stored_as_lines_that_people_can_read():
    assert calendars.canonical(replace(SMALL, made_on=date(2026, 1, 5))) == (
        "assent calendar 1\n"
        "name: XX\n"
        "first: 2024-01-01\n"
        "last: 2024-12-31\n"
        "2024-05-09 Ascension Day\n"
        "2024-12-25 Christmas Day\n"
        "made on: 2026-01-05\n"
        "sha256: 9f9d35cfa594e92f2fe40f74dd11e362658f69d13b8b6f9e6011945b0a7ff43e\n"
    )


def test_the_digest_changes_with_the_days_and_not_with_the_day_it_was_made():
    again = replace(SMALL, made_on=date(2026, 1, 5))
    fewer = SMALL.changed(remove=[date(2024, 5, 9)])
    longer = replace(SMALL, last=date(2025, 12, 31))

    assert again.digest == SMALL.digest
    assert len({SMALL.digest, fewer.digest, longer.digest}) == 3


@pytest.mark.parametrize(
    ("was", "becomes", "refusal"),
    [
        ("2024-05-09 Asc", "2024-05-10 Asc", "Calendar XX: this is not the text that was stored."),
        ("2024-12-25 Christmas Day\n", "", "Calendar XX: this is not the text that was stored."),
        ("2024-05-09 Asc", "2024-05-99 Asc", "Calendar XX: '2024-05-99' is not a date."),
        (
            "2024-05-09 Asc",
            "2025-05-09 Asc",
            "Calendar XX: 2025-05-09 lies outside 2024-01-01 to 2024-12-31.",
        ),
        ("2024-05-09 Asc", "2024-12-26 Asc", "Calendar XX: its days must be in order of date, each once."),
        ("last: ", "lst: ", "This is not a whole calendar: line 4 must begin with 'last: '."),
        ("assent calendar 1", "BEGIN:VCALENDAR", "This is not a calendar: its first line must be"),
        ("sha256: ", "md5: ", "This is not a whole calendar: line 7 must begin with 'sha256: '."),
    ],
)
def test_a_stored_calendar_that_was_tampered_with_is_refused(was, becomes, refusal):
    text = calendars.canonical(SMALL)

    with pytest.raises(CalendarError) as refused:
        calendars.parse(text.replace(was, becomes, 1))

    assert str(refused.value)[: len(refusal)] == refusal


@pytest.mark.parametrize("text", ["", "assent calendar 1\n", "assent calendar 1\nname: XX\n"])
def test_a_calendar_cut_short_is_refused(text):
    with pytest.raises(CalendarError):
        calendars.parse(text)


def test_a_new_holiday_shows_as_the_difference_between_two_snapshots():
    newer = SMALL.changed(
        add=[(date(2024, 6, 3), "Day of mourning"), (date(2024, 12, 25), "Christmas")],
        remove=[date(2024, 5, 9)],
    )

    assert calendars.difference(SMALL, newer) == Difference(
        added=((date(2024, 6, 3), "Day of mourning"),), removed=((date(2024, 5, 9), "Ascension Day"),)
    )
    assert calendars.difference(newer, newer) == Difference((), ())


@pytest.mark.parametrize(
    "change",
    [
        {"remove": [date(2024, 5, 10)]},
        {"add": [(date(2025, 1, 1), "New Year's Day")]},
        {"add": [(date(2024, 6, 3), "two\nlines")]},
        {"add": [(date(2024, 6, 3), "")]},
    ],
)
def test_a_change_that_makes_no_sense_is_refused(change):
    with pytest.raises(CalendarError):
        SMALL.changed(**change)


def test_the_counting_rules_see_the_days_of_the_snapshot():
    assert SMALL.working_days == WorkingDays(
        "XX", frozenset({date(2024, 5, 9), date(2024, 12, 25)}), date(2024, 1, 1), date(2024, 12, 31)
    )


@pytest.mark.parametrize(("today", "left"), [("2024-12-01", 30), ("2024-12-31", 0), ("2025-01-02", -2)])
def test_the_days_left_until_the_horizon_are_counted(today, left):
    assert calendars.horizon_left(SMALL, date.fromisoformat(today)) == left
