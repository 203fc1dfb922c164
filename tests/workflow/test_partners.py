"""Partners are records: known by any of their names, followed through mergers and new owners."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from states.commands import Actor
from states.partners import REOPENED
from states.reasons import Refused
from tests import build
from workflow import db, engine, models, queries, record, register
from workflow.engine import Outcome
from workflow.queries import CASES, EVENTS, table
from workflow.register import RegisterRefused

NOW = build.at("2024-03-01 10:00")
BY: dict[str, Any] = {"actor": "officer", "now": NOW}
NAMES, OWNERS = table(models.PartnerName), table(models.PartnerOwner)


@pytest.fixture
def session(engine: Engine) -> Any:
    """A world with the shipped registers."""
    build.world(engine)
    with db.transaction(engine) as session:
        yield session


def told(session: Session) -> list[tuple[str, Any]]:
    """The events of the register chain about partners."""
    rows = session.execute(select(EVENTS).where(EVENTS.c.case_id == 0).order_by(EVENTS.c.seq))
    return [(r.kind, json.loads(r.body)["data"]) for r in rows if r.kind.startswith("partner_")]


def opened(session: Session, name: str, **about: Any) -> int:
    """The number of the partner of a new case."""
    about = {"name": name, **about}
    outcome = engine.open_case(session, build.law(), title="A case", partner=about, now=NOW)
    assert isinstance(outcome, Outcome)
    return session.scalars(select(CASES.c.partner_record).where(CASES.c.id == outcome.case_id)).one()


def test_a_case_finds_its_partner_by_any_name_and_makes_a_record_for_one_that_is_new(
    session: Session,
) -> None:
    one = opened(session, "Société des Eaux d’Évian", sector="water", home="FR")
    register.name_partner(session, one, "Evian SA", is_present=False, **BY)

    found = [opened(session, name, home="FR") for name in ("SOCIETE DES EAUX D’EVIAN", "evian sa")]

    assert found == [one, one]
    assert opened(session, "Evian Water Works") not in (0, one)
    assert told(session)[:2] == [
        (
            "partner_added",
            {"partner": one, "name": "Société des Eaux d’Évian", "sector": "water", "home": "FR"},
        ),
        ("partner_alias", {"partner": one, "name": "Evian SA"}),
    ]


def test_two_organizations_of_one_name_in_two_states_are_two_partners(session: Session) -> None:
    french, other, unsaid = (opened(session, "Delta", home=home) for home in ("FR", "US", ""))

    assert french != other and unsaid == french


def test_a_partner_that_is_renamed_keeps_its_cases_and_is_found_by_its_old_name(session: Session) -> None:
    number = opened(session, "Groupe Danone")

    register.name_partner(session, number, "Danone", is_present=True, **BY)
    register.name_partner(session, number, "Danone", is_present=True, **BY)

    names = session.scalars(select(NAMES.c.name).where(NAMES.c.partner == number).order_by(NAMES.c.id)).all()
    assert names == ["Groupe Danone", "Danone"]
    assert told(session)[1:] == [
        ("partner_renamed", {"partner": number, "name": ["Groupe Danone", "Danone"]})
    ]
    assert opened(session, "Groupe Danone") == number


def test_a_new_owner_ends_the_term_of_the_one_before(session: Session) -> None:
    number = opened(session, "Example Waters")
    register.set_owner(session, number, "The Example family", None, **BY)

    register.set_owner(session, number, "Big Group", date(2024, 2, 1), **BY)
    register.set_owner(session, number, "Big Group", date(2024, 2, 1), **BY)

    rows = session.execute(select(OWNERS.c.owner, OWNERS.c.starts, OWNERS.c.ends).order_by(OWNERS.c.id)).all()
    assert [tuple(row) for row in rows] == [
        ("The Example family", None, date(2024, 1, 31)),
        ("Big Group", date(2024, 2, 1), None),
    ]
    with pytest.raises(RegisterRefused, match="owns it since 2024-02-01, which is not before 2024-01-05"):
        register.set_owner(session, number, "Bigger Group", date(2024, 1, 5), **BY)


def test_partners_do_not_merge_in_a_circle(session: Session) -> None:
    a, b, c = (opened(session, name) for name in ("Alpha Water", "Beta Rice", "Gamma Cork"))
    register.merge_partners(session, a, b, date(2024, 2, 1), **BY)
    register.merge_partners(session, b, c, date(2024, 3, 1), **BY)

    assert [register.family(session, number) for number in (a, b, c)] == [[a, b, c]] * 3
    for number, into in ((c, a), (a, a)):
        with pytest.raises(RegisterRefused, match="cannot become part of"):
            register.merge_partners(session, number, into, date(2024, 4, 1), **BY)
    with pytest.raises(RegisterRefused, match="There is no partner 4711"):
        register.merge_partners(session, a, 4711, date(2024, 4, 1), **BY)


def test_what_is_wrong_with_a_partner_is_told_all_at_once(session: Session) -> None:
    with pytest.raises(RegisterRefused) as refused:
        register.add_partner(session, "", home="XQ", **BY)
    assert len(refused.value.faults) == 2

    number = register.add_partner(session, "Example Waters", home="FR", **BY)
    with pytest.raises(RegisterRefused, match=f"on file already, as number {number}"):
        register.add_partner(session, "EXAMPLE WATERS", **BY)


def test_a_merger_reopens_the_due_diligence_of_every_live_case_of_both_and_of_no_other(
    engine: Engine,
) -> None:
    build.world(engine)
    ids = [
        build.case(engine, at_="2024-03-01 09:00", partner={"name": n}) for n in ("Alpha", "Beta", "Gamma")
    ]
    ended = build.case(engine, at_="2024-03-01 09:00", partner={"name": "Alpha"})
    build.do(engine, ended, "2024-03-01 09:30", "officer", "withdraw", reason="second thoughts")
    with db.transaction(engine) as session:
        numbers = dict(session.execute(select(CASES.c.id, CASES.c.partner_record)).all())
        a, b = numbers[ids[0]], numbers[ids[1]]
        register.merge_partners(session, a, b, date(2024, 2, 1), **BY)

        done = engine_reopen(session, b)

        marks = {
            i: REOPENED in case.case.marks for i, case in queries.load_cases(session, [*ids, ended]).items()
        }
        kinds = {ref: found.events for ref, found in done.items() if isinstance(found, Outcome)}
        assert record.verify(session).holds
        assert [record.rebuild(session, i) for i in ids] == [[], [], []]
    assert numbers[ended] == a
    assert marks == {ids[0]: True, ids[1]: True, ids[2]: False, ended: False}
    assert kinds == {f"RP-2024-{n}": ("reopen_due_diligence",) for n in (1, 2)}


def engine_reopen(session: Session, number: int) -> dict[str, Outcome | Refused]:
    who = Actor("officer", "somebody else")
    return engine.reopen_due_diligence(session, number, who, "they have merged", date(2024, 4, 15), NOW)
