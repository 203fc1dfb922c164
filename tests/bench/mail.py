"""Mail that comes in: how many messages a second, and whether memory stays as it is.

Reading is compared with the least that any reader must do: the standard library parses the message, decodes
each part, and no more. Ours tells beside that what kind of message it is, whose words it holds, which answer
it gives, and what is attached. Keeping and filing is what comes of it: two transactions a message, on a case
in which all Parties have been asked.
"""

from __future__ import annotations

import time
from email import message_from_bytes
from email.policy import compat32
from itertools import cycle, islice
from pathlib import Path

from notifications.incoming import propose, read
from tests.bench.places import Place
from tests.bench.timing import Line, at_most, in_turn, medians, told
from tests.notifications import corpus
from tests.workflow import mails
from workflow import db, inbox

MESSAGES, MESSAGES_QUICK = 10_000, 1_000
FILED, FILED_QUICK = 500, 60
#: What is there on purpose to be slow is measured by tests, not here.
LARGEST = 60_000
ANSWERS = ("no_objection", "support", "objection", "question")
SUBJECT = "mail"


def lines(empty: list[Place], rounds: int, quick: bool) -> list[Line]:
    """The lines of the table."""
    found = list(_reading(MESSAGES_QUICK if quick else MESSAGES, min(rounds, 3)))
    for place in empty:
        found.append(_filing(place, FILED_QUICK if quick else FILED))
    return found


def _reading(count: int, rounds: int) -> list[Line]:
    sent = corpus.sample()
    kinds = [raw for raw in corpus.mails(sent).values() if len(raw) < LARGEST]
    messages = list(islice(cycle(kinds), count))
    for raw in kinds:
        _ours(raw)  # the templates and phrases are read once, by the first message
    seen = medians(in_turn({"ours": lambda: _timed(_ours, messages), "bare": lambda: _timed(_bare, messages)}, rounds))
    before = _resident_mb()
    for raw in messages:
        _ours(raw)
    grown = _resident_mb() - before
    size = sum(map(len, messages)) / count / 1024
    ratio = seen["ours"] / seen["bare"]
    return [
        told(SUBJECT, f"read {count} messages of {size:.0f} kB, {len(kinds)} kinds", f"{count / seen['ours']:.0f} /s"),
        told(SUBJECT, "the same, parsed and decoded by the standard library alone", f"{count / seen['bare']:.0f} /s"),
        told(SUBJECT, "what it takes to understand a message, beside parsing it", f"{ratio:.1f} x"),
        at_most(SUBJECT, f"memory that {count} more messages leave behind", grown, 8, "MB"),
    ]  # fmt: skip


def _filing(place: Place, count: int) -> Line:
    here = place.copy()
    case_id = mails.notified(here.engine)
    parties = ("NO", "CA", "JP", "BE", "CH", "GA", "BR", "CR")
    letters = [mails.sent(here.engine, case_id, party) for party in parties]
    names = ("gmail-en", "absence-fr", "condition-en", "thanks-only", "delay-postfix")
    messages = [
        b"X-Number: %d\r\n" % number + mails.made(name, letter, Message_ID=f"<{number}@x.example>")
        if name.startswith(("gmail", "absence", "condition", "thanks"))
        else b"X-Number: %d\r\n" % number + mails.made(name, letter)
        for number, (name, letter) in enumerate(islice(cycle((n, s) for s in letters for n in names), count))
    ]
    start = time.perf_counter()
    for raw in messages:
        with db.transaction(here.engine) as session:
            inbox.keep(session, raw, "lmtp", mails.NOW)
    done = inbox.file_new(here.engine, lambda: mails.NOW)
    seconds = time.perf_counter() - start
    assert done.read == count, done
    here.drop()
    what = f"keep and file {count} messages about one case, {done.answers} of them answers that count"
    return told(SUBJECT, f"{what}, {place.kind}", f"{count / seconds:.0f} /s")


def _ours(raw: bytes) -> None:
    propose(read(raw), ANSWERS)


def _bare(raw: bytes) -> None:
    for part in message_from_bytes(raw, policy=compat32).walk():
        if not part.is_multipart():
            part.get_payload(decode=True)


def _timed(work: object, messages: list[bytes]) -> float:
    assert callable(work)
    start = time.perf_counter()
    for raw in messages:
        work(raw)
    return time.perf_counter() - start


def _resident_mb() -> float:
    """Memory this process holds now, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20
