"""A question of a Party: it waits for an officer, is answered to whoever asked, and decides nothing."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select

from states.positions import tally
from tests import build
from workflow import db, desk, queries, record
from workflow.queries import LETTERS


@pytest.fixture
def asking(engine: Engine) -> int:
    """A case whose notification is out; Japan, then Kenya, ask something."""
    build.world(engine)
    case_id = build.in_notification(engine)
    build.do(engine, case_id, "2024-06-11 12:00", "party:JP", "question", text="Which wetlands?")
    build.do(engine, case_id, "2024-06-11 13:00", "party:KE", "question", text="Who measures?")
    return case_id


def on_my_desk(on: Engine, when: str = "2024-06-12 10:00") -> list[tuple[str, tuple[str, ...], date | None]]:
    with db.reading(on) as session:
        found = desk.desk_of(session, "officer", "officer", build.at(when)).mine
    return [(item.why, item.about, item.due) for item in found if item.why == "question"]


def counts(on: Engine, case_id: int) -> dict[str, int]:
    with db.reading(on) as session:
        case = queries.load_case(session, case_id)
    assert case is not None and case.round is not None
    ask = build.law().states["notification"].ask
    assert ask is not None
    return dict(tally(case.round, case, ask))


def answer(on: Engine, case_id: int, when: str, party: str, **more: object) -> object:
    return build.do(on, case_id, when, "officer", "answer_question", party=party, **more)


def test_questions_wait_on_the_desk_with_the_nearest_date_until_they_are_answered(
    engine: Engine, asking: int
) -> None:
    with db.reading(engine) as session:
        case = queries.load_case(session, asking)
    assert case is not None and case.round is not None
    first = case.round.member("JP")
    assert first is not None

    assert on_my_desk(engine) == [("question", ("JP", "KE"), first.reply_by or case.round.reply_by)]
    answer(engine, asking, "2024-06-12 09:00", "JP", text="Those of the delta.")
    assert [about for _, about, _ in on_my_desk(engine)] == [("KE",)]
    build.do(engine, asking, "2024-06-12 09:30", "party:KE", "support")
    assert on_my_desk(engine) == []


def test_the_answer_goes_to_whoever_asked_and_changes_neither_count_nor_date(
    engine: Engine, asking: int
) -> None:
    before = counts(engine, asking)
    with db.reading(engine) as session:
        old = queries.load_case(session, asking)

    answer(engine, asking, "2024-06-12 09:00", "JP", text="Those of the delta.", for_all=True)

    with db.reading(engine) as session:
        new = queries.load_case(session, asking)
        letters = session.execute(
            select(LETTERS.c.party, LETTERS.c.text).where(LETTERS.c.template == "question_answered")
        ).all()
        assert record.rebuild(session, asking) == []
    assert old is not None and new is not None and old.round is not None and new.round is not None
    (answered,) = [each for each in new.round.answers if each.answered_at is not None]
    assert counts(engine, asking) == before
    assert (new.deadlines, new.round.asked) == (old.deadlines, old.round.asked)
    assert (answered.member, answered.answered, answered.answered_for_all, answered.answered_at) == (
        "JP", "Those of the delta.", True, build.at("2024-06-12 09:00"),
    )  # fmt: skip
    assert [party for party, _ in letters] == ["JP"]
    assert "> Which wetlands?" in letters[0].text and "> Those of the delta." in letters[0].text


def test_nobody_is_answered_who_has_not_asked_and_nothing_is_answered_by_silence(
    engine: Engine, asking: int
) -> None:
    unasked = build.refused(
        engine, asking, "2024-06-12 09:00", "officer", "answer_question", party="FR", text="Yes."
    )
    silent = build.refused(
        engine, asking, "2024-06-12 09:00", "officer", "answer_question", party="JP", text=" "
    )

    assert "No question of FR waits for an answer. Waiting: JP, KE." in unasked
    assert "text" in silent
