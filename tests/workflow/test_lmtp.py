"""A mail server beside us hands mail over by LMTP: acknowledged only once it is kept."""

import smtplib
import socket

import pytest
from sqlalchemy import select, text

from tests.workflow.mails import NOW
from workflow import db, lmtp
from workflow.config import Mailbox
from workflow.inbox.keeping import MAIL

RAW = b"From: a@b.example\r\nSubject: x\r\n\r\n.hello\r\n.\r\nFrom here\r\n"


@pytest.fixture
def door(engine):
    """A listener on a port of its own, and how often something has arrived."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    told = []
    listener = lmtp.Listener(
        engine,
        Mailbox(lmtp_host="127.0.0.1", lmtp_port=port, size_max_mb=1),
        lambda: NOW,
        lambda: told.append(1),
    )
    listener.start()
    yield port, told
    listener.stop()


def kept(engine):
    with db.reading(engine) as session:
        wanted = select(MAIL.c.raw, MAIL.c.sender, MAIL.c.recipients, MAIL.c.door).order_by(MAIL.c.id)
        return [tuple(row) for row in session.execute(wanted)]


def test_a_message_is_kept_with_its_envelope_before_it_is_acknowledged(engine, door):
    port, told = door
    # By hand: smtplib awaits one answer after the message, and LMTP gives one for each recipient.
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line, line.makefile("rwb", 0) as talk:
        said = [talk.readline()]
        for words, lines in (
            (b"LHLO us.example", 0), (b"MAIL FROM:<Bounce@x.example>", 1),
            (b"RCPT TO:<case+A@cases.example>", 1), (b"RCPT TO:<case+B@cases.example>", 1), (b"DATA", 1),
            (RAW.replace(b"\r\n.", b"\r\n..") + b".", 2), (b"QUIT", 1),
        ):  # fmt: skip
            talk.write(words + b"\r\n")
            if not lines:
                while talk.readline()[3:4] == b"-":
                    pass
            said += [talk.readline() for _ in range(lines)]

    assert [each[:3] for each in said] == [b"220", b"250", b"250", b"250", b"354", b"250", b"250", b"221"]
    assert kept(engine) == [
        (RAW, "bounce@x.example", ["case+a@cases.example", "case+b@cases.example"], "lmtp")
    ]
    assert told == [1]


def test_the_empty_sender_of_a_report_is_taken(engine, door):
    with smtplib.LMTP("127.0.0.1", door[0]) as server:
        server.sendmail("", ["bounce+1-0@cases.example"], RAW)

    assert [row[1] for row in kept(engine)] == [""]


def test_the_same_message_ten_times_is_kept_once(engine, door):
    with smtplib.LMTP("127.0.0.1", door[0]) as server:
        for _ in range(10):
            server.sendmail("a@b.example", ["case+A@cases.example"], RAW)

    assert len(kept(engine)) == 1


def test_what_cannot_be_kept_is_not_acknowledged(engine, door):
    with db.transaction(engine) as session:
        session.execute(text("ALTER TABLE mail RENAME TO elsewhere"))

    with smtplib.LMTP("127.0.0.1", door[0]) as server, pytest.raises(smtplib.SMTPDataError) as told:
        server.sendmail("a@b.example", ["case+A@cases.example"], RAW)

    assert told.value.smtp_code == 451


def test_a_message_that_is_too_large_is_refused_for_good(engine, door):
    with smtplib.LMTP("127.0.0.1", door[0]) as server, pytest.raises(smtplib.SMTPSenderRefused) as told:
        server.sendmail("a@b.example", ["case+A@cases.example"], RAW + b"x" * 2**20)

    assert told.value.smtp_code == 552
    assert kept(engine) == []
