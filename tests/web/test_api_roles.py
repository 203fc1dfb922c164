"""In every state, for every action and every role: API, page and law say the same; and who may ask what."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from states.commands import Actor, Command
from states.machine import possibilities
from tests.states import stages
from tests.states.ready import TABLE
from tests.web import test_access
from tests.web.conftest import NOW
from tests.web.program import Program, told
from tests.web.test_act import seq_of
from tests.workflow.filed import Filed
from workflow import db, engine
from workflow.clock import SimulatedClock
from workflow.web import access
from workflow.web.access import CASEWORK, ROLES
from workflow.web.tokens import Gate

SignedIn = Callable[..., TestClient]
CASE = "/cases/RP-2024-1"


def words(page: str) -> str:
    """What a reader reads."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("state", stages.STATES)
def test_api_page_and_law_say_the_same_of_every_action(
    site: Engine, clock: SimulatedClock, signed_in: SignedIn, state: str
) -> None:
    with db.transaction(site) as session:
        file = Filed(session, "2024-01-08 09:00")
        stages.bring(file, state)
    before = seq_of(site, file.id)
    for role in sorted(CASEWORK):
        ours = Program(site, clock, role, file.now)
        found = ours.get(f"{CASE}/actions").json()
        with db.reading(site) as session:
            looked = engine.facts_of(session, file.id, clock.now())
        assert looked is not None
        law_says = {
            each.name: [str(why) for why in each.refused.reasons] if each.refused else []
            for each in possibilities(*looked, Command("look", Actor(role, role)))
        }
        browser = signed_in(role)
        page = words(browser.get(CASE).text)

        assert {a["name"]: a["possible"] for a in found["actions"]} == {
            name: not reasons for name, reasons in law_says.items()
        }
        for action in found["actions"]:
            assert len(action["reasons"]) == len(law_says[action["name"]])
            told_here = [" ".join(why.split()) for why in action["reasons"]]
            if not all(why in page for why in told_here):
                # Some have a page of their own under the case.
                own = words(browser.get(f"{CASE}/do/{action['name']}").text)
                assert [why for why in told_here if why not in own] == [], (role, action)
            is_in_table = (state, action["name"], role) in TABLE
            assert is_in_table or not action["possible"], (role, action)
            if not action["possible"]:
                refused = ours.do("RP-2024-1", action["name"], found["seen"])
                assert told(refused)["status"] == 422, (role, action)
        assert (found["state"], found["seen"]) == (looked[1].case.state, before)
    assert seq_of(site, file.id) == before


# ------------------------------------------------------------------------------------- addresses


def gates() -> Iterator[tuple[str, str, Gate]]:
    """Method, address and gate of everything that programs may ask."""
    for route in test_access.routes():
        if not route.path.startswith("/api/"):
            continue
        (gate,) = (d.call for d in route.dependant.dependencies if isinstance(d.call, Gate))
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, route.path, gate


def asked(ours: Program, method: str, path: str) -> Any:
    sample = path.removeprefix("/api").replace("{reference}", "RP-2024-1").replace("{action}", "hold")
    sample = sample.replace("{number}", "1")
    return ours.get(sample) if method == "GET" else ours.post(sample, {})


@pytest.mark.parametrize("role", ROLES)
def test_a_token_opens_what_the_pages_open_to_its_role_and_nothing_else(
    site: Engine, clock: SimulatedClock, role: str
) -> None:
    with db.transaction(site) as session:
        Filed(session, "2024-01-08 09:00")
    ours = Program(site, clock, role, NOW)
    wrong = []
    for method, path, gate in gates():
        answer = asked(ours, method, path)
        may = access.may_change if gate.changes else access.may_see
        if (answer.status_code != 403) != may(role, gate.page) or answer.status_code >= 500:
            wrong.append((method, path, answer.status_code))
        if answer.status_code >= 400:
            told(answer)

    assert wrong == []


def test_nobody_asks_anything_without_a_token(visitor: TestClient) -> None:
    sent = [(method, path, visitor.request(method, path, json={})) for method, path, _ in gates()]

    assert {
        (method, path): answer.status_code for method, path, answer in sent if answer.status_code != 401
    } == {}
    assert {told(answer)["title"] for _, _, answer in sent} == {"Token needed"}


def test_the_description_tells_every_address_of_the_api_and_no_page(visitor: TestClient) -> None:
    described = visitor.get("/api/openapi.json").json()

    assert {(m.upper(), path) for path, ways in described["paths"].items() for m in ways} == {
        (method, path) for method, path, _ in gates()
    }
    refs = set(re.findall(r'"\$ref": ?"#/components/schemas/(\w+)"', visitor.get("/api/openapi.json").text))
    assert refs - set(described["components"]["schemas"]) == set()
    assert all(
        {"401", "403", "429"} <= set(way["responses"])
        for ways in described["paths"].values()
        for way in ways.values()
    )


def test_the_page_about_the_api_lists_every_operation(signed_in: SignedIn) -> None:
    page = signed_in("auditor").get("/api").text

    assert [path for method, path, _ in gates() if f"{method} {path}" not in page] == []


def test_every_address_is_a_plain_route() -> None:
    assert all(isinstance(route, APIRoute) for route in test_access.routes())
