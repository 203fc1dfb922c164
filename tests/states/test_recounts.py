"""A holiday decreed later: a date is set anew only as accepted, and never earlier than others were told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from states.commands import CLOCK, Command, Step
from states.reasons import Refused
from tests.states.stages import Stage, stage, words
from tests.states.world import at


def decree(play: Stage, *days: str) -> None:
    """Further holidays, from now on."""
    more = frozenset(date.fromisoformat(day) for day in days)
    known = play.facts.days
    play.facts = replace(play.facts, days=replace(known, holidays=known.holidays | more))


def recount(play: Stage, **dates: str) -> Step | Refused:
    """Ask for new dates; names are written with __ for ":"."""
    told = {name.replace("__", ":"): date.fromisoformat(day) for name, day in dates.items()}
    return play.attempt(Command("recount", CLOCK, {"dates": told, "reason": "A day of mourning."}))


def test_a_window_follows_a_new_holiday_and_everyone_asked_is_told() -> None:
    play = stage("notification")
    old = play.due("window:4")
    decree(play, str(old))
    new = play.facts.days.next_working(old)

    step = recount(play, window__4=str(new))

    assert isinstance(step, Step), step
    assert words(step) == ["recounted"]
    round_ = step.case.open_round
    window = step.case.deadline("window:4")
    assert round_ is not None and window is not None
    assert (round_.reply_by, window.last_day, window.status) == (new, new, "armed")
    assert window.due_at == round_.closes_at > at(f"{new} 23:59")
    assert [(p.audience, p.template, p.what["old"], p.what["new"], p.what["reason"]) for p in step.posts] == [
        ("asked", "extension", old, new, "A day of mourning.")
    ]
    assert step.events[0].data == {
        "dates": {"window:4": [old, new]}, "reason": "A day of mourning.", "old": old, "new": new,
    }  # fmt: skip


def test_reminders_move_with_the_window() -> None:
    play = stage("notification")
    new = play.facts.days.next_after(play.due("window:4"))

    def last_days(case: Any) -> set[date]:
        return {d.last_day for d in case.deadlines if d.kind == "reminder" and d.round == 4}

    step = recount(play, window__4=str(new))

    assert isinstance(step, Step)
    assert (len(last_days(play.case)), last_days(step.case)) == (1, {new})


def test_what_others_were_told_never_comes_earlier() -> None:
    play = stage("notification")
    earlier = play.facts.days.previous_working(date.fromordinal(play.due("window:4").toordinal() - 1))

    assert str(recount(play, window__4=str(earlier))) == (
        f"{earlier} cannot be the new date of 'window:4': it must be a working day and not past, and what"
        " others were told never comes earlier. Leave it as it is."
    )


def test_nothing_is_set_on_a_day_off() -> None:
    play = stage("notification")
    old = play.due("window:4")
    decree(play, str(old))

    assert isinstance(recount(play, window__4=str(old)), Refused)


def test_a_date_that_has_ended_is_not_set_anew() -> None:
    play = stage("notification")

    assert str(recount(play, window__1="2030-01-08")) == (
        "The deadline 'window:1' has been moved or is done; nothing is due."
    )


def test_who_accepts_nothing_changes_nothing() -> None:
    assert str(recount(stage("notification"))) == "Nothing of this case hangs on what has changed."


def test_an_officers_task_may_come_earlier_but_not_in_the_past() -> None:
    play = stage("preliminary_assessment")
    (task,) = (d for d in play.case.deadlines if d.kind == "task")
    earlier = play.facts.days.previous_working(date.fromordinal(task.last_day.toordinal() - 1))
    name = task.name.replace(":", "__")

    step = recount(play, **{name: str(earlier)})
    past = recount(play, **{name: "2020-01-07"})

    assert isinstance(step, Step)
    moved = step.case.deadline(task.name)
    assert moved is not None
    assert (moved.last_day, moved.generation) == (earlier, play.case.seq + 1)
    assert isinstance(past, Refused)
