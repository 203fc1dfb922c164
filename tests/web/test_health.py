"""/health: whether this server can work, for machines that watch it; without sign-in and without a secret."""

from __future__ import annotations

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from tests import build
from tests.web.conftest import NOW
from workflow import backup, config, db, heartbeat, outbox
from workflow.clock import SimulatedClock
from workflow.web import create_app


def server(site: Engine, clock: SimulatedClock) -> TestClient:
    """An installation that is looked after."""
    installation = {"base_url": "https://wet.example", "secret": "s" * 40}
    build.settle(site, config.Settings.model_validate({"installation": installation}))
    build.case(site)
    with db.transaction(site) as session:
        for name in ("sweep", "delivery", backup.BEAT):
            heartbeat.beat(session, name, NOW - timedelta(seconds=30))
    clock.move_to(NOW)
    return TestClient(create_app(site, clock), base_url="http://testserver")


def test_a_server_that_can_work_says_so_to_whoever_asks(site: Engine, clock: SimulatedClock) -> None:
    browser = server(site, clock)

    answer = browser.get("/health")

    checks = ("database", "sweep", "delivery", "queue", "viruses", "copies", "time", "disk", "address")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "good", "checks": dict.fromkeys(checks, "good")},
    )
    assert (browser.head("/health").status_code, answer.headers["cache-control"]) == (200, "no-store")


def test_what_needs_a_look_is_named_without_what_was_found(site: Engine, clock: SimulatedClock) -> None:
    browser = server(site, clock)
    with db.transaction(site) as session:
        outbox.pause(session, "The login of assent@wet.example was refused.", "Correct it.", NOW)

    answer = browser.get("/health")

    assert (answer.status_code, answer.json()["status"], answer.json()["checks"]["queue"]) == (
        200,
        "look",
        "look",
    )
    assert "wet.example" not in answer.text


def test_a_server_whose_tables_are_not_current_takes_no_requests(site: Engine, clock: SimulatedClock) -> None:
    browser = server(site, clock)
    with db.transaction(site) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    answer = browser.get("/health")

    assert (answer.status_code, answer.json()) == (503, {"status": "fault", "checks": {"database": "fault"}})
