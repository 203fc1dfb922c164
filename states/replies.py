"""Answers: kept with the round that asked, never refused for being late; objections stand at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from states.commands import Actor, Moment, Post
from states.effects import Effect, apply, effect, of_record
from states.facts import RANKS, Answer, Asked, Objection, Round
from states.periods import last_day, local_day
from states.positions import in_time
from states.procedure import Ask
from states.reasons import Refusal, reason
from states.rounds import Deed, notices
from states.windows import closes, leaving, prolonged, whole_days
from states.zones import zone_of


def answer(moment: Moment, word: str, actor: Actor, received_at: datetime) -> Deed:
    """Keep an answer with the newest round that asked this voice; what counts is worked out later.

    Raises Refusal when nobody asked, or when the law wants reasons or conditions that are not given.
    """
    facts = moment.facts
    round_, member, ask = _round_for(moment, word, actor, received_at)
    details = moment.details
    voice, rank = actor.words, actor.rank
    if actor.role == "seat":
        rank = RANKS["alternate" if actor.party == member.alternate != member.party else "member"]
    missing = []
    if word in ask.reasons and not str(details.get("reasons", "")).strip():
        missing.append(reason("reasons_missing", word=word))
    if word in ask.conditions and not str(details.get("conditions", "")).strip():
        missing.append(reason("conditions_missing", word=word))
    if missing:
        raise Refusal(*missing)
    given = Answer(
        no=1 + sum(len(r.answers) for r in facts.case.rounds),
        round=round_.no,
        member=member.code,
        voice=voice,
        rank=rank,
        word=word,
        received_at=received_at,
        recorded_at=facts.now,
        conditions=str(details.get("conditions", "")),
        reasons=str(details.get("reasons", "")),
        text=str(details.get("text", "")),
        channel=str(details.get("channel", "")),
        language=str(details.get("language", "")),
    )
    timely = in_time(round_, member, given)
    effects: list[Effect] = [of_record("answer", given)]
    posts = [_receipt(moment, round_, member, given, timely)]
    if timely and word in ask.question:
        effects += _question(moment, round_, member, ask, received_at)
    if timely and word in ask.against and ask.objections_stand:
        raised, told = _objection(moment, round_, member, ask, given)
        effects += raised
        posts += told
    data = {
        "word": word,
        "member": member.code,
        "voice": voice,
        "late": not timely,
        "round": round_.no,
        "received_at": received_at,
        "channel": given.channel,
    }
    if details.get("scan"):
        data["scan"] = details["scan"]
    return Deed(tuple(effects), data, tuple(posts))


def _round_for(moment: Moment, word: str, actor: Actor, received_at: datetime) -> tuple[Round, Asked, Ask]:
    """The newest round that put a question with this answer to this voice, by the time of receipt."""
    procedure, case = moment.procedure, moment.case
    too_early: Round | None = None
    for round_ in reversed(case.rounds):
        ask = procedure.states[round_.state].ask
        if ask is None or word not in ask.answers:
            continue
        if (round_.of in procedure.bodies) != (actor.role == "seat"):
            continue
        member = member_of(round_, actor)
        if member is None:
            continue
        if received_at < (member.joined_at or round_.opened_at):
            too_early = round_
            continue
        return round_, member, ask
    if too_early is not None:
        zone = zone_of(procedure.timezone)
        raise Refusal(
            reason(
                "received_before",
                received=f"{received_at.astimezone(zone):%Y-%m-%d %H:%M}",
                opened=f"{too_early.opened_at.astimezone(zone):%Y-%m-%d %H:%M}",
            )
        )
    raise Refusal(reason("not_asked", member=actor.party or actor.role, word=word))


def member_of(round_: Round, actor: Actor) -> Asked | None:
    """For whom this voice speaks: a Party for itself; for its seat a member, or else an alternate."""
    if actor.role == "party":
        return round_.member(actor.party)
    own = (m for m in round_.asked if actor.party in (m.code, m.party))
    other = (m for m in round_.asked if m.alternate and actor.party == m.alternate)
    return next(own, None) or next(other, None)


def _receipt(moment: Moment, round_: Round, member: Asked, given: Answer, timely: bool) -> Post:
    what = {
        "answer": given.word,
        "given_by": given.voice,
        # Told in letters and not kept in the event: what names a person stands beside the record.
        "signed": ", ".join(str(moment.details[k]) for k in ("name", "title") if moment.details.get(k)),
        "received": given.received_at,
        "reasons": given.reasons,
        "conditions": given.conditions,
        "text": given.text,
        "late": not timely,
        "until": member.reply_by or round_.reply_by,
        "objection": given.word == "objection",
    }
    return Post(
        "asked",
        "receipt",
        "receipt",
        what,
        round=round_.no,
        members=(member.code,),
        occurrence=str(given.no),
    )


def _question(moment: Moment, round_: Round, member: Asked, ask: Ask, received_at: datetime) -> list[Effect]:
    """A question keeps the window open for the one who asks, once a round."""
    if member.has_questioned or not round_.is_open or ask.question_extends is None:
        return []
    procedure, facts, held_on = moment.procedure, moment.facts, moment.case.held_on
    received_on = local_day(received_at, zone_of(procedure.timezone))
    own = last_day(ask.question_extends, received_on, facts.days)
    changes: dict[str, Any] = {"has_questioned": True}
    if held_on is not None:
        # The clock stands still: what is kept are the days the Party will have when it starts again.
        spent = max(0, (held_on - received_on).days)
        left = whole_days(ask.question_extends, received_on, facts) - spent
        present = member.remaining if member.remaining is not None else round_.remaining
        if left > (-1 if present is None else present):
            changes |= {"remaining": left, "reply_by": max(own, round_.reply_by)}
    elif own > (member.reply_by or round_.reply_by):
        changes |= {"reply_by": own, "closes_at": closes(procedure, facts, own)}
    effects = [effect("asked_change", round=round_.no, code=member.code, **changes)]
    if "closes_at" in changes:
        asked = tuple(replace(m, **changes) if m.code == member.code else m for m in round_.asked)
        effects += prolonged(procedure, facts, replace(round_, asked=asked))
    return effects


def _objection(
    moment: Moment, round_: Round, member: Asked, ask: Ask, given: Answer
) -> tuple[list[Effect], list[Post]]:
    """An objection stands from its receipt. Once signed, or from no Party any more, it is only kept."""
    case = moment.case
    received_on = local_day(given.received_at, zone_of(moment.procedure.timezone))
    party = moment.facts.parties.get(member.party)
    has_left = party is not None and not party.is_party(received_on)
    if has_left or "signed" in case.marks or moment.procedure.states[case.state].final:
        return [], []
    own = [o for o in case.standing if o.party == member.party]
    if any(o.voice == given.voice for o in own):
        return [], []
    raised = Objection(
        no=len(case.objections) + 1,
        round=round_.no,
        party=member.party,
        voice=given.voice,
        rank=given.rank,
        received_at=given.received_at,
    )
    effects = [of_record("objection", raised)]
    if case.deadline(f"leave:{member.party}") is None:
        effects += leaving(moment.procedure, moment.facts, member.party)
    if own:
        return effects, []
    what = {"party": member.party, "received": given.received_at, "reasons": given.reasons}
    return effects, notices(ask.objection_notify, what)


def admit(moment: Moment, round_: Round, ask: Ask, late: list[Answer]) -> Deed:
    """Let late answers of one member count, as the Secretary General has decided."""
    effects: list[Effect] = [effect("answer_change", round=round_.no, no=a.no, admitted=True) for a in late]
    posts: list[Post] = []
    for each in late:
        member = round_.member(each.member)
        if member is not None and each.word in ask.against and ask.objections_stand:
            seen = replace(moment, facts=moment.facts.with_case(apply(moment.case, effects)))
            raised, told = _objection(seen, round_, member, ask, each)
            effects += raised
            posts += told
    return Deed(tuple(effects), {"admitted": [a.no for a in late]}, tuple(posts))
