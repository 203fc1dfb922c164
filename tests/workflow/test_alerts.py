"""Letters the house writes of its own accord."""

from datetime import timedelta

from sqlalchemy import select

from tests import build
from tests.workflow import post
from tests.workflow.post import NOON, letter, letters
from workflow import outbox
from workflow.alerts import queue_heads, tell_officers
from workflow.queries import LETTERS

OUTSIDE = {"outside_head_address": "notary@outside.example"}
ANA = {"name": "ana", "full_name": "Ana Ruiz", "role": "officer", "email": "ana@x.example", "language": "es"}
BEN = {"name": "ben", "full_name": "Ben Ito", "role": "officer", "email": "ben@x.example", "language": "en"}
EVE = {"name": "eve", "full_name": "Eve Lang", "role": "finance", "email": "eve@x.example", "language": "en"}


def came_back(session):
    """A request to the Head of France, claimed, of a case in the charge of nobody."""
    post.case(session)
    head, _ = post.contacts(session, "head@x.example", "nfp@x.example")
    outbox.queue(session, [post.request(1, head, email="head@x.example", name="Office of Wetlands")])
    return outbox.look_up(session, 1)


def alerts(session):
    query = select(LETTERS.c.email, LETTERS.c.language).where(LETTERS.c.purpose == "alert")
    return [tuple(row) for row in session.execute(query.order_by(LETTERS.c.id))]


def test_the_heads_of_the_record_leave_once_a_day(engine):
    settings = post.settings(installation=OUTSIDE)
    days = (NOON, NOON + timedelta(hours=11), NOON + timedelta(hours=12))
    with post.db.transaction(engine) as session:
        written = [queue_heads(session, "case 1 7 <abc>\n", settings, now) for now in days]

    assert written == [1, 0, 1]
    assert letters(engine, "email", "subject", "text", "created_at") == [
        ("notary@outside.example", f"Heads of the record, {day}", "case 1 7 <abc>\n", at)
        for day, at in (("2024-01-08", days[0]), ("2024-01-09", days[2]))
    ]
    assert "case 1 7 &lt;abc&gt;" in letters(engine, "html")[0]


def test_without_an_outside_address_no_heads_are_written(session):
    assert queue_heads(session, "x", post.settings(), NOON) == 0


def test_the_officer_in_charge_learns_who_was_not_reached_why_and_who_comes_next(session):
    build.settle(session.get_bind())
    session.execute(post.STAFF.insert(), [ANA, BEN])
    came = came_back(session)
    session.execute(post.CASES.update().values(officer="ben"))

    tell_officers(session, came, "550 5.1.1 No such user", NOON)

    assert alerts(session) == [("ben@x.example", "en")]
    text = session.scalar(select(LETTERS.c.text).where(LETTERS.c.purpose == "alert"))
    for words in (
        "RAM-2024-001, Evian Project",
        "Office of Wetlands <head@x.example>",
        "Party: France",
        "550 5.1.1 No such user",
        "nfp@x.example",
    ):
        assert words in text


def test_where_a_case_has_no_officer_every_officer_is_told_in_his_language(session):
    session.execute(post.STAFF.insert(), [ANA, BEN, EVE])

    tell_officers(session, came_back(session), "550", NOON)

    assert alerts(session) == [("ana@x.example", "es"), ("ben@x.example", "en")]


def test_two_letters_that_came_back_are_two_alerts_and_the_same_one_is_one(session):
    session.execute(post.STAFF.insert(), [ANA])
    first = came_back(session)
    outbox.queue(session, [letter(2, case_id=1)])
    for came in (first, first, outbox.look_up(session, 2)):
        tell_officers(session, came, "550", NOON)

    assert len(alerts(session)) == 2


def test_an_alert_that_is_lost_causes_no_further_alert(session):
    session.execute(post.STAFF.insert(), [ANA])
    tell_officers(session, came_back(session), "550", NOON)

    tell_officers(session, outbox.look_up(session, 2), "550", NOON)

    assert len(alerts(session)) == 1
