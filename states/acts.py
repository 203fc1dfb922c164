"""The named acts of the law files: what an action does to a case beside moving it.

An act looks at one moment of a case and answers a `Deed`; machine.py decides whether the action may be
done at all, where it leads, and who is told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from states import (
    agreements,
    booking,
    duties,
    holds,
    membership,
    monitoring,
    openness,
    questions,
    replies,
    risks,
    rounds,
    sheets,
)
from states.commands import Actor, Command, Moment, Post
from states.decisions import decider_of, result_of
from states.effects import Effect, effect
from states.facts import Round
from states.guards import evaluate, late_answers
from states.periods import local_day
from states.positions import positions
from states.procedure import Ask
from states.reasons import Refusal, reason
from states.rounds import Deed
from states.words import day_words
from states.zones import zone_of

Act = Callable[[Moment], Deed]

#: `record_reply` may record this beside the answers: an objection is withdrawn on paper, too.
WITHDRAWAL = "withdraw_objection"


def _open(moment: Moment) -> tuple[Round, Ask]:
    """The open round and its question; the guards of the law file have seen to it that there is one."""
    round_, ask = moment.case.open_round, moment.ask
    if round_ is None or ask is None:
        raise Refusal(reason("no_window"))
    return round_, ask


def _text(moment: Moment, name: str) -> str:
    return str(moment.details.get(name, "")).strip()


# ------------------------------------------------------------------------------------ the proposal


def set_details(moment: Moment) -> Deed:
    """Complete the proposal: its title, territory and summary."""
    given = {k: moment.details[k] for k in ("title", "territory", "summary") if k in moment.details}
    if "territory" in given:
        given["territory"] = tuple(given["territory"])
    return Deed((effect("set", **given),) if given else (), given)


def confirm_item(moment: Moment) -> Deed:
    """Confirm an item of a checklist, with its evidence."""
    item = _text(moment, "item")
    return Deed((effect("item", item=item),), {"item": item, "evidence": _text(moment, "evidence")})


def confirm_own_item(moment: Moment) -> Deed:
    """Confirm the checklist item that bears the action's own name: a legal review by the legal adviser."""
    item = moment.command.action
    return Deed((effect("item", item=item),), {"item": item})


def endorse(moment: Moment) -> Deed:
    """Keep the risk found, and why there is no territory if there is none."""
    kept = {"risk": _text(moment, "risk")}
    if not moment.case.territory:
        kept["no_territory_reason"] = _text(moment, "no_territory_reason")
    return Deed((effect("set", **kept),), kept)


def carve_out(moment: Moment) -> Deed:
    """Drop a territory from the proposal."""
    party = _text(moment, "party")
    rest = tuple(code for code in moment.case.territory if code != party)
    return Deed((effect("set", territory=rest),), {"party": party, "territory": rest})


def amend(moment: Moment) -> Deed:
    """Amend the proposal; `territory` is the whole new list."""
    kind, given = _text(moment, "kind"), moment.details.get("territory")
    effects: tuple[Effect, ...] = ()
    data: dict[str, Any] = {"kind": kind, "changes": _text(moment, "changes")}
    if given is not None and tuple(given) != moment.case.territory:
        effects = (effect("set", territory=tuple(given)),)
        data["territory"] = tuple(given)
    return Deed(effects, data)


def amend_agreement(moment: Moment) -> Deed:
    """An agreement in force is amended or renewed: the record keeps it, and those named are told."""
    return Deed((), {"kind": _text(moment, "kind"), "changes": _text(moment, "changes")})


# ------------------------------------------------------------------------------ questions and replies


def corrigendum(moment: Moment) -> Deed:
    """Correct what was sent: editorial, and the clock runs on; substantive, and it starts again."""
    round_, ask = _open(moment)
    kind = _text(moment, "kind")
    number = str(moment.case.seq + 1)
    what = {"reason": _text(moment, "reason") or _text(moment, "text")}
    post = Post(
        "asked", f"corrigendum_{kind}", "notice", what, round=round_.no, occurrence=number, numbered=True
    )
    if kind == "editorial":
        return Deed((), {"kind": kind}, (post,))
    deed = rounds.restart(moment, round_, ask)
    return replace(deed, data={**deed.data, "kind": kind}, posts=(post,))


def extend(moment: Moment) -> Deed:
    """A later last day for everyone asked."""
    return rounds.extend(moment, *_open(moment))


def accept_conditions(moment: Moment) -> Deed:
    """The partner accepts a Party's conditions in writing: its consent stands, the conditions bind."""
    round_, ask = _open(moment)
    party = _text(moment, "party")
    effects: list[Effect] = []
    for each in positions(round_, moment.case, ask):
        if each.code == party and each.answer is not None and each.word in ask.conditions:
            effects.append(effect("answer_change", round=round_.no, no=each.answer.no, accepted=True))
            effects.append(effect("condition", by=each.answer.voice, text=each.answer.conditions))
    return Deed(tuple(effects), {"party": party})


def record_reply(moment: Moment) -> Deed:
    """Keep an answer that came on paper, by telephone or at a meeting, in the name of who gave it."""
    word, voice = _text(moment, "answer"), voice_of(moment)
    deed = replies.answer(moment, word, voice, received_at(moment))
    return replace(deed, data={**deed.data, "on_behalf": voice.words})


def received_at(moment: Moment) -> datetime:
    """When what is being recorded was received: as the officer says, else now.

    Raises   Refusal when that is still to come
    """
    found: datetime = moment.details.get("received_at") or moment.command.received_at or moment.facts.now
    if found > moment.facts.now:
        received = found.astimezone(zone_of(moment.procedure.timezone))
        raise Refusal(reason("received_in_future", received=f"{received:%Y-%m-%d %H:%M}"))
    return found


def voice_of(moment: Moment) -> Actor:
    """In whose name a reply is recorded: `party` may be a code, or a voice such as party:FR/nfp, seat:CA.

    Raises   Refusal
    """
    party, voice, word = _text(moment, "party"), _text(moment, "voice"), _text(moment, "answer")
    if ":" not in party:
        seated = any(
            word in s.ask.answers and s.ask.of in moment.procedure.bodies
            for s in moment.procedure.states.values()
            if s.ask is not None
        )
        party = f"seat:{party}" if seated else f"party:{party}" + (f"/{voice}" if voice else "")
    try:
        found = Actor.parse(party)
    except ValueError:
        found = None
    if found is None or found.role not in ("party", "seat"):
        raise Refusal(reason("wrong_voice", voice=party))
    return found


def verify_reply(moment: Moment) -> Deed:
    """A second person has compared what was recorded on behalf with what came in."""
    reply = moment.details.get("reply")
    if reply is None:
        raise Refusal(
            reason("missing_detail", title=moment.action.title if moment.action else "", detail="reply")
        )
    return Deed((), {"reply": reply})


def admit_late(moment: Moment) -> Deed:
    """Let a Party's late answers count, as the Secretary General decides with reasons."""
    round_, ask = _open(moment)
    party = _text(moment, "party")
    deed = replies.admit(moment, round_, ask, late_answers(round_, party))
    return replace(deed, data={**deed.data, "party": party, "reasons": _text(moment, "reasons")})


def confirm_unreached(moment: Moment) -> Deed:
    """Put on record whom the request never reached: they are not counted as silent."""
    round_, _ = _open(moment)
    unreached = tuple(sorted(moment.facts.unreached | set(round_.unreached)))
    return Deed((effect("round_change", no=round_.no, unreached=unreached),), {"parties": unreached})


# ------------------------------------------------------------------------------------- objections


def withdraw_objection(moment: Moment) -> Deed:
    """End the objections of a Party that were made by the same rank or a lower one."""
    actor, case = moment.command.actor, moment.case
    ended = [o for o in case.standing if o.party == actor.party and o.rank <= actor.rank]
    effects: list[Effect] = []
    for objection in ended:
        effects.append(effect("objection_end", no=objection.no, ended_at=moment.facts.now, how="withdrawn"))
        effects += taken_back(moment, actor.party, objection.voice)
    gone = {o.no for o in ended}
    remaining = len({o.party for o in case.standing if o.no not in gone})
    return Deed(tuple(effects), {"party": actor.party, "remaining": remaining})


def taken_back(moment: Moment, party: str, voice: str) -> list[Effect]:
    """The answers behind an objection that ends, in every round: they are kept, and no longer count."""
    ask_of = moment.procedure.states
    found: list[Effect] = []
    for round_ in moment.case.rounds:
        ask = ask_of[round_.state].ask
        if ask is None or not ask.objections_stand:
            continue
        members = {m.code for m in round_.asked if m.party == party}
        found += [
            effect("answer_change", round=round_.no, no=a.no, taken_back=True)
            for a in round_.answers
            if a.member in members and a.voice == voice and a.word in ask.against and not a.taken_back
        ]
    return found


# ----------------------------------------------------------------------------- meetings and clocks


def record_decision(moment: Moment) -> Deed:
    """Keep what a body decided at its meeting, with the numbers, and the conditions it made."""
    body, details, result = decider_of(moment), moment.details, result_of(moment) or ""
    meeting = _text(moment, "meeting")
    today = local_day(moment.facts.now, zone_of(moment.procedure.timezone))
    on = details.get("decided_on") or today
    if on > today:
        raise Refusal(reason("decided_in_future", decided=day_words(on)))
    effects = [effect("decision", body=body, meeting=meeting, result=result, on=on)]
    if _text(moment, "conditions"):
        effects.append(effect("condition", by=body, text=_text(moment, "conditions")))
    data = {
        "meeting": meeting,
        "result": _text(moment, "result"),
        "by": _text(moment, "by") or ("vote" if "yes" in details else "consensus"),
        "conditions": _text(moment, "conditions"),
        "votes": {k: details[k] for k in ("yes", "no", "abstain", "present") if k in details},
    }
    if _text(moment, "document"):
        data["document"] = _text(moment, "document")
    return Deed(tuple(effects), data)


def issue_paper(moment: Moment) -> Deed:
    """The working paper goes out: from now on the matter is with the Conference. After its date: late."""
    case = moment.case
    name = next((d.name for d in case.deadlines if d.done_by == moment.command.action), "")
    running = case.deadline(name)
    today = local_day(moment.facts.now, zone_of(moment.procedure.timezone))
    late = running is not None and today > running.last_day
    return Deed((effect("set", paper=case.target),), {"meeting": case.target, "late": late})


def fulfil(moment: Moment) -> Deed:
    """A recurring duty is done; machine.py ends its deadline and sets the next one."""
    return Deed()


def choose_form(moment: Moment) -> Deed:
    """Settle which form the agreement takes, if what the law file asks for that form holds."""
    return agreements.choose_form(moment, evaluate)


def hold(moment: Moment) -> Deed:
    """Stop every clock of the case."""
    on = local_day(moment.facts.now, zone_of(moment.procedure.timezone))
    return Deed(tuple(holds.hold(moment.procedure, moment.facts)), {"since": on})


def resume(moment: Moment) -> Deed:
    """Start the clocks again with the days that were left."""
    return Deed(tuple(holds.resume(moment.procedure, moment.facts)), {"since": moment.case.held_on})


#: Name in a law file -> what it does.
ACTS: Mapping[str, Act] = {
    "accept_conditions": accept_conditions,
    "admit_late": admit_late,
    "amend": amend,
    "amend_agreement": amend_agreement,
    "carve_out": carve_out,
    "choose_form": choose_form,
    "confirm_due_diligence": duties.confirm_due_diligence,
    "confirm_item": confirm_item,
    "confirm_own_item": confirm_own_item,
    "confirm_unreached": confirm_unreached,
    "corrigendum": corrigendum,
    "dispatch": rounds.dispatch,
    "endorse": endorse,
    "extend": extend,
    "fulfil": fulfil,
    "hold": hold,
    "issue_paper": issue_paper,
    "record_decision": record_decision,
    "record_reply": record_reply,
    "reopen_due_diligence": duties.reopen_due_diligence,
    "resume": resume,
    "set_details": set_details,
    "verify_reply": verify_reply,
    "withdraw_objection": withdraw_objection,
    **questions.ACTS,
    **sheets.ACTS,
    **risks.ACTS,
    **agreements.ACTS,
    **membership.ACTS,
    **booking.ACTS,
    **monitoring.ACTS,
    **openness.ACTS,
}


def as_voice(moment: Moment, action: str, voice: Actor) -> Moment:
    """The same moment seen as that voice acting itself: for what an officer records on its behalf."""
    recorded = ("party", "answer", "voice", "received_at", "scan")
    details = {k: v for k, v in moment.details.items() if k not in recorded}
    command = Command(action, voice, details, moment.command.received_at, key=moment.command.key)
    return replace(moment, command=command)
