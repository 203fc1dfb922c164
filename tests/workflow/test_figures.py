"""What is gathered from cases, and the figures that are counted from it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests import build
from workflow import db, figures, gather, models
from workflow.figures import Figures, Kept
from workflow.queries import table


@pytest.fixture(autouse=True)
def world(engine: Engine) -> None:
    build.world(engine)


def counted(on: Engine, **asked: Any) -> Figures:
    gather.gather(on)
    with db.reading(on) as session:
        return figures.figures(session, **asked)


def rows(on: Engine, model: Any, *names: str) -> list[tuple[Any, ...]]:
    gather.gather(on)
    of = table(model)
    with db.reading(on) as session:
        return [tuple(row) for row in session.execute(select(*(of.c[name] for name in names)))]


def declined(on: Engine, submitted: str, decided: str, **more: Any) -> int:
    """A case that is assessed from one moment to the other, and declined."""
    case_id = build.case(on, at_=submitted, **more)
    build.do(on, case_id, submitted, "officer", "submit")
    build.do(on, case_id, decided, "officer", "decline", reason="The risks remain")
    return case_id


# ---------------------------------------------------------------------------------------- stages


def test_cases_are_counted_where_they_are_and_stays_from_door_to_door(engine: Engine) -> None:
    for days in (1, 2, 4, 8):
        declined(engine, "2024-06-03 09:00", f"2024-06-{3 + days:02} 09:00")
    still = build.case(engine, at_="2024-06-03 09:00")
    build.do(engine, still, "2024-06-03 09:00", "officer", "submit")

    found = counted(engine)

    assert found.states == {"declined": 4, "preliminary_assessment": 1}
    stage = next(each for each in found.stages if each.state == "preliminary_assessment")
    assert (stage.left, stage.there, stage.lower, stage.median, stage.upper) == (4, 1, 1.75, 3.0, 5.0)


def test_one_stay_is_its_own_median(engine: Engine) -> None:
    declined(engine, "2024-06-03 09:00", "2024-06-05 21:00")

    stage = next(each for each in counted(engine).stages if each.state == "preliminary_assessment")
    assert (stage.lower, stage.median, stage.upper) == (2.5, 2.5, 2.5)


def test_the_stages_of_a_case_follow_each_other(engine: Engine) -> None:
    build.in_notification(engine)

    found = rows(engine, models.CaseStay, "no", "state", "left_at")
    assert [(no, state) for no, state, _ in found] == [
        (1, "draft"),
        (2, "preliminary_assessment"),
        (3, "body_consultation"),
        (4, "committee_approval"),
        (5, "notification"),
    ]
    assert [left is None for _, _, left in found] == [False, False, False, False, True]


def test_figures_are_told_for_a_year_and_a_procedure(engine: Engine) -> None:
    declined(engine, "2023-06-05 09:00", "2023-06-06 09:00")
    build.case(engine, at_="2024-06-03 09:00")
    # Still 2023 in UTC, but no longer in Gland.
    build.case(engine, at_="2024-01-01 00:30")

    assert counted(engine).opened == {2023: {"ramsar-private": 1}, 2024: {"ramsar-private": 2}}
    assert counted(engine, year=2023).states == {"declined": 1}
    assert counted(engine, year=2024, procedure="ramsar-private").states == {"draft": 2}
    assert counted(engine, procedure="another").states == {}


def test_figures_change_with_the_cases(engine: Engine) -> None:
    case_id = build.case(engine)
    assert counted(engine).states == {"draft": 1}

    build.do(engine, case_id, "2024-01-09 09:00", "officer", "submit")
    assert counted(engine).states == {"preliminary_assessment": 1}


# ---------------------------------------------------------------------------------------- dates


def test_dates_are_kept_missed_or_running(engine: Engine) -> None:
    declined(engine, "2024-06-03 09:00", "2024-07-03 23:00")
    declined(engine, "2024-06-03 09:00", "2024-07-04 09:00")
    for _ in range(2):
        case_id = build.case(engine, at_="2024-06-03 09:00")
        build.do(engine, case_id, "2024-06-03 09:00", "officer", "submit")
    late = build.case(engine, at_="2024-04-02 09:00")
    build.do(engine, late, "2024-04-02 09:00", "officer", "submit")
    build.do(engine, late, "2024-07-05 09:00", "officer", "hold")

    # Declined in time, and too late; two that nobody has looked at; the last will run again.
    assert counted(engine).dates == (
        Kept("preliminary_assessment", "Assess the proposal: endorse or decline", 1, 3, 1),
    )


def test_a_date_kept_on_its_last_day_is_kept(engine: Engine) -> None:
    case_id = build.case(engine, at_="2024-06-03 09:00")
    build.do(engine, case_id, "2024-06-03 09:00", "officer", "submit")
    build.do(engine, case_id, "2024-07-03 23:59", "officer", "endorse", risk="low")

    kept = counted(engine).dates[-1]
    assert (kept.state, kept.kept, kept.missed, kept.share) == ("preliminary_assessment", 1, 0, 1.0)


def test_what_falls_away_with_its_case_was_neither_kept_nor_missed(engine: Engine) -> None:
    case_id = build.case(engine, at_="2024-06-03 09:00")
    build.do(engine, case_id, "2024-06-03 09:00", "officer", "submit")
    build.do(engine, case_id, "2024-06-04 09:00", "officer", "withdraw")

    assert rows(engine, models.CaseDate, "last_day", "how") == [(date(2024, 7, 3), "void")]


# -------------------------------------------------------------------------------------- answers


def test_answers_are_counted_by_the_region_of_their_party(engine: Engine) -> None:
    case_id = build.in_notification(engine)
    for party, word in (
        ("CA", "support"),
        ("US", "no_objection"),
        ("NZ", "question"),
        ("NZ", "no_objection"),
    ):
        build.do(engine, case_id, "2024-06-12 09:00", f"party:{party}", word)
    build.do(engine, case_id, "2024-06-12 10:00", "party:FJ", "objection", reasons="Reefs")

    answers = counted(engine).answers["notification"]

    assert answers["North America"] == {"support": 1, "no_objection": 1, "waiting": 1}
    assert answers["Oceania"] == {"no_objection": 1, "objection": 1, "waiting": 7}
    assert sum(n for counts in answers.values() for n in counts.values()) == 172


def test_who_has_said_nothing_by_the_end_was_silent(engine: Engine) -> None:
    build.in_notification(engine)

    answers = counted(engine).answers
    assert answers["body_consultation"]["Europe"] == {"silent": 2}
    assert answers["committee_approval"]["North America"] == {"approve": 1}


def test_nobody_was_silent_in_a_question_that_was_broken_off(engine: Engine) -> None:
    case_id = build.in_notification(engine)
    build.do(engine, case_id, "2024-06-12 09:00", "officer", "withdraw")

    assert "notification" not in counted(engine).answers
