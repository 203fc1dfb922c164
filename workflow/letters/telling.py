"""What each letter tells of its event, in words: `what` of the templates of notifications/render.py.

A letter asks for a few values by name. Whatever an event leaves unsaid is "" here, so that no letter fails
for want of a word; where the case itself knows better than the event, the case is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from states.agreements import form_of
from states.positions import closing, positions
from workflow import i18n
from workflow.letters.words import Words, silence, window_of

Told = dict[str, Any]


def told(words: Words, template: str) -> Told:
    """`what` of this letter; of a template that is not ours, everything the event says, put into words."""
    return TELL.get(template, _plainly)(words)


# ------------------------------------------------------------------------------------ questions


def _nothing(words: Words) -> Told:
    return {}


def _reason(words: Words) -> Told:
    return {"reason": _text(words, "reason")}


def _reminder(words: Words) -> Told:
    """The days this reader still has: a reminder that comes late counts from today."""
    if words.matter.round is None:
        return {"days_left": 0}
    last, _ = window_of(words.matter.round, words.member)
    return {"days_left": max(0, (last - words.matter.today).days)}


def _renotification(words: Words) -> Told:
    return {"changes": _text(words, "changes") or words.matter.changes}


def _receipt(words: Words) -> Told:
    what, round_ = words.matter.what, words.matter.round
    until, member = "", words.member
    if round_ is not None and member is not None and round_.is_open:
        is_shut = not words.matter.case.is_held and words.matter.now >= closing(round_, member)
        last, _ = window_of(round_, member)
        until = "" if is_shut else i18n.last_moment(last, words.matter.zone, words.language)
    return {
        "answer": words.word("answer", what.get("answer")),
        "given_by": words.voice(str(what.get("given_by") or "")) if what.get("given_by") else "",
        "signed": _text(words, "signed"),
        "received": words.moment(what.get("received")),
        "reasons": _text(words, "reasons"),
        "conditions": _text(words, "conditions"),
        "text": _text(words, "text"),
        "late": bool(what.get("late")),
        "until": until,
        "objection": bool(what.get("objection")),
    }


def _question_answered(words: Words) -> Told:
    """The answer, and until when an answer of their own is awaited: a question is none."""
    until, silent = "", ""
    round_, member, ask = words.matter.round, words.member, words.matter.ask
    if round_ is not None and member is not None and ask is not None and round_.is_open:
        is_shut = not words.matter.case.is_held and words.matter.now >= closing(round_, member)
        last, _ = window_of(round_, member)
        until = "" if is_shut else i18n.last_moment(last, words.matter.zone, words.language)
        silent = silence(ask, words.language) if until else ""
    return {
        "question": _text(words, "question"),
        "received": words.moment(words.matter.what.get("received")),
        "text": _text(words, "text"),
        "until": until,
        "silence": silent,
    }


def _fresh_link(words: Words) -> Told:
    return {"is_open": bool(words.matter.what.get("is_open"))}


def _extension(words: Words) -> Told:
    what = words.matter.what
    return {"old": words.day(what.get("old")), "new": words.day(what.get("new"))} | _reason(words)


def _held(words: Words) -> Told:
    since = words.matter.what.get("since") or words.matter.case.held_on
    return {"since": words.day(since)} | _reason(words)


# --------------------------------------------------------------------------------------- results


def _consent_withheld(words: Words) -> Told:
    """Who refused, and why: not what the last of the answers happened to say."""
    against = words.said_against()
    said = [i18n.form("why", "said", words.language, who=who, text=text) for who, text in against]
    return {"reason": "\n".join(said)}


def _counts(words: Words) -> Told:
    return {"counts": words.counts(words.matter.what.get("counts") or {})}


def _approval_given(words: Words) -> Told:
    round_, ask = words.matter.round, words.matter.ask
    conditions = []
    if round_ is not None and ask is not None:
        conditions = [
            i18n.form(
                "why", "said", words.language, who=words.voice(p.answer.voice), text=p.answer.conditions
            )
            for p in positions(round_, words.matter.case, ask)
            if p.answer is not None and p.word in ask.conditions
        ]
    return _counts(words) | {"conditions": conditions}


def _approval_to_meeting(words: Words) -> Told:
    ask, counts = words.matter.ask, words.matter.what.get("counts") or {}
    objecting = words.parties_against()
    if objecting:
        reason = i18n.form("why", "objection", words.language, parties=objecting)
    else:
        quorum = ask.quorum if ask is not None else 0
        reason = i18n.form("why", "no_quorum", words.language, quorum=quorum) if counts and quorum else ""
    return _counts(words) | {"meeting": _meeting(words), "reason": reason}


def _meeting_decision(words: Words) -> Told:
    what = words.matter.what
    return {
        "meeting": _meeting(words),
        "result": words.word("result", what.get("result")),
        "conditions": _text(words, "conditions"),
    }


def _decided(words: Words) -> Told:
    """A decision of whatever body, on whatever day."""
    what, decisions = words.matter.what, words.matter.case.decisions
    body = words.matter.law.bodies.get(decisions[-1].body) if decisions else None
    return {
        "body": i18n.title(body.title, words.language, words.matter.law.id) if body is not None else "",
        "meeting": words.meeting(what["meeting"]) if what.get("meeting") else "",
        "result": words.word("result", what.get("result")),
        "document": _text(words, "document"),
        "counts": _votes(words),
        "conditions": _text(words, "conditions"),
    }


def _votes(words: Words) -> list[dict[str, Any]]:
    votes = words.matter.what.get("votes") or {}
    return [
        {"label": words.word("vote", name), "count": votes[name]}
        for name in ("yes", "no", "abstain", "present")
        if votes.get(name) is not None
    ]


def _stage_reached(words: Words) -> Told:
    state = words.matter.law.states[words.matter.case.state]
    return {"stage": i18n.title(state.title, words.language)} | _reason(words)


def _agreement_signed(words: Words) -> Told:
    """Under which form, and when the last one signed."""
    case, form = words.matter.case, form_of(words.matter.law, words.matter.case)
    days = [each.signed_on for each in case.signatures if each.signed_on is not None]
    signed_on = words.matter.what.get("signed_on") or max(days, default=None)
    return {
        "form": i18n.title(form.title, words.language) if form is not None else "",
        "signed_on": words.day(signed_on),
    }


def _cop_decision(words: Words) -> Told:
    what = words.matter.what
    by = words.word("way", what.get("by"))
    return {
        "meeting": _meeting(words),
        "result": words.word("result", what.get("result")),
        "by": by,
        "counts": _votes(words),
    }


# ------------------------------------------------------------------------------------ objections


def _objection_received(words: Words) -> Told:
    what = words.matter.what
    return {
        "party": words.party(what.get("party")),
        "received": words.moment(what.get("received")),
        "reasons": _text(words, "reasons"),
    }


def _objection_standing(words: Words) -> Told:
    """Who objects, and until when consultations are held: until the clock takes the matter further."""
    case = words.matter.case
    acting = [d.last_day for d in case.deadlines if d.on_expiry and d.kind == "expiry"]
    until: date | None = min(acting) if acting else words.matter.what.get("until")
    return {"parties": words.parties({o.party for o in case.standing}), "until": words.day(until)}


def _objection_ended(words: Words) -> Told:
    remaining = len({o.party for o in words.matter.case.standing})
    return {"party": words.party(words.matter.what.get("party")), "remaining": remaining}


def _reopened(words: Words) -> Told:
    what = words.matter.what
    return {
        "party": words.party(what.get("party")),
        "received": words.moment(what.get("received")),
        "recorded": words.moment(what.get("recorded")),
    }


def _amended(words: Words) -> Told:
    kind = words.word("amendment", words.matter.what.get("kind"))
    return {"kind": kind, "changes": _text(words, "changes")} | _reason(words)


# -------------------------------------------------------------------------- meetings, agreement, end


def _escalated(words: Words) -> Told:
    return {"meeting": _meeting(words), "paper_due": words.day(words.matter.what.get("paper_due"))} | _reason(
        words
    )


def _paper_issued(words: Words) -> Told:
    return {"meeting": _meeting(words), "late": bool(words.matter.what.get("late"))}


def _target_moved(words: Words) -> Told:
    what = words.matter.what
    moved = {"old": words.day(what.get("old")), "new": words.day(what.get("new"))}
    return {"meeting": _meeting(words)} | moved | _reason(words)


def _signed(words: Words) -> Told:
    return {"signed_on": words.day(words.matter.what.get("signed_on"))}


def _agreement_amended(words: Words) -> Told:
    said = [_text(words, "changes"), _text(words, "reason")]
    return {"reason": "\n".join(each for each in said if each)}


def _ended(words: Words) -> Told:
    state = words.matter.law.states[words.matter.case.state]
    known = i18n.knows("end", state.name)
    how = words.word("end", state.name) if known else i18n.title(state.title, words.language)
    return {"how": how} | _reason(words)


# ----------------------------------------------------------------------------------------- staff


def _task(words: Words) -> Told:
    what = words.matter.what
    return {
        "action": i18n.retold(str(what.get("action") or ""), words.language),
        "until": words.day(what.get("until")),
        "why": i18n.retold(str(what.get("why") or ""), words.language),
    }


def _overdue(words: Words) -> Told:
    what = words.matter.what
    action = i18n.retold(str(what.get("action") or ""), words.language)
    return {"action": action, "was_due": words.day(what.get("was_due"))}


def _unreached(words: Words) -> Told:
    codes = words.matter.what.get("parties") or ()
    round_ = words.matter.round
    members = [round_.member(code) if round_ is not None else None for code in codes]
    parties = [m.party if m is not None else code for m, code in zip(members, codes, strict=True)]
    return {"parties": words.sorted_parties(parties)}


def _bounced(words: Words) -> Told:
    names = ("recipient", "reason", "next_contact", "written_to")
    return {"party": words.party(words.matter.what.get("party"))} | {n: _text(words, n) for n in names}


def _queue_paused(words: Words) -> Told:
    return {"reason": _text(words, "reason"), "remedy": _text(words, "remedy")}


def _plainly(words: Words) -> Told:
    return {name: _plain(words, value) for name, value in words.matter.what.items()}


def _plain(words: Words, value: Any) -> Any:
    if isinstance(value, date):
        return words.moment(value)
    if isinstance(value, Mapping):
        return {name: _plain(words, each) for name, each in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [_plain(words, each) for each in value]
    return "" if value is None else value


def _text(words: Words, name: str) -> str:
    return str(words.matter.what.get(name) or "")


def _meeting(words: Words) -> str:
    return words.meeting(words.matter.what.get("meeting") or words.matter.case.target)


#: Template -> what it tells.
TELL: Mapping[str, Callable[[Words], Told]] = {
    "agreement_amended": _agreement_amended,
    "agreement_signed": _agreement_signed,
    "amended": _amended,
    "approval_given": _approval_given,
    "approval_request": _nothing,
    "approval_to_meeting": _approval_to_meeting,
    "bounced": _bounced,
    "concluded": _ended,
    "consent_given": _nothing,
    "consent_lapsed": _nothing,
    "consent_request": _nothing,
    "consent_withheld": _consent_withheld,
    "consultation_done": _counts,
    "consultation_request": _nothing,
    "cop_decision": _cop_decision,
    "corrigendum_editorial": _reason,
    "corrigendum_substantive": _reason,
    "decided": _decided,
    "declined": _reason,
    "ended": _ended,
    "escalated": _escalated,
    "extension": _extension,
    "fresh_link": _fresh_link,
    "held": _held,
    "late_joiner_request": _nothing,
    "meeting_decision": _meeting_decision,
    "no_objection": _counts,
    "notification": _nothing,
    "objection_lapsed": _objection_ended,
    "objection_received": _objection_received,
    "objection_resolved": _nothing,
    "objection_standing": _objection_standing,
    "objection_withdrawn": _objection_ended,
    "overdue": _overdue,
    "paper_issued": _paper_issued,
    "question_answered": _question_answered,
    "question_put": _nothing,
    "queue_paused": _queue_paused,
    "receipt": _receipt,
    "reinstated": _reason,
    "reminder": _reminder,
    "renotification": _renotification,
    "reopened": _reopened,
    "resumed": _reason,
    "signed": _signed,
    "stage_reached": _stage_reached,
    "suspended": _reason,
    "target_moved": _target_moved,
    "task": _task,
    "unreached": _unreached,
    "withdrawn": _reason,
}
