"""My work: what I must do, the nearest date first, and why; what waits for others below it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from workflow.web.people import Person, sees
from workflow.web.showing import page

router = APIRouter()


@router.get("/", name="work")
def show(request: Request, person: Person = sees("work")) -> Response:
    """The first page of whoever works on cases."""
    return page(request, "work.html", mine=[], others=[])
