"""Exclusion lists: who stands on them, which partners have names like theirs, and what was decided."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from starlette.datastructures import FormData

from workflow import register
from workflow.folding import fold
from workflow.queries import EXCLUSIONS
from workflow.register import RegisterRefused
from workflow.web import forms
from workflow.web.acting import acting, done, what_was_done
from workflow.web.partners import matches_of
from workflow.web.people import Person, changes, sees
from workflow.web.reviewing import day_asked
from workflow.web.showing import page
from workflow.web.site import site_of

router = APIRouter()


@router.get("/exclusions", name="exclusions")
def show(request: Request, person: Person = sees("exclusions")) -> Response:
    """What waits for a decision, what was decided, and every entry."""
    return _page(request, [])


@router.post("/exclusions")
def decide(request: Request, person: Person = changes("exclusions"), form: FormData = forms.SENT) -> Response:
    """Decide whether a partner is the one that an entry names."""
    site = site_of(request)
    partner, entry = (forms.text(form, name) for name in ("partner", "exclusion"))
    answer = forms.text(form, "is_match")
    try:
        if not (partner.isascii() and partner.isdigit() and entry.isascii() and entry.isdigit()):
            raise RegisterRefused("It is not said of which partner and which entry. Decide from the list.")
        if answer not in ("yes", "no"):
            raise RegisterRefused("It is not said whether they are the same. Press one of the two buttons.")
        with acting(site, person) as session:
            register.decide_match(
                session, int(partner), int(entry), is_match=answer == "yes",
                reason=forms.text(form, "reason"), actor=person.role, now=site.now(),
            )  # fmt: skip
    except RegisterRefused as refused:
        return _page(request, list(refused.faults))
    back = f"/partners/{partner}" if forms.text(form, "back") == "partner" else "/exclusions"
    return done(back, "decided")


def _page(request: Request, faults: list[str]) -> Response:
    site, q = site_of(request), request.query_params.get("q", "").strip()
    on, fault = day_asked(request, site)
    with site.reading() as session:
        rows = session.execute(select(EXCLUSIONS).order_by(EXCLUSIONS.c.source, EXCLUSIONS.c.folded)).all()
        matches = matches_of(session)
    wanted = fold(q).split()
    shown = [
        r for r in rows if all(word in fold(" ".join([r.name, *r.aliases, r.source])) for word in wanted)
    ]
    return page(
        request,
        "exclusions.html",
        status=422 if faults else 200,
        entries=shown,
        count=len(rows),
        waiting=[each for each in matches if each.is_match is None],
        decided=[each for each in matches if each.is_match is not None],
        q=q,
        on=on,
        faults=[*faults, *([fault] if fault else [])],
        done=what_was_done(request),
    )
