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


# ---------------------------------------------------------------------------- who takes part beside it


def test_the_co_partners_a_proposal_names_take_part_in_its_case(session: Session) -> None:
    number = opened(session, "Livelihoods Fund", others=["Danone", "Delta", "Livelihoods Fund"])

    names = {row.id: row.name for row in session.execute(select(queries.PARTNERS))}
    rows = session.execute(select(queries.PARTICIPATIONS.c.partner, queries.PARTICIPATIONS.c.role))
    assert sorted((names[row.partner], row.role) for row in rows) == [
        ("Danone", "co_partner"),
        ("Delta", "co_partner"),
    ]
    assert names[number] == "Livelihoods Fund"


def test_whatever_becomes_of_a_co_partner_reopens_the_due_diligence_of_the_case(session: Session) -> None:
    opened(session, "Livelihoods Fund", others=["Danone"])
    opened(session, "Delta")
    danone = session.scalars(select(queries.PARTNERS.c.id).where(queries.PARTNERS.c.name == "Danone")).one()

    done = engine.reopen_due_diligence(
        session, danone, Actor("officer"), "a new owner", date(2024, 4, 1), NOW
    )

    assert {reference: isinstance(outcome, Outcome) for reference, outcome in done.items()} == {
        "RP-2024-1": True
    }


def test_a_newcomer_is_looked_into_in_the_case_it_joins_alone(session: Session) -> None:
    opened(session, "Delta")
    opened(session, "Delta")
    new = register.add_partner(session, "Newcomer", **BY)
    first = session.scalars(select(CASES.c.id).order_by(CASES.c.id)).first()
    assert first is not None
    due = date(2024, 4, 1)

    assert engine.join_case(session, new, first, "member", Actor("officer"), due, NOW)
    assert not engine.join_case(session, new, first, "member", Actor("officer"), due, NOW)

    rows = session.execute(select(CASES.c.reference, CASES.c.marks).order_by(CASES.c.id))
    assert [(row.reference, REOPENED in row.marks) for row in rows] == [
        ("RP-2024-1", True),
        ("RP-2024-2", False),
    ]
    assert told(session)[-1] == (
        "partner_joined_case",
        {"partner": new, "case": "RP-2024-1", "role": "member"},
    )


def test_a_case_is_stopped_while_anybody_who_takes_part_is_excluded(session: Session) -> None:
    opened(session, "Delta", others=["Danone"])
    line = register.Line(("Example list", "Danone"), {})
    register.import_exclusions(session, [line], **BY)
    pair = session.execute(select(queries.MATCHES.c.partner, queries.MATCHES.c.exclusion)).one()
    register.decide_match(
        session, pair.partner, pair.exclusion, is_match=True, reason="the same company", **BY
    )
    case_id = session.scalars(select(CASES.c.id)).one()

    stopped = engine.facts_of(session, case_id, NOW)
    register.leave_case(session, pair.partner, case_id, **BY)
    freed = engine.facts_of(session, case_id, NOW)

    assert stopped is not None and freed is not None
    assert (stopped[1].excluded, freed[1].excluded) == (("Example list (Danone)",), ())


def test_who_takes_part_where_it_cannot_is_told_so(session: Session) -> None:
    number = opened(session, "Delta")
    other = register.add_partner(session, "Newcomer", **BY)
    case_id = session.scalars(select(CASES.c.id)).one()

    with pytest.raises(RegisterRefused, match="Delta is the partner of RP-2024-1 already"):
        register.join_case(session, number, case_id, "co_partner", **BY)
    with pytest.raises(RegisterRefused, match="nobody takes part as 'co-partner', did you mean 'co_partner'"):
        register.join_case(session, other, case_id, "co-partner", **BY)
    with pytest.raises(RegisterRefused, match="There is no partner 99"):
        register.leave_case(session, 99, case_id, **BY)
    assert register.leave_case(session, other, case_id, **BY) is False
