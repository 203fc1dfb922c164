"""The mailbox is read over a real IMAP server, once, whatever happens in between."""

import ssl
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.workflow import mails
from tests.workflow.imap import FOLDER, imap_server
from tests.workflow.mails import NOW, answers, made, sent
from workflow import db, inbox, mailbox
from workflow.inbox.keeping import MAIL

ARRIVED = datetime(2024, 6, 12, 8, tzinfo=UTC)
PATIENCE_S = 30


@pytest.fixture(scope="module")
def server():
    with imap_server() as running:
        yield running


@pytest.fixture
def folder(server):
    """The server, its folder empty."""
    with server.client() as box:
        box.folder.delete(FOLDER)
        box.folder.create(FOLDER)
    return server


def kept(engine, *columns):
    with db.reading(engine) as session:
        rows = session.execute(select(*(MAIL.c[name] for name in columns)).order_by(MAIL.c.id)).all()
    return [row[0] if len(columns) == 1 else tuple(row) for row in rows]


def test_what_arrives_is_kept_as_it_came_with_the_moment_at_which_it_came(engine, folder):
    raw = b"From: a@b.example\r\nSubject: x\r\n\r\nhello\r\n"
    folder.deliver(raw, ARRIVED)

    assert mailbox.look(engine, folder.settings(), lambda: NOW) == 1
    assert kept(engine, "raw", "received_at", "stored_at", "door") == [(raw, ARRIVED, NOW, "imap")]


def test_nothing_is_fetched_twice_and_nothing_in_the_mailbox_is_changed(engine, folder):
    for number in range(3):
        folder.deliver(b"Subject: %d\r\n\r\nx\r\n" % number)
    first = mailbox.look(engine, folder.settings(), lambda: NOW)
    folder.deliver(b"Subject: 3\r\n\r\nx\r\n")
    second = mailbox.look(engine, folder.settings(), lambda: NOW)
    third = mailbox.look(engine, folder.settings(), lambda: NOW)

    assert (first, second, third) == (3, 1, 0)
    with folder.client() as box:
        box.folder.set(FOLDER, readonly=True)
        assert [message.flags for message in box.fetch(mark_seen=False)] == [()] * 4


def test_what_a_person_has_read_already_is_kept_too(engine, folder):
    folder.deliver(b"Subject: seen\r\n\r\nx\r\n")
    with folder.client() as box:
        box.folder.set(FOLDER)
        box.flag(box.uids("ALL"), ["\\Seen"], True)

    assert mailbox.look(engine, folder.settings(), lambda: NOW) == 1


def test_a_folder_made_anew_is_read_again_and_the_same_message_is_kept_once(engine, folder):
    raw = b"Subject: x\r\n\r\nhello\r\n"
    folder.deliver(raw)
    mailbox.look(engine, folder.settings(), lambda: NOW)
    with folder.client() as box:
        box.folder.delete(FOLDER)
        box.folder.create(FOLDER)
    folder.deliver(raw)
    folder.deliver(b"Subject: y\r\n\r\nhello\r\n")

    assert mailbox.look(engine, folder.settings(), lambda: NOW) == 1
    assert len(kept(engine, "id")) == 2


def test_in_a_folder_made_anew_nothing_is_missed_whose_number_was_used_before(engine, folder):
    for number in range(3):
        folder.deliver(b"Subject: before %d\r\n\r\nx\r\n" % number)
    mailbox.look(engine, folder.settings(), lambda: NOW)
    with folder.client() as box:
        box.folder.delete(FOLDER)
        box.folder.create(FOLDER)

    found = []
    for number in range(2):
        folder.deliver(b"Subject: after %d\r\n\r\nx\r\n" % number)
        found.append(mailbox.look(engine, folder.settings(), lambda: NOW))

    assert found == [1, 1]


def test_a_message_that_is_too_large_is_kept_so_far_that_this_shows(engine, folder):
    folder.deliver(b"Subject: large\r\n\r\n" + b"x" * (2 * 2**20))
    mailbox.look(engine, folder.settings(size_max_mb=1), lambda: NOW)

    assert kept(engine, "size") == [2**20 + 1]


def test_the_mailbox_is_read_and_its_answers_counted(engine, folder):
    case_id = mails.notified(engine)
    letter = sent(engine, case_id)
    for name in ("gmail-en", "absence-fr", "bounce-postfix-full"):
        folder.deliver(made(name, letter))
    mailbox.look(engine, folder.settings(), lambda: NOW)
    done = inbox.file_new(engine, lambda: NOW)

    assert (done.read, done.answers, done.returned) == (3, 1, 1)
    assert answers(engine, case_id) == [("NO", "party:NO", "no_objection")]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"password": "wrong"}, "Check mailbox.username and mailbox.password."),
        ({"folder": "Nowhere"}, "Check mailbox.folder."),
        ({"port": 1}, "Check mailbox.host, mailbox.port and mailbox.tls."),
        ({"tls": "tls"}, "Check mailbox.host, mailbox.port and mailbox.tls."),
        ({"tls": "starttls"}, "Check mailbox.host, mailbox.port and mailbox.tls."),
    ],
    ids=["password", "folder", "port", "tls", "starttls"],
)
def test_what_is_wrong_with_the_mailbox_is_told_with_its_remedy_and_noted(engine, folder, changes, says):
    with pytest.raises(mailbox.MailboxError) as told:
        mailbox.look(engine, folder.settings(**changes), lambda: NOW)

    assert str(told.value).endswith(says)
    with db.reading(engine) as session:
        assert session.scalars(select(mailbox.MARKS.c.problem)).all() == [str(told.value)]


def test_an_encrypted_mailbox_is_read_and_a_stranger_in_its_place_is_not(engine, tmp_path):
    with imap_server(tls=tmp_path) as server:
        chosen = server.settings(tls="starttls", folder="INBOX")
        known = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))

        assert mailbox.look(engine, chosen, lambda: NOW, known) > 0
        with pytest.raises(mailbox.MailboxError, match="certificate"):
            mailbox.look(engine, chosen, lambda: NOW)


def test_what_arrives_while_it_is_watched_is_kept_at_once(engine, folder):
    arrived = threading.Semaphore(0)
    watcher = mailbox.Watcher(engine, folder.settings(every_s=600), lambda: NOW, arrived.release)
    folder.deliver(b"Subject: before\r\n\r\nx\r\n")
    watcher.start()
    try:
        assert arrived.acquire(timeout=PATIENCE_S)
        folder.deliver(b"Subject: meanwhile\r\n\r\nx\r\n")
        assert arrived.acquire(timeout=PATIENCE_S)
    finally:
        watcher.stop()

    assert len(kept(engine, "id")) == 2
