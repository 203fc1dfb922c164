"""In whose name somebody acts in a case: their own, or that of the colleague for whom they stand in."""

from __future__ import annotations

from collections.abc import Collection

from fastapi.exceptions import HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from states.commands import Actor
from states.facts import Case, Facts
from states.procedure import Procedure
from workflow import engine, queries
from workflow.web.people import STAFF, Person
from workflow.web.site import Site


def actor_for(session: Session, person: Person, case: Case, by: Collection[str] = ()) -> Actor:
    """Who acts, as the record will say it: "B for A" while B stands in for A.

    by   roles that may do what is to be done; empty: not known yet
    """
    absent = person.stands_in_for
    if person.role == "officer" and case.officer != person.name and case.officer in absent:
        return Actor("officer", case.officer, deputy=person.name)
    if absent and by and person.role not in by:
        rows = session.execute(select(STAFF.c.name, STAFF.c.role).where(STAFF.c.name.in_(absent)))
        for name, role in sorted(rows, key=lambda row: row.name != case.officer):
            if role in by:
                return Actor(role, name, deputy=person.name)
    return Actor(person.role, person.name)


def case_or_404(session: Session, reference: str) -> int:
    """The number of the case with that reference.

    Raises   HTTPException: there is none
    """
    found = queries.case_id_of(session, reference)
    if found is None:
        raise HTTPException(404, f"There is no case {reference}.")
    return found


def look_at(site: Site, session: Session, reference: str) -> tuple[int, Procedure, Facts]:
    """A case as a decision would see it now: its number, its law, its facts.

    Raises   HTTPException: there is no such case
    """
    case_id = case_or_404(session, reference)
    found = engine.facts_of(session, case_id, site.now())
    assert found is not None
    return case_id, *found
