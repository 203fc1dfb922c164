"""Dates that are stopped, started again, extended and restarted."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from states.facts import Deadline, Party
from tests.states.stages import Stage, counts, say, stage, told, words
from tests.states.world import OFFICER, at, parties


def window(play: Stage) -> Deadline:
    """The window that is open."""
    return next(d for d in play.case.deadlines if d.kind == "window")


def dates(play: Stage) -> tuple[date, datetime]:
    """What the letter prints, and when the window shuts."""
    assert play.case.round is not None
    return play.case.round.reply_by, window(play).due_at


# ------------------------------------------------------------------------------------ hold, resume


def test_a_hold_keeps_the_whole_days_and_the_resumption_adds_them_and_rolls_forward() -> None:
    play = stage("notification")
    step = play.do("2024-06-03 15:00", OFFICER, "hold", reason="the partner reconsiders")
    assert told(step, "held") == {"asked"}
    held = window(play)
    assert (play.case.held_on, held.status, held.remaining) == (date(2024, 6, 3), "held", 14)
    play.run_to("2024-07-27 10:00")
    assert play.case.state == "notification"
    step = play.do("2024-07-27 10:00", OFFICER, "resume", reason="it has reconsidered")  # a Saturday
    assert told(step, "resumed") == {"asked"}
    # Fourteen days from Saturday 27 July are Saturday 10 August.
    assert (play.case.held_on, dates(play)) == (None, (date(2024, 8, 12), at("2024-08-13 09:00")))
    play.run_to("2024-08-13 09:00")
    assert play.case.state == "agreement"


@pytest.mark.parametrize(
    ("held", "remaining"), [("2024-06-17 10:00", 0), ("2024-06-18 08:59:59", 0), ("2024-06-16 10:00", 1)]
)
def test_what_remains_is_never_below_nothing(held: str, remaining: int) -> None:
    play = stage("notification")
    play.do(held, OFFICER, "hold")
    assert window(play).remaining == remaining
    play.do("2024-07-01 10:00", OFFICER, "resume")
    last = date(2024, 7, 1 + remaining)
    assert dates(play)[0] == last
    play.do(f"{last} 23:59:59", "party:NO", "objection")
    assert [o.party for o in play.case.standing] == ["NO"]


def test_answers_that_arrive_while_held_count_and_nothing_closes() -> None:
    play = stage("party_consent")
    play.do("2024-03-18 10:00", OFFICER, "hold")
    play.do("2024-05-02 10:00", "party:FR", "consent")  # long after the old last day
    assert (play.case.state, counts(play)) == ("party_consent", {"consent": 1})
    step = play.do("2024-05-06 10:00", OFFICER, "resume")
    assert (words(step), play.case.state) == (["resume", "closed"], "body_consultation")


def test_an_objection_that_arrives_while_held_stands_and_may_be_withdrawn_while_held() -> None:
    play = stage("objection")
    play.do("2024-06-20 10:00", OFFICER, "hold")
    play.do("2024-06-21 10:00", "party:DE", "withdraw_objection")
    assert (play.case.state, play.case.standing) == ("objection", ())
    step = play.do("2024-06-24 10:00", OFFICER, "resume")
    assert (words(step), play.case.state) == (["resume", "moved_on"], "agreement")


def test_each_window_of_its_own_keeps_its_own_remainder() -> None:
    play = stage("notification")
    play.do("2024-06-14 16:00", "party:NO", "question")  # Norway has until 24 June
    play.do("2024-06-15 12:00", OFFICER, "hold")
    round_ = play.case.round
    assert round_ is not None
    assert (round_.remaining, round_.member("NO").remaining) == (2, 9)  # type: ignore[union-attr]
    play.do("2024-07-01 10:00", OFFICER, "resume")
    round_ = play.case.round
    assert round_ is not None
    norway = round_.member("NO")
    assert norway is not None
    assert (round_.reply_by, norway.reply_by) == (date(2024, 7, 3), date(2024, 7, 10))
    play.do("2024-07-04 09:00", "party:DE", "objection")
    assert counts(play) == {"question": 1, "late": 1, "silent": 170}
    play.do("2024-07-11 08:59:59", "party:NO", "objection")
    play.run_to("2024-07-11 09:00")
    assert (play.case.state, [o.party for o in play.case.standing]) == ("objection", ["NO"])


def test_when_the_general_window_has_shut_only_those_with_time_left_are_stopped() -> None:
    play = stage("notification")
    play.do("2024-06-14 16:00", "party:NO", "question")
    play.do("2024-06-20 12:00", OFFICER, "hold")
    say(play, "2024-06-21 10:00", ["party:DE", "party:NO"], "support")
    assert counts(play) == {"support": 1, "late": 1, "silent": 170}
    play.do("2024-07-01 10:00", OFFICER, "resume")
    assert counts(play) == {"support": 1, "late": 1, "silent": 170}
    play.run_to("2024-07-08 09:00")  # four days left from 1 July: Friday the 5th
    assert play.case.state == "agreement"


def test_a_question_while_held_gives_ten_days_from_the_resumption() -> None:
    play = stage("notification")
    play.do("2024-06-15 12:00", OFFICER, "hold")
    play.do("2024-06-25 10:00", "party:NO", "question")
    play.do("2024-07-01 10:00", OFFICER, "resume")
    round_ = play.case.round
    assert round_ is not None
    assert (round_.reply_by, round_.member("NO").reply_by) == (  # type: ignore[union-attr]
        date(2024, 7, 3),
        date(2024, 7, 11),
    )


def test_who_joins_while_held_has_fourteen_days_from_the_resumption_or_what_is_left_to_all() -> None:
    joining = {**parties(), "SA": Party("SA", date(2024, 6, 20))}
    play = stage("notification", parties=joining)
    short, long = play.fork(), play.fork()
    short.do("2024-06-15 12:00", OFFICER, "hold")
    short.do("2024-07-01 10:00", OFFICER, "resume")
    long.do("2024-05-15 12:00", OFFICER, "hold")
    long.do("2024-07-01 10:00", OFFICER, "resume")
    found = []
    for each in (short, long):
        round_ = each.case.round
        assert round_ is not None
        arabia = round_.member("SA")
        assert arabia is not None
        found.append((round_.reply_by, arabia.reply_by))
    assert found == [(date(2024, 7, 3), date(2024, 7, 15)), (date(2024, 8, 5), None)]


def test_a_task_is_stopped_with_its_days_and_started_again() -> None:
    play = stage("preliminary_assessment")  # until 7 February
    play.do("2024-01-31 10:00", OFFICER, "hold")
    play.run_to("2024-03-01 10:00")
    assert [words(s) for s in play.steps[2:]] == [["hold"]]
    play.do("2024-03-01 10:00", OFFICER, "resume")
    assert play.due("task:preliminary_assessment:assessment") == date(2024, 3, 8)


def test_a_task_that_was_overdue_is_due_on_the_day_of_the_resumption() -> None:
    play = stage("preliminary_assessment")
    play.run_to("2024-02-20 10:00")
    play.do("2024-02-20 10:00", OFFICER, "hold")
    play.do("2024-03-01 10:00", OFFICER, "resume")
    assert play.due("task:preliminary_assessment:assessment") == date(2024, 3, 1)
    play.run_to("2024-03-02 00:00")
    assert words(play.steps[-1]) == ["overdue"]


@pytest.mark.parametrize(("when", "left"), [("2024-06-18 08:59:59", 0), ("2024-06-18 09:00:00", -1)])
def test_put_on_hold_at_the_very_second_of_its_close_a_window_has_shut(when: str, left: int) -> None:
    play = stage("notification")
    play.jump(when)
    play.act(OFFICER, "hold")
    assert play.case.round is not None
    assert play.case.round.remaining == left


def test_consultations_on_hold_do_not_escalate() -> None:
    play = stage("objection")
    play.do("2024-07-08 10:00", OFFICER, "hold")
    play.run_to("2024-09-02 10:00")
    assert play.case.state == "objection"
    play.do("2024-09-02 10:00", OFFICER, "resume")
    play.run_to("2024-09-12 23:59:59")
    assert play.case.state == "objection"
    play.run_to("2024-09-13 00:00:00")
    assert play.case.state == "cop"


def test_what_hangs_on_a_meeting_keeps_the_date_of_the_meeting() -> None:
    play = stage("committee_meeting")
    play.do("2024-05-02 10:00", OFFICER, "hold")
    play.do("2024-05-16 10:00", OFFICER, "resume")
    assert play.due("task:committee_meeting:decision") == date(2024, 6, 7)


def test_reminders_are_counted_anew_after_a_hold() -> None:
    play = stage("notification")
    play.do("2024-06-03 15:00", OFFICER, "hold")
    assert [d for d in play.case.deadlines if d.kind == "reminder"] == []
    play.do("2024-07-27 10:00", OFFICER, "resume")
    assert [d.due_at for d in play.case.deadlines if d.kind == "reminder"] == [
        at("2024-07-29 09:00"),
        at("2024-08-09 09:00"),
    ]


def test_a_case_on_hold_may_be_withdrawn_and_then_nothing_of_it_runs() -> None:
    play = stage("notification")
    play.do("2024-06-03 15:00", OFFICER, "hold")
    step = play.do("2024-06-04 15:00", OFFICER, "withdraw", reason="no funds")
    assert (play.case.state, play.case.held_on, play.case.deadlines) == ("withdrawn", None, ())
    assert told(step, "withdrawn") == {"those_told", "partner"}
    assert "the case has ended" in play.refused("2024-06-05 10:00", OFFICER, "resume")


def test_a_window_that_waits_for_the_unreached_still_waits_after_a_hold() -> None:
    play = stage("notification")
    play.lose("KE")
    play.do("2024-06-19 10:00", OFFICER, "hold")
    play.do("2024-06-24 10:00", OFFICER, "resume")
    play.run_to("2024-06-24 10:00")
    assert (play.case.state, words(play.steps[-1])) == ("notification", ["unreached"])
    assert play.due("task:confirm_unreached:4") == date(2024, 7, 1)
    play.do("2024-06-25 10:00", OFFICER, "confirm_unreached")
    assert play.case.state == "agreement"


# --------------------------------------------------------------------------------------- extension


def test_an_extension_moves_the_last_day_of_everyone_and_everyone_is_told() -> None:
    play = stage("notification")
    step = play.do("2024-05-02 10:00", OFFICER, "extend", until=date(2024, 6, 29), reason="few answers")
    assert dates(play) == (date(2024, 7, 1), at("2024-07-02 09:00"))  # the 29th is a Saturday
    assert [(p.audience, p.template, p.round) for p in step.posts] == [("asked", "extension", 4)]
    assert (step.events[0].data["old"], step.events[0].data["new"], step.events[0].data["reason"]) == (
        date(2024, 6, 17),
        date(2024, 7, 1),
        "few answers",
    )
    kept = next(e.values for e in step.effects if e.op == "extension")
    assert kept == {
        "round": 4,
        "old": date(2024, 6, 17),
        "new": date(2024, 7, 1),
        "reason": "few answers",
        "by": "officer",
    }
    assert [d.due_at for d in play.case.deadlines if d.kind == "reminder"] == [
        at("2024-06-17 09:00"),
        at("2024-06-28 09:00"),
    ]


@pytest.mark.parametrize(
    ("until", "why"),
    [
        (date(2024, 6, 17), "The extension must end later than the present last day (Monday 17 June 2024)."),
        (date(2024, 5, 17), "The extension must end later than the present last day (Monday 17 June 2024)."),
        (
            date(2024, 6, 21),
            "An extension adds at least 7 days: "
            "Friday 21 June 2024 is only 4 day(s) after Monday 17 June 2024.",
        ),
    ],
)
def test_an_extension_adds_seven_days_at_least(until: date, why: str) -> None:
    assert stage("notification").refused("2024-05-02 10:00", OFFICER, "extend", until=until) == why


def test_seven_days_are_enough_and_one_extension_is_all() -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", OFFICER, "extend", until=date(2024, 6, 24))
    why = play.refused("2024-05-03 10:00", OFFICER, "extend", until=date(2024, 7, 31))
    assert why == "The window has been extended 1 time(s) already; no further extension is left."


def test_a_window_that_has_shut_and_waits_is_extended_into_the_future_only() -> None:
    play = stage("notification")
    play.lose("KE")
    play.run_to("2024-06-24 10:00")
    why = play.refused("2024-06-24 10:00", OFFICER, "extend", until=date(2024, 6, 24))
    assert why == "The extension must end in the future; Monday 24 June 2024 is past."
    play.do("2024-06-24 10:00", OFFICER, "extend", until=date(2024, 6, 25))
    assert dates(play) == (date(2024, 6, 25), at("2024-06-26 09:00"))
    assert play.case.deadline("task:confirm_unreached:4") is None


def test_once_the_case_has_moved_on_there_is_nothing_to_extend() -> None:
    why = stage("agreement").refused("2024-06-19 10:00", OFFICER, "extend", until=date(2024, 7, 1))
    assert why.startswith("Extend the window: not possible while the case is in 'Agreement to be drafted")


def test_an_extension_beyond_the_window_of_a_single_party_carries_that_party_along() -> None:
    play = stage("notification")
    play.do("2024-06-14 16:00", "party:NO", "question")  # until 24 June
    play.do("2024-06-14 17:00", OFFICER, "extend", until=date(2024, 7, 1))
    assert play.case.round is not None
    norway = play.case.round.member("NO")
    assert norway is not None
    assert (norway.reply_by, norway.has_questioned) == (None, True)
    step = play.do("2024-06-20 10:00", "party:NO", "support")
    assert step.posts[0].what["until"] == date(2024, 7, 1)


def test_an_extension_that_ends_before_the_window_of_a_single_party_leaves_that_alone() -> None:
    play = stage("notification")
    play.do("2024-06-17 16:00", "party:NO", "question")  # until 27 June
    play.do("2024-06-17 17:00", OFFICER, "extend", until=date(2024, 6, 24))
    assert play.case.round is not None
    assert play.case.round.member("NO").reply_by == date(2024, 6, 27)  # type: ignore[union-attr]
    assert window(play).due_at == at("2024-06-28 09:00")


# ------------------------------------------------------------------------------------ corrigendum


def test_an_editorial_corrigendum_leaves_the_clock_alone_and_is_numbered() -> None:
    play = stage("notification")
    before = dates(play)
    step = play.do("2024-05-13 10:00", OFFICER, "corrigendum", kind="editorial", reason="a wrong annex")
    assert dates(play) == before
    assert [(p.audience, p.template, p.numbered) for p in step.posts] == [
        ("asked", "corrigendum_editorial", True)
    ]


def test_a_substantive_corrigendum_restarts_the_full_period_and_asks_everyone_anew() -> None:
    play = stage("notification")
    say(play, "2024-05-02 10:00", ["party:BE", "party:FR"], "support")
    play.do("2024-05-03 10:00", "party:DE", "objection")
    step = play.do("2024-05-13 10:00", OFFICER, "corrigendum", kind="substantive", reason="the sum")
    assert [(p.audience, p.template, p.numbered) for p in step.posts] == [
        ("asked", "corrigendum_substantive", True)
    ]
    assert dates(play) == (date(2024, 7, 12), at("2024-07-15 09:00"))
    assert counts(play) == {"objection": 1, "silent": 171}
    play.do("2024-05-14 10:00", "party:BE", "support")
    assert counts(play) == {"objection": 1, "support": 1, "silent": 170}
    play.run_to("2024-07-15 09:00")
    assert play.case.state == "objection"


def test_a_corrigendum_is_of_one_of_two_kinds_and_wants_an_open_window() -> None:
    why = stage("notification").refused("2024-05-13 10:00", OFFICER, "corrigendum", kind="material")
    assert why == "'material' is not a kind of corrigendum: choose editorial or substantive."
    unsent = stage("notification", sent=False)
    closed = unsent.refused("2024-04-16 09:00", OFFICER, "corrigendum", kind="editorial")
    assert closed == "No window is open. The question has not been sent, or its window is closed."
