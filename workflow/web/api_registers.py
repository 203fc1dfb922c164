"""The API, beside the cases: Parties and meetings."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import select

from workflow.queries import MEETINGS
from workflow.web import api_told
from workflow.web.api_sent import Unread
from workflow.web.parties import entries
from workflow.web.people import Person
from workflow.web.problems import answers
from workflow.web.reviewing import day_asked, register_asked
from workflow.web.showing import language_of
from workflow.web.site import site_of
from workflow.web.tokens import reads

router = APIRouter(prefix="/api", tags=["Registers"])


@router.get("/parties", responses=answers(400, 404))
def list_parties(
    request: Request, on: str = "", register: str = "", person: Person = reads("parties")
) -> list[api_told.Party]:
    """The States of a register as of a day, and whether their letters reach somebody; no personal data.

    on         2024-05-09; else today
    register   which register of Parties; else that of the first law file
    """
    site = site_of(request)
    day, fault = day_asked(request, site)
    if fault:
        raise Unread(fault)
    with site.reading() as session:
        found = entries(session, register_asked(request, session, site), day, language_of(request))
    return [
        api_told.Party(
            each.code, each.name, each.region, each.language, each.joins, each.leaves, each.is_party,
            each.state, each.roles, each.addresses,
        )
        for each in found
    ]  # fmt: skip


@router.get("/meetings", responses=answers())
def list_meetings(
    request: Request, body: str = "", person: Person = reads("meetings")
) -> list[api_told.Meeting]:
    """The meetings of all bodies, or of one, by their first day."""
    wanted = select(MEETINGS).order_by(MEETINGS.c.starts, MEETINGS.c.body, MEETINGS.c.ordinal)
    if body:
        wanted = wanted.where(MEETINGS.c.body == body)
    with site_of(request).reading() as session:
        rows = session.execute(wanted).all()
    return [
        api_told.Meeting(row.body, row.ordinal, row.kind, row.place, row.starts, row.ends, row.note)
        for row in rows
    ]
