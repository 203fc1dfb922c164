"""Letters that wait are written again with a corrected wording; those that came back find another way."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from notifications import Retry, template_version
from states.commands import Actor
from tests import build
from tests.workflow.filed import Filed
from workflow import db, models, outbox, postmark, record, rewriting
from workflow.queries import EVENTS, LETTERS, table
from workflow.rewriting import NotRewritten, Outdated

CONTACTS = table(models.Contact)
OFFICER = Actor("officer", "anna")
NOW = build.at("2024-06-11 10:00")


MWG = ("CN", "CI", "CH", "CA", "GE")
COMMITTEE = (
    "GA", "LY", "RW", "BF", "LS", "LA", "JP", "IQ", "BE", "CZ", "GE", "SE", "BR", "CR", "LC", "CA", "WS",
    "CN", "ZW",
)  # fmt: skip
#: A case from its proposal to its withdrawal, in one breath.
STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("officer", "submit", {}),
    ("officer", "endorse", {"risk": "low"}),
    ("officer", "dispatch", {}),
    ("officer", "corrigendum", {"kind": "editorial", "reason": "A year\nwas <wrong>."}),
    ("officer", "extend", {"until": date(2024, 3, 15), "reason": "Holidays."}),
    ("officer", "hold", {"reason": "The company asks for time."}),
    ("officer", "resume", {}),
    ("officer", "record_reply", {"party": "FR", "answer": "consent", "channel": "letter"}),
    ("officer", "dispatch", {}),
    *((f"seat:{member}", "comment", {"text": "A good idea."}) for member in MWG),
    ("officer", "dispatch", {}),
    *((f"seat:{member}", "approve", {}) for member in COMMITTEE),
    ("officer", "dispatch", {}),
    ("party:DE", "objection", {"reasons": "The site lies upstream."}),
    ("party:DE", "withdraw_objection", {}),
    ("officer", "withdraw", {"reason": "The company has changed its mind."}),
]


def aside(session: Session, letter_id: int, status: str = "refused") -> None:
    session.execute(update(LETTERS).where(LETTERS.c.id == letter_id).values(status=status))


def first(session: Session, **wanted: object) -> int:
    """The first letter with these columns."""
    ids = select(LETTERS.c.id).where(*(LETTERS.c[name] == value for name, value in wanted.items()))
    return session.scalars(ids.order_by(LETTERS.c.id)).all()[0]


def written_with_older(session: Session, template: str, language: str) -> None:
    """The letters of that kind as an earlier wording would have them."""
    session.execute(
        update(LETTERS)
        .where(LETTERS.c.template == template, LETTERS.c.language == language)
        .values(version="0123456789ab", subject="An earlier subject", text="An earlier text")
    )


# ---------------------------------------------------------------------------------- written again


def test_a_letter_written_again_with_the_same_wording_is_the_same_letter(engine: Engine) -> None:
    build.world(engine, contacts_per_party=2)
    seen: set[str] = set()
    with db.transaction(engine) as session:
        file = Filed(session, "2024-01-08 09:00")
        for who, action, details in STEPS:
            newest = session.scalar(select(func.max(LETTERS.c.id))) or 0
            file.act(who, action, **details)
            rows = session.execute(select(LETTERS).where(LETTERS.c.id > newest).order_by(LETTERS.c.id)).all()
            again = rewriting.look(session, [row.id for row in rows])
            seen |= {row.template for row in rows}

            assert [(e.id, e.subject, e.text, e.html, e.version) for e in again] == [
                (row.id, row.subject, row.text, row.html, row.version) for row in rows
            ], action
    assert seen == {
        "consent_request", "corrigendum_editorial", "extension", "held", "resumed", "receipt",
        "consent_given", "consultation_request", "consultation_done", "approval_request", "approval_given",
        "notification", "objection_received", "objection_withdrawn", "withdrawn",
    }  # fmt: skip


def test_what_waits_with_an_earlier_wording_is_offered_and_written_anew_once_accepted(engine: Engine) -> None:
    build.world(engine)
    case_id = build.in_notification(engine)
    with db.transaction(engine) as session:
        request = {"template": "notification", "language": "fr"}
        before = session.scalars(
            select(LETTERS.c.text).where(LETTERS.c.template == "notification", LETTERS.c.language == "fr")
        ).all()
        sent = first(session, **request)
        written_with_older(session, "notification", "fr")
        session.execute(update(LETTERS).where(LETTERS.c.id == sent).values(status="sent"))
        (found,) = rewriting.outdated(session)
        version = template_version("notification", "fr")
        assert found == Outdated("notification", "fr", "0123456789ab", version, len(before) - 1, found.sample)
        assert found.sample > sent

        assert rewriting.accept(session, found, OFFICER, NOW) == len(before) - 1
        after = session.execute(
            select(LETTERS.c.text, LETTERS.c.version, LETTERS.c.status)
            .where(LETTERS.c.template == "notification", LETTERS.c.language == "fr")
            .order_by(LETTERS.c.id)
        ).all()
        assert after[0] == ("An earlier text", "0123456789ab", "sent")
        assert [row[:2] for row in after[1:]] == [(text, version) for text in before[1:]]
        event = session.execute(
            select(EVENTS).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)
        ).all()[-1]
        assert (event.kind, json.loads(event.body)["data"]) == ("letters_rewritten", {
            "template": "notification", "language": "fr", "letters": len(before) - 1,
            "from": "0123456789ab", "to": version,
        })  # fmt: skip
        assert rewriting.outdated(session) == []
        assert record.verify(session).holds and record.rebuild(session, case_id) == []


def test_a_difference_is_told_line_by_line() -> None:
    old, new = "Dear all,\nthe date is 3 May.\nYours", "Dear all,\nthe date is 4 May.\nYours"
    assert rewriting.difference(old, new) == [
        ("", "Dear all,"), ("-", "the date is 3 May."), ("+", "the date is 4 May."), ("", "Yours"),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------ set aside


@pytest.mark.parametrize("status", rewriting.SET_ASIDE)
def test_a_letter_that_was_set_aside_is_tried_again_when_somebody_says_so(
    engine: Engine, status: str
) -> None:
    build.world(engine)
    case_id = build.in_notification(engine)
    with db.transaction(engine) as session:
        letter = first(session, party="BE", purpose="request", round=3)
        assert not rewriting.try_again(session, letter, OFFICER, NOW)
        aside(session, letter, status)
        assert rewriting.try_again(session, letter, OFFICER, NOW)
        row = session.execute(
            select(LETTERS.c.status, LETTERS.c.next_try_at).where(LETTERS.c.id == letter)
        ).one()
        kinds = select(EVENTS.c.kind).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)

        assert tuple(row) == ("waiting", NOW)
        assert session.scalars(kinds).all()[-1] == "letter_tried_again"
        assert not rewriting.try_again(session, 4711, OFFICER, NOW)


def test_the_days_of_trying_count_anew(engine: Engine) -> None:
    build.world(engine)
    build.in_notification(engine)
    five, later = timedelta(days=5), NOW + timedelta(days=9)
    with db.transaction(engine) as session:
        letter = first(session, party="BE", purpose="request", round=3)
        session.execute(update(LETTERS).where(LETTERS.c.id != letter).values(status="sent"))

        def attempt(at: object) -> str:
            session.execute(update(LETTERS).where(LETTERS.c.id == letter).values(next_try_at=NOW))
            (claim,) = outbox.claim(session, at, 1, 60)  # type: ignore[arg-type]
            put_off = Retry("try later", 451)
            (made,) = postmark.mark(session, [(claim, put_off)], at, five, lambda *_: None)  # type: ignore[arg-type]
            return made.status

        assert [attempt(NOW), attempt(NOW + five)] == ["waiting", "given_up"]
        rewriting.try_again(session, letter, OFFICER, later)
        assert [attempt(later), attempt(later + timedelta(days=1)), attempt(later + five)] == [
            "waiting", "waiting", "given_up",
        ]  # fmt: skip


def test_a_letter_that_came_back_goes_to_the_next_contact_with_a_link_of_its_own(engine: Engine) -> None:
    build.world(engine, contacts_per_party=3)
    case_id = build.in_notification(engine)
    with db.transaction(engine) as session:
        letter = first(session, party="BE", purpose="request", round=3)
        session.execute(
            update(LETTERS).where(LETTERS.c.party == "BE", LETTERS.c.round == 3).values(status="refused")
        )
        instead = rewriting.stand_in(session, letter, NOW)
        assert instead is not None and (instead.party, instead.role) == ("BE", "mission")
        assert rewriting.send_instead(session, letter, OFFICER, NOW) == instead
        rows = session.execute(
            select(LETTERS).where(LETTERS.c.party == "BE", LETTERS.c.round == 3).order_by(LETTERS.c.id)
        ).all()
        old, new = next(row for row in rows if row.id == letter), rows[-1]

        assert (new.contact_id, new.email, new.status) == (instead.contact_id, instead.email, "waiting")
        assert (new.member, new.purpose, new.occurrence, new.number) == (
            old.member, old.purpose, old.occurrence, old.number,
        )  # fmt: skip
        assert new.token_hash and new.token_hash != old.token_hash
        told = session.execute(
            select(EVENTS).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)
        ).all()[-1]
        assert (told.kind, told.seq) == ("letter_sent_instead", new.seq)
        with pytest.raises(NotRewritten, match="No other contact with a usable address is on file"):
            rewriting.send_instead(session, letter, OFFICER, NOW)


def test_a_letter_that_is_on_its_way_goes_to_nobody_else(engine: Engine) -> None:
    build.world(engine, contacts_per_party=3)
    build.in_notification(engine)
    with db.transaction(engine) as session:
        letter = first(session, party="BE", purpose="request", round=3)
        with pytest.raises(NotRewritten, match="was not set aside"):
            rewriting.send_instead(session, letter, OFFICER, NOW)
