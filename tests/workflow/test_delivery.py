"""Sending: every letter once, or at least once and marked; nobody marked for what is not their fault.

Every test talks SMTP to a server of its own on the loopback.
"""

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import MetaData, select

from notifications import Halt
from tests import build
from tests.notifications.servers import CLOSE, HOST, SILENCE, Mailbox, mailbox, scripted
from tests.workflow import post
from tests.workflow.kill.sink import sink
from tests.workflow.post import DOMAIN, HEARTBEATS, NOON, attempts, letter, letters, queue, running
from workflow import db, house, links, outbox
from workflow.clock import SimulatedClock, SystemClock
from workflow.delivery import Report, deliver
from workflow.laws import Laws
from workflow.queries import LETTERS

FIVE = [letter(number) for number in range(1, 6)]


def send(engine, server, now=NOON, limit=None, **settings):
    """One call of `deliver` with one connection to this server."""
    chosen = post.settings(server.port, **settings)
    build.settle(engine, chosen)
    return deliver(engine, post.courier(chosen), chosen, lambda: now, limit)


def recipients(box):
    return [recipient.partition("@")[0] for _, recipient, _ in box.messages]


@contextmanager
def closed_port():
    """A port at which nobody answers, and at which a server may be started later."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    yield Mailbox(port=port)


# ------------------------------------------------------------------------------------ what arrives


def test_each_letter_is_sent_once_and_marked(engine):
    queue(engine, *FIVE)
    with running(mailbox()) as box:
        reports = [send(engine, box), send(engine, box)]

    assert reports == [Report(sent=5), Report()]
    assert recipients(box) == ["p1", "p2", "p3", "p4", "p5"]
    columns = ("status", "attempts", "possibly_twice", "lease_until", "sent_at")
    assert letters(engine, *columns) == [("sent", 1, False, None, NOON)] * 5
    assert attempts(engine) == [(number, "delivered", 0) for number in range(1, 6)]


def test_a_letter_leaves_in_a_cover_by_which_answers_and_bounces_come_back(engine):
    with db.transaction(engine) as session:
        post.case(session)
        (contact,) = post.contacts(session, "head@ministère.example")
        row = post.request(1, contact, email="head@ministère.example", name="Office of Wetlands")
        outbox.queue(session, [row])
    with running(mailbox()) as box:
        send(engine, box, installation={"case_mail_domain": "cases.example"}, bounce_domain="b.example")

    ((bounce_to, recipient, content),) = box.messages
    message = message_from_bytes(content, policy=policy.default)
    link = f"https://assent.example/r/{links.token_for(build.SECRET, 1, 1, 'FR', contact)}"
    assert {name: message[name] for name in ("From", "To", "Reply-To", "Subject", "Message-ID", "Date")} == {
        "From": f"Secretariat <office@{DOMAIN}>",
        "To": "Office of Wetlands <head@xn--ministre-60a.example>",
        "Reply-To": links.answer_address(build.SECRET, "RAM-2024-001", 1, "cases.example"),
        "Subject": f"Letter 1 {links.subject_mark(build.SECRET, 1)}",
        "Message-ID": row["message_id"],
        "Date": "Mon, 08 Jan 2024 12:00:00 +0000",
    }
    assert recipient == "head@xn--ministre-60a.example"
    assert bounce_to.endswith("@b.example") and links.letter_of_bounce(build.SECRET, bounce_to) == 1
    assert message.get_body(("plain",)).get_content().strip() == f"Please reply: {link}"
    assert f'href="{link}"' in message.get_body(("html",)).get_content()


def test_answers_go_to_the_secretariat_where_cases_have_no_addresses(engine):
    with db.transaction(engine) as session:
        post.case(session)
    queue(engine, letter(1, case_id=1))
    with running(mailbox()) as box:
        send(engine, box)

    ((bounce_to, _, content),) = box.messages
    assert message_from_bytes(content)["Reply-To"] == "secretariat@example.org"
    assert bounce_to.endswith(f"@{DOMAIN}")


def test_the_reply_token_is_nowhere_but_in_the_letter(engine, caplog):
    caplog.set_level(logging.DEBUG)
    with db.transaction(engine) as session:
        post.case(session)
        contacts = post.contacts(session, "a@x.example", "b@x.example", "c@x.example")
        outbox.queue(session, [post.request(n, each) for n, each in enumerate(contacts, 1)])
    refusals = {"p2@ministry.example": ["550 5.1.1 unknown"], "p3@ministry.example": ["451 later"]}
    with running(mailbox(to_recipient=refusals)) as box:
        report = send(engine, box)

    tables = MetaData()
    tables.reflect(engine)
    with db.reading(engine) as session:
        stored = repr([session.execute(select(table)).all() for table in tables.sorted_tables])
    tokens = [links.token_for(build.SECRET, 1, 1, "FR", each) for each in contacts]
    assert (report.sent, report.refused, report.retried) == (1, 1, 1)
    assert (
        tokens[0]
        in message_from_bytes(box.messages[0][2], policy=policy.default).get_body(("plain",)).get_content()
    )
    # "mail.log" is the log of the mail server, which has the letter.
    logged = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    assert [token for token in tokens if token in "\n".join([stored, *logged])] == []
    assert all(links.token_hash(token) in stored for token in tokens)


def test_no_more_letters_are_claimed_than_the_caller_wants(engine):
    queue(engine, *FIVE)
    with running(mailbox()) as box:
        reports = [send(engine, box, limit=limit) for limit in (2, 0, 9)]

    assert reports == [Report(sent=2), Report(), Report(sent=3)]


def test_letters_of_a_case_reach_a_recipient_in_the_order_in_which_they_were_written(engine):
    with db.transaction(engine) as session:
        post.case(session)
    to = {"case_id": 1, "email": "head@x.example"}
    queue(engine, *(letter(number, **to) for number in range(1, 41)))
    with running(mailbox()) as box:
        report = send(engine, box, connections=4)

    subjects = [message_from_bytes(content)["Subject"] for _, _, content in box.messages]
    assert (report, subjects) == (Report(sent=40), [f"Letter {number}" for number in range(1, 41)])


def test_a_trial_installation_writes_only_to_those_it_may(engine):
    queue(engine, letter(1), letter(2, email="Me@Example.org"))
    with running(mailbox()) as box:
        report = send(engine, box, installation={"dry_run_allow": ["*@example.ORG"]})

    assert (report, recipients(box)) == (Report(sent=1, withheld=1), ["Me"])
    assert letters(engine, "status") == ["withheld", "sent"]
    (detail,) = details(engine, 1)
    assert detail.startswith("p1@ministry.example matches no pattern of installation.dry_run_allow")


def details(engine, letter_id):
    kept = outbox.DELIVERIES
    with db.reading(engine) as session:
        query = select(kept.c.detail).where(kept.c.letter_id == letter_id).order_by(kept.c.id)
        return session.scalars(query).all()


def test_housekeeping_shows_when_sending_was_last_tried(engine):
    with running(mailbox()) as box:
        send(engine, box)

    with db.reading(engine) as session:
        assert session.execute(select(HEARTBEATS.c.name, HEARTBEATS.c.at)).all() == [("delivery", NOON)]


# -------------------------------------------------------------------------------- one who is not reached


def test_a_busy_mailbox_is_tried_again_later_and_then_reached(engine):
    queue(engine, *FIVE)
    with running(mailbox(to_recipient={"p2@ministry.example": ["452 4.2.2 Mailbox full"]})) as box:
        first = send(engine, box)
        (again,) = [at for status, at in letters(engine, "status", "next_try_at") if status == "waiting"]
        others = [send(engine, box, now) for now in (again - timedelta(microseconds=1), again)]

    assert [first, *others] == [Report(sent=4, retried=1), Report(), Report(sent=1)]
    assert timedelta(seconds=45) <= again - NOON <= timedelta(seconds=75)
    assert recipients(box) == ["p1", "p3", "p4", "p5", "p2"]
    assert [row for row in attempts(engine) if row[0] == 2] == [(2, "retry", 452), (2, "delivered", 0)]


def test_an_unknown_mailbox_is_refused_for_good_and_the_contact_is_known_to_fail(engine):
    with db.transaction(engine) as session:
        post.case(session)
        contacts = post.contacts(session, "p1@ministry.example", "p2@ministry.example")
        outbox.queue(session, [post.request(n, each) for n, each in enumerate(contacts, 1)])
    with running(mailbox(to_recipient={"p1@ministry.example": ["550 5.1.1 No such user"]})) as box:
        chosen = post.settings(box.port)
        build.settle(engine, chosen)
        told = []
        report = deliver(
            engine,
            post.courier(chosen),
            chosen,
            lambda: NOON,
            after_refusal=lambda _, letter, reason, now: told.append((letter.id, letter.email, reason, now)),
        )

    reason = "The mail server answered 550 5.1.1 No such user"
    assert report == Report(sent=1, refused=1)
    assert letters(engine, "status") == ["refused", "sent"]
    assert told == [(1, "p1@ministry.example", reason, NOON)]
    with db.reading(engine) as session:
        columns = (post.CONTACTS.c.failed_at, post.CONTACTS.c.failed_why)
        rows = session.execute(select(*columns).order_by(post.CONTACTS.c.id)).all()
    assert rows == [(NOON, reason), (None, "")]


def test_a_failure_to_tell_the_officers_undoes_no_mark(engine, caplog):
    queue(engine, *FIVE)

    def fail(session, *_):
        session.execute(LETTERS.update().values(subject="spoilt"))
        raise RuntimeError("no officer")

    with running(mailbox(to_recipient={"p3@ministry.example": ["550 5.1.1 No such user"]})) as box:
        chosen = post.settings(box.port)
        report = deliver(engine, post.courier(chosen), chosen, lambda: NOON, after_refusal=fail)

    assert report == Report(sent=4, refused=1)
    assert letters(engine, "status") == ["sent", "sent", "refused", "sent", "sent"]
    assert "spoilt" not in letters(engine, "subject")
    assert "letter 3 is marked (refused), and what follows from it has failed" in caplog.text


HOSTILE = {
    "line break in the address": {"email": "a@x.example\r\nBcc: b@x.example"},
    "line break in the name": {"name": "A\r\nBcc: b@x.example"},
    "two addresses in one field": {"email": "a@x.example, b@x.example"},
    "no address": {"email": ""},
    "not an address": {"email": "the permanent mission"},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_address_nobody_can_write_to_is_refused_with_the_reason_and_the_others_go(engine, change):
    queue(engine, letter(1), letter(2, **change), letter(3))
    with running(mailbox()) as box:
        report = send(engine, box)

    assert (report, recipients(box)) == (Report(sent=2, refused=1), ["p1", "p3"])
    assert letters(engine, "status") == ["sent", "refused", "sent"]
    (detail,) = details(engine, 2)
    assert "address" in detail or "name" in detail


# ------------------------------------------------------------------------------------- our own fault


def test_a_refused_login_pauses_the_queue_and_marks_nobody_until_it_is_resumed(engine, caplog):
    queue(engine, *FIVE)
    before = letters(engine, *LETTERS.c.keys())
    with running(mailbox(login=("assent", "right"))) as box:
        halted = send(engine, box, username="assent", password="wrong", connections=3)
        after = letters(engine, *LETTERS.c.keys())
        paused = send(engine, box, username="assent", password="right")
        with db.transaction(engine) as session:
            outbox.resume(session)
        resumed = send(engine, box, username="assent", password="right")

    reason = "The mail server answered 535 5.7.8 Authentication credentials invalid"
    assert isinstance(halted.halted, Halt) and halted.halted.reason == reason
    assert (after, attempts(engine)[:-5]) == (before, [])
    assert (paused, resumed, sorted(recipients(box))) == (
        Report(),
        Report(sent=5),
        ["p1", "p2", "p3", "p4", "p5"],
    )
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        f"sending is paused: {reason} {halted.halted.remedy}"
    ]


def test_a_refused_sender_pauses_the_queue_and_only_what_was_sent_is_marked(engine):
    queue(engine, *FIVE)
    build.settle(engine)
    third = links.bounce_address(build.SECRET, 3, DOMAIN)
    with running(mailbox(to_sender={third: "550 5.7.1 Sender not allowed"})) as box:
        report = send(engine, box)
        box.to_sender.clear()
        with db.transaction(engine) as session:
            row = session.execute(select(outbox.QUEUE)).one()
            outbox.resume(session)
        resumed = send(engine, box)

    assert report.halted is not None
    assert (report.sent, tuple(row)) == (2, (1, NOON, report.halted.reason, report.halted.remedy))
    assert (resumed, recipients(box)) == (Report(sent=3), ["p1", "p2", "p3", "p4", "p5"])
    assert letters(engine, "attempts", "possibly_twice") == [(1, False)] * 5


def test_a_changed_secret_pauses_the_queue_rather_than_sending_links_that_lead_nowhere(engine):
    with db.transaction(engine) as session:
        post.case(session)
    queue(engine, letter(1), post.request(2))
    with running(mailbox()) as box:
        chosen = post.settings(box.port)
        house.settle(engine, house.House(chosen, Laws(), b"another secret"))
        report = deliver(engine, post.courier(chosen), chosen, lambda: NOON)
        with db.transaction(engine) as session:
            outbox.resume(session)
        resumed = send(engine, box)

    assert report.halted is not None
    assert report.halted.reason == "The reply link of letter 2 was made with another secret: it leads nowhere"
    assert (report.sent, resumed) == (0, Report(sent=2))


# --------------------------------------------------------------------------------- fate unknown


def test_a_connection_lost_before_the_letter_was_handed_over_costs_nothing_but_time(engine):
    queue(engine, letter(1))
    with running(scripted(lambda number, said: CLOSE if (number, said) == (1, "DATA") else None)) as server:
        reports = [send(engine, server), send(engine, server, NOON + timedelta(hours=1))]

    assert reports == [Report(retried=1), Report(sent=1)]
    assert letters(engine, "status", "possibly_twice") == [("sent", False)]


def test_a_connection_lost_after_the_letter_was_handed_over_means_a_second_copy_and_that_is_marked(engine):
    queue(engine, letter(1), letter(2))
    with running(scripted(lambda number, said: CLOSE if (number, said) == (1, ".") else None)) as server:
        reports = [send(engine, server), send(engine, server, NOON + timedelta(hours=1))]

    assert reports == [Report(sent=1, unknown=1), Report(sent=1)]
    assert letters(engine, "status", "possibly_twice", "attempts") == [("sent", True, 2), ("sent", False, 1)]
    assert [row[1] for row in attempts(engine) if row[0] == 1] == ["unknown", "delivered"]


@pytest.mark.parametrize(
    ("silent_at", "report", "outcome", "is_doubtful"),
    [
        ("greeting", Report(retried=4), "retry", False),
        ("RCPT", Report(retried=4), "retry", False),
        (".", Report(unknown=4), "unknown", True),
    ],
)
def test_a_server_that_never_answers_is_left_alone_until_the_next_call(
    engine, silent_at, report, outcome, is_doubtful
):
    queue(engine, *(letter(number) for number in range(1, 13)))
    with running(scripted(lambda _, said: SILENCE if said == silent_at else None)) as server:
        # Four connections and a batch of four: one round.
        found = send(engine, server, batch=4, limit=4, connections=4)
        again = send(engine, server, batch=4, connections=4)

    assert found == report
    # In the second call, only letters whose turn it is are tried; then it gives up on the server.
    tried = [row for row in letters(engine, "status", "attempts", "possibly_twice") if row[1]]
    assert set(tried) == {("waiting", 1, is_doubtful)}
    assert {row[1] for row in attempts(engine)} == {outcome}
    assert (again.sent, len(tried) < 12) == (0, True)


def test_letters_in_doubt_are_tried_less_and_less_often(engine):
    """Each further try may be one more copy in somebody's mailbox."""
    queue(engine, letter(1))
    clock = SimulatedClock(NOON)
    with running(scripted(lambda _, said: CLOSE if said == "." else None)) as server:
        while letters(engine, "status") == ["waiting"]:
            clock.move_to(max(clock.now(), letters(engine, "next_try_at")[0]))
            send(engine, server, clock.now())

    assert letters(engine, "status", "possibly_twice") == [("given_up", True)]
    assert len(attempts(engine)) <= 11
    assert timedelta(hours=120) <= clock.now() - NOON <= timedelta(hours=280)


def test_letters_a_dead_process_had_are_sent_again_and_marked(engine):
    queue(engine, *FIVE)
    with db.transaction(engine) as session:
        outbox.claim(session, NOON, 2, 120)
    with running(mailbox()) as box:
        reports = [send(engine, box), send(engine, box, NOON + timedelta(seconds=120))]

    assert reports == [Report(sent=3), Report(sent=2)]
    assert letters(engine, "possibly_twice") == [True, True, False, False, False]


def test_letters_that_take_longer_than_a_lease_are_still_sent_once(engine):
    queue(engine, *FIVE)

    def keep_sending():
        while set(letters(engine, "status")) != {"sent"}:
            deliver(engine, post.courier(chosen), chosen, SystemClock().now)
            time.sleep(0.05)

    with sink(pause_s=0.5) as server:
        chosen = post.settings(server.port, timeout_s=1)
        chosen = chosen.model_copy(update={"sweep": chosen.sweep.model_copy(update={"lease_s": 2})})
        at_once(2, keep_sending)

    assert (sorted(server.accepted.values()), letters(engine, "possibly_twice")) == ([1] * 5, [False] * 5)


# ------------------------------------------------------------------------------------ days without


def test_three_days_without_a_mail_server_lose_nothing_and_send_nothing_twice(engine):
    queue(engine, *FIVE, letter(6, created_at=NOON + timedelta(hours=70)))
    clock = SimulatedClock(NOON)
    with closed_port() as box:
        while clock.now() < NOON + timedelta(days=3):
            assert send(engine, box, clock.now()).sent == 0
            clock.advance(timedelta(minutes=30))
        assert set(letters(engine, "status")) == {"waiting"}
    with running(mailbox(port=box.port)) as box:
        # Nobody waits longer than the longest pause and its quarter more.
        for _ in range(6):
            send(engine, box, clock.now())
            clock.advance(timedelta(minutes=30))

    assert sorted(recipients(box)) == ["p1", "p2", "p3", "p4", "p5", "p6"]
    assert set(letters(engine, "status", "possibly_twice")) == {("sent", False)}


def test_a_letter_put_off_for_five_days_is_given_up_and_the_officers_are_told(engine):
    with db.transaction(engine) as session:
        post.case(session)
        session.execute(
            post.STAFF.insert(),
            {"name": "ana", "role": "officer", "email": "ana@x.example", "language": "es"},
        )
    queue(engine, letter(1, case_id=1), letter(2, case_id=1))
    clock = SimulatedClock(NOON)
    with running(mailbox(to_recipient={"p1@ministry.example": ["451 4.7.1 greylisted"] * 500})) as box:
        while letters(engine, "status")[0] == "waiting":
            clock.move_to(max(clock.now(), letters(engine, "next_try_at")[0]))
            send(engine, box, clock.now())
        send(engine, box, clock.now())

    assert letters(engine, "status", "email") == [
        ("given_up", "p1@ministry.example"),
        ("sent", "p2@ministry.example"),
        ("sent", "ana@x.example"),
    ]
    assert timedelta(hours=120) <= clock.now() - NOON < timedelta(hours=123)
    assert 50 <= len([row for row in attempts(engine) if row[0] == 1]) <= 100


# ------------------------------------------------------------------------------- several at once


def at_once(number, work):
    """What `work` returns in so many threads that begin at the same moment."""
    barrier, found = threading.Barrier(number), []

    def run():
        barrier.wait()
        found.append(work())

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def send_from_a_process(url, port, start):
    engine = db.make_engine(url)
    chosen = post.settings(port, connections=2)
    start.wait()
    report = deliver(engine, post.courier(chosen), chosen, lambda: NOON)
    engine.dispose()
    return report.sent


def test_two_dispatchers_in_one_process_send_each_letter_once(engine):
    queue(engine, *(letter(number) for number in range(1, 201)))
    with sink() as server:
        chosen = post.settings(server.port, connections=2)
        reports = at_once(2, lambda: deliver(engine, post.courier(chosen), chosen, lambda: NOON))

    assert sum(report.sent for report in reports) == 200
    assert dict(server.accepted) == {f"<{number}@{DOMAIN}>": 1 for number in range(1, 201)}
    assert set(letters(engine, "status", "attempts", "possibly_twice")) == {("sent", 1, False)}


def test_two_processes_at_once_send_each_letter_once(database_url, engine):
    queue(engine, *(letter(number) for number in range(1, 201)))
    spawning = multiprocessing.get_context("spawn")
    with sink() as server, spawning.Manager() as manager, spawning.Pool(2) as pool:
        start = manager.Barrier(2)
        sent = pool.starmap(send_from_a_process, [(database_url, server.port, start)] * 2, chunksize=1)

    assert sum(sent) == 200
    assert dict(server.accepted) == {f"<{number}@{DOMAIN}>": 1 for number in range(1, 201)}
    assert set(letters(engine, "status", "attempts", "possibly_twice")) == {("sent", 1, False)}


def test_a_database_that_goes_away_stops_sending_and_what_was_sent_is_known_to_be_in_doubt(engine):
    queue(engine, *(letter(number) for number in range(1, 41)))
    calls = []

    def failing():
        calls.append(NOON)
        if len(calls) == 3:
            raise db.CannotConnect
        return NOON

    with running(mailbox()) as box:
        chosen = post.settings(box.port)
        with pytest.raises(db.CannotConnect):
            deliver(engine, post.courier(chosen), chosen, failing)
        first = len(box.messages)
        send(engine, box, NOON + timedelta(hours=1))

    copies = [recipients(box).count(f"p{number}") for number in range(1, 41)]
    twice = letters(engine, "possibly_twice")
    assert first < 40 and set(letters(engine, "status")) == {"sent"}
    assert [number for number in range(40) if copies[number] > 1 and not twice[number]] == []
    assert min(copies) == 1


def send_until_stopped(url, port):
    engine = db.make_engine(url)
    chosen = post.settings(port, connections=2)
    with suppress(KeyboardInterrupt):
        deliver(engine, post.courier(chosen), chosen, lambda: NOON)


def test_whoever_stops_sending_finishes_and_marks_what_is_under_way(database_url, engine):
    """Ctrl-C at a worker: nothing is sent that is not marked."""
    queue(engine, *(letter(number) for number in range(1, 101)))
    with sink(pause_s=0.02) as server:
        sender = multiprocessing.get_context("spawn").Process(
            target=send_until_stopped, args=(database_url, server.port)
        )
        sender.start()
        while sum(server.accepted.values()) < 10:
            time.sleep(0.005)
        os.kill(sender.pid, signal.SIGINT)
        sender.join()

    sent = [number for number, status in letters(engine, "message_id", "status") if status == "sent"]
    assert sender.exitcode == 0
    assert 10 <= len(sent) < 100
    assert dict(server.accepted) == dict.fromkeys(sent, 1)
