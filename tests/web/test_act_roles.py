"""In every state, for every action and every role: the page, the form and the law say the same."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from states.commands import Actor, Command
from states.machine import possibilities
from tests.states import stages
from tests.states.ready import LAW, TABLE
from tests.web.test_act import hidden, seq_of
from tests.workflow.filed import Filed
from workflow import db, engine
from workflow.web.access import ADMINISTRATOR, AUDITOR, CASEWORK, READERS
from workflow.web.deeds import OFFERED_ON

SignedIn = Callable[..., TestClient]
#: What the page of an action does; replies have a page of their own (test_behalf.py).
ACTIONS = {name for name, same in LAW.actions.items() if same[0].does not in ("record_reply", "verify_reply")}
#: What a page asks first, before it shows the rest of its form.
FIRST = {"fill_sheet": {"question": "sanctions"}}


@pytest.mark.parametrize("state", stages.STATES)
def test_what_the_table_does_not_allow_is_neither_offered_nor_done(
    site: Engine, signed_in: SignedIn, state: str
) -> None:
    with db.transaction(site) as session:
        file = Filed(session, "2024-01-08 09:00")
        stages.bring(file, state)
    before, browsers = seq_of(site, file.id), {role: signed_in(role, at=file.now) for role in CASEWORK}
    here = {action for where, action, _ in TABLE if where == state} & ACTIONS
    others = [(action, role) for action in here for role in CASEWORK if (state, action, role) not in TABLE]
    elsewhere = [(action, "officer") for action in ACTIONS - here]
    for action, role in sorted(others + elsewhere):
        path, browser = f"/cases/RP-2024-1/do/{action}", browsers[role]
        page = browser.get(path, params=FIRST.get(action)).text
        assert "Not possible now" in page and 'name="confirm"' not in page, (role, action)
        if action not in here:
            assert "not possible while the case is in" in page or "nothing more can be done" in page, action
        answer = browser.post(path, data={**hidden(page), "confirm": "yes"})
        assert answer.status_code in (409, 422), (role, action)
    assert seq_of(site, file.id) == before


@pytest.mark.parametrize("state", stages.STATES)
def test_what_the_table_allows_is_offered_or_its_reasons_are_told(
    site: Engine, signed_in: SignedIn, state: str
) -> None:
    with db.transaction(site) as session:
        file = Filed(session, "2024-01-08 09:00")
        stages.bring(file, state)
    for action, role in sorted((a, r) for s, a, r in TABLE if s == state and a in ACTIONS and r in CASEWORK):
        path = f"/cases/RP-2024-1/do/{action}"
        page = signed_in(role, at=file.now).get(path, params=FIRST.get(action)).text
        is_offered = 'name="confirm"' in page or 'name="look"' in page
        assert is_offered or "Not possible now" in page, (role, action)
        assert "this is done by" not in page and "not possible while the case is in" not in page, (
            role,
            action,
        )


@pytest.mark.parametrize("state", stages.STATES)
def test_the_buttons_of_a_case_are_what_the_law_lets_each_role_do(
    site: Engine, signed_in: SignedIn, state: str
) -> None:
    with db.transaction(site) as session:
        file = Filed(session, "2024-01-08 09:00")
        stages.bring(file, state)
    with db.reading(site) as session:
        known = engine.facts_of(session, file.id, file.now)
    assert known is not None
    law, facts = known
    # Items are confirmed beside each item, money and monitoring have pages of their own.
    elsewhere = {
        a.name for same in law.actions.values() for a in same if a.does in ("confirm_item", *OFFERED_ON)
    }
    offered, allowed = {}, {}
    for role in sorted(READERS):
        page = signed_in(role, at=file.now).get("/cases/RP-2024-1").text
        buttons = re.findall(r'class="button[^"]*" href="/cases/RP-2024-1/(?:do/)?(\w+)"', page)
        found = possibilities(law, facts, Command("look", Actor(role, role)))
        offered[role] = {"record_reply" if each == "reply" else each for each in buttons}
        allowed[role] = {each.name for each in found if each.refused is None} - elsewhere

    assert offered == allowed
    assert allowed[AUDITOR] == set()


@pytest.mark.parametrize("state", stages.STATES)
def test_who_only_reads_cases_or_looks_after_people_does_nothing_in_any_state(
    site: Engine, signed_in: SignedIn, state: str
) -> None:
    with db.transaction(site) as session:
        file = Filed(session, "2024-01-08 09:00")
        stages.bring(file, state)
    before = seq_of(site, file.id)
    found = set()
    for role in (AUDITOR, ADMINISTRATOR):
        browser = signed_in(role, at=file.now)
        token = hidden(browser.get("/account").text)
        for action in sorted({action for where, action, _ in TABLE if where == state}):
            path = f"/cases/RP-2024-1/do/{action}"
            looked, sent = browser.get(path), browser.post(path, data={**token, "confirm": "yes"})
            found.add((role, looked.status_code == 403, 'name="confirm"' in looked.text, sent.status_code))

    expected = {(AUDITOR, False, False, 403), (ADMINISTRATOR, True, False, 403)}
    assert found == (expected if any(where == state for where, _, _ in TABLE) else set())
    assert seq_of(site, file.id) == before
