"""Letters: the queue and why it stands still, every letter as it was sent, and those that found nobody."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from notifications import REPLY_LINK, templates
from notifications.library import FOLDER
from states.commands import Actor
from workflow import answering, i18n, outbox, posting, rewriting
from workflow.rewriting import NotRewritten, Outdated
from workflow.web import forms, letter_list
from workflow.web.act_fields import Names, named
from workflow.web.letter_list import CODES, OUTCOMES, STATUSES, WHICH, Wanted
from workflow.web.people import NotForYou, Person, changes, sees
from workflow.web.showing import language_of, page, say
from workflow.web.site import Site, site_of

router = APIRouter()

#: What a page says of an act that was done.
DONE = {
    "resumed": "Sending goes on: what waits leaves now.",
    "again": "The letter is tried again within a minute.",
    "instead": "The letter goes to the next contact as well.",
    "revoked": "The reply link of this letter opens nothing any more.",
    "rewritten": "The letters that wait have the present wording.",
}


@router.get("/letters", name="letters")
def show(request: Request, person: Person = sees("letters")) -> Response:
    """The queue, and letters by what became of them."""
    asked = request.query_params
    wanted = Wanted(
        which=asked.get("status", "") if asked.get("status", "") in WHICH else "",
        case=asked.get("case", "").strip().upper(),
        party=asked.get("party", "").strip().upper(),
        before=_number(asked.get("before", "")),
    )
    language = language_of(request)
    with site_of(request).reading() as session:
        rows, more = letter_list.letters(session, wanted)
        names = _names(session)
        values: dict[str, Any] = {
            "queue": letter_list.queue(session),
            "outdated": sum(each.count for each in rewriting.outdated(session)),
        }
    parties = sorted(
        ((code, named(code, names, language)) for code in names), key=lambda p: i18n.sort_key(p[1])
    )
    return page(
        request,
        "letters.html",
        wanted=wanted,
        which=_offered(site_of(request), wanted),
        rows=rows,
        more=more,
        names={code: named(code, names, language) for code in {row.party for row in rows if row.party}},
        parties=parties,
        statuses=STATUSES,
        came_back=letter_list.has_come_back,
        done=_done(request),
        **values,
    )


@router.post("/letters/resume")
def resume(request: Request, person: Person = changes("letters"), form: FormData = forms.SENT) -> Response:
    """Let a paused queue run again."""
    with site_of(request).writing() as session:
        outbox.resume(session)
    # An administrator cares for the mail server, and sees no letters.
    return RedirectResponse(
        "/letters?done=resumed" if person.may_see("letters") else "/system", status_code=303
    )


@router.get("/letters/rewording", name="rewording")
def rewording(request: Request, person: Person = sees("letters")) -> Response:
    """Letters that wait with an earlier wording, and how the present one differs."""
    with site_of(request).reading() as session:
        found = rewriting.outdated(session)
        compared = [(each, *_compared(session, each)) for each in found]
    return page(request, "letters_rewording.html", compared=compared, faults=[], done=_done(request))


@router.post("/letters/rewording")
def accept(request: Request, person: Person = changes("letters"), form: FormData = forms.SENT) -> Response:
    """Write the waiting letters of one template and language anew."""
    _require_reader(person)
    site = site_of(request)
    chosen = tuple(forms.text(form, name) for name in ("template", "language", "old", "new"))
    with site.writing() as session:
        now = rewriting.outdated(session)
        wanted = next((e for e in now if (e.template, e.language, e.old, e.new) == chosen), None)
        if wanted is not None:
            rewriting.accept(session, wanted, Actor(person.role, person.name), site.now())
    if wanted is not None:
        return RedirectResponse("/letters/rewording?done=rewritten", status_code=303)
    told = say("What you have looked at is not what is there now. Look again.", language_of(request))
    with site.reading() as session:
        compared = [(each, *_compared(session, each)) for each in rewriting.outdated(session)]
    return page(request, "letters_rewording.html", status=409, compared=compared, faults=[told], done="")


@router.get("/letters/wording/{template}", name="wording")
def wording(request: Request, template: str, person: Person = sees("letters")) -> Response:
    """A template as it is written, in each language."""
    written = [(each, _source(template, each)) for each in i18n.LANGUAGES if template in templates(each)]
    if not written:
        raise HTTPException(404, f"There is no letter '{template}'.")
    return page(request, "letters_wording.html", wording=template, written=written, known=templates("en"))


@router.get("/letters/{number:int}", name="letter")
def show_one(request: Request, number: int, person: Person = sees("letters")) -> Response:
    """One letter as it was sent, and what became of it."""
    return _letter(request, number)


@router.post("/letters/{number:int}/again")
def again(
    request: Request, number: int, person: Person = changes("letters"), form: FormData = forms.SENT
) -> Response:
    """Try a letter again that was set aside."""
    _require_reader(person)
    site = site_of(request)
    with site.writing() as session:
        done = rewriting.try_again(session, number, Actor(person.role, person.name), site.now())
    if not done:
        told = say(
            "This letter was not set aside: it has been sent, or it will be tried again.",
            language_of(request),
        )
        return _letter(request, number, faults=[told])
    return RedirectResponse(f"/letters/{number}?done=again", status_code=303)


@router.post("/letters/{number:int}/instead")
def instead(
    request: Request, number: int, person: Person = changes("letters"), form: FormData = forms.SENT
) -> Response:
    """Write a letter that was set aside to the next contact of its Party."""
    _require_reader(person)
    site = site_of(request)
    try:
        with site.writing() as session:
            rewriting.send_instead(session, number, Actor(person.role, person.name), site.now())
    except NotRewritten as why:
        return _letter(request, number, faults=[say(str(why), language_of(request))])
    return RedirectResponse(f"/letters/{number}?done=instead", status_code=303)


@router.post("/letters/{number:int}/revoke")
def revoke(
    request: Request, number: int, person: Person = changes("letters"), form: FormData = forms.SENT
) -> Response:
    """Let a letter's reply link open nothing any more."""
    _require_reader(person)
    site, why = site_of(request), forms.text(form, "why")
    if not why:
        told = say("Say why the link is revoked: the record keeps it.", language_of(request))
        return _letter(request, number, faults=[told])
    with site.writing() as session:
        row = letter_list.letter(session, number)
        if row is not None and row.token_hash and row.case_id is not None:
            answering.revoke(session, row.token_hash, why, site.now(), by=person.role)
    return RedirectResponse(f"/letters/{number}?done=revoked", status_code=303)


# ---------------------------------------------------------------------------------------- the pages


def _letter(request: Request, number: int, faults: list[str] | None = None) -> Response:
    """Raises   HTTPException: there is no such letter"""
    site, language = site_of(request), language_of(request)
    with site.reading() as session:
        row = letter_list.letter(session, number)
        if row is None:
            raise HTTPException(404, f"There is no letter {number}.")
        aside = letter_list.is_set_aside(row)
        values: dict[str, Any] = {
            "deliveries": letter_list.deliveries(session, number),
            "posted": posting.of_letters(session, [number]).get(number, []),
            "revoked": bool(row.token_hash) and letter_list.is_revoked(session, row.token_hash),
            "next": rewriting.stand_in(session, number, site.now()) if aside else None,
            "party": named(row.party, _names(session), language) if row.party else "",
        }
    link = say("[here stands the reader's own link]", row.language)
    return page(
        request,
        "letter.html",
        status=422 if faults else 200,
        letter=row,
        text=row.text.replace(REPLY_LINK, link),
        html=row.html.replace(REPLY_LINK, link),
        direction_of=i18n.direction(row.language),
        status_of=STATUSES[row.status],
        came_back=letter_list.has_come_back(row),
        aside=aside,
        outcomes=OUTCOMES,
        codes=CODES,
        known=row.language in i18n.LANGUAGES and row.template in templates(row.language),
        faults=faults or [],
        done=_done(request),
        **values,
    )


def _offered(site: Site, wanted: Wanted) -> dict[str, str]:
    """What may be chosen: letters are withheld only while an installation is being tried out."""
    is_trial = bool(site.house.settings.installation.dry_run_allow)
    return {k: words for k, words in WHICH.items() if k != "withheld" or is_trial or wanted.which == k}


def _compared(session: Session, each: Outdated) -> tuple[Any, list[tuple[str, str]]]:
    """One of the letters, and its difference to what it would be; None: it would not be written any more."""
    found = rewriting.look(session, [each.sample])
    if not found:
        return None, []
    one = found[0]
    old, new = (
        f"{subject}\n\n{text}" for subject, text in ((one.old_subject, one.old_text), (one.subject, one.text))
    )
    shown = [(sign, line.replace(REPLY_LINK, "[…]")) for sign, line in rewriting.difference(old, new)]
    return one, shown


def _source(template: str, language: str) -> str:
    return (FOLDER / language / f"{template}.txt").read_text(encoding="utf-8")


def _names(session: Session) -> Names:
    return {code: (en, fr, es) for code, en, fr, es in letter_list.party_codes(session)}


def _require_reader(person: Person) -> None:
    """Whoever changes a letter must be allowed to read it. Raises   NotForYou"""
    if not person.may_see("letters"):
        raise NotForYou(person, "letters", changes=False)


def _done(request: Request) -> str:
    return DONE.get(request.query_params.get("done", ""), "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
