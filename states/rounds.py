"""The life of a question: it is put, it runs, it is closed; replies.py tells how it is answered.

Every function answers a `Deed`: the effects, what the timeline says of it, and the letters. Nothing
is done yet; machine.py decides whether the whole of it may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from states.asked import who_is_asked
from states.commands import Moment, Post
from states.effects import Effect, arm, drop, effect, of_record, rearm
from states.facts import Asked, Facts, Round, nothing
from states.periods import Period, last_day
from states.positions import is_final, positions, tally
from states.procedure import Ask, Procedure, State
from states.rules import RULES
from states.windows import (
    CLERK_TASK,
    closes,
    confirm_name,
    drop_reminders,
    joining,
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


def begin_anew(moment: Moment, round_: Round, ask: Ask, code: str) -> Deed:
    """Let a member whom the request reaches only now have its full period from this day.

    Of a date that has been told, nothing is taken away: an earlier one changes nothing.
    """
    procedure, facts = moment.procedure, moment.facts
    member, period = round_.member(code), Period.parse(round_.within)
    assert member is not None  # clockwork.py has looked
    start = today(procedure, facts)
    own = last_day(period, start, facts.days)
    if own <= (member.reply_by or round_.reply_by):
        return Deed()
    changes: dict[str, Any] = {"reply_by": own, "closes_at": closes(procedure, facts, own)}
    if facts.case.is_held:
        changes = {"reply_by": own, "remaining": whole_days(period, start, facts)}
    again = replace(member, **changes)
    changed = replace(round_, asked=tuple(again if m.code == code else m for m in round_.asked))
    effects = [effect("asked_change", round=round_.no, code=code, **changes)]
    if not facts.case.is_held:
        effects += prolonged(procedure, facts, changed)
        running = {d.name for d in facts.case.deadlines if d.kind == "reminder" and d.about == code}
        effects += [drop(name, "cancelled") for name in sorted(running)]
        effects += [e for e in reminders(procedure, facts, ask, changed, (again,)) if e.values["about"]]
    return Deed(tuple(effects), {"party": member.party, "reply_by": own})


def notices(notify: Mapping[str, str], what: Mapping[str, Any], round_no: int = 0) -> list[Post]:
    """The notices a law file names, audience by audience."""
    return [
        Post(audience, template, "notice", what, round=round_no if audience == "asked" else 0)
        for audience, template in notify.items()
    ]


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
    # Each time anew: a Party that joins meanwhile opens the window again, and it shuts a second time.
    shut = f"close:{confirm.generation}"
    post = Post("officers", "unreached", "alert", {"parties": missing}, round=round_.no, occurrence=shut)
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
