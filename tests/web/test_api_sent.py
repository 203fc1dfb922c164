"""Whatever a program sends: it is done, or refused in sentences as the description says; nothing breaks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests import build
from tests.web.conftest import NOW
from tests.web.program import Program, told
from tests.web.test_act import seq_of
from workflow.clock import SimulatedClock

TEXT = st.text(max_size=40)
VALUES = st.one_of(
    TEXT,
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(TEXT, max_size=3),
    st.sampled_from(
        ["2024-07-01", "9999-12-31", "0001-01-01", "party:FR", "FR", "material", "2024-06-12 10:00"]
    ),
)
NAMES = st.sampled_from(
    ["reason", "reasons", "until", "kind", "party", "received_at", "answer", "territory", "item", "changes"]
)
SENT = st.one_of(
    VALUES,
    st.fixed_dictionaries(
        {},
        optional={
            "seen": VALUES,
            "details": st.dictionaries(NAMES | TEXT, VALUES, max_size=4),
            "more": VALUES,
        },
    ),
    st.fixed_dictionaries(
        dict.fromkeys(("seen", "who", "answer", "channel", "received_on", "received_time"), VALUES)
    ),
)
ACTIONS = st.sampled_from(
    ["hold", "extend", "corrigendum", "withdraw", "record_reply", "admit_late", "verify_reply", "sign", "no"]
)
QUERIES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        (
            "q",
            "state",
            "party",
            "year",
            "page",
            "order",
            "overdue",
            "objected",
            "on",
            "register",
            "body",
            "lang",
        ),
        TEXT | st.integers().map(str),
    ),
)


@pytest.fixture
def ours(site: Engine, clock: SimulatedClock) -> Program:
    """A program of the officer, before a case whose notification is out."""
    build.in_notification(site)
    program = Program(site, clock, "officer", NOW)
    # What is tried here is what is sent, not how often.
    program.web.app.state.site.limits.take = lambda *_: None  # type: ignore[attr-defined]
    return program


@pytest.mark.parametrize("suffix", ["", "/preview"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=SENT, action=ACTIONS, sees_right=st.booleans())
def test_whatever_is_sent_is_done_or_refused_in_sentences(
    site: Engine, ours: Program, suffix: str, sent: Any, action: str, sees_right: bool
) -> None:
    if sees_right and isinstance(sent, dict):
        sent = sent | {"seen": seq_of(site, 1)}
    answer = ours.post(f"/cases/RP-2024-1/actions/{action}{suffix}", sent)

    assert answer.status_code in (200, 400, 404, 409, 413, 422), (answer.status_code, answer.text)
    if answer.status_code != 200:
        told(answer)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=SENT)
def test_whatever_reply_is_sent_is_recorded_or_refused_in_sentences(ours: Program, sent: Any) -> None:
    answer = ours.post("/cases/RP-2024-1/replies", sent)

    assert answer.status_code in (200, 400, 409, 422), (answer.status_code, answer.text)
    if answer.status_code != 200:
        told(answer)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=QUERIES, path=st.sampled_from(["/cases", "/parties", "/meetings", "/cases/RP-2024-1"]))
def test_whatever_is_asked_is_answered_or_refused_in_sentences(
    ours: Program, asked: dict[str, str], path: str
) -> None:
    answer = ours.web.get(f"/api{path}", params=asked)

    assert answer.status_code in (200, 400, 404), (answer.status_code, answer.text)
    if answer.status_code != 200:
        told(answer)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.binary(max_size=60))
def test_bytes_that_are_no_json_are_refused_in_sentences(ours: Program, sent: bytes) -> None:
    answer = ours.web.post(
        "/api/cases/RP-2024-1/actions/hold", content=sent, headers={"Idempotency-Key": "bytes"}
    )

    assert answer.status_code == 400, answer.text
    told(answer)
