"""What a case gathers beside its rounds is kept with it, proved by its record, and refused to a draft law."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from states.dossier import Member, Risk, SheetAnswer, Signature
from states.reasons import Refused
from tests import build
from workflow import db, queries, record
from workflow.engine import open_case


@pytest.fixture
def world(engine: Engine) -> Engine:
    build.world(engine)
    return engine


def kept(on: Engine, case_id: int) -> queries.facts.Case:
    with db.reading(on) as session:
        found = queries.load_case(session, case_id)
    assert found is not None
    return found


def test_answers_risks_and_signatures_are_kept_and_proved(world: Engine) -> None:
    case_id = build.case(world)
    answer = {"question": "sanctions", "answer": "no", "evidence": "List of 3 January"}
    build.do(world, case_id, "2024-01-08 10:00", "officer", "fill_sheet", **answer)
    risk = {"risk_kind": "reputation", "likelihood": "high", "severity": "high"}
    build.do(world, case_id, "2024-01-08 11:00", "officer", "record_risk", **risk)
    done = {"risk_kind": "reputation", "mitigation": "no logo", "owner": "officer"}
    build.do(world, case_id, "2024-01-09 10:00", "officer", "mitigate_risk", **done)

    case = kept(world, case_id)
    assert case.sheet == (SheetAnswer("sanctions", "no", date(2024, 1, 8), "List of 3 January", "officer"),)
    assert case.risks == (Risk("reputation", "high", "high", date(2024, 1, 9), "no logo", "officer"),)
    with db.transaction(world) as session:
        assert record.rebuild(session, case_id) == []
        assert record.verify(session).breaks == ()


def test_members_come_and_go_and_stay_on_record(world: Engine) -> None:
    law = build.law("stockholm-alliance")
    before = Member("India", "state", date(2023, 5, 1))
    case_id = build.case(
        world, procedure=law, territory=(), items=(), members=(before,), signatures=(Signature("nobody"),)
    )

    case = kept(world, case_id)
    assert (case.members, case.signatures) == ((before,), (Signature("nobody"),))
    with db.transaction(world) as session:
        assert record.rebuild(session, case_id) == []


def test_no_case_is_opened_under_a_draft(world: Engine) -> None:
    with db.transaction(world) as session:
        opened = open_case(
            session,
            build.law("basel-strategy"),
            title="Campaign",
            partner={"name": "Association"},
            now=build.at("2024-01-08 09:00"),
        )

    assert isinstance(opened, Refused)
    assert str(opened).endswith("is a draft: it can be read and rehearsed, not opened.")
