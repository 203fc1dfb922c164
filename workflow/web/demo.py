"""The demo's own pages: its clock can be moved, its letters read, and one signs in with a click."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from notifications.plain import REPLY_LINK
from workflow.showcase import Stage
from workflow.showcase.stage import PEOPLE
from workflow.web import forms
from workflow.web.people import ABSOLUTE, COOKIE, begin, begin_anew, person_of
from workflow.web.showing import page
from workflow.web.site import site_of

router = APIRouter(prefix="/demo")

#: How many caught letters are listed at a time.
SHOWN = 100


def _stage(request: Request) -> Stage:
    """The demo behind this server; anywhere else there is nothing at these addresses."""
    stage = getattr(request.app.state, "stage", None)
    if not isinstance(stage, Stage):
        raise HTTPException(404)
    return stage


@router.get("")
def welcome(request: Request) -> Response:
    """Who one may be here, and what there is to see."""
    stage = _stage(request)
    return page(request, "demo.html", people=PEOPLE, caught=len(stage.catcher.caught))


@router.post("/as/{name}")
def sign_in_as(request: Request, name: str) -> Response:
    """Sign in as one of the demo's people."""
    _stage(request)
    forms.require_same_origin(request)
    if name not in PEOPLE:
        raise HTTPException(404)
    site = site_of(request)
    with site.writing() as session:
        token = begin(session, name, "demo", site.now())
    response = RedirectResponse("/", status_code=303)
    response.set_cookie(COOKIE, token, max_age=int(ABSOLUTE.total_seconds()), httponly=True, samesite="lax")
    return response


@router.post("/clock")
def move_clock(request: Request, form: FormData = forms.SENT) -> Response:
    """Let time pass: to the next event, or by some days."""
    stage = _stage(request)
    by, site = forms.text(form, "by"), site_of(request)
    has_signed_in = person_of(site, request) is not None
    if by == "next":
        stage.to_next_event()
    elif by in ("1", "30"):
        stage.days(int(by))
    else:
        raise HTTPException(400, "Choose: next event, 1 day or 30 days.")
    if has_signed_in:
        with site.writing() as session:
            begin_anew(session, request.cookies[COOKIE], site.now())
    back = forms.text(form, "back")
    return RedirectResponse(back if back.startswith("/") and back[1:2] != "/" else "/demo", status_code=303)


@router.get("/letters")
def letters(request: Request, to: str = "") -> Response:
    """The letters that were caught, the newest first."""
    stage = _stage(request)
    found: list[dict[str, Any]] = []
    for number, caught in reversed(list(enumerate(stage.catcher.caught))):
        if to.casefold() in caught.recipient.casefold():
            message = caught.message
            found.append({"number": number, "to": caught.recipient, "subject": str(message["Subject"])})
        if len(found) == SHOWN:
            break
    return page(request, "demo_letters.html", letters=found, to=to, total=len(stage.catcher.caught))


@router.get("/letters/{number}")
def letter(request: Request, number: int) -> Response:
    """One caught letter, its reply link alive."""
    caught = _stage(request).catcher.caught
    if not 0 <= number < len(caught):
        raise HTTPException(404)
    message = caught[number].message
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    base = site_of(request).house.settings.installation.base_url
    link = next((word for word in text.split() if word.startswith(f"{base}/r/")), "")
    before, _, after = text.partition(link) if link else (text, "", "")
    headers = [(name, str(message[name])) for name in ("From", "To", "Date", "Subject")]
    assert REPLY_LINK not in text
    return page(
        request, "demo_letter.html", headers=headers, before=before, link=link.removeprefix(base), after=after
    )
