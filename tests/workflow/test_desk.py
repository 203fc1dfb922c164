"""What lies on somebody's desk: only what they must do, the nearest date first, and what waits for others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, update

from states.commands import Actor, Command
from tests import build
from workflow import db, desk, engine, outbox
from workflow.queries import CASES, DEADLINES, LETTERS

NOW = "2024-06-12 10:00"


@pytest.fixture(autouse=True)
def world(engine: Engine) -> None:
    build.world(engine)


def look(
    on: Engine, name: str = "anna", role: str = "officer", at: str = NOW, stands_in_for: tuple[str, ...] = ()
) -> desk.Desk:
    with db.reading(on) as session:
        return desk.desk_of(session, name, role, build.at(at), stands_in_for)


def told(items: tuple[desk.Item, ...]) -> list[tuple[Any, ...]]:
    """What an item says in short."""
    return [(i.reference, i.why, i.says, i.due, [name for name, _ in i.actions]) for i in items]


def case_of(on: Engine, officer: str = "anna", **more: Any) -> int:
    return build.case(on, officer=officer, at_=more.pop("at_", "2024-06-03 09:00"), **more)


def sign_off(on: Engine, case_id: int, state: str) -> None:
    """Put a case into another state as if it had come there; only what is looked at is changed."""
    with db.transaction(on) as session:
        session.execute(update(CASES).where(CASES.c.id == case_id).values(state=state))


# -------------------------------------------------------------------------------------- what is mine


def test_the_nearest_date_comes_first_with_the_action_that_meets_it(engine: Engine) -> None:
    later, sooner, draft = (case_of(engine, title=title) for title in ("Later", "Sooner", "Draft"))
    build.do(engine, later, "2024-06-10 09:00", "officer", "submit")
    build.do(engine, sooner, "2024-06-04 09:00", "officer", "submit")
    build.do(engine, sooner, "2024-06-05 09:00", "officer", "endorse", risk="low")

    assert told(look(engine).mine) == [
        ("RP-2024-2", "task", "Send the question", date(2024, 6, 10), ["dispatch"]),
        (
            "RP-2024-1", "task", "Assess the proposal: endorse or decline", date(2024, 7, 10),
            ["endorse", "decline"],
        ),
        ("RP-2024-3", "draft", "", None, ["submit"]),
    ]  # fmt: skip
    assert draft
    # The day has gone, whether or not anything has swept since.
    assert [item.is_overdue for item in look(engine).mine] == [True, False, False]


def test_cases_of_colleagues_stay_on_their_desks_and_those_of_nobody_lie_on_all(engine: Engine) -> None:
    for officer in ("anna", "ben", ""):
        case_of(engine, officer=officer)

    assert [(i.reference, i.is_nobodys) for i in look(engine, "anna").mine] == [
        ("RP-2024-1", False),
        ("RP-2024-3", True),
    ]
    assert [i.reference for i in look(engine, "ben").mine] == ["RP-2024-2", "RP-2024-3"]


def test_who_stands_in_sees_the_colleagues_cases_marked_as_theirs(engine: Engine) -> None:
    case_of(engine, officer="anna")
    case_of(engine, officer="ben")

    assert [(i.reference, i.for_whom) for i in look(engine, "anna", stands_in_for=("ben",)).mine] == [
        ("RP-2024-1", ""),
        ("RP-2024-2", "ben"),
    ]


def test_a_case_on_hold_asks_for_nothing_and_is_shown_as_waiting(engine: Engine) -> None:
    case_id = case_of(engine)
    build.do(engine, case_id, "2024-06-04 09:00", "officer", "submit")
    build.do(engine, case_id, "2024-06-05 09:00", "officer", "hold", reason="The partner is being sold")

    found = look(engine)

    assert found.mine == ()
    assert [(a.reference, a.why, a.until) for a in found.others] == [("RP-2024-1", "hold", date(2024, 6, 5))]


def test_conditions_of_a_party_wait_to_be_accepted(engine: Engine) -> None:
    case_id = in_consent(engine)
    build.do(
        engine, case_id, "2024-06-11 10:00", "party:FR", "consent_with_conditions",
        conditions="Not within the national park",
    )  # fmt: skip

    waiting = [i for i in look(engine).mine if i.why == "conditions"]
    assert [(i.reference, i.about, i.actions) for i in waiting] == [
        (
            "RP-2024-1",
            ("FR",),
            (("accept_conditions", "Record that the partner accepts a Party's conditions"),),
        )
    ]

    build.do(engine, case_id, "2024-06-12 09:00", "officer", "accept_conditions", party="FR", in_writing=True)
    assert [i for i in look(engine).mine if i.why == "conditions"] == []


def test_a_question_waits_until_its_party_has_said_more(engine: Engine) -> None:
    case_id = build.in_notification(engine)
    build.do(engine, case_id, "2024-06-11 12:00", "party:JP", "question", text="Which wetlands?")
    assert [(i.why, i.about) for i in look(engine).mine] == [("question", ("JP",))]

    build.do(engine, case_id, "2024-06-12 09:00", "party:JP", "no_objection")
    assert look(engine).mine == ()


def test_the_unreached_are_confirmed_by_an_officer(engine: Engine) -> None:
    build.in_notification(engine)
    # No letter has left: nobody was reached when the window shuts.
    build.run_to(engine, "2024-08-13 10:00")

    assert told(look(engine, at="2024-08-13 11:00").mine)[:1] == [
        (
            "RP-2024-1", "task", "Confirm the list of the unreached", date(2024, 8, 19),
            ["confirm_unreached"],
        )
    ]  # fmt: skip


def test_late_answers_wait_for_the_head_and_not_for_the_officer(engine: Engine) -> None:
    case_id = build.in_notification(engine)
    build.do(engine, case_id, "2024-08-13 10:00", "party:JP", "objection", reasons="Found out late")

    assert [(i.why, i.about, i.actions) for i in look(engine, "olga", "head", "2024-08-13 11:00").mine] == [
        ("late", ("JP",), (("admit_late", "Admit a late answer"),))
    ]
    assert [i for i in look(engine, at="2024-08-13 11:00").mine if i.why == "late"] == []


def test_the_legal_review_waits_for_the_legal_adviser(engine: Engine) -> None:
    case_id = build.case(engine, officer="anna", items=())
    sign_off(engine, case_id, "agreement")

    assert told(look(engine, "lea", "legal").mine) == [
        ("RP-2024-1", "review", "Confirm the legal review", None, ["legal_review"])
    ]
    assert [(i.why, i.says) for i in look(engine, "fin", "finance").mine] == [
        ("review", "Confirm the financial approval")
    ]
    assert [(a.why, a.who) for a in look(engine).others] == [("role", "legal"), ("role", "finance")]

    build.do(engine, case_id, NOW, "legal", "legal_review")
    assert look(engine, "lea", "legal").mine == ()


def test_a_reply_is_verified_by_somebody_else_than_who_recorded_it(engine: Engine) -> None:
    case_id = in_consent(engine)
    with db.transaction(engine) as session:
        done = engine_perform(
            session, case_id, "anna", "record_reply", party="FR", answer="consent", channel="note verbale"
        )
    assert not isinstance(done, str)

    assert [i.why for i in look(engine, "anna").mine if i.why == "verify"] == []
    assert [(i.why, i.count, i.actions) for i in look(engine, "ben").mine] == [
        ("verify", 1, (("verify_reply", "Verify a reply that was recorded on behalf"),))
    ]


def test_letters_set_aside_are_told_of_while_the_case_is_where_they_were_written(engine: Engine) -> None:
    case_id = in_consent(engine)
    with db.transaction(engine) as session:
        to_france = (LETTERS.c.case_id == case_id) & (LETTERS.c.party == "FR")
        session.execute(update(LETTERS).where(to_france).values(status="refused"))

    set_aside = [i for i in look(engine).mine if i.why == "set_aside"]
    assert [(i.reference, i.about, i.count) for i in set_aside] == [("RP-2024-1", ("FR",), 1)]

    build.do(engine, case_id, "2024-06-12 09:00", "officer", "withdraw")
    assert [i for i in look(engine).mine if i.why == "set_aside"] == []


def test_a_date_the_sweep_cannot_act_on_is_shown_with_its_fault(engine: Engine) -> None:
    case_id = case_of(engine)
    build.do(engine, case_id, "2024-06-04 09:00", "officer", "submit")
    with db.transaction(engine) as session:
        stuck = update(DEADLINES).where(DEADLINES.c.case_id == case_id)
        session.execute(stuck.values(attempts=5, problem="LawMissing: the file is not here"))

    assert ("stuck", "LawMissing: the file is not here", True) in [
        (i.why, i.says, i.is_overdue) for i in look(engine).mine
    ]


def test_a_paused_queue_is_told_to_officers_with_its_reason(engine: Engine) -> None:
    assert look(engine).paused is None
    with db.transaction(engine) as session:
        outbox.pause(session, "535 authentication failed", "Correct mail.password.", build.at(NOW))

    paused = look(engine).paused
    assert paused == desk.Paused(build.at(NOW), "535 authentication failed", "Correct mail.password.")


# ------------------------------------------------------------------------------- what waits for others


def test_open_windows_say_who_is_asked_until_when_and_how_many_have_answered(engine: Engine) -> None:
    case_id = build.in_notification(engine)
    for party in ("JP", "CH", "NO"):
        build.do(engine, case_id, "2024-06-12 09:00", f"party:{party}", "no_objection")

    assert look(engine).others == (
        desk.Awaited(
            case_id, "RP-2024-1", "Evian Project", "window", "Notification to all Contracting Parties",
            date(2024, 8, 12), 172, 3,
        ),
    )  # fmt: skip


def test_who_only_reads_has_nothing_to_do_and_sees_all_that_is_awaited(engine: Engine) -> None:
    case_of(engine, officer="anna")
    overdue = case_of(engine, officer="ben", at_="2024-04-08 09:00")
    build.do(engine, overdue, "2024-04-09 09:00", "officer", "submit")
    in_consent(engine)
    build.run_to(engine, NOW)

    found = look(engine, "iris", "auditor")

    assert found.mine == ()
    assert [(a.why, a.reference, a.officer) for a in found.others] == [
        ("task", "RP-2024-2", "ben"),
        ("window", "RP-2024-3", "anna"),
    ]


# ------------------------------------------------------------------------------------------- helpers


def in_consent(on: Engine) -> int:
    """A case of anna's in which France is asked for its agreement."""
    case_id = case_of(on)
    build.do(on, case_id, "2024-06-04 09:00", "officer", "submit")
    build.do(on, case_id, "2024-06-05 09:00", "officer", "endorse", risk="low")
    build.do(on, case_id, "2024-06-10 09:00", "officer", "dispatch")
    return case_id


def engine_perform(session: Any, case_id: int, name: str, action: str, **details: Any) -> Any:
    """An act of an officer who is known by name."""
    command = Command(action, Actor("officer", name), details)
    done = engine.perform(session, case_id, command, build.at(NOW))
    return done if isinstance(done, engine.Outcome) else str(done)
