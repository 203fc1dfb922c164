"""A process that is killed while mail comes in loses none of it, and files nothing twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.workflow import mails
from tests.workflow.mails import NOW, answers, made, sent
from workflow import db, inbox
from workflow.inbox.keeping import MAIL, READINGS
from workflow.queries import EVENTS

#: What a process does that is killed at the n-th time it writes what was made of a message.
KILLED = """
import os, signal, sys
from datetime import datetime
from tests.workflow import mails
from tests import build
from workflow import db, inbox
from workflow.inbox import filing

url, moment, times, when = sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
engine = db.make_engine(url)
build.settle(engine, mails.SETTINGS)
write, left = filing._write, [times]

def killed(session, mail_id, columns):
    if when == "after":
        write(session, mail_id, columns)
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    if when == "before":
        write(session, mail_id, columns)

filing._write = killed
inbox.file_new(engine, lambda: moment)
"""


def kill(url, times, when):
    """Let a process file mail and die on the way; how it ended."""
    command = [sys.executable, "-c", KILLED, url, NOW.isoformat(), str(times), when]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": str(Path.cwd())}, check=False).returncode


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_was_kept_before_a_kill_is_filed_once_after_it(engine, database_url, when):
    case_id = mails.notified(engine)
    letters = {party: sent(engine, case_id, party) for party in ("NO", "CA")}
    with db.transaction(engine) as session:
        for letter in letters.values():
            inbox.keep(session, made("gmail-en", letter), "pipe", NOW)
            inbox.keep(session, made("absence-fr", letter), "pipe", NOW)

    ended = [kill(database_url, times, when) for times in (1, 3)]
    inbox.file_new(engine, lambda: NOW)

    assert ended == [-signal.SIGKILL] * 2
    assert sorted(answers(engine, case_id)) == [
        (party, f"party:{party}", "no_objection") for party in sorted(letters)
    ]
    with db.reading(engine) as session:
        kinds = session.scalars(select(EVENTS.c.kind).where(EVENTS.c.case_id == case_id)).all()
        states = session.scalars(select(READINGS.c.status)).all()
        assert (kinds.count("mail_received"), len(session.scalars(select(MAIL.c.id)).all())) == (4, 4)
    assert states == ["filed"] * 4


def test_two_processes_that_file_at_once_share_the_mail_and_double_nothing(engine, database_url):
    case_id = mails.notified(engine)
    parties = ("NO", "CA", "JP", "BE")
    with db.transaction(engine) as session:
        for party in parties:
            inbox.keep(session, made("gmail-en", sent(engine, case_id, party)), "pipe", NOW)
    command = [sys.executable, "-c", KILLED, database_url, NOW.isoformat(), "99", "after"]
    running = [subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(Path.cwd())}) for _ in range(2)]

    assert [each.wait() for each in running] == [0, 0]
    assert sorted(member for member, _, _ in answers(engine, case_id)) == sorted(parties)
