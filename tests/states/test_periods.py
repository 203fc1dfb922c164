"""Dates, counted a second time by plain loops over a wall calendar and compared."""

import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from states import explained, periods
from states.explained import EXPLANATIONS
from states.periods import (
    Grace,
    HorizonError,
    Period,
    PeriodError,
    WorkingDays,
    counted_back,
    last_day,
    remaining_days,
    resumed,
)

ZURICH = ZoneInfo("Europe/Zurich")
NINE = Grace(time(9))
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Zurich",
        "America/New_York",
        "Australia/Lord_Howe",  # half an hour of summer time
        "Pacific/Apia",  # had no 30 December 2011
        "Asia/Kathmandu",  # +05:45
        "America/St_Johns",  # until 2011 changed its clocks one minute after midnight
        "America/Havana",  # shows midnight twice
        "America/Sao_Paulo",  # skipped midnight
        "Asia/Pyongyang",  # lost half an hour before midnight on 4 May 2018
    )
]
VAUD_HOLIDAYS = """
2021-01-01 2021-04-02 2021-04-05 2021-05-13 2021-05-24 2021-09-20
2022-04-15 2022-04-18 2022-05-26 2022-06-06 2022-08-01 2022-09-19
2023-01-02 2023-04-07 2023-04-10 2023-05-18 2023-05-29 2023-08-01 2023-09-18 2023-12-25
2024-01-01 2024-01-02 2024-03-29 2024-04-01 2024-05-09 2024-05-20 2024-08-01 2024-09-16 2024-12-25
2025-01-01 2025-01-02 2025-04-18 2025-04-21 2025-05-29 2025-06-09 2025-08-01 2025-09-22 2025-12-25
"""
VAUD = WorkingDays(
    "CH-VD",
    frozenset(date.fromisoformat(text) for text in VAUD_HOLIDAYS.split()),
    date(2020, 1, 1),
    date(2025, 12, 31),
)
thoroughly = settings(max_examples=1000, derandomize=True, deadline=None, database=None)


def day(text):
    return date.fromisoformat(text)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on_the_wall(instant, zone=ZURICH):
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


# ---- the same, counted by hand ----------------------------------------------------------------


def works(calendar, on):
    """By the names of the days of the week, not by their numbers."""
    return f"{on:%a}" not in ("Sat", "Sun") and on not in calendar.holidays


def walk(calendar, on, step):
    """To the nearest day that works, one day at a time, `on` itself included."""
    while not works(calendar, on):
        on += step * DAY
    return on


def counted_by_hand(period, start, calendar, step):
    if period.unit == "months":
        return start + relativedelta(months=step * period.amount)
    on, counted = start, 0
    while counted < period.amount:
        on += step * DAY
        counted += 1 if period.unit == "days" or works(calendar, on) else 0
    return on


def end_by_hand(on, zone):
    """One minute after the last of all minutes that a clock in `zone` dates `on` or earlier."""
    minute = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(hours=8)
    minutes = [minute + n * MINUTE for n in range(32 * 60)]
    return max(m for m in minutes if m.astimezone(zone).date() <= on) + MINUTE


def clock_changes(zone, first=2004, last=2024):
    """Every day in these years on which, or on the eve of which, the clock of `zone` is changed."""
    noon = datetime(first, 1, 1, 12, tzinfo=UTC)
    noons = [noon + n * DAY for n in range(366 * (last - first))]
    changed = [
        b for a, b in pairwise(noons) if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset()
    ]
    return sorted({(b + n * DAY).date() for b in changed for n in (-2, -1, 0, 1)})


@st.composite
def calendars(draw):
    """Calendars with holidays strewn about and, now and then, a closure of three weeks."""
    strewn = draw(st.frozensets(st.dates(date(2019, 1, 1), date(2025, 12, 31)), max_size=60))
    closed = draw(st.lists(st.dates(date(2019, 1, 1), date(2025, 12, 31)), max_size=2))
    holidays = strewn | {first + n * DAY for first in closed for n in range(21)}
    return WorkingDays("XX", holidays, date(2000, 1, 1), date(2040, 12, 31))


a_period = st.one_of(
    st.builds(Period, st.integers(1, 400), st.just("days")),
    st.builds(Period, st.integers(1, 60), st.just("working days")),
    st.builds(Period, st.integers(1, 40), st.just("months")),
)
a_day = st.dates(date(2019, 1, 1), date(2025, 12, 31))


@thoroughly
@given(period=a_period, start=a_day, calendar=calendars())
@example(period=Period(12, "months"), start=date(2024, 2, 29), calendar=VAUD)
@example(period=Period(1, "months"), start=date(2023, 1, 31), calendar=VAUD)
@example(period=Period(1, "days"), start=date(2024, 2, 28), calendar=VAUD)
def test_the_day_of_dispatch_is_not_counted_and_the_last_day_rolls_forward(period, start, calendar):
    unrolled = counted_by_hand(period, start, calendar, 1)

    found = (last_day(period, start, calendar, roll=False), last_day(period, start, calendar))

    assert found == (unrolled, walk(calendar, unrolled, 1))


@thoroughly
@given(period=a_period, start=a_day, calendar=calendars())
@example(period=Period(1, "months"), start=date(2024, 3, 31), calendar=VAUD)
def test_a_day_counted_back_from_a_meeting_rolls_back(period, start, calendar):
    by_hand = walk(calendar, counted_by_hand(period, start, calendar, -1), -1)

    assert counted_back(period, start, calendar) == by_hand


@thoroughly
@given(last=a_day, held_on=a_day, pause=st.integers(0, 400), calendar=calendars())
def test_a_hold_keeps_the_whole_days_that_remained(last, held_on, pause, calendar):
    on = held_on + pause * DAY
    left, by_hand = 0, on
    while held_on + left * DAY < last:
        left += 1
        by_hand += DAY

    remaining = remaining_days(last, held_on)

    assert (remaining, resumed(remaining, on, calendar)) == (left, walk(calendar, by_hand, 1))


def test_many_windows_of_many_years_close_as_counted_by_hand():
    dice = random.Random(64)
    calendar = WorkingDays("XX", VAUD.holidays, date(2000, 1, 1), date(2040, 12, 31))
    wrong = []
    for _ in range(3000):
        start = date(2000, 1, 1) + dice.randrange(365 * 36) * DAY
        period = Period(dice.randint(1, 120), dice.choice(["days", "working days"]))
        zone = dice.choice(ZONES)
        last = walk(calendar, counted_by_hand(period, start, calendar, 1), 1)
        closing_day = walk(calendar, last + DAY, 1)
        closes = NINE.closes_at(last_day(period, start, calendar), calendar, zone)
        if on_the_wall(closes, zone) != f"{closing_day} 09:00":
            wrong.append((str(period), start, zone.key, closes))

    assert wrong == []


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.key)
def test_a_day_ends_as_it_does_on_the_wall_whenever_the_clock_is_changed(zone):
    days = [*clock_changes(zone), day("2024-02-28"), day("2024-02-29"), day("2011-12-29"), day("2011-12-30")]

    wrong = [on for on in days if periods.end_of(on, zone) != end_by_hand(on, zone)]

    assert wrong == []


@settings(thoroughly, max_examples=400)
@given(on=st.dates(date(2000, 1, 2), date(2037, 12, 30)), zone=st.sampled_from(ZONES))
@example(on=date(2011, 12, 31), zone=ZoneInfo("Pacific/Apia"))
def test_a_day_begins_where_the_day_before_ends(on, zone):
    assume((zone.key, on) != ("Pacific/Apia", date(2011, 12, 30)))  # a day that never was
    begins, ends = periods.start_of(on, zone), periods.end_of(on, zone)

    assert (begins, ends) == (end_by_hand(on - DAY, zone), end_by_hand(on, zone))
    assert periods.local_day(begins, zone) == periods.local_day(ends - timedelta(microseconds=1), zone) == on


def test_a_day_that_a_country_skipped_has_no_length():
    apia, skipped = ZoneInfo("Pacific/Apia"), day("2011-12-30")

    assert periods.start_of(skipped, apia) == periods.end_of(skipped, apia) == utc("2011-12-30 10:00")


def test_a_midnight_in_the_midst_of_a_skipped_hour_is_passed_when_the_hour_is_skipped():
    """On 30 March 1919 Toronto's clocks went from 23:30 to 00:30."""
    toronto, on = ZoneInfo("America/Toronto"), day("1919-03-30")

    assert (
        periods.end_of(on, toronto)
        == periods.start_of(on + DAY, toronto)
        == end_by_hand(on, toronto)
        == utc("1919-03-31 04:30")
    )


@pytest.mark.parametrize(
    ("zone", "on", "wall", "instant"),
    [
        ("Europe/Zurich", "2024-06-18", "09:00", "2024-06-18 07:00"),
        ("Europe/Zurich", "2024-12-03", "09:00", "2024-12-03 08:00"),
        ("Europe/Zurich", "2024-03-31", "02:30", "2024-03-31 01:30"),  # skipped: 03:30 is meant
        ("Europe/Zurich", "2024-10-27", "02:30", "2024-10-27 00:30"),  # shown twice: the first
        ("America/New_York", "2024-03-10", "02:00", "2024-03-10 07:00"),  # skipped: 03:00 is meant
        ("America/New_York", "2024-11-03", "01:59", "2024-11-03 05:59"),  # shown twice: the first
        ("Australia/Lord_Howe", "2024-10-06", "02:15", "2024-10-05 15:45"),  # skipped by 30 minutes
        ("Australia/Lord_Howe", "2024-04-07", "01:45", "2024-04-06 14:45"),  # shown twice: the first
        ("Pacific/Apia", "2011-12-30", "09:00", "2011-12-30 19:00"),  # the whole day skipped: a day later
        ("Asia/Kathmandu", "2024-02-29", "09:00", "2024-02-29 03:15"),
    ],
)
def test_a_time_on_the_wall_is_one_instant(zone, on, wall, instant):
    assert periods.at(day(on), time.fromisoformat(wall), ZoneInfo(zone)) == utc(instant)
    assert periods.at(day(on), time.fromisoformat(wall).replace(fold=1), ZoneInfo(zone)) == utc(instant)


# ---- dates from real partnerships --------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "dispatched", "last", "closes"),
    [
        ("45 days", "2024-02-01", "2024-03-18", "2024-03-19 09:00"),  # day 45 is a Sunday
        ("60 days", "2024-04-16", "2024-06-17", "2024-06-18 09:00"),  # day 60 is a Saturday
        ("30 days", "2021-05-03", "2021-06-02", "2021-06-03 09:00"),
        ("60 days", "2024-10-01", "2024-12-02", "2024-12-03 09:00"),
        ("10 days", "2024-11-29", "2024-12-09", "2024-12-10 09:00"),
        ("60 days", "2024-06-10", "2024-08-09", "2024-08-12 09:00"),  # a Friday: closes on Monday
        ("21 days", "2024-04-11", "2024-05-02", "2024-05-03 09:00"),  # 1 May is a working day in Vaud
        ("14 days", "2024-03-15", "2024-04-02", "2024-04-03 09:00"),  # Good Friday to Easter Monday
        ("7 days", "2024-12-18", "2024-12-26", "2024-12-27 09:00"),  # 26 December is a working day in Vaud
        ("10 working days", "2024-05-02", "2024-05-17", "2024-05-21 09:00"),  # over Ascension, Whit Monday
        ("3 months", "2023-11-30", "2024-02-29", "2024-03-01 09:00"),
    ],
)
def test_a_window_closes_on_the_day_the_letter_prints(period, dispatched, last, closes):
    found = last_day(Period.parse(period), day(dispatched), VAUD)

    assert (found, on_the_wall(NINE.closes_at(found, VAUD, ZURICH))) == (day(last), closes)


@pytest.mark.parametrize(
    ("meeting", "papers"),
    [
        ("2022-11-05", "2022-08-05"),  # 7 August 2022 is a Sunday
        ("2025-07-23", "2025-04-24"),
    ],
)
def test_papers_are_due_ninety_days_before_the_meeting_or_earlier(meeting, papers):
    assert counted_back(Period.parse("90 days"), day(meeting), VAUD) == day(papers)


def test_a_held_window_resumes_with_its_three_days_and_steps_over_ascension():
    remaining = remaining_days(day("2024-03-26"), day("2024-03-23"))
    last = resumed(remaining, day("2024-05-06"), VAUD)

    assert (remaining, last, on_the_wall(NINE.closes_at(last, VAUD, ZURICH))) == (
        3,
        day("2024-05-10"),
        "2024-05-13 09:00",
    )


def test_a_hold_after_the_last_day_keeps_nothing():
    assert remaining_days(day("2024-03-26"), day("2024-03-28")) == 0
    assert resumed(0, day("2024-05-09"), VAUD) == day("2024-05-10")


def test_without_grace_an_answer_in_the_last_second_still_counts_and_one_at_midnight_does_not():
    last = last_day(Period.parse("30 days"), day("2021-05-03"), VAUD)
    closes = Grace.parse("none").closes_at(last, VAUD, ZURICH)

    assert closes == datetime(2021, 6, 3, 0, 0, tzinfo=ZURICH)
    assert datetime(2021, 6, 2, 23, 59, 59, 900_000, tzinfo=ZURICH) < closes
    assert datetime(2021, 6, 3, 0, 0, 1, tzinfo=ZURICH) > closes


def test_the_day_of_dispatch_is_the_day_where_the_procedure_lives():
    late_in_the_evening = utc("2024-04-15 22:30")

    assert periods.local_day(late_in_the_evening, ZURICH) == day("2024-04-16")
    assert periods.local_day(late_in_the_evening, ZoneInfo("America/New_York")) == day("2024-04-15")


# ---- what is refused ---------------------------------------------------------------------------

FORMS = "Write '60 days', '10 working days' or '3 months'."


@pytest.mark.parametrize(
    ("text", "period", "written"),
    [
        ("60 days", Period(60, "days"), "60 days"),
        ("1 day", Period(1, "days"), "1 day"),
        ("10 working days", Period(10, "working days"), "10 working days"),
        ("1 working day", Period(1, "working days"), "1 working day"),
        ("3 months", Period(3, "months"), "3 months"),
        (" 60  Days ", Period(60, "days"), "60 days"),
        ("3650 days", Period(3650, "days"), "3650 days"),
    ],
)
def test_a_period_is_read_and_written_as_the_law_writes_it(text, period, written):
    assert (Period.parse(text), str(Period.parse(text))) == (period, written)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (
            "60 dais",
            f"'60 dais' is not a period: the unit 'dais' is not known, did you mean 'days'? {FORMS}",
        ),
        (
            "60 moons",
            f"'60 moons' is not a period: the unit 'moons' is not known, did you mean 'months'? {FORMS}",
        ),
        ("5 fjords", f"'5 fjords' is not a period: the unit 'fjords' is not known. {FORMS}"),
        ("60", f"'60' is not a period: it has no unit, did you mean '60 days'? {FORMS}"),
        ("60days", f"'60days' is not a period: did you mean '60 days'? {FORMS}"),
        ("2 weeks", f"'2 weeks' is not a period: did you mean '14 days'? {FORMS}"),
        ("1 year", f"'1 year' is not a period: did you mean '12 months'? {FORMS}"),
        ("5 business days", f"'5 business days' is not a period: did you mean '5 working days'? {FORMS}"),
        ("sixty days", f"'sixty days' is not a period: it must begin with a whole number. {FORMS}"),
        ("1.5 days", f"'1.5 days' is not a period: it must begin with a whole number. {FORMS}"),
        ("", f"'' is not a period: it must begin with a whole number. {FORMS}"),
        (60, f"60 is not a period: it must be a text. {FORMS}"),
        ("0 days", f"0 days is not a period: give a whole number, at least 1. {FORMS}"),
        ("-3 months", f"-3 months is not a period: give a whole number, at least 1. {FORMS}"),
        ("3651 days", "3651 days is too long for a period: at most 3650 days, about ten years."),
        ("121 months", "121 months is too long for a period: at most 120 months, about ten years."),
    ],
)
def test_a_period_not_understood_is_refused_with_the_right_form(text, refusal):
    with pytest.raises(PeriodError) as refused:
        Period.parse(text)

    assert str(refused.value) == refusal


@pytest.mark.parametrize("text", ["09:00 next working day", "23:59 next working day", "none"])
def test_a_grace_is_read_and_written_as_the_law_writes_it(text):
    assert str(Grace.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("9:00 next working day", ", did you mean '09:00 next working day'?"),
        ("12:30 next workin day", ", did you mean '12:30 next working day'?"),
        ("non", ", did you mean 'none'?"),
        ("25:00 next working day", ", did you mean '09:00 next working day'?"),
        ("tomorrow", "."),
    ],
)
def test_a_grace_not_understood_is_refused_with_the_right_form(text, hint):
    with pytest.raises(PeriodError) as refused:
        Grace.parse(text)

    assert str(refused.value) == f"{text!r} is not a grace{hint} Write '09:00 next working day' or 'none'."


@pytest.mark.parametrize(
    ("question", "outside"),
    [
        (lambda: VAUD.is_working(day("2019-12-31")), "Tuesday 31 December 2019"),
        (lambda: VAUD.next_after(day("2025-12-31")), "Thursday 1 January 2026"),
        (lambda: VAUD.previous_working(day("2019-12-28")), "Saturday 28 December 2019"),
        (lambda: last_day(Period(60, "days"), day("2025-11-30"), VAUD), "Thursday 29 January 2026"),
        (lambda: last_day(Period(3, "working days"), day("2025-12-29"), VAUD), "Thursday 1 January 2026"),
        (lambda: resumed(30, day("2025-12-31"), VAUD), "Friday 30 January 2026"),
    ],
)
def test_no_date_is_promised_beyond_the_horizon_of_the_calendar(question, outside):
    with pytest.raises(HorizonError) as refused:
        question()

    assert str(refused.value) == (
        f"{outside} lies outside the calendar CH-VD, which covers Wednesday 1 January 2020 to Wednesday 31 "
        "December 2025. Publish a snapshot of CH-VD that covers that day, or choose another date."
    )


def test_a_calendar_covers_its_first_and_its_last_day():
    assert (VAUD.is_working(VAUD.first), VAUD.is_working(VAUD.last)) == (True, True)


def test_dates_no_calendar_can_hold_are_refused_in_words():
    for question in (
        lambda: last_day(Period(10, "days"), date.max, VAUD, roll=False),
        lambda: last_day(Period(10, "months"), date.max, VAUD, roll=False),
        lambda: resumed(-1, day("2024-01-03"), VAUD),
        lambda: periods.local_day(datetime(2024, 1, 1), ZURICH),
    ):
        with pytest.raises(PeriodError):
            question()


# ---- how was this date calculated? -------------------------------------------------------------


def english(lines):
    return [line.english for line in lines]


def test_a_window_that_rolls_over_a_weekend_is_explained_day_by_day():
    lines = explained.explain_period(Period.parse("60 days"), day("2024-04-16"), VAUD, ZURICH, NINE)

    assert english(lines) == [
        "Period: 60 days, counted in Europe/Zurich from Tuesday 16 April 2024; that day is not counted.",
        "Counting 60 days reaches Saturday 15 June 2024.",
        "Saturday 15 June 2024 is not a working day.",
        "Sunday 16 June 2024 is not a working day.",
        "The last day rolls forward to Monday 17 June 2024.",
        "The last day is Monday 17 June 2024; it ends at 23:59:59 in Europe/Zurich.",
        "What is received before 09:00 of the next working day, Tuesday 18 June 2024 (2024-06-18 07:00 UTC), "
        "still counts.",
    ]


def test_a_hold_is_explained_with_the_holiday_it_steps_over():
    lines = explained.explain_hold(
        day("2024-03-26"), day("2024-03-23"), day("2024-05-06"), VAUD, ZURICH, NINE
    )

    assert english(lines) == [
        "The clock stopped on Saturday 23 March 2024 with the last day on Tuesday 26 March 2024; "
        "days left: 3.",
        "The clock resumed on Monday 6 May 2024; with 3 added it reaches Thursday 9 May 2024.",
        "Thursday 9 May 2024 is a holiday of CH-VD.",
        "The last day rolls forward to Friday 10 May 2024.",
        "The last day is Friday 10 May 2024; it ends at 23:59:59 in Europe/Zurich.",
        "What is received before 09:00 of the next working day, Monday 13 May 2024 (2024-05-13 07:00 UTC), "
        "still counts.",
    ]


def test_a_date_counted_back_is_explained_with_its_roll_back():
    lines = explained.explain_counted_back(Period.parse("90 days"), day("2022-11-05"), VAUD, ZURICH)

    assert english(lines) == [
        "Period: 90 days, counted back in Europe/Zurich from Saturday 5 November 2022, which is not counted.",
        "Counting 90 days reaches Sunday 7 August 2022.",
        "Sunday 7 August 2022 is not a working day.",
        "Saturday 6 August 2022 is not a working day.",
        "The day rolls back to Friday 5 August 2022, never forward.",
        "The last day is Friday 5 August 2022; it ends at 23:59:59 in Europe/Zurich.",
        "There is no grace: the deadline passes as that day ends (2022-08-05 22:00 UTC).",
    ]


def test_working_days_and_short_months_are_explained():
    working = explained.explain_period(Period.parse("10 working days"), day("2024-05-02"), VAUD, ZURICH)
    months = explained.explain_period(Period.parse("3 months"), day("2023-11-30"), VAUD, ZURICH)

    assert english(working)[1:3] == [
        "Thursday 9 May 2024 is a holiday of CH-VD and is not counted as a working day.",
        "Counting 10 working days reaches Friday 17 May 2024.",
    ]
    assert english(months)[1:3] == [
        "That month has no day 30; its last day, Thursday 29 February 2024, is taken.",
        "Counting 3 months reaches Thursday 29 February 2024.",
    ]


def test_a_holiday_on_the_day_of_dispatch_is_not_explained_as_skipped():
    lines = explained.explain_period(Period.parse("1 working day"), day("2024-05-09"), VAUD, ZURICH)

    assert [line.message for line in lines] == [
        "period.forward",
        "period.reaches",
        "close.last_day",
        "close.no_grace",
    ]


@settings(thoroughly, max_examples=500)
@given(period=a_period, start=a_day, calendar=calendars(), zone=st.sampled_from(ZONES), roll=st.booleans())
def test_an_explanation_ends_at_the_date_that_is_printed(period, start, calendar, zone, roll):
    forward = explained.explain_period(period, start, calendar, zone, NINE, roll=roll)
    back = explained.explain_counted_back(period, start, calendar, zone)
    last = last_day(period, start, calendar, roll=roll)
    instant = f"{NINE.closes_at(last, calendar, zone).astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    assert [line.values.get("day") for line in (forward[-2], back[-2])] == [
        last,
        counted_back(period, start, calendar),
    ]
    assert forward[-1].values["instant"] == instant
    assert {line.message for line in forward + back} <= set(EXPLANATIONS)
