"""A case begun under one edition goes on under another, as the newer law file says it may.

The newer file names the older edition and how cases of it are taken over:

    [takes_over."2026"]
    basis  = "Decision SC66-12"
    states = { consent_withheld = "consent_pending" }    # only those that have another name now
    dates  = "keep"                                      # or "recompute": tasks are counted anew

A question that is open stays as it was put: its dates have been told, and so has what silence means. Where
the newer edition would have it answered in another way, the case is moved when the question is decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from states import windows
from states.commands import Command, Step
from states.draft import Draft
from states.effects import Effect, arm, drop, effect, rearm
from states.facts import Case, Deadline, Facts, Round
from states.machine import settle
from states.periods import HorizonError
from states.procedure import Ask, Procedure, State, TakeOver
from states.reasons import Reason, Refusal, Refused, reason

#: Kind of the event that tells of it.
MOVED = "edition_changed"
#: What everybody who was asked has been told: it may not be another while they answer.
_AS_PUT = ("of", "answers", "favour", "against", "silence", "rule", "quorum", "closes")
#: What a task is by the law alone, whatever its date.
_IS_LAW = ("title", "of", "kind", "on_expiry", "done_by")


def transfer(old: Procedure, new: Procedure, facts: Facts, command: Command) -> Step | Refused:
    """What it brings about that a case goes on under another edition; or every reason why it may not.

    facts     of the case, with the working days of the new edition's calendar
    command   carries who does it; details: reason
    """
    draft = Draft(new, facts, command)
    try:
        plan = _plan(old, new)
        reasons = [*_in_the_way(old, new, plan, facts.case)]
        if reasons:
            raise Refusal(*reasons)
        was = old.states[draft.case.state]
        draft.change(_renamed(plan, draft.case))
        draft.change(_dates(was, new, plan, draft.facts))
        draft.say(**{"from": f"{old.id} {old.edition}", "to": f"{new.id} {new.edition}"})
        draft.say(dates=plan.dates, basis=plan.basis)
        if why := str(command.details.get("reason", "")):
            draft.say(reason=why)
        draft.record(MOVED)
        settle(draft)
    except Refusal as refusal:
        return Refused(refusal.reasons)
    except HorizonError as error:
        return Refused((reason("beyond_calendar", says=str(error)),))
    return draft.step()


def _plan(old: Procedure, new: Procedure) -> TakeOver:
    """Raises   Refusal where the newer edition takes no case of the older one over."""
    plan = new.takes_over.get(old.edition) if old.id == new.id else None
    if plan is None:
        raise Refusal(reason("no_take_over", old=f"{old.id} {old.edition}", new=f"{new.id} {new.edition}"))
    return plan


# ------------------------------------------------------------------------------- what is in the way


def _in_the_way(old: Procedure, new: Procedure, plan: TakeOver, case: Case) -> Iterator[Reason]:
    if old.states[case.state].final:
        yield reason("ended_here", state_title=old.states[case.state].title)
        return
    if case.is_held:
        yield reason("held_here")
    names = {case.state, *(round_.state for round_ in case.rounds)}
    gone = sorted(name for name in names if plan.states.get(name, name) not in new.states)
    for name in gone:
        yield reason("state_gone", state_title=old.states[name].title, state=name, edition=new.edition)
    for round_ in case.rounds:
        if round_.state not in gone:
            yield from _against_round(old, new, plan, round_)


def _against_round(old: Procedure, new: Procedure, plan: TakeOver, round_: Round) -> Iterator[Reason]:
    was = old.states[round_.state]
    now = new.states[plan.states.get(round_.state, round_.state)]
    assert was.ask is not None
    if now.ask is None:
        yield reason("asks_no_more", state_title=was.title, edition=new.edition)
        return
    given = {answer.word for answer in round_.answers}
    lost = sorted(given - set(now.ask.answers))
    if lost:
        yield reason("answer_gone", word=", ".join(lost), state_title=was.title, edition=new.edition)
    if round_.is_open and (other := _told_otherwise(was.ask, now.ask)):
        yield reason("asked_otherwise", state_title=was.title, what=", ".join(other), edition=new.edition)


def _told_otherwise(was: Ask, now: Ask) -> list[str]:
    """What of an open question would be another."""
    return [name for name in _AS_PUT if getattr(was, name) != getattr(now, name)]


# -------------------------------------------------------------------------------------- what changes


def _renamed(plan: TakeOver, case: Case) -> Iterator[Effect]:
    if case.state in plan.states:
        yield effect("set", state=plan.states[case.state])
    for round_ in case.rounds:
        if round_.state in plan.states:
            yield effect("round_change", no=round_.no, state=plan.states[round_.state])


def _dates(was: State, new: Procedure, plan: TakeOver, facts: Facts) -> Iterator[Effect]:
    """The tasks of the state, kept, counted anew, ended or begun; dates of questions run on as told.

    was     the state as the older file has it
    facts   of the case in the state of the newer one
    """
    state, case = new.states[facts.case.state], facts.case
    wanted = {each.values["name"]: each for each in windows.entry(new, facts, state)}
    if case.open_round is not None:
        # The question has been put: nobody has to put it.
        wanted.pop(_task(state.name, "dispatch"), None)
    for running in case.deadlines:
        before, _, name = running.name.rpartition(":")
        if before != f"task:{was.name}":
            continue
        fresh = wanted.pop(_task(state.name, name), None)
        yield from [drop(running.name, "cancelled")] if fresh is None else _followed(running, fresh, plan)
    yield from wanted.values()
    if state.target != was.target and (target := windows.target(new, facts, state)) != case.target:
        yield effect("set", target=target)


def _task(state: str, name: str) -> str:
    return f"task:{state}:{name}"


def _followed(running: Deadline, fresh: Effect, plan: TakeOver) -> Iterator[Effect]:
    """A task that both files know: kept with its date, or counted anew from today.

    From today, because nobody may be late on the day of the move.
    """
    anew = Deadline(**fresh.values)
    again = anew if plan.dates == "recompute" else replace(running, **{f: getattr(anew, f) for f in _IS_LAW})
    if anew.name != running.name:
        yield drop(running.name, "done")
        yield arm(replace(again, name=anew.name))
        return
    changed = {f.name: getattr(again, f.name) for f in fields(Deadline)}
    different = {name: value for name, value in changed.items() if value != getattr(running, name)}
    if set(different) - {"generation"}:
        yield rearm(running, **different)
