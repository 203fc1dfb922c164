"""My work: what I must do, the nearest date first, and why; what waits for others below it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from states.periods import local_day
from states.zones import zone_of
from workflow import desk
from workflow.desk import Item
from workflow.web import people
from workflow.web.naming import party_names
from workflow.web.people import Person, sees
from workflow.web.showing import HOME_ZONE, language_of, page
from workflow.web.site import site_of

router = APIRouter()

#: What is due within so many days is shown apart from what is due later.
SOON = timedelta(days=7)


@router.get("/", name="work")
def show(request: Request, person: Person = sees("work")) -> Response:
    """The first page of whoever works on cases."""
    site = site_of(request)
    with site.reading() as session:
        found = desk.desk_of(
            session, person.as_whom or person.name, person.role, site.now(), person.stands_in_for
        )
        names = party_names(session, site, language_of(request))
        absent = people.full_names(session, person.stands_in_for)
    today = local_day(site.now(), zone_of(HOME_ZONE))
    groups = grouped(found.mine, today)
    return page(request, "work.html", desk=found, groups=groups, names=names, absent=absent, today=today)


def grouped(items: Iterable[Item], today: date) -> list[tuple[str, list[Item]]]:
    """The items under the headings of the page, in the order of time; headings without any are left out."""
    found: dict[str, list[Item]] = {
        "Overdue": [],
        "Within seven days": [],
        "Later": [],
        "Without a date": [],
    }
    for item in items:
        if item.is_overdue or (item.due is not None and item.due < today):
            heading = "Overdue"
        elif item.due is None:
            heading = "Without a date"
        else:
            heading = "Within seven days" if item.due <= today + SOON else "Later"
        found[heading].append(item)
    return [(heading, group) for heading, group in found.items() if group]
