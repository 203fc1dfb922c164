"""The law: each procedure in words and as a drawing, and who may do what; all made from the law file."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from markupsafe import Markup
from sqlalchemy import func, select

from states.account import account, where
from states.faults import ProcedureError
from states.procedure import Action, Procedure
from workflow import drawing, i18n
from workflow.queries import CASES
from workflow.web.people import Person, sees
from workflow.web.showing import language_of, page
from workflow.web.site import Site, site_of

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Permission:
    """One action, where it may be done and by whom."""

    #: The state, if it is one.
    state: str
    #: The states in words, if they are several.
    where: str
    title: str
    roles: frozenset[str]


@router.get("/law", name="laws")
def show(request: Request, person: Person = sees("law")) -> Response:
    """Every procedure in every edition."""
    site = site_of(request)
    wanted = select(CASES.c.procedure, CASES.c.edition, func.count()).group_by(
        CASES.c.procedure, CASES.c.edition
    )
    with site.reading() as session:
        counts = {(id, edition): number for id, edition, number in session.execute(wanted)}
    return page(request, "laws.html", laws=site.house.laws.all, counts=counts)


@router.get("/law/{id}", name="law")
def show_one(request: Request, id: str, person: Person = sees("law")) -> Response:
    """One procedure, told state by state; ?edition=2026 for another edition than the newest."""
    site = site_of(request)
    law = _law(site, id, request.query_params.get("edition", ""))
    language = language_of(request)
    rows = _permissions(law, language)
    return page(
        request,
        "law.html",
        law=law,
        editions=[each.edition for each in site.house.laws.all if each.id == id],
        sections=account(law),
        # Made by our own hand from a law file and fit for a page: nothing in it runs or loads.
        picture=Markup(drawing.drawn_in_full(law, language=language)),
        permissions=rows,
        roles=[role for role in law.roles if any(role in row.roles for row in rows)],
        told=lambda entry, heading: i18n.provision(
            entry.words, entry.label, law, language, cited=bool(heading)
        ),
        named=lambda heading: i18n.provision(heading, "", law, language),
    )


def _law(site: Site, id: str, edition: str) -> Procedure:
    if edition:
        found = [law for law in site.house.laws.all if (law.id, law.edition) == (id, edition)]
        if found:
            return found[-1]
        raise HTTPException(
            404, "There is no such edition of this procedure. Look at the list of procedures."
        )
    try:
        return site.house.laws.current(id)
    except ProcedureError:
        raise HTTPException(404, "There is no such procedure. Look at the list of procedures.") from None


def _permissions(law: Procedure, language: str) -> list[Permission]:
    """State by state what may be done in it alone, then what may be done in several, each once."""
    every = [action for same in law.actions.values() for action in same]
    rows = [
        Permission(state, "", action.title, frozenset(action.by))
        for state in law.states
        for action in every
        if action.states == (state,)
    ]
    return rows + [
        Permission("", _where(law, action, language), action.title, frozenset(action.by))
        for action in every
        if len(action.states) > 1
    ]


def _where(law: Procedure, action: Action, language: str) -> str:
    return i18n.provision(where(law, action.states), "In", law, language)
