"""What time brings: reminders, overdue tasks, meetings that move, Parties that join, members that change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from states.commands import CLOCK, Command, Step
from states.facts import Meeting
from states.reasons import Refused
from tests.states.stages import Stage, counts, stage, told, words
from tests.states.world import OFFICER, at, meetings


def fire(play: Stage, name: str, generation: int | None = None) -> Step | Refused:
    """The clock acts on a deadline this very moment."""
    found = play.case.deadline(name)
    number = found.generation if found is not None and generation is None else generation
    return play.attempt(Command("fire", CLOCK, {"deadline": name, "generation": number}))


# ----------------------------------------------------------------------------------------- firing


def test_a_deadline_fires_at_its_second_and_not_before() -> None:
    play = stage("notification")
    play.jump("2024-06-18 08:59:59")
    assert str(fire(play, "window:4")) == "The deadline 'window:4' is not due before 2024-06-18 09:00:00."
    play.jump("2024-06-18 09:00:00")
    step = fire(play, "window:4")
    assert isinstance(step, Step)
    assert (words(step), step.case.state) == (["closed"], "agreement")


def test_a_deadline_fires_once_and_an_earlier_generation_is_void() -> None:
    play = stage("notification")
    old = play.case.deadline("window:4")
    assert old is not None
    play.do("2024-05-02 10:00", OFFICER, "extend", until=date(2024, 6, 24))
    play.jump("2024-06-25 09:00")
    stale = "The deadline 'window:4' has been moved or is done; nothing is due."
    assert str(fire(play, "window:4", old.generation)) == stale
    play.run_to("2024-06-25 09:00")
    assert (play.case.state, str(fire(play, "window:4", old.generation))) == ("agreement", stale)


def test_after_three_days_of_standstill_what_was_due_is_done_in_order_and_nothing_is_late_for_it() -> None:
    play = stage("notification")
    play.jump("2024-06-17 12:00")
    play.act("party:DE", "objection")
    play.jump("2024-06-21 10:00")
    play.act("party:NO", "objection")  # the window has not been closed yet, and it is late all the same
    assert counts(play) == {"objection": 1, "late": 1, "silent": 170}
    play.run_to("2024-06-21 10:00")
    assert (play.case.state, play.case.rounds[-1].closed_at) == ("objection", at("2024-06-21 10:00"))
    assert [o.party for o in play.case.standing] == ["DE"]


def test_an_overdue_task_of_an_officer_is_told_once_and_moves_nothing() -> None:
    play = stage("preliminary_assessment")
    play.run_to("2024-02-07 23:59:59")
    assert words(play.steps[-1]) == ["submit"]
    play.run_to("2024-03-08 00:00:00")
    assert [words(s) for s in play.steps[2:]] == [["overdue"]]
    assert [(p.audience, p.template, p.what["was_due"]) for p in play.steps[-1].posts] == [
        ("officers", "overdue", date(2024, 2, 7))
    ]
    assert [(d.name, d.status) for d in play.case.deadlines] == [
        ("task:preliminary_assessment:assessment", "overdue")
    ]
    play.do("2024-03-08 10:00", OFFICER, "endorse", risk="low")
    assert play.case.state == "party_consent"


# ---------------------------------------------------------------------------------------- reminders


def reminders(play: Stage) -> list[tuple[Any, ...]]:
    return [
        (step.events[0].kind, [(p.members, p.what["days_left"]) for p in step.posts])
        for step in play.steps
        if step.events[0].kind.startswith("reminder")
    ]


def test_reminders_fall_at_nine_and_go_to_those_who_have_not_answered() -> None:
    play = stage("party_consent", ("FR", "BE"))
    dates = [(d.name, d.due_at) for d in play.case.deadlines if d.kind == "reminder"]
    assert dates == [
        ("remind:1:14", at("2024-03-04 09:00")),
        ("remind:1:7", at("2024-03-11 09:00")),
        ("remind:1:1", at("2024-03-17 09:00")),
    ]
    play.run_to("2024-03-04 09:00")
    play.do("2024-03-05 10:00", "party:FR", "consent")
    play.run_to("2024-03-17 09:00")
    assert reminders(play) == [
        ("reminder", [(("FR", "BE"), 14)]),
        ("reminder", [(("BE",), 7)]),
        ("reminder", [(("BE",), 1)]),
    ]


def test_whom_the_request_never_reached_is_not_reminded() -> None:
    play = stage("party_consent", ("FR", "BE"))
    play.lose("FR")
    play.run_to("2024-03-04 09:00")
    assert reminders(play) == [("reminder", [(("BE",), 14)])]


def test_after_a_standstill_only_the_newest_reminder_is_sent() -> None:
    play = stage("party_consent")
    play.jump("2024-03-13 10:00")
    play.run_to("2024-03-13 10:00")
    assert reminders(play) == [("reminder_skipped", []), ("reminder", [(("FR",), 5)])]


def test_on_the_last_day_a_missed_reminder_is_still_sent() -> None:
    play = stage("party_consent")
    play.jump("2024-03-18 23:00")
    play.run_to("2024-03-18 23:00")
    assert reminders(play) == [
        ("reminder_skipped", []),
        ("reminder_skipped", []),
        ("reminder", [(("FR",), 0)]),
    ]


def test_after_the_last_day_nobody_is_reminded() -> None:
    play = stage("party_consent")
    play.jump("2024-03-19 08:00")
    play.run_to("2024-03-19 08:00")
    assert reminders(play) == [("reminder_skipped", [])] * 3


def test_a_party_with_a_longer_window_is_not_reminded_of_the_general_last_day() -> None:
    play = stage("notification")
    play.do("2024-06-12 10:00", "party:NO", "question")
    play.run_to("2024-06-14 09:00")
    kind, posts = reminders(play)[-1]
    assert (kind, len(posts[0][0]), "NO" in posts[0][0]) == ("reminder", 171, False)


# ------------------------------------------------------------------------------------------ meetings


def moved(ordinal: str, starts: date, **more: Any) -> tuple[Meeting, ...]:
    """The meetings, one of them held from another day on."""
    return tuple(
        replace(m, starts=starts, ends=starts + (m.ends - m.starts), **more) if m.ordinal == ordinal else m
        for m in meetings()
    )


def test_a_conference_that_is_postponed_takes_its_dates_along_and_remains_the_target() -> None:
    play = stage("cop")
    assert (play.due("task:cop:paper"), play.due("task:cop:decision")) == (
        date(2025, 4, 24),
        date(2025, 7, 31),
    )
    step = play.register(meetings=moved("COP15", date(2026, 3, 2)))
    assert (play.due("task:cop:paper"), play.due("task:cop:decision")) == (
        date(2025, 12, 2),
        date(2026, 3, 10),
    )
    assert (play.case.target, play.case.state, words(step)) == ("COP15", "cop", ["register_changed"])
    assert told(step, "target_moved") == {"all_parties", "partner", "standing_committee", "officers"}


def test_a_postponement_that_comes_after_the_paper_was_overdue_starts_the_date_anew() -> None:
    play = stage("cop")
    play.run_to("2025-05-05 10:00")
    assert play.case.deadline("task:cop:paper").status == "overdue"  # type: ignore[union-attr]
    play.register(meetings=moved("COP15", date(2026, 3, 2)))
    paper = play.case.deadline("task:cop:paper")
    assert paper is not None
    assert (paper.status, paper.last_day) == ("armed", date(2025, 12, 2))


def test_an_extraordinary_conference_is_not_the_next_meeting() -> None:
    extra = Meeting("cop", "ExCOP4", "extraordinary", date(2024, 11, 4), date(2024, 11, 5))
    play = stage("cop", meetings=(*meetings(), extra))
    assert play.case.target == "COP15"
    decision = {"meeting": "ExCOP4", "result": "adopted", "by": "consensus", "present": 150}
    play.do("2024-10-01 10:00", OFFICER, "issue_paper")
    why = play.refused("2024-11-05 10:00", OFFICER, "record_decision", **decision)
    assert why == (
        "The decision must be of COP15, not of ExCOP4. "
        "ExCOP4 is extraordinary: it is not the next meeting the law speaks of."
    )


def test_without_a_known_meeting_its_dates_are_an_officers_task_and_follow_once_entered() -> None:
    play = stage("cop", meetings=tuple(m for m in meetings() if m.body != "cop"))
    assert (play.case.target, play.due("task:cop:paper")) == ("", date(2024, 7, 31))
    why = play.refused("2024-07-02 10:00", OFFICER, "issue_paper")
    assert why == "No next meeting of Conference of the Contracting Parties is known. Enter its dates."
    play.register(meetings=meetings())
    assert (play.case.target, play.due("task:cop:paper")) == ("COP15", date(2025, 4, 24))


def test_a_change_that_does_not_touch_the_case_leaves_it_alone() -> None:
    play = stage("cop")
    same = play.attempt(Command("register", CLOCK, {"reason": "nothing new"}))
    assert str(same) == "Nothing of this case hangs on what has changed."


def test_the_report_to_the_conference_is_due_again_for_each_conference() -> None:
    play = stage("active")
    assert play.due("task:active:report") == date(2025, 4, 24)
    play.do("2025-04-01 10:00", OFFICER, "report")
    assert play.due("task:active:report") == date(2028, 4, 18)  # ninety days before 17 July 2028


def test_the_accounts_are_due_again_each_year() -> None:
    play = stage("active")
    assert play.due("task:active:accounts") == date(2025, 7, 15)
    play.do("2025-07-01 10:00", OFFICER, "file_accounts")
    assert play.due("task:active:accounts") == date(2026, 7, 1)
