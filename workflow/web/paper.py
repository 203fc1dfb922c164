"""Letters on paper: a letter as PDF, the batch of a question as PDF, and what was posted, put on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from states.commands import Actor
from states.facts import Case, Round
from states.periods import local_day
from states.procedure import Procedure
from states.zones import zone_of
from workflow import engine, i18n, posting, printing, queries
from workflow.posting import CHANNELS, NotPosted
from workflow.printing import AS_WRITTEN, FORMS, HEADS, MISSIONS, Sheet
from workflow.web import forms, workbook
from workflow.web.hand import case_or_404
from workflow.web.people import NotForYou, Person, changes, sees
from workflow.web.showing import language_of, page, say
from workflow.web.site import site_of

router = APIRouter()

#: To whom the letters are addressed on paper -> what a page calls it.
ADDRESSED = {
    AS_WRITTEN: "Each letter to its own reader",
    MISSIONS: "Notes verbales to the Permanent Missions, one a Party",
    HEADS: "Letters to the Heads of the Administrative Authorities, one a Party",
}
#: Which of them.
WHICH = {"": "All", "unreached": "Only those that nothing has reached"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which batch somebody asks for."""

    #: Number of the round; 0: the newest.
    round: int
    form: str
    which: str


@router.get("/letters/{number:int}.pdf", name="letter_pdf")
def letter(request: Request, number: int, person: Person = sees("letters")) -> Response:
    """One letter as it would be posted."""
    with site_of(request).reading() as session:
        content = printing.letter_pdf(session, number)
    if content is None:
        raise HTTPException(404, f"There is no letter {number}.")
    return workbook.attached(content, f"letter-{number}.pdf")


@router.get("/cases/{reference}/paper", name="paper")
def show(request: Request, reference: str, person: Person = sees("letters")) -> Response:
    """The letters of a question: to be printed, and to be recorded as posted."""
    return _page(request, reference, _asked(request))


@router.get("/cases/{reference}/paper.pdf", name="paper_pdf")
def batch(request: Request, reference: str, person: Person = sees("letters")) -> Response:
    """The letters of a question in one file, behind the list of whom they are for."""
    site, wanted, language = site_of(request), _asked(request), language_of(request)
    with site.reading() as session:
        case_id, _, _, round_ = _round(session, reference, wanted)
        shown = _shown(session, case_id, round_.no, wanted, language)
        content = printing.batch_pdf(
            session, case_id, round_.no, [each.letter for each in shown], wanted.form, language, site.now()
        )
    if content is None:
        raise HTTPException(404, "There is no letter of that kind to print.")
    return workbook.attached(content, f"{reference}-letters-{round_.no}.pdf")


@router.post("/cases/{reference}/paper")
def record(
    request: Request, reference: str, person: Person = changes("letters"), form: FormData = forms.SENT
) -> Response:
    """Record what was posted."""
    # An administrator cares for the mail server, and reads no letters.
    if not person.may_see("letters"):
        raise NotForYou(person, "letters", changes=False)
    site, language = site_of(request), language_of(request)
    wanted = _wanted(forms.text(form, "round"), forms.text(form, "form"), forms.text(form, "which"))
    channel, day = forms.text(form, "channel"), forms.text(form, "on")
    members = set(form.getlist("member"))
    try:
        on = date.fromisoformat(day)
        with site.writing() as session:
            case_id, _, _, round_ = _round(session, reference, wanted)
            shown = _shown(session, case_id, round_.no, wanted, language)
            letters = [each.letter for each in shown if each.member in members]
            done = posting.record(session, letters, channel, on, Actor(person.role, person.name), site.now())
    except NotPosted as why:
        return _page(request, reference, wanted, [say(str(why), language)], day, channel)
    except ValueError:
        told = say("Give the day on which the letters left, such as 2024-06-17.", language)
        return _page(request, reference, wanted, [told], day, channel)
    asked = f"round={round_.no}&form={wanted.form}&which={wanted.which}&done={done}"
    return RedirectResponse(f"/cases/{reference}/paper?{asked}", status_code=303)


# ---------------------------------------------------------------------------------------- the page


def _page(
    request: Request,
    reference: str,
    wanted: _Wanted,
    faults: list[str] | None = None,
    on: str = "",
    channel: str = "",
) -> Response:
    site, language = site_of(request), language_of(request)
    with site.reading() as session:
        case_id, law, case, round_ = _round(session, reference, wanted)
        shown = _shown(session, case_id, round_.no, wanted, language)
        posted = posting.of_letters(session, [each.letter for each in shown])
    done = request.query_params.get("done", "")
    return page(
        request,
        "paper.html",
        status=422 if faults else 200,
        case=case,
        law=law,
        round=round_,
        wanted=wanted,
        shown=shown,
        homeless=sum(not each.address for each in shown),
        posted=posted,
        addressed=ADDRESSED,
        which=WHICH,
        channels=[(each, i18n.word("channel", each, language)) for each in CHANNELS],
        today=local_day(site.now(), zone_of(law.timezone)),
        on=on,
        channel=channel,
        faults=faults or [],
        done=int(done) if done.isascii() and done.isdigit() and len(done) < 6 else None,
    )


def _round(session: Session, reference: str, wanted: _Wanted) -> tuple[int, Procedure, Case, Round]:
    """Raises   HTTPException: there is no such case, or it has asked nobody yet"""
    case_id = case_or_404(session, reference)
    stored = queries.load_cases(session, [case_id])[case_id]
    rounds = [each for each in stored.case.rounds if wanted.round in (0, each.no)]
    if not rounds:
        raise HTTPException(404, f"{reference} has asked nobody yet: there are no letters to post.")
    return case_id, engine.law_of(session, stored), stored.case, rounds[-1]


def _shown(session: Session, case_id: int, no: int, wanted: _Wanted, language: str) -> list[Sheet]:
    every = printing.sheets(session, case_id, no, wanted.form, language)
    return [each for each in every if wanted.which != "unreached" or not each.is_reached]


def _asked(request: Request) -> _Wanted:
    asked = request.query_params
    return _wanted(asked.get("round", ""), asked.get("form", ""), asked.get("which", ""))


def _wanted(no: str, form: str, which: str) -> _Wanted:
    return _Wanted(
        int(no) if no.isascii() and no.isdigit() and len(no) < 5 else 0,
        form if form in FORMS else AS_WRITTEN,
        which if which in WHICH else "",
    )
