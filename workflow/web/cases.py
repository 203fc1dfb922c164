"""The register: every case, found by words and filters, page by page; and as files that equal the screen."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import db, gather, i18n, search, spreadsheet
from workflow.search import Found, Wanted
from workflow.web import register_lines, workbook
from workflow.web.naming import party_names
from workflow.web.people import STAFF, Person, sees
from workflow.web.register_lines import Shown
from workflow.web.showing import language_of, page, say
from workflow.web.site import Site, site_of

log = logging.getLogger("assent.web")
router = APIRouter()

#: How many changed cases a search gathers before it looks: somebody is waiting.
GATHERED_FIRST = 25
#: How orders, and what is asked of objections, are called on the page.
ORDERS = {
    "best": "best match first",
    "newest": "newest first",
    "oldest": "oldest first",
    "next": "next date first",
    "longest": "longest in its stage first",
}
OBJECTED = {"standing": "an objection stands", "ever": "was ever objected to"}
AS = {"concerned": "as a Party concerned", "objecting": "as an objecting Party"}


@router.get("/cases", name="cases")
def show(request: Request, person: Person = sees("cases")) -> Response:
    """One page of the register."""
    site, wanted, language = site_of(request), Wanted.read(request.query_params), language_of(request)
    is_current = _prepare(site, person, wanted, is_search=bool(wanted.q))
    with site.reading() as session:
        found = search.find(session, wanted, site.now())
        names = party_names(session, site, language)
        staff = _staff(session)
        places = search.places(session, wanted, [line.id for line in found.lines]) if wanted.q else {}
        behind = 0 if is_current else gather.behind(session)
        officers = _officers(session, staff)
    told = register_lines.Told(site, language, names, staff)
    choices = _choices(site, language, officers)
    return page(
        request,
        "cases.html",
        wanted=replace(wanted, page=found.page),
        found=found,
        lines=[told.shown(line, places.get(line.id, ())) for line in found.lines],
        behind=behind,
        choices=choices | {"party": list(names.items())},
        chips=_chips(wanted, choices, names, language),
        columns=told.columns(wanted),
        query=urlencode(wanted.told()),
        pages=_pages(wanted, found),
    )


@router.get("/cases.csv", name="cases_csv")
def as_csv(request: Request, person: Person = sees("cases")) -> Response:
    """Every case that the screen would show on all its pages, in the same columns."""
    columns, rows = _file(request, person)
    content = spreadsheet.write(columns, ([workbook.plain(cell) for cell in row] for row in rows))
    return workbook.attached(content, "cases.csv")


@router.get("/cases.xlsx", name="cases_xlsx")
def as_xlsx(request: Request, person: Person = sees("cases")) -> Response:
    """The same as a workbook."""
    columns, rows = _file(request, person)
    title = say("Register", language_of(request))
    return workbook.attached(workbook.write(title, columns, rows), "cases.xlsx")


def _file(request: Request, person: Person) -> tuple[list[str], Iterator[list[workbook.Cell]]]:
    site, wanted, language = site_of(request), Wanted.read(request.query_params), language_of(request)
    _prepare(site, person, wanted, is_search=True)
    with site.reading() as session:
        lines = list(search.every(session, wanted, site.now()))
        places: Mapping[int, tuple[str, ...]] = {}
        if wanted.q:
            places = search.places(session, wanted, [line.id for line in lines])
        told = register_lines.Told(site, language, party_names(session, site, language), _staff(session))
    columns = told.columns(wanted)
    shown = (told.shown(line, places.get(line.id, ())) for line in lines)
    return [words for _, words in columns], ([_cell(each, key) for key, _ in columns] for each in shown)


def _cell(shown: Shown, key: str) -> workbook.Cell:
    value: workbook.Cell = getattr(shown, key)
    return value


def _prepare(site: Site, person: Person, wanted: Wanted, *, is_search: bool) -> bool:
    """Let nobody search without end, and let what has changed be found; whether all of it can be."""
    if is_search:
        site.limits.take("search", person.session, site.now())
    if not wanted.q:
        return True
    try:
        return gather.catch_up(site.engine, GATHERED_FIRST)
    except db.DatabaseError as error:
        # A search that misses the newest words is better than none; the page says how many are missing.
        log.warning("nothing could be gathered for a search: %s", error)
        return False


# ------------------------------------------------------------------------------------- what is chosen


def _staff(session: Session) -> dict[str, str]:
    """Sign-in name -> full name."""
    rows = session.execute(select(STAFF.c.name, STAFF.c.full_name))
    return {row.name: row.full_name or row.name for row in rows}


def _officers(session: Session, staff: Mapping[str, str]) -> list[tuple[str, str]]:
    """Everybody who is or was an officer: nobody is ever taken off the list of staff."""
    names = session.scalars(select(STAFF.c.name).where(STAFF.c.role == "officer"))
    named = [(name, staff[name]) for name in names]
    return sorted(named, key=lambda each: i18n.sort_key(each[1]))


def _choices(site: Site, language: str, officers: list[tuple[str, str]]) -> dict[str, list[tuple[str, Any]]]:
    """What each filter offers: value and words."""
    laws = {law.id: law for law in site.house.laws.all}
    states = {s.name: i18n.title(s.title, language) for law in laws.values() for s in law.states.values()}
    return {
        "state": list(states.items()),
        "procedure": [(id_, i18n.title(law.title, language)) for id_, law in laws.items()],
        "officer": [(search.NOBODY, say("nobody yet", language)), *officers],
        "objected": [(key, say(words, language)) for key, words in OBJECTED.items()],
        "as": [(key, say(words, language)) for key, words in AS.items()],
        "order": [(key, say(words, language)) for key, words in ORDERS.items()],
    }


def _chips(
    wanted: Wanted, choices: Mapping[str, list[tuple[str, Any]]], names: Mapping[str, str], language: str
) -> list[tuple[str, str]]:
    """Each filter that asks for something, in words, and the address without it."""
    said = {
        "q": lambda: f"“{wanted.q}”",
        "party": lambda: (
            names.get(wanted.party, wanted.party)
            + (f", {dict(choices['as'])[wanted.as_]}" if wanted.as_ else "")
        ),
        "overdue": lambda: say("overdue", language),
        "year": lambda: say("opened in {year}", language, year=wanted.year),
    }
    found = []
    for name in wanted.filters:
        value = getattr(wanted, name)
        words = said[name]() if name in said else dict(choices[name]).get(value, value)
        query = urlencode(wanted.without(name).told())
        found.append((str(words), "/cases" + (f"?{query}" if query else "")))
    return found


def _pages(wanted: Wanted, found: Found) -> dict[str, str]:
    """Where the first, the earlier, the later and the last page are; only those there are."""

    def address(number: int) -> str:
        told = wanted.told() | ({"page": str(number)} if number > 1 else {})
        return "/cases" + (f"?{urlencode(told)}" if told else "")

    links: dict[str, str] = {}
    if found.page > 1:
        links |= {"first": address(1), "earlier": address(found.page - 1)}
    if found.page < found.pages:
        links |= {"later": address(found.page + 1), "last": address(found.pages)}
    return links
