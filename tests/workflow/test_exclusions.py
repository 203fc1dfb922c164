"""Exclusion lists: faults by row, names that are alike found by the machine, decisions made by people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from states.commands import Actor, Command
from states.reasons import Refused
from tests import build
from workflow import db, engine, record, register
from workflow.queries import CASES, EVENTS, EXCLUSIONS, MATCHES
from workflow.register import ListRefused, RegisterRefused
from workflow.register.likeness import ALIKE, likeness

NOW = build.at("2024-03-01 10:00")
BY: dict[str, Any] = {"actor": "officer", "now": NOW}
LIST = b"""name,aliases,source,until,note
Example Tobacco International,Ex-Tob; Tabacs Exemple,UN list,,tobacco
Minas del Norte SA,,UN list,2024-06-30,forced labour
"""


@pytest.fixture
def session(engine: Engine) -> Any:
    build.world(engine)
    with db.transaction(engine) as session:
        yield session


def pairs(session: Session) -> list[tuple[int, str, int, bool | None]]:
    """(partner, entry, score, decision) of every pair that was found."""
    rows = session.execute(
        select(MATCHES.c.partner, EXCLUSIONS.c.name, MATCHES.c.score, MATCHES.c.is_match)
        .join(EXCLUSIONS, EXCLUSIONS.c.id == MATCHES.c.exclusion)
        .order_by(MATCHES.c.partner, EXCLUSIONS.c.id)
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]


def kinds(session: Session) -> list[str]:
    wanted = select(EVENTS.c.kind).where(EVENTS.c.kind.startswith("exclusion")).order_by(EVENTS.c.seq)
    return list(session.scalars(wanted))


def test_every_fault_of_a_list_is_told_by_row_and_column_and_nothing_is_taken(session: Session) -> None:
    faulty = b"name,source,until,colour\n,UN list,,\nA,,,\nB,UN list,30/06/2024,\nC,UN list,,\nC,UN list,,\n"

    with pytest.raises(ListRefused) as refused:
        register.read_exclusions(faulty)

    assert [fault.place for fault in refused.value.faults] == [
        "row 1, column D (colour)",
        "row 2, column A (name)",
        "row 3, column B (source)",
        "row 4, column C (until)",
        "row 6, column A (name)",
    ]


def test_a_list_is_taken_over_once_and_a_second_time_changes_only_what_changed(session: Session) -> None:
    first = register.import_exclusions(session, register.read_exclusions(LIST), **BY)
    same = register.import_exclusions(session, register.read_exclusions(LIST), **BY)
    later = LIST.replace(b"2024-06-30", b"2025-06-30").replace(b"Minas", b"MINAS")
    changed = register.import_exclusions(session, register.read_exclusions(later), **BY)

    assert (len(first.added), same.is_empty, same.unchanged) == (2, True, 2)
    assert [change.fields for change in changed.changed] == [
        {"until": (date(2024, 6, 30), date(2025, 6, 30))}
    ]
    rows = session.execute(select(EXCLUSIONS.c.name, EXCLUSIONS.c.aliases).order_by(EXCLUSIONS.c.id)).all()
    assert [tuple(row) for row in rows] == [
        ("Example Tobacco International", ["Ex-Tob", "Tabacs Exemple"]),
        ("Minas del Norte SA", []),
    ]
    assert kinds(session) == ["exclusions_imported", "exclusions_imported"]


def test_another_list_does_not_miss_what_stands_in_this_one(session: Session) -> None:
    register.import_exclusions(session, register.read_exclusions(LIST), **BY)
    other = b"name,source\nSomebody Else,EU list\n"

    plan = register.import_exclusions(session, register.read_exclusions(other), **BY)

    assert plan.missing == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Example Tobacco International", "EXAMPLE TOBACCO INTERNATIONAL, S.A."),
        ("Exemple Tabac", "Éxemple Tabac"),
        ("Example Tobacco", "Example Tobacco International"),
        ("Tobacco Example Ltd", "Example Tobacco Group"),
        ("Exampel Tobacco", "Example Tobacco"),
        ("ExampleTobacco", "Example Tobacco"),
    ],
)
def test_names_that_a_person_would_stop_at_are_alike(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Danone Group", "Dannemann Group"),
        ("Example Waters", "Example Tobacco"),
        ("Water", "Example Water Company International"),
        ("Banco del Sur", "Banco del Norte"),
        ("Société Générale", "Société Anonyme"),
        ("The Company", "Holding Ltd"),
    ],
)
def test_names_that_share_only_their_form_of_law_or_one_word_are_not(one: str, other: str) -> None:
    assert likeness(one, other) < ALIKE


def test_a_list_finds_the_partners_on_file_and_a_new_partner_finds_the_list(session: Session) -> None:
    before = register.add_partner(session, "Tabacs Éxemple", **BY)
    register.import_exclusions(session, register.read_exclusions(LIST), **BY)
    after = register.add_partner(session, "Minas del Norte", **BY)
    harmless = register.add_partner(session, "Example Waters", **BY)
    register.name_partner(session, harmless, "Exemple Eaux", is_present=False, **BY)

    assert pairs(session) == [
        (before, "Example Tobacco International", 100, None),
        (after, "Minas del Norte SA", 100, None),
    ]
    assert kinds(session) == ["exclusions_imported", "exclusion_found", "exclusion_found"]


def test_a_pair_that_a_person_has_seen_is_not_put_to_anybody_again(session: Session) -> None:
    register.import_exclusions(session, register.read_exclusions(LIST), **BY)
    number = register.add_partner(session, "Minas del Norte", **BY)
    entry = session.scalars(select(MATCHES.c.exclusion)).one()
    register.decide_match(session, number, entry, is_match=False, reason="another company", **BY)

    register.name_partner(session, number, "Minas del Norte Group", is_present=False, **BY)

    assert pairs(session) == [(number, "Minas del Norte SA", 100, False)]


def test_a_name_that_is_alike_stops_nothing_before_a_person_has_decided(engine: Engine) -> None:
    case_id, partner, entry = with_pair(engine)

    with db.transaction(engine) as session:
        assert not isinstance(submit(session, case_id), Refused)
    assert (partner, entry) != (0, 0)


def test_a_decided_match_stops_the_case_until_it_is_decided_otherwise(engine: Engine) -> None:
    case_id, partner, entry = with_pair(engine)
    with db.transaction(engine) as session:
        register.decide_match(session, partner, entry, is_match=True, reason="same seat in Lima", **BY)
        refused = submit(session, case_id)
        register.decide_match(session, partner, entry, is_match=False, reason="another company", **BY)
        done = submit(session, case_id)

        assert str(refused) == (
            "Minas del Norte is on an exclusion list, as a person has decided: UN list (Minas del Norte SA). "
            "The case cannot go on. End it, or have the decision looked at again on the page of the partner."
        )
        assert not isinstance(done, Refused)
        assert kinds(session)[-2:] == ["exclusion_decided", "exclusion_decided"]
        assert record.verify(session).holds


def test_an_entry_holds_until_its_last_day_and_for_whoever_becomes_one_with_it(engine: Engine) -> None:
    case_id, partner, entry = with_pair(engine)
    with db.transaction(engine) as session:
        register.decide_match(session, partner, entry, is_match=True, reason="same seat", **BY)
        heir = register.add_partner(session, "Cobre del Sur", **BY)
        register.merge_partners(session, partner, heir, date(2024, 2, 1), **BY)
    other = build.case(engine, at_="2024-03-01 09:00", partner={"name": "Cobre del Sur"})

    def on(when: str, of: int) -> tuple[str, ...]:
        with db.reading(engine) as session:
            found = engine_facts(session, of, when)
            return found.excluded

    assert [on(when, case_id) for when in ("2024-06-30 23:00", "2024-07-01 00:30")] == [
        ("UN list (Minas del Norte SA)",),
        (),
    ]
    assert on("2024-06-30 23:00", other) == ("UN list (Minas del Norte SA)",)


def test_a_decision_needs_a_reason_and_a_pair_that_was_found(session: Session) -> None:
    register.import_exclusions(session, register.read_exclusions(LIST), **BY)
    number = register.add_partner(session, "Minas del Norte", **BY)
    entry = session.scalars(select(MATCHES.c.exclusion)).one()

    with pytest.raises(RegisterRefused, match="there is no reason"):
        register.decide_match(session, number, entry, is_match=True, reason=" ", **BY)
    with pytest.raises(RegisterRefused, match="were not found to be alike"):
        register.decide_match(session, number, entry + 1, is_match=True, reason="so", **BY)
    assert pairs(session) == [(number, "Minas del Norte SA", 100, None)]


def with_pair(on: Engine) -> tuple[int, int, int]:
    """A case whose partner has a name like one of the list: its number, the partner's, the entry's."""
    build.world(on)
    with db.transaction(on) as session:
        register.import_exclusions(session, register.read_exclusions(LIST), **BY)
    case_id = build.case(on, at_="2024-03-01 09:00", partner={"name": "Minas del Norte"})
    with db.reading(on) as session:
        partner = session.scalars(select(CASES.c.partner_record).where(CASES.c.id == case_id)).one()
        return case_id, partner, session.scalars(select(MATCHES.c.exclusion)).one()


def submit(session: Session, case_id: int) -> Any:
    return engine.perform(session, case_id, Command("submit", Actor("officer")), NOW)


def engine_facts(session: Session, case_id: int, when: str) -> Any:
    found = engine.facts_of(session, case_id, build.at(when))
    assert found is not None
    return found[1]
