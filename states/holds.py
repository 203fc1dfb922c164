"""The clocks of a case stopped with the whole days each has left, and started again with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from states.effects import Effect, effect, rearm
from states.facts import Facts, Round
from states.periods import end_of, remaining_days, resumed
from states.procedure import Procedure
from states.windows import closes, drop_reminders, generation, moved, today
from states.zones import zone_of

STOPS = frozenset({"task", "expiry", "window", "term"})
#: What a hold stops: nothing closes before the resumption. That a Party joins or leaves is noted meanwhile.


def hold(procedure: Procedure, facts: Facts) -> list[Effect]:
    """Stop every window and task with the whole days each has left."""
    day = today(procedure, facts)
    effects: list[Effect] = []
    kept: list[dict[str, object]] = []
    round_ = facts.case.open_round
    if round_ is not None:
        effects += drop_reminders(facts, round_.no)
        shut = facts.now >= round_.closes_at
        left = -1 if shut else remaining_days(round_.reply_by, day)
        effects.append(effect("round_change", no=round_.no, remaining=left))
        for member in round_.asked:
            if member.reply_by is None:
                continue
            gone = member.closes_at is not None and facts.now >= member.closes_at
            own = -1 if gone else remaining_days(member.reply_by, day)
            effects.append(effect("asked_change", round=round_.no, code=member.code, remaining=own))
    for d in facts.case.deadlines:
        if d.kind not in STOPS:
            continue
        left = remaining_days(d.last_day, day)
        kept.append({"name": d.name, "last_day": d.last_day, "remaining": left})
        effects.append(rearm(d, status="held", remaining=left, generation=generation(facts)))
    return [effect("set", held_on=day), *effects, effect("hold", on=day, windows=tuple(kept))]


def resume(procedure: Procedure, facts: Facts) -> list[Effect]:
    """Start them again: the days that were left, from today, rolled forward."""
    day = today(procedure, facts)
    effects: list[Effect] = [effect("set", held_on=None)]
    round_ = facts.case.open_round
    if round_ is not None:
        effects += _resume_round(procedure, facts, round_, day)
    for d in facts.case.deadlines:
        if d.kind == "window" or d.status != "held":
            continue
        changes: dict[str, object] = {"status": "armed", "remaining": None, "generation": generation(facts)}
        # A meeting or the end of a term does not wait for the case: what hangs on one keeps its date.
        if not d.meeting and d.kind != "term":
            last = resumed(d.remaining or 0, day, facts.days)
            changes |= {"last_day": last, "due_at": end_of(last, zone_of(procedure.timezone))}
        effects.append(rearm(d, **changes))
    return [*effects, effect("resume", on=facts.case.held_on, resumed_on=day)]


def _own_window(procedure: Procedure, facts: Facts, last: date, round_: Round) -> dict[str, object]:
    """A member's own window, if it has more time than the others."""
    if last <= round_.reply_by:
        return {"reply_by": None, "closes_at": None}
    return {"reply_by": last, "closes_at": closes(procedure, facts, last)}


def _resume_round(procedure: Procedure, facts: Facts, round_: Round, day: date) -> list[Effect]:
    ask = procedure.states[round_.state].ask
    assert ask is not None  # a round exists only where a question does
    changes: dict[str, object] = {"remaining": None}
    if round_.remaining is not None and round_.remaining >= 0:
        last = resumed(round_.remaining, day, facts.days)
        changes |= {"reply_by": last, "closes_at": closes(procedure, facts, last)}
    effects = [effect("round_change", no=round_.no, **changes)]
    members = []
    for member in round_.asked:
        own: dict[str, object] = {"remaining": None}
        if member.remaining is not None and member.remaining >= 0:
            last = resumed(member.remaining, day, facts.days)
            own |= _own_window(procedure, facts, last, replace(round_, **changes))  # type: ignore[arg-type]
        if member.remaining is not None:
            effects.append(effect("asked_change", round=round_.no, code=member.code, **own))
            member = replace(member, **own)  # type: ignore[arg-type]
        members.append(member)
    now = replace(round_, asked=tuple(members), **changes)  # type: ignore[arg-type]
    return effects + moved(procedure, facts, ask, now)
