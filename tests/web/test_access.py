"""Who may open which page, and who may change something there: every role at every address there is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build
from tests.web.brought import case_in
from workflow import web
from workflow.web import access
from workflow.web.access import ADMINISTRATOR, AUDITOR, FINANCE, HEAD, LEGAL, OFFICER, ROLES
from workflow.web.people import Door, form_token, hashed

SignedIn = Callable[..., TestClient]
MAY = build.at("2024-05-20 10:00")

#: Addresses without a door, and what guards each instead.
WITHOUT_A_DOOR = {
    "/sign-in": "where one signs in",
    "/sign-in/link": "where one signs in",
    "/sign-in/{token}": "its link",
    "/sign-out": "ends a session, whoever's it is",
    "/account/own-eyes": "whoever has signed in, through whosever eyes",
    "/feeds/{token}.ics": "its token",
    "/feeds/{token}/{reference}.ics": "its token",
    "/r/{token}": "its link",
    "/r/{token}/documents/{number}": "its link",
    "/r/{token}/withdraw": "its link",
    "/r/{token}/fresh": "its link",
    "/public": "open to everybody, where the settings say so",
    "/public/{language}": "open to everybody, where the settings say so",
    "/public/{language}/register.atom": "open to everybody, where the settings say so",
    "/public/{language}/register.json": "open to everybody, where the settings say so",
    "/public/{language}/dates.ics": "open to everybody, where the settings say so",
    "/public/{language}/{reference:case}": "only what is released, where the settings say so",
    "/public/{language}/{reference:case}.json": "only what is released, where the settings say so",
    "/robots.txt": "for search engines",
    "/health": "tells no more than whether this server can work",
    "/demo": "there is only a demo",
    "/demo/as/{name}": "there is only a demo",
    "/demo/clock": "there is only a demo",
    "/demo/letters": "there is only a demo",
    "/demo/letters/{number}": "there is only a demo",
}
#: What stands in an address.
PARTS = {
    "reference": "RP-2024-1", "code": "FR", "body": "standing_committee", "seat": "africa-1",
    "ordinal": "SC63", "name": "officer", "id": "ramsar-private", "number": "1", "action": "withdraw",
    "template": "notification", "nothing": "", "kind": "report",
}  # fmt: skip
#: Forms behind the door of letters that whoever may not read letters cannot send either.
READERS_ONLY = frozenset(
    {
        "/cases/{reference}/paper",
        "/letters/rewording",
        "/letters/{number:int}/again",
        "/letters/{number:int}/instead",
        "/letters/{number:int}/revoke",
    }
)
#: Pages that never end; their door is that of the page they belong to.
STREAMS = frozenset({"/cases/{reference:case}/live"})


@dataclass(frozen=True)
class Address:
    """One way in."""

    path: str
    method: str
    page: str
    changes: bool

    @property
    def sample(self) -> str:
        """The address with something in every place."""
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: PARTS[found[1]], self.path)

    def is_open_to(self, role: str) -> bool:
        """What the table says."""
        return access.may_change(role, self.page) if self.changes else access.may_see(role, self.page)


def routes() -> Iterator[APIRoute]:
    for module in sorted(iter_modules(web.__path__), key=lambda found: found.name):
        router = getattr(import_module(f"workflow.web.{module.name}"), "router", None)
        for route in router.routes if router is not None else ():
            assert isinstance(route, APIRoute), route
            yield route


def doors_of(route: APIRoute) -> list[Door]:
    return [each.call for each in route.dependant.dependencies if isinstance(each.call, Door)]


def addresses() -> list[Address]:
    """Every address with a door that a browser may open; programs have gates (test_api_roles.py)."""
    return [
        Address(route.path, method, door.page, door.changes)
        for route in routes()
        for door in doors_of(route)
        for method in sorted((route.methods or set()) - {"HEAD"})
        if route.path not in STREAMS and not route.path.startswith("/api/")
    ]


def test_every_address_has_one_door_or_another_guard_that_is_named() -> None:
    doors = {(route.path, len(doors_of(route))) for route in routes()}

    assert {path for path, number in doors if number != 1} == set(WITHOUT_A_DOOR)
    assert {number for _, number in doors} <= {0, 1}


def test_every_page_of_the_table_has_an_address_and_every_address_a_page() -> None:
    pages = {door.page for route in routes() for door in doors_of(route)}

    assert pages == set(access.SEES)
    assert set(access.CHANGES) <= set(access.SEES)


def test_whatever_is_sent_changes_something_and_whatever_changes_something_is_sent() -> None:
    wrong = [a.path for a in addresses() if a.method != "GET" and not a.changes]

    assert wrong == []


def test_who_may_change_something_may_see_it() -> None:
    wrong = [
        (role, page)
        for page in access.CHANGES
        for role in ROLES
        if access.may_change(role, page) and not access.may_see(role, page)
    ]

    # The administrator resumes the queue and cannot read the letters.
    assert wrong == [(ADMINISTRATOR, "letters")]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_finds_open_what_the_table_opens_to_it_and_nothing_else(
    site: Engine, signed_in: SignedIn, role: str
) -> None:
    case_in(site, "notification", officer="officer")
    browser = signed_in(role, MAY)
    cookie = next(iter(browser.cookies.values()))
    token = form_token(build.SECRET, hashed(cookie))
    wrong = []
    for address in sorted(addresses(), key=lambda a: (a.method, a.path)):
        if address.method == "POST" and address.is_open_to(role):
            continue  # sent whole in the tests of its page; here it would change what comes after
        sent: dict[str, Any] = {"data": {"form_token": token}} if address.method == "POST" else {}
        status = browser.request(address.method, address.sample, **sent).status_code
        # "/" leads those who have no work on cases to where they begin.
        is_open = status != 403 and (status != 303 or address.sample != "/")
        if is_open != address.is_open_to(role) or status >= 500:
            wrong.append((address.method, address.path, status))

    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_a_form_of_a_role_that_may_send_it_is_not_turned_away_at_the_door(
    site: Engine, signed_in: SignedIn, role: str
) -> None:
    case_in(site, "notification", officer="officer")
    wrong = []
    # What ends sessions comes last of all: /account and /staff are the addresses that can.
    ours = [a for a in addresses() if a.method == "POST" and a.is_open_to(role)]
    for address in sorted(ours, key=lambda a: (a.page in ("account", "staff"), a.path)):
        browser = signed_in(role, MAY)
        token = form_token(build.SECRET, hashed(next(iter(browser.cookies.values()))))
        answer = browser.post(address.sample, data={"form_token": token})
        # Inside, the law file or the act itself may still refuse; it then says more than the door does.
        needs_reader = address.path in READERS_ONLY and not access.may_see(role, "letters")
        if ("Not open to your role" in answer.text) != needs_reader or answer.status_code >= 500:
            wrong.append((address.path, answer.status_code))

    assert wrong == []


def test_nobody_comes_in_without_a_session(site: Engine, visitor: TestClient) -> None:
    case_in(site, "notification")
    statuses = {(a.method, a.path): visitor.request(a.method, a.sample).status_code for a in addresses()}

    assert {at: status for at, status in statuses.items() if status != 303} == {}


def test_the_table_says_what_was_agreed() -> None:
    cases, people = ("cases", "case", "board", "letters", "figures"), ("staff",)

    seen = {role: [access.may_see(role, page) for page in (*cases, *people)] for role in ROLES}
    changed = {role: sorted(p for p in access.CHANGES if access.may_change(role, p)) for role in ROLES}

    assert seen == {
        OFFICER: [True] * 5 + [False],
        HEAD: [True] * 5 + [False],
        LEGAL: [True] * 5 + [False],
        FINANCE: [True] * 5 + [False],
        AUDITOR: [True] * 5 + [True],
        ADMINISTRATOR: [False] * 5 + [True],
    }
    assert changed[AUDITOR] == ["account"]  # their own password
    assert set(changed[ADMINISTRATOR]) & {"act", "cases", "documents", "meetings"} == set()
    assert changed[HEAD] == changed[LEGAL] == changed[FINANCE] == ["account", "act"]
