"""The system page: signs of life, the queue, clocks, what failed; each with what to do about it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, update

from notifications import Halt
from notifications.outcome import Stage, outcome_of
from tests import build
from tests.web.conftest import NOW, token_of
from workflow import backup, check, clock, db, heartbeat, house, mailbox, outbox, upkeep
from workflow.clock import SystemClock
from workflow.config import Settings
from workflow.queries import DEADLINES, EVENTS
from workflow.web import create_app
from workflow.web.people import COOKIE, begin
from workflow.web.showing import say

SignedIn = Callable[..., TestClient]


def words(page: str) -> str:
    """What a reader reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def beat(site: Engine, name: str, at: Any, detail: str = "") -> None:
    with db.transaction(site) as session:
        heartbeat.beat(session, name, at, detail)


def fail(site: Engine, attempts: int) -> int:
    """A deadline on which the sweep has failed so often; its number."""
    build.do(site, build.case(site), "2024-01-08 10:00", "officer", "submit")
    with db.transaction(site) as session:
        number = session.scalar(select(DEADLINES.c.id).where(DEADLINES.c.status == "armed").limit(1))
        assert number is not None
        values = {"attempts": attempts, "problem": "The law file is gone."}
        session.execute(update(DEADLINES).where(DEADLINES.c.id == number).values(values))
    return int(number)


def test_a_silence_is_shown_here_and_as_a_banner_on_every_page(site: Engine, signed_in: SignedIn) -> None:
    beat(site, "sweep", NOW - timedelta(minutes=3))
    browser = signed_in("officer")
    silent = [browser.get(address).text for address in ("/system", "/parties", "/law")]
    beat(site, "sweep", NOW - timedelta(seconds=30))
    alive = [browser.get(address).text for address in ("/system", "/parties", "/law")]

    banner = "the worker is not running"
    assert [banner in page for page in silent + alive] == [True] * 3 + [False] * 3
    assert "Looks at the deadlines 12 June 2024, 09:57 Silent for too long" in words(silent[0])
    assert "Looks at the deadlines 12 June 2024, 09:59 Alive" in words(alive[0])


def test_the_last_copy_of_the_database_is_known_with_its_age_its_place_and_its_size(
    site: Engine, signed_in: SignedIn, tmp_path: Path
) -> None:
    browser, path = signed_in("auditor"), tmp_path / "monday.zip"
    never = words(browser.get("/system").text)
    kept = backup.write(site, path, NOW - timedelta(hours=5))
    with db.transaction(site) as session:
        backup.remember(session, path, kept, NOW - timedelta(hours=5))
    fresh = words(browser.get("/system").text)
    with db.transaction(site) as session:
        backup.remember(session, path, kept, NOW - timedelta(hours=25))
    old = words(browser.get("/system").text)

    size = f"{path.stat().st_size / 1024:.1f} kB"
    assert "There is no copy that anybody knows of" in never
    assert "Copies the database never Silent for too long" in never
    told = f"Last copy 12 June 2024, 05:00 , 5 hours ago good Where {path} How large {size}, {kept.rows} rows"
    assert told in fresh and "Copies the database 12 June 2024, 05:00 Alive" in fresh
    assert "11 June 2024, 09:00 , 25 hours ago older than a day" in old
    assert ["assent db backup" in page for page in (never, fresh, old)] == [True, False, True]


def test_the_tables_are_compared_with_the_newest_that_this_version_knows(
    site: Engine, signed_in: SignedIn
) -> None:
    page = words(signed_in("officer").get("/system").text)

    assert f"tables of revision {db.newest_revision()} the newest" in page


def test_a_paused_queue_shows_its_reason_its_remedy_and_how_long_letters_wait(
    site: Engine, signed_in: SignedIn
) -> None:
    build.in_notification(site)
    with db.transaction(site) as session:
        outbox.pause(session, "535 bad login", "Check the password.", NOW)

    page = words(signed_in("officer").get("/system").text)

    assert "Sending is paused since 12 June 2024, 10:00 535 bad login Check the password." in page
    assert re.search(r"Waiting \d+, the oldest since 5 March 2024, 09:00 for too long", page)
    assert "Resume sending" not in page


@pytest.mark.parametrize("language", ["fr", "es"])
def test_why_the_queue_stands_still_is_told_in_the_language_of_the_reader(language: str) -> None:
    halts = [
        outcome_of(Stage.RECIPIENT, 554, "5.7.1 blocked using zen.spamhaus.org"),
        outcome_of(Stage.RECIPIENT, 550, "5.4.5 Daily user sending quota exceeded."),
        *(outcome_of(stage, 530, "5.7.0 Authentication required") for stage in Stage),
    ]

    for halt in halts:
        assert isinstance(halt, Halt)
        assert say(halt.remedy, language) != halt.remedy
        assert "The mail server answered" not in say(halt.reason, language)


def test_the_administrator_resumes_and_pauses_and_the_record_tells(site: Engine, signed_in: SignedIn) -> None:
    with db.transaction(site) as session:
        outbox.pause(session, "535 bad login", "Check the password.", NOW)
    browser = signed_in("administrator")
    token = token_of(browser.get("/system").text)

    for given in ({"do": "resume"}, {"do": "resume"}, {"do": "pause", "reason": "The server moves."}):
        assert browser.post("/system/queue", data={"form_token": token, **given}).status_code == 303

    with db.reading(site) as session:
        kinds = session.scalars(
            select(EVENTS.c.kind).where(EVENTS.c.kind.like("sending%")).order_by(EVENTS.c.seq)
        ).all()
    assert kinds == ["sending_resumed", "sending_paused"]  # the second resume changed nothing
    assert "The server moves." in browser.get("/system").text


def test_a_deadline_that_failed_is_named_with_its_reason_and_tried_again_on_request(
    site: Engine, signed_in: SignedIn
) -> None:
    number = fail(site, 5)
    browser = signed_in("administrator")
    page = browser.get("/system").text

    answer = browser.post(f"/system/deadlines/{number}", data={"form_token": token_of(page)})
    again = browser.post(f"/system/deadlines/{number}", data={"form_token": token_of(page)})

    assert "RP-2024-1" in page and "5 waits The law file is gone." in words(page)
    assert (answer.status_code, again.status_code) == (303, 404)
    assert "Deadlines that failed None." in words(browser.get("/system").text)


def test_everything_assent_check_finds_stands_there_with_its_remedy(
    site: Engine, signed_in: SignedIn
) -> None:
    page = words(signed_in("finance").get("/system").text)

    with db.reading(site) as session:
        settings = house.of(session).settings
    found = check.findings(settings, site, NOW)
    assert [f.subject for f in found if f.says not in page or f.remedy not in page] == []


@pytest.mark.parametrize("language", ["fr", "es"])
def test_what_was_looked_at_is_named_in_the_language_of_the_reader(site: Engine, language: str) -> None:
    build.case(site)
    settings = Settings.model_validate({"mailbox": {"host": "127.0.0.1"}})
    with db.reading(site) as session:
        subjects = {each.subject for each in upkeep.findings(session, settings, NOW)}

    assert {"sweep", "delivery", "queue", "mailbox, last look", "viruses", "disk"} <= subjects
    assert [each for each in subjects if say(each, language) == each] == []


@pytest.mark.parametrize(
    ("language", "says", "remedy"),
    [
        ("en", "The mailbox server 127.0.0.1:1 cannot be reached:", "Correct [mailbox], then:"),
        ("fr", "Le serveur de courrier 127.0.0.1:1 est injoignable :", "Corrigez [mailbox], puis :"),
        ("es", "No se puede llegar al servidor del buzón 127.0.0.1:1:", "Corrija [mailbox] y luego:"),
    ],
)
def test_what_is_wrong_with_the_mailbox_stands_there_in_the_language_of_the_reader(
    site: Engine, signed_in: SignedIn, language: str, says: str, remedy: str
) -> None:
    answers = {
        "host": "127.0.0.1",
        "port": 1,
        "tls": "none",
        "username": "answers",
        "password": "secret word",
    }
    settings = Settings.model_validate({"mailbox": answers})
    build.settle(site, settings)
    with pytest.raises(mailbox.MailboxError):
        mailbox.look(site, settings.mailbox, lambda: NOW)

    page = words(signed_in("administrator").get(f"/system?lang={language}").text)

    assert says in page and remedy in page and "secret word" not in page


def test_the_clocks_of_the_server_and_of_the_database_are_compared(site: Engine) -> None:
    now = SystemClock().now()
    with db.transaction(site) as session:
        apart = abs(clock.database_time(session) - now)
        cookie = begin(session, "officer", "test", now)
    browser = TestClient(create_app(site, SystemClock()), base_url="http://testserver")
    browser.cookies.set(COOKIE, cookie)

    page = words(browser.get("/system").text)

    assert apart < timedelta(hours=1)
    assert re.search(r"The database's clock .*? (the same|seconds apart)", page)


def test_a_simulated_clock_says_so(signed_in: SignedIn) -> None:
    page = words(signed_in("officer").get("/system").text)

    assert "Our clock 12 June 2024, 10:00 simulated" in page and "apart" not in page
