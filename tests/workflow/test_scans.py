"""Nothing that came in is handed out before the scanner has called it clean; the mail door is asked too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.workflow import mails
from tests.workflow.clam import EICAR, NAME, SIZE_MAX, Daemon, clam
from tests.workflow.mails import arrive
from workflow import db, files, reach, scans, upkeep
from workflow.clamd import Clamd, NotLookedAt, Unreachable
from workflow.config import Settings

NOW = build.at("2024-06-12 10:00")
GOOD, BAD = b"%PDF-1.7 a map", b"a letter " + EICAR


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with clam() as running:
        yield running


def asking(port: int) -> Settings:
    """Settings of a house that lets a daemon look."""
    antivirus = {"host": "127.0.0.1", "port": port, "timeout_s": 5}
    return Settings.model_validate(mails.SETTINGS.model_dump() | {"antivirus": antivirus})


def at(port: int) -> Clamd:
    return Clamd("127.0.0.1", port, "", 5)


def begun(on: Engine, settings: Settings) -> int:
    build.world(on)
    build.settle(on, settings)
    return build.case(on)


def add(on: Engine, case_id: int, name: str, content: bytes) -> None:
    with db.transaction(on) as session:
        files.add(session, case_id, name, content, "secretariat", "officer", NOW)


def handed_out(on: Engine, case_id: int, name: str) -> Any:
    """The content, or why there is none."""
    with db.reading(on) as session:
        try:
            return files.get(session, case_id, name)[1]
        except files.HeldBack as why:
            return str(why)


def told(on: Engine, settings: Settings, now: Any = NOW) -> tuple[str, str]:
    """Weight and words of what the system page says of viruses."""
    with db.reading(on) as session:
        found = upkeep.findings(session, settings, now)
    (one,) = (each for each in found if each.subject == "viruses")
    return one.weight, one.says


# ---------------------------------------------------------------------------------- the protocol


def test_the_daemon_names_what_it_finds_and_nothing_in_what_is_clean(daemon: Daemon) -> None:
    at(daemon.port).ping()
    long = b"x" * 150_000

    assert [at(daemon.port).infection(each) for each in (GOOD, BAD, b"", long)] == ["", NAME, "", ""]
    assert daemon.asked == [len(GOOD), len(BAD), 0, len(long)]


def test_a_content_that_is_too_large_for_the_daemon_is_not_called_clean(daemon: Daemon) -> None:
    with pytest.raises(NotLookedAt) as why:
        at(daemon.port).infection(b"x" * (SIZE_MAX * 20))

    assert str(why.value) == "It is larger than clamd takes. Raise StreamMaxLength in clamd.conf."


@pytest.mark.parametrize("said", ["stream: OK and more", "OK", "250 ready", "stream: Heuristics ERROR"])
def test_any_other_answer_is_no_verdict(daemon: Daemon, said: str) -> None:
    daemon.says = said

    with pytest.raises((Unreachable, NotLookedAt)):
        at(daemon.port).infection(GOOD)


def test_where_nobody_listens_the_address_is_named() -> None:
    with clam() as gone:
        port = gone.port

    with pytest.raises(Unreachable, match=f"clamd at 127.0.0.1:{port} gives no answer"):
        at(port).ping()
    with pytest.raises(Unreachable, match=r"clamd at /nowhere/clamd.ctl gives no answer"):
        Clamd("", 3310, "/nowhere/clamd.ctl", 5).infection(GOOD)


# ---------------------------------------------------------------------------------- documents and mail


def test_without_a_scanner_everything_is_handed_out_and_it_is_said_that_nobody_looks(engine: Engine) -> None:
    case_id = begun(engine, mails.SETTINGS)
    add(engine, case_id, "Map.pdf", GOOD)

    assert scans.look(engine, lambda: NOW) == 0
    assert handed_out(engine, case_id, "Map.pdf") == GOOD
    assert told(engine, mails.SETTINGS) == (
        "good",
        "Nobody looks for viruses in what comes in ([antivirus] is not set).",
    )


def test_a_document_is_held_back_until_it_was_looked_at_and_an_infected_one_for_ever(
    engine: Engine, daemon: Daemon
) -> None:
    settings = asking(daemon.port)
    case_id = begun(engine, settings)
    add(engine, case_id, "Map.pdf", GOOD)
    add(engine, case_id, "Letter.txt", BAD)
    before = [handed_out(engine, case_id, name) for name in ("Map.pdf", "Letter.txt")]

    assert before == [scans.WHY_NOT["pending"]] * 2
    assert scans.look(engine, lambda: NOW) == 2
    assert scans.look(engine, lambda: NOW) == 0
    assert [handed_out(engine, case_id, name) for name in ("Map.pdf", "Letter.txt")] == [
        GOOD,
        scans.WHY_NOT["infected"],
    ]
    assert told(engine, settings) == (
        "good",
        "What comes in is looked at for viruses. Held back for a virus: 1.",
    )
    # Without the scanner what it has found stays found.
    build.settle(engine, mails.SETTINGS)
    assert handed_out(engine, case_id, "Letter.txt") == scans.WHY_NOT["infected"]


def test_what_could_not_be_looked_at_is_held_back_told_and_looked_at_again(engine: Engine) -> None:
    with clam() as gone:
        port = gone.port
    settings = asking(port)
    case_id = begun(engine, settings)
    add(engine, case_id, "Map.pdf", GOOD)
    add(engine, case_id, "Plan.pdf", GOOD + b"2")
    later = NOW + timedelta(minutes=settings.antivirus.again_after_min)

    assert scans.look(engine, lambda: NOW) == 0
    weight, says = told(engine, settings)
    held = f"Files that could not be looked at for viruses, and are held back: 1. clamd at 127.0.0.1:{port}"
    assert (weight, says.startswith(held)) == ("warning", True)
    assert handed_out(engine, case_id, "Map.pdf") == scans.WHY_NOT["failed"]
    assert handed_out(engine, case_id, "Plan.pdf") == scans.WHY_NOT["pending"]
    with clam(port):
        assert scans.look(engine, lambda: NOW) == 1
        assert scans.look(engine, lambda: later) == 1
    assert [handed_out(engine, case_id, name) for name in ("Map.pdf", "Plan.pdf")] == [GOOD, GOOD + b"2"]


def test_a_file_that_waits_for_too_long_is_told(engine: Engine, daemon: Daemon) -> None:
    settings = asking(daemon.port)
    add(engine, begun(engine, settings), "Map.pdf", GOOD)

    assert told(engine, settings) == ("good", "What comes in is looked at for viruses.")
    assert told(engine, settings, NOW + timedelta(minutes=11)) == (
        "warning",
        "Files that wait to be looked at for viruses, and are held back: 1.",
    )


def test_a_mail_and_its_copy_with_the_case_are_one_content_and_are_looked_at_once(
    engine: Engine, daemon: Daemon
) -> None:
    case_id = mails.notified(engine, asking(daemon.port))
    raw = mails.made("gmail-en", mails.sent(engine, case_id))
    arrive(engine, raw)
    with db.reading(engine) as session:
        (kept,) = files.documents(session, case_id)
        assert scans.verdicts(session, [kept.sha256]) == {hashlib.sha256(raw).hexdigest(): "pending"}

    assert scans.look(engine, lambda: NOW) == 1
    assert daemon.asked == [len(raw)]
    assert handed_out(engine, case_id, kept.name) == raw


def test_two_workers_that_look_at_one_content_write_one_verdict(engine: Engine, daemon: Daemon) -> None:
    add(engine, begun(engine, asking(daemon.port)), "Map.pdf", GOOD)
    digest = hashlib.sha256(GOOD).hexdigest()
    scanner = at(daemon.port)

    assert all(scans._look_at(engine, scanner, digest, NOW) for _ in range(2))
    with db.reading(engine) as session:
        assert session.execute(select(scans.SCANS)).all() == [(digest, "clean", "", NOW)]


def test_the_doctor_asks_the_daemon_whether_it_is_there() -> None:
    with clam() as daemon:
        settings = asking(daemon.port)
        alive = [(each.subject, each.weight) for each in reach._scanner(settings)]
    gone = [(each.subject, each.weight) for each in reach._scanner(settings)]

    assert (alive, gone) == ([("clamd", "good")], [("clamd", "fault")])
    assert list(reach._scanner(mails.SETTINGS)) == []
