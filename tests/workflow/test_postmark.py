"""What became of a letter, written down; and what happens when others have been at it meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from notifications import Delivered, Refused, Retry, Unknown
from tests.workflow import post
from tests.workflow.post import NOON, attempts, letter, letters, queue
from workflow import db, outbox
from workflow.postmark import mark, note_bounce, pause_before_next

FIVE_DAYS = timedelta(hours=120)
LAPSED = NOON + timedelta(seconds=121)


def claimed(engine, now=NOON):
    with db.transaction(engine) as session:
        return outbox.claim(session, now, 16, 120)


def marked(engine, claims, outcome, now=NOON):
    """The new statuses; whom it was told to, and why."""
    told = []
    with db.transaction(engine) as session:
        made = mark(
            session,
            [(claim, outcome) for claim in claims],
            now,
            FIVE_DAYS,
            lambda _, claim, reason, at: told.append((claim.id, reason, at)),
        )
    return [each.status for each in made], told


def test_nothing_to_mark_changes_nothing(engine):
    assert marked(engine, [], Delivered("kept")) == ([], [])


def test_whoever_comes_late_does_not_overwrite_what_another_process_has_found_out(engine):
    queue(engine, letter(1))
    late, quick = claimed(engine), claimed(engine, LAPSED)
    marked(engine, quick, Delivered("kept"), LAPSED)

    _, told = marked(engine, late, Retry("cannot be reached"), LAPSED)

    assert letters(engine, "status", "sent_at", "possibly_twice") == [("sent", LAPSED, True)]
    assert attempts(engine) == [(1, "lease_ended", 0), (1, "delivered", 0), (1, "retry", 0)]
    assert told == []


def test_a_letter_that_arrived_after_all_is_not_sent_again(engine):
    """One process was frozen in the middle of sending; another tried in its place and was put off."""
    queue(engine, letter(1), letter(2))
    frozen, other = claimed(engine), claimed(engine, LAPSED)
    marked(engine, other, Retry("busy", 451), LAPSED)

    marked(engine, frozen[:1], Delivered("kept"), LAPSED)

    assert letters(engine, "status", "possibly_twice") == [("sent", True), ("waiting", True)]


def test_a_letter_another_process_is_sending_is_left_to_it(engine):
    queue(engine, letter(1))
    frozen = claimed(engine)
    claimed(engine, LAPSED)
    before = letters(engine, "status", "attempts", "lease_until")

    marked(engine, frozen, Delivered("kept"), LAPSED)

    assert letters(engine, "status", "attempts", "lease_until") == before


@pytest.mark.parametrize(
    ("outcome", "age", "status"),
    [
        (Retry("busy", 451), FIVE_DAYS - timedelta(seconds=1), "waiting"),
        (Retry("busy", 451), FIVE_DAYS, "given_up"),
        (Unknown("no answer"), FIVE_DAYS - timedelta(seconds=1), "waiting"),
        (Unknown("no answer"), FIVE_DAYS, "given_up"),
    ],
)
def test_a_letter_is_given_up_only_after_five_days_of_trying(engine, outcome, age, status):
    queue(engine, letter(1, created_at=NOON - timedelta(days=30), next_try_at=NOON))
    marked(engine, claimed(engine), outcome)
    now = NOON + age

    found, told = marked(engine, claimed(engine, now), outcome, now)

    assert (found, letters(engine, "status")) == ([status], [status])
    assert told == ([(1, outcome.reason, now)] if status == "given_up" else [])


def test_a_letter_that_lay_for_weeks_while_nothing_ran_is_not_given_up_at_its_first_try(engine):
    queue(engine, letter(1, created_at=NOON - timedelta(days=30), next_try_at=NOON))

    assert marked(engine, claimed(engine), Retry("busy", 451)) == (["waiting"], [])


def test_the_pauses_grow_and_stay_within_their_bounds(engine):
    queue(engine, *(letter(number) for number in range(1, 17)))
    first, longest = timedelta(minutes=1), timedelta(hours=2)
    pauses = [pause_before_next(claim, first, longest) for claim in claimed(engine)]

    assert min(pauses) >= first * 0.75 and max(pauses) <= first * 1.25
    # What was put off together does not come back together.
    assert len(set(pauses)) > 8


def test_a_contact_keeps_the_day_since_when_letters_come_back(engine):
    with db.transaction(engine) as session:
        post.case(session)
        (contact,) = post.contacts(session, "p1@ministry.example")
        outbox.queue(session, [letter(n, case_id=1, contact_id=contact, email="a@x.example") for n in (1, 2)])
    marked(engine, claimed(engine), Refused("550 first", 550))
    marked(engine, claimed(engine), Refused("550 second", 550), NOON + timedelta(days=1))

    with db.reading(engine) as session:
        columns = (post.CONTACTS.c.failed_at, post.CONTACTS.c.failed_why)
        assert session.execute(select(*columns)).all() == [(NOON, "550 second")]


# ------------------------------------------------------------------------------------------ bounces


def test_a_letter_that_comes_back_is_set_aside_once_and_the_officers_are_told(engine):
    with db.transaction(engine) as session:
        post.case(session)
        (contact,) = post.contacts(session, "p1@ministry.example")
        outbox.queue(session, [post.request(1, contact)])
    marked(engine, claimed(engine), Delivered("kept"))
    told, later = [], NOON + timedelta(hours=3)

    def tell(_, claim, reason, now):
        told.append((claim.id, claim.reference, reason, now))

    with db.transaction(engine) as session:
        noted = [note_bounce(session, number, "5.1.1 unknown", later, tell) for number in (1, 1, 404)]

    assert noted == [True, False, False]
    assert told == [(1, "RAM-2024-001", "5.1.1 unknown", later)]
    assert letters(engine, "status") == ["refused"]
    assert attempts(engine) == [(1, "delivered", 0), (1, "refused", 0)]
    with db.reading(engine) as session:
        assert session.scalars(select(post.CONTACTS.c.failed_at)).all() == [later]
