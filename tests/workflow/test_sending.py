"""A letter that comes back goes to whoever is next; the clock of whom it reaches late starts again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from importlib.resources import files

import pytest
from sqlalchemy import Engine, select

from notifications import Courier, Delivered, Envelope, Halt, Outcome, Retry
from notifications import Refused as Rejected
from states import reader
from states.facts import Asked
from tests import build
from workflow import config, db, house, postmark, queries, record, register, sending
from workflow.laws import Laws
from workflow.queries import EVENTS, LETTERS

SENT = "2020-11-02 10:00"
#: What the Head of an Authority, its focal point and its mission are written to at.
HEAD, NFP, MISSION = (f"{role}.mx@parties.example" for role in ("head", "nfp", "mission"))


class Post(Courier):
    """A mail server that knows some addresses as dead, and is away as long as a test says so."""

    def __init__(self, *dead: str) -> None:
        self.dead, self.is_away = set(dead), False

    async def deliver(
        self, envelopes: Sequence[Envelope], on_outcome: Callable[[Envelope, Outcome], None]
    ) -> Halt | None:
        for envelope in envelopes:
            if self.is_away:
                on_outcome(envelope, Retry("nobody answers"))
            elif envelope.to.email in self.dead:
                on_outcome(envelope, Rejected("550 5.1.1 no such mailbox", 550))
            else:
                on_outcome(envelope, Delivered("250 ok"))
        return None

    async def close(self) -> None:
        pass


@pytest.fixture
def asked(engine: Engine) -> int:
    """A case that has asked Mexico and Guatemala for their consent; its letters wait. Its id."""
    build.world(engine, contacts_per_party=3)
    with db.transaction(engine) as session:
        register.add_staff(session, "anna", "officer", "anna@x.example", actor="test", now=build.BEGINNING)
    case_id = build.case(engine, at_="2020-10-30 09:00", territory=("MX", "GT"))
    build.do(engine, case_id, "2020-10-30 10:00", "officer", "submit")
    build.do(engine, case_id, "2020-10-30 11:00", "officer", "endorse", risk="low")
    build.do(engine, case_id, SENT, "officer", "dispatch")
    return case_id


def deliver(on: Engine, post: Post, when: str) -> None:
    sending.deliver(on, post, config.Settings(), lambda: build.at(when))


def member(on: Engine, case_id: int, code: str) -> Asked:
    with db.reading(on) as session:
        case = queries.load_case(session, case_id)
    assert case is not None and case.round is not None
    found = case.round.member(code)
    assert found is not None
    return found


def written(on: Engine, party: str) -> list[tuple[str, str]]:
    """Address and fate of the requests to a Party, in the order in which they were written."""
    query = select(LETTERS.c.email, LETTERS.c.status).where(
        LETTERS.c.party == party, LETTERS.c.purpose == "request"
    )
    with db.reading(on) as session:
        return [tuple(row) for row in session.execute(query.order_by(LETTERS.c.id))]


def alerts(on: Engine) -> list[str]:
    query = select(LETTERS.c.text).where(LETTERS.c.template == "bounced").order_by(LETTERS.c.id)
    with db.reading(on) as session:
        return list(session.scalars(query))


def texts(on: Engine) -> list[tuple[str, str]]:
    """Address and text of every letter."""
    with db.reading(on) as session:
        return [tuple(row) for row in session.execute(select(LETTERS.c.email, LETTERS.c.text))]


def bounced(on: Engine, email: str, when: str) -> None:
    """A request that had been taken comes back for good."""
    with db.transaction(on) as session:
        (letter,) = session.scalars(
            select(LETTERS.c.id).where(LETTERS.c.email == email, LETTERS.c.purpose == "request")
        )
        assert postmark.note_bounce(session, letter, "no such mailbox", build.at(when), sending.came_back)


def kinds(on: Engine, case_id: int) -> list[str]:
    with db.reading(on) as session:
        return list(
            session.scalars(select(EVENTS.c.kind).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq))
        )


def test_a_request_that_comes_back_goes_to_the_mission_at_once_and_says_so(
    engine: Engine, asked: int
) -> None:
    post = Post(HEAD, NFP)

    deliver(engine, post, SENT)

    assert sorted(written(engine, "MX")) == [(HEAD, "refused"), (MISSION, "sent"), (NFP, "refused")]
    told = "".join(alerts(engine))
    assert "The same letter now goes to the next contact on file, " in told and f"<{MISSION}>." in told
    assert "letter_sent_instead" in kinds(engine, asked)


def test_where_one_contact_was_reached_the_clock_runs_on(engine: Engine, asked: int) -> None:
    post = Post(HEAD)

    deliver(engine, post, SENT)
    post.dead.add(NFP)
    deliver(engine, post, "2020-11-06 10:00")

    assert sorted(written(engine, "MX")) == [(HEAD, "refused"), (MISSION, "sent"), (NFP, "sent")]
    assert member(engine, asked, "MX") == Asked("MX", "MX")
    assert "clock_restarted" not in kinds(engine, asked)


def test_the_clock_starts_again_when_the_mission_is_reached_days_later(engine: Engine, asked: int) -> None:
    post = Post()
    deliver(engine, post, SENT)
    # The mail servers of the Party took both letters, and send them back four days later.
    bounced(engine, HEAD, "2020-11-06 09:00")
    bounced(engine, NFP, "2020-11-06 09:00")

    assert member(engine, asked, "MX") == Asked(
        "MX", "MX", reply_by=date(2020, 12, 21), closes_at=build.at("2020-12-22 09:00")
    )
    assert member(engine, asked, "GT") == Asked("GT", "GT")
    (letter,) = (text for email, text in texts(engine) if email == MISSION)
    assert "21 December 2020" in letter or "21 de diciembre de 2020" in letter
    with db.transaction(engine) as session:
        assert record.rebuild(session, asked) == []


def test_a_server_that_was_away_for_days_costs_the_parties_concerned_nothing(
    engine: Engine, asked: int
) -> None:
    post = Post()
    post.is_away = True
    deliver(engine, post, SENT)
    post.is_away = False
    deliver(engine, post, "2020-11-05 10:00")

    assert {member(engine, asked, code).reply_by for code in ("MX", "GT")} == {date(2020, 12, 21)}
    # The second letter of a Party changes nothing any more.
    assert kinds(engine, asked).count("clock_restarted") == 2


def test_a_party_that_has_answered_has_no_clock_to_start_again(engine: Engine, asked: int) -> None:
    post = Post()
    post.is_away = True
    deliver(engine, post, SENT)
    build.do(engine, asked, "2020-11-04 09:00", "party:MX", "consent")
    post.is_away = False
    deliver(engine, post, "2020-11-05 10:00")

    assert member(engine, asked, "MX") == Asked("MX", "MX")
    assert member(engine, asked, "GT").reply_by == date(2020, 12, 21)


def test_the_clock_of_all_parties_runs_on(engine: Engine) -> None:
    build.world(engine, contacts_per_party=3)
    case_id = build.in_notification(engine)
    post = Post()
    post.is_away = True
    deliver(engine, post, "2024-06-11 09:00")
    post.is_away = False
    deliver(engine, post, "2024-06-14 09:00")

    assert {member(engine, case_id, code) for code in ("BE", "JP")} == {Asked("BE", "BE"), Asked("JP", "JP")}


def test_where_the_law_leaves_it_to_the_officer_nobody_else_is_written_to(engine: Engine) -> None:
    text = (files("states") / "law" / "ramsar-private.toml").read_text(encoding="utf-8")
    text = text.replace('edition   = "2026"', 'edition   = "2027"')
    law = reader.read(re.sub(r"(?m)^came_back .*$", "", text), "2027.toml")
    build.world(engine, contacts_per_party=3)
    house.settle(engine, house.House(config.Settings(), Laws(extra=(law,)), build.SECRET))
    with db.transaction(engine) as session:
        register.add_staff(session, "anna", "officer", "anna@x.example", actor="test", now=build.BEGINNING)
    case_id = build.case(engine, at_="2020-10-30 09:00", territory=("MX",), procedure=law)
    build.do(engine, case_id, "2020-10-30 10:00", "officer", "submit")
    build.do(engine, case_id, "2020-10-30 11:00", "officer", "endorse", risk="low")
    build.do(engine, case_id, SENT, "officer", "dispatch")

    deliver(engine, Post(HEAD, NFP), SENT)

    assert sorted(written(engine, "MX")) == [(HEAD, "refused"), (NFP, "refused")]
    assert "letter_sent_instead" not in kinds(engine, case_id)
    assert MISSION in alerts(engine)[-1]


def test_where_nobody_is_left_the_officer_is_told_so(engine: Engine, asked: int) -> None:
    deliver(engine, Post(HEAD, NFP, MISSION), SENT)

    assert {fate for _, fate in written(engine, "MX")} == {"refused"}
    assert "There is no other contact on file." in alerts(engine)[-1]
