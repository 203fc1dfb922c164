"""What is said before it is done is what is then done."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from states.commands import Actor, Command
from states.reasons import Refused
from tests import build
from workflow import db, engine, models, numbers, queries
from workflow.engine import Outcome
from workflow.preview import DateChange, Preview, Warned, preview
from workflow.queries import LETTERS, table

CONTACTS = table(models.Contact)
OFFICER = Actor("officer")
#: What of a letter's row is decided when it is written.
WRITTEN = (
    "party",
    "email",
    "template",
    "language",
    "subject",
    "text",
    "html",
    "message_id",
    "token_hash",
    "number",
)


@pytest.fixture
def site(engine: Engine) -> Engine:
    build.world(engine, contacts_per_party=2)
    return engine


def look(on: Engine, case_id: int, when: str, action: str, **details: Any) -> Preview:
    build.run_to(on, when)
    with db.reading(on) as session:
        found = preview(session, case_id, Command(action, OFFICER, details), build.at(when))
    assert isinstance(found, Preview), str(found)
    return found


def written(session: Session, case_id: int, since: int) -> list[tuple[Any, ...]]:
    wanted = select(*(LETTERS.c[name] for name in WRITTEN)).where(LETTERS.c.case_id == case_id)
    return [tuple(row) for row in session.execute(wanted.where(LETTERS.c.id > since).order_by(LETTERS.c.id))]


STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("2024-01-08 10:00", "submit", {}),
    ("2024-01-09 10:00", "endorse", {"risk": "low"}),
    ("2024-01-10 10:00", "dispatch", {}),
    ("2024-01-11 10:00", "corrigendum", {"kind": "editorial", "reason": "A year was wrong."}),
    ("2024-01-12 10:00", "hold", {"reason": "The company asks for time."}),
    ("2024-01-15 10:00", "resume", {}),
    ("2024-01-16 10:00", "extend", {"until": date(2024, 3, 15), "reason": "The holidays of the Party."}),
    ("2024-01-17 10:00", "corrigendum", {"kind": "substantive", "reason": "The amount has changed."}),
    ("2024-01-18 10:00", "record_reply", {"party": "FR", "answer": "consent", "channel": "letter"}),
    ("2024-01-19 10:00", "dispatch", {}),
    ("2024-01-22 10:00", "withdraw", {"reason": "The company has changed its mind."}),
]  # fmt: skip


def test_what_is_said_of_a_step_and_its_letters_is_what_then_comes_of_it(site: Engine) -> None:
    case_id = build.case(site)
    for when, action, details in STEPS:
        found = look(site, case_id, when, action, **details)
        with db.transaction(site) as session:
            since = session.scalar(select(func.max(LETTERS.c.id))) or 0
            outcome = engine.perform(session, case_id, Command(action, OFFICER, details), build.at(when))
            assert isinstance(outcome, Outcome), (action, str(outcome))
            assert (found.after.state, [e.kind for e in found.events]) == (outcome.state, [*outcome.events])
            assert found.after == queries.load_case(session, case_id)
            assert [tuple(each[n] for n in WRITTEN) for each in found.letters] == written(
                session, case_id, since
            )


def test_looking_writes_nothing_and_takes_no_number(site: Engine) -> None:
    case_id = build.case(site)
    build.do(site, case_id, "2024-01-08 10:00", "officer", "submit")
    build.do(site, case_id, "2024-01-09 10:00", "officer", "endorse", risk="low")
    found = look(site, case_id, "2024-01-10 10:00", "dispatch")

    assert {letter["number"] for letter in found.letters} == {"2024/1"}
    with db.reading(site) as session:
        assert session.scalar(select(func.count()).select_from(LETTERS)) == 0
        assert numbers.number_to_come(session, numbers.NOTIFICATIONS, 2024) == 1


def test_the_dates_that_a_question_starts_and_ends_are_told(site: Engine) -> None:
    case_id = build.case(site)
    build.do(site, case_id, "2024-01-08 10:00", "officer", "submit")
    build.do(site, case_id, "2024-01-09 10:00", "officer", "endorse", risk="low")
    found = look(site, case_id, "2024-01-10 10:00", "dispatch")

    window = DateChange("", "window", "", "starts", None, date(2024, 2, 26), build.at("2024-02-27 09:00"))
    assert found.dates[0] == window
    assert [(d.kind, d.how, d.old, d.new) for d in found.dates[1:]] == [
        ("task", "ends", date(2024, 1, 15), None)
    ]
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in found.reminders] == [
        "2024-02-12 08:00", "2024-02-19 08:00", "2024-02-25 08:00",
    ]  # fmt: skip


def test_a_hold_stops_the_dates_and_a_resumption_gives_them_a_new_day(site: Engine) -> None:
    case_id = build.case(site)
    build.do(site, case_id, "2024-01-08 10:00", "officer", "submit")

    held = look(site, case_id, "2024-01-10 10:00", "hold")
    assert [(d.how, d.old, d.new) for d in held.dates] == [("stops", date(2024, 2, 7), None)]
    build.do(site, case_id, "2024-01-10 10:00", "officer", "hold")
    resumed = look(site, case_id, "2024-01-17 10:00", "resume")
    assert [(d.how, d.new) for d in resumed.dates] == [("runs again", date(2024, 2, 14))]


def test_a_period_that_starts_anew_says_so_even_where_it_ends_on_the_same_day(site: Engine) -> None:
    case_id = in_notification(site)
    build.do(site, case_id, "2024-06-11 09:00", "officer", "dispatch")
    found = look(site, case_id, "2024-06-12 10:00", "corrigendum", kind="substantive", reason="The amount.")

    last = date(2024, 8, 12)
    assert [(d.kind, d.how, d.old, d.new) for d in found.dates] == [("window", "starts anew", last, last)]


def test_a_notification_is_counted_in_parties_and_in_addresses(site: Engine) -> None:
    case_id = in_notification(site)
    found = look(site, case_id, "2024-06-11 09:00", "dispatch")

    assert (len(found.parties), found.addresses, found.others) == (172, 344, 0)
    assert [sample["language"] for sample in found.mailings[0].samples()] == ["en", "fr", "es"]


def in_notification(site: Engine) -> int:
    """A case whose notification can go out."""
    case_id = build.case(site, at_="2024-03-01 09:00", territory=())
    build.do(site, case_id, "2024-03-01 10:00", "officer", "submit")
    build.do(site, case_id, "2024-03-04 10:00", "officer", "endorse", risk="low", no_territory_reason="all")
    build.do(site, case_id, "2024-03-05 09:00", "officer", "dispatch")
    build.do(site, case_id, "2024-04-03 09:00", "officer", "dispatch")
    for member in ("GA", "LY", "RW", "LA", "JP", "BE", "CZ", "BR", "CR", "CA"):
        build.do(site, case_id, "2024-04-10 10:00", f"seat:{member}", "approve")
    return case_id


def test_who_cannot_be_reached_and_which_addresses_came_back_is_said_before_it_is_sent(site: Engine) -> None:
    case_id = in_notification(site)
    back = build.at("2024-05-02 10:00")
    with db.transaction(site) as session:
        ids = {
            code: session.scalars(
                select(CONTACTS.c.id).where(CONTACTS.c.party == code).order_by(CONTACTS.c.id)
            ).all()
            for code in ("BE", "FR", "TD", "BR", "CL")
        }
        for each in (ids["BE"][0], *ids["FR"]):
            failed = {"failed_at": back, "failed_why": "550 no such mailbox"}
            session.execute(update(CONTACTS).where(CONTACTS.c.id == each).values(failed))
        for each in ids["TD"]:
            session.execute(update(CONTACTS).where(CONTACTS.c.id == each).values(ends=date(2024, 1, 31)))
        for code in ("BR", "CL"):
            session.execute(
                update(CONTACTS).where(CONTACTS.c.id == ids[code][0]).values(email="un@one.example")
            )
    found = look(site, case_id, "2024-06-11 09:00", "dispatch")

    assert [(w.kind, w.who, w.why) for w in found.warnings] == [
        ("nobody", "TD", ""),
        ("not_used", "BE", "550 no such mailbox"),
        ("came_back", "FR", "550 no such mailbox"),
        ("came_back", "FR", "550 no such mailbox"),
        ("shared", "BR", "CL"),
    ]
    assert found.warnings[-1] == Warned("shared", "BR", "un@one.example", "CL")
    assert len(found.parties) == 171


def test_what_is_refused_is_refused_here_with_the_same_reasons(site: Engine) -> None:
    case_id = build.case(site)
    with db.reading(site) as session:
        found = preview(session, case_id, Command("sign", OFFICER), build.at("2024-01-08 10:00"))
        nobody = preview(session, 4711, Command("submit", OFFICER), build.at("2024-01-08 10:00"))

    assert isinstance(found, Refused) and [r.message for r in found.reasons] == ["not_in_state"]
    assert isinstance(nobody, Refused) and str(nobody) == "There is no case 4711."
