"""The outbox: what is queued once is there once, and whoever claims a letter has it alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from notifications import REPLY_LINK
from tests.workflow import post
from tests.workflow.post import DOMAIN, NOON, letter, letters, queue
from workflow import db, outbox
from workflow.queries import LETTERS

LEASE_S = 120
SOON = NOON + timedelta(seconds=60)
LATER = NOON + timedelta(seconds=LEASE_S)


def taken(engine, now=NOON, limit=16):
    """The numbers of the letters a claim gets."""
    with db.transaction(engine) as session:
        return [claim.id for claim in outbox.claim(session, now, limit, LEASE_S)]


def put_off(engine, letter_id, until):
    with db.transaction(engine) as session:
        session.execute(LETTERS.update().where(LETTERS.c.id == letter_id).values(next_try_at=until))


# --------------------------------------------------------------------------------------- queueing


def test_a_letter_waits_from_the_moment_it_is_written(engine):
    queue(engine, letter(1))

    columns = ("status", "next_try_at", "attempts", "possibly_twice", "lease_until", "sent_at", "case_id")
    assert letters(engine, *columns) == [("waiting", NOON, 0, False, None, None, None)]


def test_a_letter_of_a_round_is_written_once_for_each_contact_purpose_and_occurrence(session):
    post.case(session)
    head, nfp = post.contacts(session, "head@x.example", "nfp@x.example")
    first = {"case_id": 1, "round": 1, "contact_id": head, "purpose": "reminder", "occurrence": "7 days"}
    rows = [
        letter(1, **first),
        letter(2, **first, seq=9, template="other"),
        letter(3, **first | {"contact_id": nfp}),
        letter(4, **first | {"occurrence": "1 day"}),
        letter(5, **first | {"purpose": "notice"}),
        letter(6, **first | {"round": 2}),
    ]

    assert (outbox.queue(session, rows), outbox.queue(session, rows)) == (5, 0)
    assert session.scalars(select(LETTERS.c.seq).order_by(LETTERS.c.id)).all() == [1, 3, 4, 5, 6]


def test_a_letter_outside_rounds_is_written_once_for_each_event_recipient_and_template(session):
    post.case(session)
    first = {"case_id": 1, "seq": 4, "email": "a@x.example", "template": "amended"}
    rows = [
        letter(1, **first),
        letter(2, **first),
        letter(3, **first | {"seq": 5}),
        letter(4, **first | {"email": "b@x.example"}),
        letter(5, **first | {"template": "held"}),
    ]

    assert (outbox.queue(session, rows), outbox.queue(session, rows)) == (4, 0)


def test_a_letter_without_a_case_is_told_from_others_by_its_message_id(session):
    assert outbox.queue(session, [letter(1), letter(1), letter(2, seq=1)]) == 2


def test_nothing_to_queue_is_nothing_new(session):
    assert outbox.queue(session, []) == 0


@pytest.mark.parametrize("part", ["text", "html"])
def test_a_letter_that_could_not_be_answered_is_not_queued(session, part):
    with pytest.raises(ValueError, match=r"'notification' to p1@ministry\.example has a place for a reply"):
        outbox.queue(session, [letter(1, **{part: f"Reply: {REPLY_LINK}"})])

    assert session.scalars(select(LETTERS.c.id)).all() == []


def test_a_letter_of_which_the_case_is_unknown_is_refused_and_so_are_those_beside_it(engine):
    with pytest.raises(Exception, match=r"(?i)foreign key"), db.transaction(engine) as session:
        outbox.queue(session, [letter(1), letter(2, case_id=404)])

    assert letters(engine, "id") == []


IN_A_ROUND = {
    "case": "RAM-2024-001",
    "round_no": 2,
    "purpose": "reminder",
    "occurrence": "7 days",
    "contact_id": 5,
    "email": "head@x.example",
    "template": "reminder",
}
OF_AN_EVENT = {
    "case": "RAM-2024-001",
    "seq": 7,
    "purpose": "notice",
    "email": "head@x.example",
    "template": "amended",
}


@pytest.mark.parametrize(
    ("letter_", "change"),
    [
        (IN_A_ROUND, {"case": "RAM-2024-002"}),
        (IN_A_ROUND, {"round_no": 3}),
        (IN_A_ROUND, {"purpose": "request"}),
        (IN_A_ROUND, {"occurrence": "1 day"}),
        (IN_A_ROUND, {"contact_id": 6}),
        (IN_A_ROUND, {"template": "request"}),
        (OF_AN_EVENT, {"case": "RAM-2024-002"}),
        (OF_AN_EVENT, {"seq": 8}),
        (OF_AN_EVENT, {"email": "nfp@x.example"}),
        (OF_AN_EVENT, {"template": "held"}),
        (OF_AN_EVENT, {"occurrence": "2"}),
    ],
)
def test_another_letter_has_another_message_id(letter_, change):
    assert outbox.message_id(DOMAIN, **letter_) != outbox.message_id(DOMAIN, **letter_ | change)


@pytest.mark.parametrize(
    ("letter_", "change"),
    [
        # The same reminder, decided by two events, or sent to a contact whose address was corrected.
        (IN_A_ROUND, {"seq": 9}),
        (IN_A_ROUND, {"email": "new@x.example"}),
        (OF_AN_EVENT, {}),
    ],
)
def test_the_same_letter_has_the_same_message_id(letter_, change):
    found = outbox.message_id(DOMAIN, **letter_ | change)

    assert found == outbox.message_id(DOMAIN, **letter_)
    assert found.startswith("<") and found.endswith(f"@{DOMAIN}>")


# --------------------------------------------------------------------------------------- claiming


def test_letters_are_claimed_in_the_order_in_which_they_are_due(engine):
    queue(engine, letter(1, next_try_at=SOON), letter(2), letter(3), letter(4, next_try_at=LATER))

    assert [taken(engine, SOON, 2), taken(engine, SOON), taken(engine, SOON)] == [[2, 3], [1], []]


def test_a_claimed_letter_is_its_claimants_alone_until_the_lease_ends(engine):
    queue(engine, letter(1))

    assert [taken(engine), taken(engine, LATER - timedelta(microseconds=1)), taken(engine, LATER)] == [
        [1],
        [],
        [1],
    ]
    assert letters(engine, "status", "attempts", "lease_until") == [
        ("sending", 2, LATER + timedelta(seconds=LEASE_S))
    ]


def test_a_letter_whose_lease_has_ended_may_arrive_twice_and_that_is_kept(engine):
    queue(engine, letter(1), letter(2))
    taken(engine, limit=1)

    with db.transaction(engine) as session:
        claims = outbox.claim(session, LATER, 16, LEASE_S)

    assert [(claim.id, claim.possibly_twice, claim.attempts) for claim in claims] == [
        (1, True, 2),
        (2, False, 1),
    ]
    assert letters(engine, "possibly_twice") == [True, False]
    assert post.attempts(engine) == [(1, "lease_ended", 0)]


def test_a_claim_holds_all_that_sending_needs(session):
    reference = post.case(session)
    (contact,) = post.contacts(session, "head@x.example")
    row = post.request(1, contact)
    outbox.queue(session, [row])

    (claim,) = outbox.claim(session, NOON, 1, LEASE_S)

    expected = {name: row[name] for name in outbox.Claim.__slots__ if name in row}
    assert {name: getattr(claim, name) for name in expected} == expected
    assert (claim.reference, claim.attempts, claim.possibly_twice) == (reference, 1, False)


def test_a_claim_shows_neither_the_words_nor_the_token_of_a_letter(session):
    post.case(session)
    outbox.queue(session, [post.request(1)])

    shown = repr(outbox.claim(session, NOON, 1, LEASE_S))

    assert [
        word for word in ("Please reply", "Letter 1", post.request(1)["token_hash"]) if word in shown
    ] == []


def test_a_long_letter_is_kept_and_no_other_process_gets_it(engine):
    queue(engine, letter(1))
    with db.transaction(engine) as session:
        claims = outbox.claim(session, NOON, 1, LEASE_S)
    with db.transaction(engine) as session:
        outbox.renew(session, claims, SOON, LEASE_S)

    assert [taken(engine, LATER), taken(engine, SOON + timedelta(seconds=LEASE_S))] == [[], [1]]


def test_a_letter_given_back_waits_as_if_it_had_never_been_claimed(engine):
    queue(engine, letter(1))
    before = letters(engine, *LETTERS.c.keys())
    with db.transaction(engine) as session:
        outbox.give_back(session, outbox.claim(session, NOON, 1, LEASE_S))

    assert letters(engine, *LETTERS.c.keys()) == before


def test_who_was_away_for_too_long_can_neither_keep_nor_give_back_what_another_has(engine):
    queue(engine, letter(1))
    with db.transaction(engine) as session:
        old = outbox.claim(session, NOON, 1, LEASE_S)
    taken(engine, LATER)
    before = letters(engine, *LETTERS.c.keys())

    with db.transaction(engine) as session:
        outbox.renew(session, old, LATER + timedelta(hours=1), LEASE_S)
        outbox.give_back(session, old)

    assert letters(engine, *LETTERS.c.keys()) == before


# ------------------------------------------------------------------------------ order per recipient

SAME = {"case_id": 1, "email": "head@x.example"}


def test_a_letter_never_overtakes_an_earlier_one_of_its_case_that_was_put_off(engine):
    with db.transaction(engine) as session:
        post.case(session)
    queue(engine, letter(1, **SAME), letter(2, **SAME), letter(3, **SAME | {"email": "nfp@x.example"}))
    put_off(engine, 1, SOON)

    assert [taken(engine), taken(engine)] == [[3], []]
    with db.transaction(engine) as session:
        outbox.keep_order(session)
    # Both are due now; with room for one, it is the earlier one's turn.
    assert [taken(engine, SOON, 1), taken(engine, SOON, 1)] == [[1], []]


def test_order_is_kept_behind_the_last_of_several_that_were_put_off_and_no_further(engine):
    with db.transaction(engine) as session:
        post.case(session)
    others = ({"email": "nfp@x.example"}, {"case_id": None}, {"next_try_at": LATER + timedelta(hours=1)})
    queue(
        engine,
        *(letter(n, **SAME) for n in (1, 2, 3)),
        *(letter(n, **SAME | o) for n, o in enumerate(others, 4)),
    )
    put_off(engine, 1, LATER)
    put_off(engine, 2, SOON)

    with db.transaction(engine) as session:
        outbox.keep_order(session)

    assert letters(engine, "next_try_at") == [LATER, LATER, LATER, NOON, NOON, LATER + timedelta(hours=1)]


def test_a_letter_waits_while_an_earlier_one_of_its_case_is_on_its_way(engine):
    with db.transaction(engine) as session:
        post.case(session)
    queue(engine, letter(1, **SAME), letter(2, **SAME), letter(3, **SAME))

    found = []
    for _ in range(3):
        with db.transaction(engine) as session:
            claims = outbox.claim(session, NOON, 16, LEASE_S)
            found.append([claim.id for claim in claims])
        with db.transaction(engine) as session:
            assert outbox.claim(session, NOON, 16, LEASE_S) == []
            ids = [claim.id for claim in claims]
            session.execute(LETTERS.update().where(LETTERS.c.id.in_(ids)).values(status="sent"))
    assert found == [[1], [2], [3]]


def test_letters_of_other_cases_and_of_no_case_do_not_wait_for_each_other(engine):
    with db.transaction(engine) as session:
        post.case(session, 1)
        post.case(session, 2)
    to = {"email": "head@x.example"}
    queue(engine, *(letter(n, **to, case_id=case) for n, case in enumerate([1, 2, None, None], 1)))

    assert taken(engine) == [1, 2, 3, 4]


# ---------------------------------------------------------------------------------------- pausing


def test_nothing_is_claimed_from_a_paused_queue_and_all_of_it_once_it_runs_again(engine):
    queue(engine, letter(1), letter(2))
    taken(engine, limit=1)
    with db.transaction(engine) as session:
        assert outbox.pause(session, "535 wrong password", "Check the password.", NOON)
    # Neither what waits nor what a crash has left behind.
    assert taken(engine, LATER) == []

    with db.transaction(engine) as session:
        assert outbox.resume(session)

    assert taken(engine, LATER) == [1, 2]


def test_a_queue_is_paused_once_and_keeps_the_first_reason(engine):
    with db.transaction(engine) as session:
        told = [outbox.pause(session, f"reason {n}", f"remedy {n}", NOON) for n in (1, 2)]
        row = session.execute(select(outbox.QUEUE)).one()

    assert (told, tuple(row)) == ([True, False], (1, NOON, "reason 1", "remedy 1"))


def test_resuming_a_queue_that_runs_changes_nothing(engine):
    with db.transaction(engine) as session:
        assert not outbox.resume(session)
        outbox.pause(session, "r", "m", NOON)
        assert [outbox.resume(session), outbox.resume(session)] == [True, False]
        assert tuple(session.execute(select(outbox.QUEUE)).one()) == (1, None, "", "")
