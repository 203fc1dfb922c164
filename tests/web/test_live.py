"""An open page is told when its case has changed, and no database waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from tests import build
from workflow import db
from workflow.web.live import Pace, changes
from workflow.web.people import SIGN_INS

Browse = Callable[..., TestClient]
SHORT = Pace(every=timedelta(milliseconds=1), silence=timedelta(hours=1), lasts=timedelta(milliseconds=200))
LIVE = "/cases/RP-2024-1/live"


def told(numbers: Iterator[int | None], seen: int, pace: Pace) -> list[str]:
    """What the stream says while the case has these numbers; the last one stays."""
    last: list[int | None] = [None]

    def look() -> int | None:
        last[0] = next(numbers, last[0])
        return last[0]

    async def listen() -> list[str]:
        return [each async for each in changes(look, seen, pace)]

    return asyncio.run(listen())


def test_each_change_is_told_once_with_its_number() -> None:
    said = told(iter([3, 3, 4, 4, 7]), 3, SHORT)

    assert said == [
        "retry: 3000\n\n",
        "id: 4\nevent: changed\ndata: 4\n\n",
        "id: 7\nevent: changed\ndata: 7\n\n",
    ]


def test_what_changed_between_the_page_and_the_stream_is_told_at_once() -> None:
    assert told(iter([5]), 3, SHORT)[1:] == ["id: 5\nevent: changed\ndata: 5\n\n"]


def test_whoever_says_nothing_of_what_they_have_seen_begins_now() -> None:
    assert told(iter([5]), -1, SHORT)[1:] == []


def test_a_silent_stream_speaks_now_and_then_and_ends() -> None:
    pace = Pace(
        timedelta(milliseconds=1), silence=timedelta(milliseconds=20), lasts=timedelta(milliseconds=200)
    )

    said = told(iter([3]), 3, pace)

    assert set(said[1:]) == {": nothing new\n\n"}


def test_a_browser_listens_to_the_case_it_shows(site: Engine, signed_in: Browse) -> None:
    case_id = build.case(site)
    browser = signed_in(at=build.at("2024-01-08 09:30"))
    of(browser).state.pace = SHORT
    build.do(site, case_id, "2024-01-08 10:00", "officer", "submit")

    answer = browser.get(f"{LIVE}?seen=1")
    again = browser.get(f"{LIVE}?seen=1", headers={"Last-Event-ID": "2"})

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "retry: 3000\n\nid: 2\nevent: changed\ndata: 2\n\n"
    assert again.text == "retry: 3000\n\n"


def test_a_page_left_open_keeps_no_session_alive(site: Engine, signed_in: Browse) -> None:
    build.case(site)
    browser = signed_in(at=build.at("2024-01-08 09:30"))
    of(browser).state.pace = SHORT
    clock = of(browser).state.site.clock
    used = last_used(site)

    clock.move_to(build.at("2024-01-08 11:00"))
    listening = [browser.get(address).status_code for address in (LIVE, "/cases/RP-2024-1/part")]
    clock.move_to(build.at("2024-01-08 11:31"))
    after = browser.get(LIVE)
    page = browser.get(LIVE, headers={"Accept": "text/event-stream"})

    assert page.status_code == 204  # an open page asks no more
    assert listening == [200, 200]
    assert last_used(site) == used
    assert after.status_code == 303  # two hours without anybody at the browser


def test_only_who_may_see_the_case_may_listen(site: Engine, signed_in: Browse, visitor: TestClient) -> None:
    build.case(site)

    assert visitor.get(LIVE).status_code == 303
    assert signed_in("administrator").get(LIVE).status_code == 403


def of(browser: TestClient) -> FastAPI:
    app = browser.app
    assert isinstance(app, FastAPI)
    return app


def last_used(site: Engine) -> object:
    with db.reading(site) as session:
        return session.scalar(select(SIGN_INS.c.seen_at))
