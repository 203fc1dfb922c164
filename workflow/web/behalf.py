"""Replies on paper, by telephone or at a meeting: recorded on behalf, verified by a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from states.commands import VOICES, Command
from states.details import moment
from states.facts import Facts, Round
from states.machine import possibilities
from states.objections import WITHDRAWAL
from states.procedure import Action, Procedure
from states.reasons import Refused
from states.zones import zone_of
from workflow import engine, files, i18n, queries, replies
from workflow.engine import Outcome
from workflow.files import FilesError
from workflow.register.cells import BadValue, day
from workflow.web import forms
from workflow.web.act import around, copied
from workflow.web.act_fields import Names, named
from workflow.web.hand import actor_for, look_at
from workflow.web.people import Person, changes, sees
from workflow.web.performing import Asked, NotDone, confirmed, key_of, shown
from workflow.web.showing import language_of, page, say, sentences
from workflow.web.site import site_of

router = APIRouter()

#: How a reply may have come in.
CHANNELS = ("note_verbale", "letter", "fax", "telephone", "meeting", "email", "in_person")
#: What is typed into the form.
TYPED = (
    "who", "voice", "answer", "received_on", "received_time", "channel", "reasons", "conditions", "text",
    "language", "reason", "scan",
)  # fmt: skip
#: Who may see the scan of a reply.
SCAN_ACCESS = "secretariat"


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was put in a case, with those who were asked and what they may answer."""

    title: str
    #: (value, words): "party:FR" or "seat:CA".
    members: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]


@router.get("/cases/{reference}/reply", name="reply_on_behalf")
def show(request: Request, reference: str, person: Person = sees("act")) -> Response:
    """The form for a reply, and the replies that wait for a second person."""
    return _page(request, person, asked_for(request, person, reference, request.query_params))


@router.post("/cases/{reference}/reply")
def record(
    request: Request, reference: str, person: Person = changes("act"), form: FormData = forms.SENT
) -> Response:
    """Show what recording the reply would do, or record it."""
    kept, fault = _kept_scan(request, person, reference, form)
    asked = asked_for(request, person, reference, {**form, **kept})
    if fault or asked.faults:
        return _page(request, person, asked, status=422, faults=(fault,) if fault else ())
    if "confirm" not in form or kept:
        # A scan that has just come is looked at first, like everything else.
        return _page(request, person, asked)
    outcome = confirmed(site_of(request), person, asked, form)
    if isinstance(outcome, NotDone):
        anew = asked_for(request, person, reference, {**form, **kept})
        return _page(request, person, anew, status=outcome.status, faults=outcome.faults)
    return RedirectResponse(f"/cases/{reference}/reply?done=recorded", status_code=303)


@router.post("/cases/{reference}/reply/test-copy")
def copy_to_myself(
    request: Request, reference: str, person: Person = changes("act"), form: FormData = forms.SENT
) -> Response:
    """Send the letters it would write to whoever looks at them."""
    asked = asked_for(request, person, reference, form)
    done = copied(site_of(request), person, asked)
    return _page(request, person, asked, status=200 if done else 422, done=done)


@router.post("/cases/{reference}/reply/verify")
def verify(
    request: Request, reference: str, person: Person = changes("act"), form: FormData = forms.SENT
) -> Response:
    """Say that a reply was recorded as it came in."""
    site, said = site_of(request), forms.text(form, "reply")
    with site.reading() as session:
        case_id, law, facts = look_at(site, session, reference)
        action = _action(law, facts, "verify_reply")
        if action is None:
            raise HTTPException(404, "The law of this case knows no second person.")
        actor = actor_for(session, person, facts.case, action.by)
    command = Command(
        action.name,
        actor,
        {"reply": int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0},
        key=key_of(person, form),
    )
    with site.writing() as session:
        outcome = engine.perform(session, case_id, command, site.now())
    if isinstance(outcome, Outcome):
        return RedirectResponse(f"/cases/{reference}/reply?done=verified", status_code=303)
    faults = tuple(sentences(outcome, language_of(request)))
    return _page(request, person, asked_for(request, person, reference, {}), status=422, faults=faults)


# ------------------------------------------------------------------------------------ what is typed


def _action(law: Procedure, facts: Facts, act: str) -> Action | None:
    """The action of the present state that does this, else one of another state."""
    every = [action for same in law.actions.values() for action in same if action.does == act]
    here = [action for action in every if facts.case.state in action.states]
    return next(iter(here or every), None)


def asked_for(request: Request, person: Person, reference: str, given: Mapping[str, Any]) -> Asked:
    """Raises   HTTPException: no such case, or its law lets no reply be recorded"""
    site, language = site_of(request), language_of(request)
    with site.reading() as session:
        case_id, law, facts = look_at(site, session, reference)
        action = _action(law, facts, "record_reply")
        if action is None:
            raise HTTPException(404, "The law of this case lets no reply be recorded on behalf.")
        names = queries.world(session, law.parties).names
        actor = actor_for(session, person, facts.case, action.by)
    typed = {name: given[name].strip() for name in TYPED if isinstance(given.get(name), str)}
    details, faults = _details(typed, law, language)
    return Asked(
        reference, case_id, law, facts, action, actor, names, language, typed, details, tuple(faults)
    )


def _details(typed: Mapping[str, str], law: Procedure, language: str) -> tuple[dict[str, Any], list[str]]:
    """The details of the command; nothing is missed before anything was typed."""
    found: dict[str, Any] = {}
    faults: list[str] = []
    if not typed.get("who") and not typed.get("answer"):
        return found, faults
    who, voice = typed.get("who", ""), typed.get("voice", "")
    if who.startswith("party:") and voice not in VOICES:
        faults.append(
            say("Say in what capacity the reply was given: it decides which of several counts.", language)
        )
    if not who:
        faults.append(say("Say whose reply it is.", language))
    if not typed.get("answer"):
        faults.append(say("Say what the answer is.", language))
    if typed.get("channel") not in CHANNELS:
        faults.append(say("Say how the reply came in.", language))
    found["party"] = f"{who}/{voice}" if who.startswith("party:") else who
    try:
        on = day(typed.get("received_on", ""))
        at = typed.get("received_time", "")
        found["received_at"] = moment(f"{on.isoformat()} {at}", zone_of(law.timezone))
    except BadValue as bad:
        faults.append(say("Received on: {says}", language, says=bad))
    except ValueError:
        faults.append(say("Give the time at which the reply was received, such as 14:30.", language))
    for name in ("answer", "channel", "reasons", "conditions", "text", "language", "reason", "scan"):
        if typed.get(name):
            found[name] = typed[name].replace("\r\n", "\n")
    if found.get("answer") == WITHDRAWAL:
        # A withdrawal has a text and no reasons or conditions of its own.
        said = [found.pop(name, "") for name in ("reasons", "conditions", "text")]
        found["text"] = "\n".join(part for part in said if part)
    return found, faults


def _kept_scan(
    request: Request, person: Person, reference: str, form: FormData
) -> tuple[dict[str, str], str]:
    """Keep the scan that came with the form; its name as the field `scan`, and what is wrong with it.

    It is kept at once: a browser sends a file once, and whoever corrects a date should not look for it again.
    """
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return {}, ""
    site = site_of(request)
    with site.reading() as session:
        case_id, law, facts = look_at(site, session, reference)
        action = _action(law, facts, "record_reply")
        actor = actor_for(session, person, facts.case, action.by if action else ())
        refused = possibilities(law, facts, Command("look", actor))
        why = next((p.refused for p in refused if action is not None and p.name == action.name), None)
    if isinstance(why, Refused):
        return {}, " ".join(sentences(why, language_of(request)))
    try:
        with site.writing() as session:
            document = engine.attach(
                session, case_id, file.filename, file.file.read(), SCAN_ACCESS, actor, site.now()
            )
    except FilesError as fault:
        return {}, str(fault)
    return {"scan": document.name}, ""


# ----------------------------------------------------------------------------------------- the page


def _page(
    request: Request,
    person: Person,
    asked: Asked,
    *,
    status: int = 200,
    faults: tuple[str, ...] = (),
    done: str = "",
) -> Response:
    site = site_of(request)
    with site.reading() as session:
        values = shown(site, session, person, asked, faults) | around(session)
        recorded = replies.recorded(session, asked.case_id, asked.law)
        scans = {each.name: each.id for each in files.documents(session, asked.case_id)}
        mine = {
            each.seq
            for each in recorded
            if each.verified_at is None and _may_verify(asked, person, session, each.by.sign_in)
        }
    done = done or {"recorded": "The reply is on file.", "verified": "The reply is verified."}.get(
        request.query_params.get("done", ""), ""
    )
    return page(
        request,
        "reply_on_behalf.html",
        status=status,
        typed=dict.fromkeys(TYPED, "") | dict(asked.typed),
        questions=questions(asked.law, asked.facts, asked.names, asked.language),
        voices=VOICES,
        channels=CHANNELS,
        recorded=recorded,
        mine=mine,
        scans=scans,
        spoken={each.voice: _spoken(each.voice, asked.names, asked.language) for each in recorded},
        done=done,
        **values,
    )


def _may_verify(asked: Asked, person: Person, session: Session, recorded_by: str) -> bool:
    action = _action(asked.law, asked.facts, "verify_reply")
    if action is None or not person.may_change("act"):
        return False
    actor = actor_for(session, person, asked.facts.case, action.by)
    is_possible = actor.role in action.by and asked.facts.case.state in action.states
    return is_possible and actor.hand not in ("", recorded_by)


def _spoken(voice: str, names: Names, language: str) -> str:
    code = voice.partition(":")[2].partition("/")[0]
    return i18n.voice(voice, language, {code: named(code, names, language)})


def questions(law: Procedure, facts: Facts, names: Names, language: str) -> list[Question]:
    """The questions that were put in a case, the newest first; of one put twice, those asked last."""
    found: dict[str, Question] = {}
    for round_ in reversed(facts.case.rounds):
        ask = law.states[round_.state].ask
        if ask is None or round_.state in found:
            continue
        answers = [*ask.answers]
        if ask.objections_stand and facts.case.standing:
            answers.append(WITHDRAWAL)
        found[round_.state] = Question(
            title=i18n.title(law.states[round_.state].title, language),
            members=tuple(_members(law, round_, names, language)),
            answers=tuple((word, _answer(word, language)) for word in answers),
        )
    return list(found.values())


def _answer(word: str, language: str) -> str:
    if word == WITHDRAWAL:
        return say("Withdraws its objection", language)
    return i18n.word("answer", word, language)


def _members(law: Procedure, round_: Round, names: Names, language: str) -> list[tuple[str, str]]:
    if round_.of not in law.bodies:
        parties = [(f"party:{m.party}", named(m.party, names, language)) for m in round_.asked]
        return sorted(parties, key=lambda each: i18n.sort_key(each[1]))
    seats = []
    for member in round_.asked:
        seats.append((f"seat:{member.party}", f"{named(member.party, names, language)} ({member.code})"))
        if member.alternate and member.alternate != member.party:
            alternate = named(member.alternate, names, language)
            told = say("{party}, alternate ({seat})", language, party=alternate, seat=member.code)
            seats.append((f"seat:{member.alternate}", told))
    return list(dict(seats).items())
