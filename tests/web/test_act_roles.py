"""In every state, for every action and every role: the page, the form and the law say the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.states import stages
from tests.states.ready import LAW, TABLE
from tests.web.test_act import hidden, seq_of
from tests.workflow.filed import Filed
from workflow import db
from workflow.web.access import CASEWORK

SignedIn = Callable[..., TestClient]
#: What the page of an action does; replies have a page of their own (test_behalf.py).
ACTIONS = {name for name, same in LAW.actions.items() if same[0].does not in ("record_reply", "verify_reply")}


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
        page = browser.get(path).text
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
        page = signed_in(role, at=file.now).get(f"/cases/RP-2024-1/do/{action}").text
        is_offered = 'name="confirm"' in page or 'name="look"' in page
        assert is_offered or "Not possible now" in page, (role, action)
        assert "this is done by" not in page and "not possible while the case is in" not in page, (
            role,
            action,
        )
