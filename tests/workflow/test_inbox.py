"""Mail that comes in: kept first, filed with the right case, and counted or put to an officer."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update

from states.commands import Actor
from tests import build
from tests.notifications.corpus.people import EN, EN_NO
from tests.notifications.corpus.programs import gmail, plain
from tests.workflow import mails
from tests.workflow.mails import NOW, answers, arrive, made, read_as, sent
from workflow import backup, db, files, inbox, links, queries, record
from workflow.inbox import Answer
from workflow.inbox.matching import CONTACTS
from workflow.outbox import DELIVERIES
from workflow.queries import EVENTS, LETTERS

OFFICER = Actor("officer", "officer")


@pytest.fixture
def case(engine):
    return mails.notified(engine)


def kinds(engine, case_id, count=3):
    """Kind and actor of the last events of a case."""
    with db.reading(engine) as session:
        rows = session.execute(
            select(EVENTS.c.kind, EVENTS.c.actor).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)
        ).all()
    return [tuple(row) for row in rows[-count:]]


def test_the_same_bytes_are_kept_and_answered_once_by_whichever_door_they_come(engine, case):
    raw = made("gmail-en", sent(engine, case))
    numbers = {arrive(engine, raw, door=door) for door in ("pipe", "lmtp", "imap") * 4}

    assert len(numbers) == 1
    assert mails.count_of_mail(engine) == 1
    assert answers(engine, case) == [("NO", "party:NO", "no_objection")]


def test_mail_cannot_be_changed_or_removed_once_it_is_kept(engine, case):
    arrive(engine, made("gmail-en", sent(engine, case)))

    for statement in ("UPDATE mail SET size = 0", "DELETE FROM mail"):
        with pytest.raises(Exception, match="kept as it came"), db.transaction(engine) as session:
            session.execute(text(statement))


def test_a_second_copy_by_another_road_is_known_as_a_copy(engine, case):
    raw = made("gmail-en", sent(engine, case))
    first = arrive(engine, raw)
    second = arrive(engine, b"Received: from elsewhere.example\r\n" + raw)

    assert read_as(engine, second, "status", "copy_of") == ("copy", first)
    assert answers(engine, case) == [("NO", "party:NO", "no_objection")]


def test_a_clear_answer_of_a_known_contact_counts_at_once_and_the_record_tells_of_it(engine, case):
    number = arrive(engine, made("outlook-fr", sent(engine, case)), NOW)

    assert answers(engine, case) == [("NO", "party:NO", "no_objection")]
    assert read_as(engine, number, "status", "reason", "matched_by", "voice", "is_known", "is_authentic") == (
        "filed", "counted", "token", "party:NO", True, True,
    )  # fmt: skip
    assert kinds(engine, case) == [
        ("mail_received", "clock"),
        ("answer", "party:NO"),
        ("document_added", "clock"),
    ]


def test_what_decides_is_when_the_mail_reached_us_and_not_when_it_was_read(engine, case):
    letter = sent(engine, case)
    with db.transaction(engine) as session:
        inbox.keep(session, made("gmail-en", letter), "imap", NOW + timedelta(days=2), received_at=NOW)
    inbox.file_new(engine, lambda: NOW + timedelta(days=3))

    with db.reading(engine) as session:
        (given,) = queries.load_case(session, case).rounds[2].answers
    assert (given.received_at, given.recorded_at) == (NOW, NOW + timedelta(days=3))


def test_an_answer_to_the_letter_found_by_its_reference_counts_too(engine, case):
    number = arrive(engine, made("to-the-office", sent(engine, case)))

    assert read_as(engine, number, "matched_by", "reason") == ("reference", "counted")


# ---------------------------------------------------------------------- what waits for an officer


@pytest.mark.parametrize(
    ("name", "reason", "word"),
    [
        ("condition-en", "unclear", "no_objection"),
        ("question-en", "unclear", "question"),
        ("both-at-once", "unclear", "objection"),
        ("thunderbird-between", "unclear", "no_objection"),
        ("thanks-only", "to_read", ""),
        ("quotation-only", "to_read", ""),
        ("forwarded-answer", "to_read", ""),
        ("scan-attached", "to_read", ""),
        ("forged-sender", "to_confirm", "no_objection"),
        ("two-senders", "unknown_sender", "no_objection"),
        ("stranger-with-the-subject", "unmatched", "objection"),
        ("noise", "unmatched", ""),
    ],
)
def test_what_a_person_must_weigh_waits_and_changes_nothing(engine, case, name, reason, word):
    number = arrive(engine, made(name, sent(engine, case)))

    assert read_as(engine, number, "status", "reason", "word") == ("waiting", reason, word)
    assert answers(engine, case) == []


def test_an_objection_that_is_not_proved_waits_and_counts_from_when_it_came(engine, case):
    unproved = gmail(sent(engine, case), EN_NO, Authentication_Results="")
    number = arrive(engine, unproved)
    waited = read_as(engine, number, "status", "reason", "word")
    later = NOW + timedelta(days=5)
    with db.transaction(engine) as session:
        inbox.accept(session, number, Answer("party:NO", "objection"), OFFICER, later)

    assert waited == ("waiting", "objection", "objection")
    with db.reading(engine) as session:
        found = queries.load_case(session, case)
    assert [(o.party, o.received_at) for o in found.standing] == [("NO", NOW)]
    assert read_as(engine, number, "status", "reason", "closed_by") == ("filed", "accepted", "officer")


def test_an_objection_confirmed_after_the_close_takes_the_case_back(engine, case):
    number = arrive(engine, gmail(sent(engine, case), EN_NO, Authentication_Results=""))
    build.run_to(engine, "2024-08-20 09:00")
    with db.reading(engine) as session:
        before = build.state_of(session, case)
    with db.transaction(engine) as session:
        inbox.accept(session, number, Answer("party:NO", "objection"), OFFICER, build.at("2024-08-20 10:00"))

    with db.reading(engine) as session:
        assert (before, build.state_of(session, case)) == ("agreement", "objection")


def test_a_stranger_who_has_the_sealed_address_is_heard_and_not_believed(engine, case):
    letter = sent(engine, case)
    minister = "minister@office.example"
    number = arrive(
        engine,
        plain(
            letter,
            EN,
            From=f"Minister <{minister}>",
            Authentication_Results=f"mx.secretariat.example; spf=pass smtp.mailfrom={minister}",
        ),
    )

    assert read_as(engine, number, "status", "reason", "voice", "is_known") == (
        "waiting", "unknown_sender", "party:NO/other", False,
    )  # fmt: skip


def test_whoever_has_left_the_post_is_heard_and_not_believed(engine, case):
    letter = sent(engine, case)
    with db.transaction(engine) as session:
        theirs = update(CONTACTS).where(CONTACTS.c.email == letter.recipient)
        session.execute(theirs.values(ends=date(2024, 6, 11)))

    number = arrive(engine, made("gmail-en", letter))

    assert read_as(engine, number, "status", "reason", "is_known") == ("waiting", "unknown_sender", False)


def test_where_no_server_is_trusted_no_answer_counts_by_itself(engine):
    case_id = mails.notified(
        engine, mails.SETTINGS.model_copy(update={"mailbox": type(mails.SETTINGS.mailbox)()})
    )
    number = arrive(engine, made("gmail-en", sent(engine, case_id)))

    assert read_as(engine, number, "is_authentic", "status", "reason") == (False, "waiting", "to_confirm")


@pytest.mark.parametrize(
    "name", ["absence-exchange", "absence-gmail-vacation", "absence-fr", "ticket-opened"]
)
def test_automatic_mail_is_kept_with_the_case_and_is_never_an_answer(engine, case, name):
    number = arrive(engine, made(name, sent(engine, case)))

    assert answers(engine, case) == []
    verdict, status, case_id = read_as(engine, number, "verdict", "status", "case_id")
    assert (verdict, case_id) == ("automatic", case)
    assert status in ("filed", "waiting")
    assert kinds(engine, case, 1) == [("mail_received", "clock")]


def test_nothing_that_comes_in_is_answered_by_itself(engine, case):
    letter = sent(engine, case)
    with db.reading(engine) as session:
        before = len(session.scalars(select(LETTERS.c.id)).all())
    for name in ("absence-exchange", "bounce-postfix", "delay-postfix", "two-programs-in-a-circle", "noise"):
        arrive(engine, made(name, letter))

    with db.reading(engine) as session:
        fresh = session.execute(select(LETTERS.c.purpose, LETTERS.c.email).order_by(LETTERS.c.id)).all()[
            before:
        ]
    # Only the Secretariat itself is told of a letter that came back.
    assert {row.purpose for row in fresh} <= {"alert", "request"}
    assert not [row for row in fresh if row.email == letter.recipient]


# --------------------------------------------------------------------------------- which case


def test_the_subject_alone_attaches_nothing(engine, case):
    letter = sent(engine, case)
    raw = plain(
        letter,
        EN,
        To="assent@secretariat.example",
        In_Reply_To="",
        References="",
        Subject=f"Re: {letter.subject}",
    )
    number = arrive(engine, raw)

    status, reason, by, guess = read_as(engine, number, "status", "reason", "matched_by", "case_id")
    assert (status, reason, by, guess) == ("waiting", "unmatched", "guess", case)
    assert kinds(engine, case, 1) != [("mail_received", "clock")]


def test_the_mark_in_the_subject_attaches_what_a_known_sender_writes_and_only_that(engine, case):
    letter = sent(engine, case)
    row = mails.letter_to(engine, case, "NO")
    subject = f"Our answer {links.subject_mark(build.SECRET, row.id)}"
    head = {"To": "assent@secretariat.example", "In_Reply_To": "", "References": "", "Subject": subject}
    known = arrive(engine, plain(letter, EN, **head))
    stranger = arrive(engine, plain(letter, EN, **head | {"From": "x@elsewhere.example"}))

    assert read_as(engine, known, "matched_by", "case_id", "reason") == ("tag", case, "to_confirm")
    assert (
        read_as(engine, stranger, "matched_by", "reason") == ("guess", "unmatched")
        or read_as(engine, stranger, "reason") == "unmatched"
    )


def test_the_address_of_a_case_files_with_it_and_proves_nothing(engine, case):
    letter = sent(engine, case)
    with db.reading(engine) as session:
        reference = session.scalar(select(queries.CASES.c.reference).where(queries.CASES.c.id == case))
    raw = plain(letter, EN, To=f"case+{reference}@cases.example", In_Reply_To="", References="")
    number = arrive(engine, raw)

    assert read_as(engine, number, "matched_by", "case_id", "voice", "reason") == (
        "address", case, "party:NO", "to_confirm",
    )  # fmt: skip


def test_guesses_say_what_speaks_for_them(engine, case):
    letter = sent(engine, case)
    with db.reading(engine) as session:
        reference = session.scalar(select(queries.CASES.c.reference).where(queries.CASES.c.id == case))
    raw = plain(
        letter, "We object.", To="assent@secretariat.example", In_Reply_To="", References="",
        Subject=f"About {reference}",
    )  # fmt: skip
    number = arrive(engine, raw)

    (guess,) = read_as(engine, number, "guesses")
    assert guess == {
        "case_id": case,
        "reference": reference,
        "score": 1.0,
        "why": ["subject", "asked", "domain"],
    }


# ------------------------------------------------------------------------------ what came back


def status_of(engine, case_id, party="NO"):
    row = mails.letter_to(engine, case_id, party)
    return row.status


@pytest.mark.parametrize(
    "name",
    [
        "bounce-postfix",
        "bounce-exim",
        "bounce-qmail",
        "bounce-exchange-online",
        "bounce-without-anything-back",
    ],
)
def test_a_letter_that_came_back_for_good_is_set_aside_and_its_contact_marked(engine, case, name):
    number = arrive(engine, made(name, sent(engine, case)))

    assert read_as(engine, number, "status", "reason", "case_id") == ("filed", "hard", case)
    assert status_of(engine, case) == "refused"
    assert answers(engine, case) == []


def test_a_full_mailbox_is_tried_again_and_the_third_time_counts_as_for_good(engine, case):
    came_to, statuses = [], []
    for attempt in range(3):
        raw = made("bounce-postfix-full", sent(engine, case)).replace(
            b"report-1@", f"report-{attempt}@".encode()
        )
        number = arrive(engine, raw, NOW + timedelta(days=attempt))
        came_to.append(read_as(engine, number, "reason"))
        statuses.append(status_of(engine, case))
        with db.transaction(engine) as session:
            session.execute(update(LETTERS).where(LETTERS.c.status == "waiting").values(status="sent"))

    assert came_to == ["soft", "soft", "hard"]
    assert statuses == ["waiting", "waiting", "refused"]


def test_a_delay_is_noted_and_changes_nothing(engine, case):
    row = mails.letter_to(engine, case, "NO")
    number = arrive(engine, made("delay-postfix", sent(engine, case)))

    assert read_as(engine, number, "status", "reason") == ("filed", "delay")
    assert status_of(engine, case) == "sent"
    with db.reading(engine) as session:
        told = session.scalars(select(DELIVERIES.c.outcome).where(DELIVERIES.c.letter_id == row.id)).all()
    assert told == ["delayed"]


def test_nobody_can_have_a_contact_marked_by_copying_a_reference(engine, case):
    """A report to a made-up address about another recipient: only the Message-ID is right."""
    letter = sent(engine, case)
    raw = made("bounce-postfix", letter).replace(letter.bounce_to.encode(), b"bounce@cases.example")
    raw = raw.replace(letter.recipient.encode(), b"somebody@elsewhere.example")
    number = arrive(engine, raw)

    assert read_as(engine, number, "status", "reason") == ("waiting", "return_of_unknown")
    assert status_of(engine, case) == "sent"


# ------------------------------------------------------------------------------ what officers do


def test_a_message_of_no_case_is_moved_to_one_and_its_answer_accepted_there(engine, case):
    number = arrive(engine, made("stranger-with-the-subject", sent(engine, case)))
    with db.transaction(engine) as session:
        with pytest.raises(inbox.MailRefused, match="belongs to no case yet"):
            inbox.accept(session, number, Answer("party:NO", "objection"), OFFICER, NOW)
        inbox.move(session, number, case, OFFICER, NOW)
    with db.transaction(engine) as session:
        inbox.accept(session, number, Answer("party:NO/ministry", "objection"), OFFICER, NOW)

    assert answers(engine, case) == [("NO", "party:NO/ministry", "objection")]
    assert [kind for kind, _ in kinds(engine, case)] == ["mail_received", "record_reply", "document_added"]


@pytest.mark.parametrize(
    ("sender", "words", "reason"),
    [
        ("head.no@parties.example", "We have no objection.", "to_confirm"),
        ("head.no@parties.example", "We have no objection, provided that no logo is used.", "unclear"),
        ("head.no@parties.example", "We object.", "objection"),
        ("head.no@parties.example", "Thank you for your letter.", "to_read"),
        ("somebody@elsewhere.example", "We have no objection.", "not_asked"),
    ],
)
def test_what_is_filed_by_hand_says_why_it_waits_still(engine, case, sender, words, reason):
    raw = f"From: {sender}\r\nTo: x@example.org\r\nSubject: Wetlands\r\n\r\n{words}\r\n".encode()
    number = arrive(engine, raw)
    with db.transaction(engine) as session:
        inbox.move(session, number, case, OFFICER, NOW)

    assert read_as(engine, number, "status", "reason", "matched_by") == ("waiting", reason, "somebody")


def test_what_somebody_has_dealt_with_is_not_dealt_with_again(engine, case):
    number = arrive(engine, made("condition-en", sent(engine, case)))
    with db.transaction(engine) as session:
        assert inbox.close(session, [number, number], OFFICER, NOW) == 1
    with db.transaction(engine) as session:
        assert inbox.close(session, [number], OFFICER, NOW) == 0
        with pytest.raises(inbox.MailRefused):
            inbox.accept(session, number, Answer("party:NO", "no_objection"), OFFICER, NOW)

    assert kinds(engine, case, 1) == [("mail_closed", "officer")]


def test_reading_again_files_what_waits_for_a_case_and_repeats_nothing(engine, case):
    letter = sent(engine, case)
    counted = arrive(engine, made("gmail-en", letter))
    unmatched = arrive(engine, made("stranger-with-the-subject", letter))

    inbox.read_again(engine, lambda: NOW + timedelta(hours=1))
    inbox.read_again(engine, lambda: NOW + timedelta(hours=2))

    assert answers(engine, case) == [("NO", "party:NO", "no_objection")]
    assert read_as(engine, counted, "status", "reason") == ("filed", "counted")
    assert read_as(engine, unmatched, "status", "reason") == ("waiting", "unmatched")


def test_a_message_that_cannot_be_filed_holds_up_no_other(engine, case, monkeypatch):
    from workflow.inbox import filing

    letter = sent(engine, case)
    real = filing.reading.read_mail
    monkeypatch.setattr(
        filing.reading,
        "read_mail",
        lambda row, settings: 1 / 0 if b"thanks" in row.raw.lower() else real(row, settings),
    )
    with db.transaction(engine) as session:
        bad = inbox.keep(session, plain(letter, "Thanks"), "pipe", NOW).id
        inbox.keep(session, made("gmail-en", letter), "pipe", NOW)
    done = inbox.file_new(engine, lambda: NOW)

    assert (done.read, done.answers, done.waiting) == (2, 1, 1)
    assert read_as(engine, bad, "status", "reason") == ("waiting", "fault")


def test_what_waits_is_counted_for_the_officer_of_the_case_and_for_all_where_it_has_none(engine, case):
    letter = sent(engine, case)
    arrive(engine, made("condition-en", letter))
    arrive(engine, made("noise", letter))

    with db.reading(engine) as session:
        piles = inbox.piles(session, queries.CASES.c.officer == "")
    assert {(pile.case_id, pile.count, pile.due) for pile in piles} == {
        (None, 1, date(2024, 6, 14)),
        (case, 1, date(2024, 6, 14)),
    }


def test_words_that_no_database_takes_are_kept_all_the_same(engine, case):
    letter = sent(engine, case)
    raw = plain(letter, "We have no objection.").replace(b"objection.", b"objection.=00=ED=A0=80")
    number = arrive(engine, raw)

    assert read_as(engine, number, "status") in ("filed", "waiting")


def test_what_comes_with_the_empty_sender_of_reports_is_no_answer(engine, case):
    raw = plain(sent(engine, case), EN, Return_Path="")
    number = arrive(engine, raw, door="lmtp", sender="<>")

    assert answers(engine, case) == []
    assert read_as(engine, number, "verdict", "reason") == ("automatic", "automatic_answer")


def test_a_mail_with_something_harmful_counts_and_is_not_laid_among_the_documents(engine, case):
    arrive(engine, made("zip-bomb", sent(engine, case)))

    assert answers(engine, case) == [("NO", "party:NO", "no_objection")]
    with db.reading(engine) as session:
        assert files.documents(session, case) == []


def test_the_record_of_a_case_with_mail_holds_and_is_made_anew_from_its_events(engine, case):
    letter = sent(engine, case)
    for name in ("gmail-en", "absence-fr", "condition-en", "bounce-postfix"):
        arrive(engine, made(name, letter))

    with db.reading(engine) as session:
        assert record.rebuild(session, case) == []
        assert record.verify(session).holds


def test_a_copy_of_the_database_holds_the_mail(engine, case, tmp_path, sqlite_template):
    number = arrive(engine, made("objection-fr", sent(engine, case)))
    kept = tmp_path / "copy.zip"
    backup.write(engine, kept, NOW)
    other = db.make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    db.upgrade(other)
    backup.restore(other, kept, NOW)

    with db.reading(engine) as session, db.reading(other) as there:
        assert inbox.raw_of(there, number) == inbox.raw_of(session, number)
    assert read_as(other, number, "word", "status") == ("objection", "filed")
    other.dispose()
