"""Mail that waits for somebody: what it says, beside the case it belongs to and the answer it may give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse
from markupsafe import Markup, escape
from sqlalchemy import Row
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from states.commands import VOICES, Actor
from states.facts import Facts
from states.objections import WITHDRAWAL
from states.procedure import Procedure
from states.reasons import Refused
from workflow import engine, i18n, inbox, scans
from workflow.inbox import MATCHED, WAITS, Answer, MailRefused
from workflow.web import forms
from workflow.web.behalf import Question, questions
from workflow.web.documents import VERDICTS as FOUND
from workflow.web.hand import actor_for, case_or_404
from workflow.web.naming import party_names
from workflow.web.people import Person, changes, sees
from workflow.web.performing import key_of, new_key
from workflow.web.showing import language_of, page, say, sentences
from workflow.web.site import Site, site_of

router = APIRouter()

#: Verdict -> its colour and its word.
VERDICTS: Mapping[str, tuple[str, str]] = {
    "reply": ("note", "written by somebody"),
    "automatic": ("warn", "sent by a program"),
    "bounce": ("bad", "a letter that came back"),
    "delay": ("warn", "a letter that is delayed"),
    "receipt": ("note", "a receipt"),
    "unknown": ("warn", "cannot be read"),
}
#: What keeps an answer from being clear -> in words.
MARKS: Mapping[str, str] = {
    "negation": "a negation that was not understood",
    "condition": "a condition",
    "question": "a question",
    "doubt": "words of doubt, or of a later answer",
    "contrast": "a word that takes something back",
    "quoted": "somebody else's words in quotation marks",
    "contradiction": "two answers that do not go together",
    "not_asked": "an answer to another question",
    "between": "it stands between quoted lines",
    "difference": "its plain text and its HTML say different things",
    "refused": "the law did not take it",
}
#: What speaks for a guess -> in words.
SIGNS: Mapping[str, str] = {
    "subject": "the reference stands in the subject",
    "text": "the reference stands in the text",
    "asked": "its sender is a contact of a Party that is asked",
    "domain": "somebody with the same domain is asked",
}
#: What a page says of an act that was done.
DONE: Mapping[str, str] = {
    "accepted": "The answer is on file, received when the mail was.",
    "closed": "Nothing more is to be done about it.",
    "moved": "The mail is filed with this case.",
}
NUMBERS_MAX = 500


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a mail: the case it belongs to, and who may have answered what."""

    law: Procedure
    facts: Facts
    questions: tuple[Question, ...]


@router.get("/mail", name="mail")
def show(request: Request, person: Person = sees("mail")) -> Response:
    """What waits, the oldest first; or all mail of one case, the newest first."""
    site, asked = site_of(request), request.query_params
    returns, reference = asked.get("show") == "returned", asked.get("case", "").strip().upper()
    with site.reading() as session:
        if reference:
            rows, more = inbox.of_case(session, case_or_404(session, reference)), False
        else:
            rows, more = inbox.waiting(session, returns=returns, after=_number(asked.get("after", "")))
        counts = inbox.counts(session)
        names = party_names(session, site, language_of(request))
    returned = counts.pop("return_of_unknown", 0)
    return page(
        request,
        "triage.html",
        rows=rows,
        more=more,
        returns=returns,
        reference=reference,
        counts={"waiting": sum(counts.values()), "returned": returned},
        waits=WAITS,
        verdicts=VERDICTS,
        speaker=lambda voice: _spoken(voice, names, language_of(request)),
        is_clear=is_clear,
        key=new_key(),
        faults=[],
        done=DONE.get(asked.get("done", ""), ""),
    )


@router.get("/mail/{number:int}", name="mail_one")
def show_one(request: Request, number: int, person: Person = sees("mail")) -> Response:
    """One message beside the case it belongs to and the answer it may give."""
    return _one(request, person, number)


@router.get("/mail/{number:int}/raw", name="mail_raw")
def raw(request: Request, number: int, person: Person = sees("mail")) -> Response:
    """A message as it came, to be saved: never shown by a browser."""
    with site_of(request).reading() as session:
        row, content = inbox.message(session, number), inbox.raw_of(session, number)
        held_back = scans.why_not(session, row.sha256) if row is not None else ""
    if row is None or content is None:
        raise HTTPException(404, f"There is no mail {number}.")
    if row.verdict == "" or any(each["warning"] for each in row.attachments):
        raise HTTPException(403, "What is attached to this mail may do harm. It is not handed out.")
    if held_back:
        raise HTTPException(403, say(held_back, language_of(request)))
    headers = {
        "Content-Disposition": f'attachment; filename="mail-{number}.eml"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/mail/{number:int}/accept")
def accept(
    request: Request, number: int, person: Person = changes("mail"), form: FormData = forms.SENT
) -> Response:
    """Record the answer that a message gives."""
    site, given = site_of(request), _answer_of(form)
    if not given.voice or not given.word:
        told = say("Say whose answer it is, and what it is.", language_of(request))
        return _one(request, person, number, status=422, faults=[told], typed=given)
    try:
        with site.writing() as session:
            actor = _actor(site, session, person, number)
            outcome = inbox.accept(session, number, given, actor, site.now(), key=key_of(person, form))
    except MailRefused as why:
        return _one(request, person, number, status=409, faults=[str(why)], typed=given)
    if isinstance(outcome, Refused):
        faults = sentences(outcome, language_of(request))
        return _one(request, person, number, status=422, faults=faults, typed=given)
    return RedirectResponse("/mail?done=accepted", status_code=303)


@router.post("/mail/{number:int}/move")
def move(
    request: Request, number: int, person: Person = changes("mail"), form: FormData = forms.SENT
) -> Response:
    """File a message with a case."""
    site, reference = site_of(request), forms.text(form, "case")
    try:
        with site.writing() as session:
            case_id = inbox.case_of(session, reference)
            if case_id is None:
                raise MailRefused(f"There is no case '{reference[:40]}'. Check its reference.")
            actor = Actor(person.role, person.name)
            inbox.move(session, number, case_id, actor, site.now())
    except MailRefused as why:
        return _one(request, person, number, status=422, faults=[str(why)])
    return RedirectResponse(f"/mail/{number}?done=moved", status_code=303)


@router.post("/mail/close")
def close(request: Request, person: Person = changes("mail"), form: FormData = forms.SENT) -> Response:
    """Say of messages that nothing more is to be done: of one, or of many letters that came back."""
    site = site_of(request)
    numbers = [_number(str(each)) for each in form.getlist("number")][:NUMBERS_MAX]
    with site.writing() as session:
        done = inbox.close(session, numbers, Actor(person.role, person.name), site.now())
    back = "/mail?show=returned" if forms.text(form, "back") == "returned" else "/mail"
    sign = "&" if "?" in back else "?"
    return RedirectResponse(f"{back}{sign}done=closed" if done else back, status_code=303)


# ------------------------------------------------------------------------------------------ one mail


def _one(
    request: Request,
    person: Person,
    number: int,
    *,
    status: int = 200,
    faults: list[str] | None = None,
    typed: Answer | None = None,
) -> Response:
    site, language = site_of(request), language_of(request)
    with site.reading() as session:
        row = inbox.message(session, number)
        if row is None:
            raise HTTPException(404, f"There is no mail {number}.")
        names = party_names(session, site, language)
        beside = _beside(site, session, row, names, language)
        looked_at = scans.verdicts(session, [row.sha256])[row.sha256]
    given = typed or Answer(_voice(row, beside), row.word)
    return page(
        request,
        "triage_one.html",
        status=status,
        mail=row,
        looked_at=FOUND.get(looked_at),
        is_held_back=bool(scans.WHY_NOT[looked_at]),
        text=marked(row.text, row.sentence, [each["words"] for each in row.marks]),
        beside=beside,
        typed=given,
        who=given.voice.partition("/")[0],
        rank=given.voice.partition("/")[2] or "head",
        voices=VOICES,
        is_withdrawal=given.word == WITHDRAWAL,
        speaker=_spoken(row.voice, names, language),
        waits=WAITS,
        matched=MATCHED,
        verdicts=VERDICTS,
        marks=[(MARKS.get(each["kind"], each["kind"]), each["words"]) for each in row.marks],
        signs=SIGNS,
        faults=faults or [],
        done=DONE.get(request.query_params.get("done", ""), ""),
        key=new_key(),
    )


def marked(text: str, sentence: str, doubts: list[str]) -> Markup:
    """A message with the sentence of its answer marked, so that an officer's eye falls on it first."""
    words = sentence.split()
    if not words:
        return Markup(escape(text))
    place = _place(text, words)
    if place is None:
        return Markup(escape(text))
    begin, end = place
    return Markup("{}<mark>{}</mark>{}").format(text[:begin], text[begin:end], text[end:])


def _place(text: str, words: list[str]) -> tuple[int, int] | None:
    """Where words stand in a text, whatever blanks and line ends are between them."""
    begin = text.find(words[0])
    while begin >= 0:
        end, rest = begin, words
        while rest and text[end:].lstrip().startswith(rest[0]):
            end = len(text) - len(text[end:].lstrip()) + len(rest[0])
            rest = rest[1:]
        if not rest:
            return begin, end
        begin = text.find(words[0], begin + 1)
    return None


def _beside(
    site: Site, session: Session, row: Row[Any], names: Mapping[str, str], language: str
) -> Beside | None:
    """The case a message belongs to; None while that is a guess."""
    if row.case_id is None or row.matched_by in ("", "guess"):
        return None
    found = engine.facts_of(session, row.case_id, site.now())
    if found is None:
        return None
    law, facts = found
    return Beside(law, facts, tuple(questions(law, facts, _by_tongue(names), language)))


def _by_tongue(names: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    """Names already in the reader's language, in the form in which registers hold them."""
    return {code: (name, name, name) for code, name in names.items()}


def _voice(row: Row[Any], beside: Beside | None) -> str:
    """Whose answer it seems to be."""
    return row.voice if beside is not None else ""


def _actor(site: Site, session: Session, person: Person, number: int) -> Actor:
    """Who records an answer; in a colleague's place, if it is their case."""
    row = inbox.message(session, number)
    found = engine.facts_of(session, row.case_id, site.now()) if row is not None and row.case_id else None
    return Actor(person.role, person.name) if found is None else actor_for(session, person, found[1].case)


def _answer_of(form: FormData) -> Answer:
    who, rank = forms.text(form, "who"), forms.text(form, "voice")
    voice = f"{who}/{rank}" if who.startswith("party:") and rank in VOICES else who
    texts = {name: forms.text(form, name).replace("\r\n", "\n") for name in ("conditions", "reasons")}
    return Answer(voice, forms.text(form, "answer"), **texts)


def is_clear(row: Row[Any]) -> bool:
    """Whether an answer may be accepted from the list, without a look at the whole."""
    if row.status != "waiting":
        return False
    certain = row.matched_by not in ("", "guess") and row.certainty == "clear" and row.is_known
    return bool(certain and row.word and row.voice and row.word != WITHDRAWAL)


def _spoken(voice: str, names: Mapping[str, str], language: str) -> str:
    code = voice.partition(":")[2].partition("/")[0]
    return i18n.voice(voice, language, {code: names.get(code, code)}) if voice else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
