"""The life of a question: it is put, answered, and closed.

Every function answers a `Deed`: the effects, what the timeline says of it, and the letters. Nothing
is done yet; machine.py decides whether the whole of it may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from states.asked import who_is_asked
from states.commands import Actor, Moment, Post
from states.effects import Effect, apply, arm, drop, effect, of_record, rearm
from states.facts import RANKS, Answer, Asked, Facts, Objection, Round, nothing
from states.periods import Period, last_day, local_day
from states.positions import in_time, is_final, positions, tally
from states.procedure import Ask, Procedure, State
from states.reasons import Refusal, reason
from states.rules import RULES
from states.windows import (
    CLERK_TASK,
    closes,
    confirm_name,
    drop_reminders,
    joining,
    leaving,
    moved,
    prolonged,
    reminders,
    task,
    term,
    today,
    whole_days,
    window,
    window_name,
)
from states.zones import zone_of


@dataclass(frozen=True, slots=True)
class Deed:
    """What an act does: effects, words for the timeline, letters."""

    effects: tuple[Effect, ...] = ()
    data: Mapping[str, Any] = field(default_factory=nothing)
    posts: tuple[Post, ...] = field(default=())


# ------------------------------------------------------------------------------------- putting


def dispatch(moment: Moment) -> Deed:
    """Put the question to everyone it concerns on this day."""
    procedure, facts = moment.procedure, moment.facts
    state = procedure.states[facts.case.state]
    ask = state.ask
    assert ask is not None  # the law file allows `dispatch` only where something is asked
    again = any(r.state == state.name for r in facts.case.rounds)
    period = ask.again_within if again and ask.again_within else ask.within
    start = today(procedure, facts)
    reply_by = last_day(period, start, facts.days)
    members = who_is_asked(procedure, facts, ask)
    round_ = Round(
        no=len(facts.case.rounds) + 1,
        state=state.name,
        of=ask.of,
        opened_at=facts.now,
        reply_by=reply_by,
        closes_at=closes(procedure, facts, reply_by),
        within=str(period),
        asked=members,
    )
    effects = [drop(d.name, "done") for d in facts.case.deadlines if d.name == f"task:{state.name}:dispatch"]
    effects += [_opened(round_), arm(window(procedure, facts, round_, start, str(period)))]
    effects += reminders(procedure, facts, ask, round_)
    if ask.joiners is not None and ask.of == "all_parties":
        effects += joining(procedure, facts, round_)
    if ask.of in procedure.bodies:
        effects += term(procedure, facts, round_)
    letter = ask.again_letter if again and ask.again_letter else ask.letter
    post = Post("asked", letter, "request", round=round_.no, occurrence="1", numbered=True)
    return Deed(tuple(effects), {"asked": len(members), "reply_by": reply_by}, (post,))


def _opened(round_: Round) -> Effect:
    opened = of_record("round", round_)
    return Effect("round", {k: v for k, v in opened.values.items() if k != "answers"})


def join(moment: Moment, round_: Round, ask: Ask, code: str) -> Deed:
    """Ask a State that has become a Party while the window is open, with its own last day."""
    procedure, facts = moment.procedure, moment.facts
    assert ask.joiners is not None
    start = today(procedure, facts)
    own = last_day(ask.joiners, start, facts.days)
    later = own > round_.reply_by
    member = Asked(code, code, joined_at=facts.now)
    if later:
        member = replace(member, reply_by=own, closes_at=closes(procedure, facts, own))
    if facts.case.is_held:
        member = replace(member, remaining=whole_days(ask.joiners, start, facts))
    changed = replace(round_, asked=(*round_.asked, member))
    effects = [effect("asked", round=round_.no, members=(member,))]
    if later and not facts.case.is_held:
        effects += prolonged(procedure, facts, changed)
        effects += [e for e in reminders(procedure, facts, ask, changed, (member,)) if e.values["about"]]
    post = Post("asked", "late_joiner_request", "request", round=round_.no, members=(code,), occurrence="1")
    return Deed(tuple(effects), {"party": code, "reply_by": max(own, round_.reply_by)}, (post,))


# ----------------------------------------------------------------------------------- answering


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


def notices(notify: Mapping[str, str], what: Mapping[str, Any], round_no: int = 0) -> list[Post]:
    """The notices a law file names, audience by audience."""
    return [
        Post(audience, template, "notice", what, round=round_no if audience == "asked" else 0)
        for audience, template in notify.items()
    ]


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


# ------------------------------------------------------------------------------------- closing


def outcome(procedure: Procedure, facts: Facts, state: State, round_: Round) -> str:
    """carried, defeated or lapsed, by the rule of the law file."""
    ask = state.ask
    assert ask is not None
    return RULES[ask.rule](positions(round_, facts.case, ask), ask, facts.case)


def all_final(procedure: Procedure, facts: Facts, round_: Round, ask: Ask) -> bool:
    """Whether everyone asked has given a final answer."""
    return all(is_final(p, ask) for p in positions(round_, facts.case, ask))


def close(procedure: Procedure, facts: Facts, state: State, round_: Round, how: str) -> Deed:
    """Close a round: its clocks end, and the conditions of those in favour go on the checklist."""
    ask = state.ask
    assert ask is not None
    effects = [
        effect("round_change", no=round_.no, closed_at=facts.now, outcome=how, remaining=None),
        *end_clocks(facts, round_.no),
    ]
    if how == "carried" and not ask.conditions_need_acceptance:
        for each in positions(round_, facts.case, ask):
            if each.word in ask.conditions and each.answer is not None:
                effects.append(effect("condition", by=each.answer.voice, text=each.answer.conditions))
    counts = dict(tally(round_, facts.case, ask, facts.unreached))
    return Deed(tuple(effects), {"round": round_.no, "outcome": how, "counts": counts})


def end_clocks(facts: Facts, no: int) -> list[Effect]:
    """End whatever still runs for a round."""
    kinds = ("window", "joining", "term")
    ended = [
        drop(d.name, "done")
        for d in facts.case.deadlines
        if d.round == no and (d.kind in kinds or d.name == confirm_name(no))
    ]
    return ended + drop_reminders(facts, no)


def wait_for_unreached(moment: Moment, round_: Round, missing: tuple[str, ...]) -> Deed:
    """The window has shut, but silence may not count for those whom nothing reached: an officer confirms."""
    procedure, facts = moment.procedure, moment.facts
    running = facts.case.deadline(window_name(round_.no))
    assert running is not None
    confirm = replace(
        task(procedure, facts, confirm_name(round_.no), "Confirm the list of the unreached", CLERK_TASK),
        round=round_.no,
    )
    effects = (rearm(running, status="fired"), arm(confirm))
    post = Post("officers", "unreached", "alert", {"parties": missing}, round=round_.no, occurrence="close")
    return Deed(effects, {"unreached": missing}, (post,))


def restart(moment: Moment, round_: Round, ask: Ask) -> Deed:
    """A substantive corrigendum: the full period again, from now; objections stand."""
    procedure, facts = moment.procedure, moment.facts
    start = today(procedure, facts)
    period = Period.parse(round_.within)
    reply_by = last_day(period, start, facts.days)
    changes: dict[str, Any] = {
        "restarted_at": facts.now,
        "reply_by": reply_by,
        "closes_at": closes(procedure, facts, reply_by),
    }
    effects = [effect("round_change", no=round_.no, **changes)]
    own = [m for m in round_.asked if m.reply_by is not None]
    effects += [
        effect("asked_change", round=round_.no, code=m.code, reply_by=None, closes_at=None) for m in own
    ]
    cleared = tuple(replace(m, reply_by=None, closes_at=None) for m in round_.asked)
    changed = replace(round_, asked=cleared, **changes)
    effects += moved(procedure, facts, ask, changed)
    effects.append(rearm(window(procedure, facts, changed, start, str(period)), anchor=start))
    return Deed(tuple(effects), {"reply_by": reply_by})


def extend(moment: Moment, round_: Round, ask: Ask) -> Deed:
    """A later last day for everyone asked; the old one stays in the record."""
    procedure, facts = moment.procedure, moment.facts
    until = facts.days.next_working(moment.details["until"])
    changes: dict[str, Any] = {
        "reply_by": until,
        "closes_at": closes(procedure, facts, until),
        "extensions": round_.extensions + 1,
    }
    # Who has a longer window of its own keeps it; a shorter one is overtaken.
    overtaken = [m.code for m in round_.asked if m.reply_by is not None and m.reply_by <= until]
    nothing_own: dict[str, Any] = {"reply_by": None, "closes_at": None}
    asked = tuple(replace(m, **nothing_own) if m.code in overtaken else m for m in round_.asked)
    effects = [
        effect("round_change", no=round_.no, **changes),
        *(effect("asked_change", round=round_.no, code=code, **nothing_own) for code in overtaken),
        *moved(procedure, facts, ask, replace(round_, asked=asked, **changes)),
        effect(
            "extension",
            round=round_.no,
            old=round_.reply_by,
            new=until,
            reason=str(moment.details.get("reason", "")),
            by=moment.command.actor.words,
        ),
    ]
    return Deed(tuple(effects), {"old": round_.reply_by, "new": until})
