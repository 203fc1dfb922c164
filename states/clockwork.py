"""What time brings: deadlines that are due, and the world outside that has changed.

fire       a deadline is due: a window shuts, a task is overdue, a reminder goes out, a Party joins
register   meetings, Parties or seats have changed: the dates that hang on them are set anew
reach      a request arrives late, at a member whose clock then starts again
recount    a calendar has changed, and an officer accepts what that makes of some dates (recounts.py)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from states import recounts, rounds, windows
from states.commands import Post
from states.draft import Draft
from states.effects import Effect, arm, drop, effect, rearm
from states.facts import Deadline, Facts, Round
from states.objections import taken_back
from states.positions import yet_to_answer
from states.procedure import Ask, Procedure
from states.reasons import Reason, Refusal, reason
from states.rounds import all_final, end_clocks, join
from states.windows import state_deadline, window_name
from states.zones import zone_of

__all__ = ["COMMANDS", "fulfilled", "may_close_now"]

#: How machine.py takes an action in the name of the clock.
ByClock = Callable[[Draft, str], None]


def fire(draft: Draft, act: ByClock) -> None:
    """A deadline is due.

    details: deadline (its name), generation
    Raises   Refusal when it has been moved or is done, or is not due yet
    """
    details = draft.command.details
    name = str(details.get("deadline"))
    due = draft.case.deadline(name)
    if due is None or due.status != "armed" or due.generation != details.get("generation"):
        raise Refusal(reason("stale", name=name))
    if due.due_at > draft.facts.now:
        raise Refusal(not_due(draft.procedure, due))
    FIRE[due.kind](draft, due, act)


def not_due(procedure: Procedure, deadline: Deadline) -> Reason:
    """Why the clock does not act yet."""
    when = deadline.due_at.astimezone(zone_of(procedure.timezone))
    return reason("not_due", name=deadline.name, due=f"{when:%Y-%m-%d %H:%M:%S}")


def register(draft: Draft, act: ByClock) -> None:
    """The registers have changed: meetings that moved, Parties that will join or leave.

    Raises   Refusal when nothing of it touches this case
    """
    why = str(draft.command.details.get("reason", ""))
    _meetings(draft)
    _parties(draft)
    if not draft.has_changed:
        raise Refusal(reason("untouched"))
    if why:
        draft.say(reason=why)
    draft.record("register_changed")


def recount(draft: Draft, act: ByClock) -> None:
    """A calendar has changed."""
    recounts.recount(draft)


def reach(draft: Draft, act: ByClock) -> None:
    """The request reaches a member only now: its clock starts again, where the law file says so.

    details: round (its number), member (its code)
    Raises   Refusal when nothing of it touches this case
    """
    details, ask, round_ = draft.command.details, draft.state.ask, draft.case.open_round
    code = str(details.get("member"))
    is_asked = round_ is not None and round_.no == details.get("round") and round_.member(code) is not None
    if ask is None or round_ is None or not is_asked or not ask.restarts_on_delivery:
        raise Refusal(reason("untouched"))
    if any(answer.member == code for answer in round_.answers):
        raise Refusal(reason("untouched"))
    draft.do(rounds.begin_anew(draft.moment(), round_, ask, code))
    if not draft.has_changed:
        raise Refusal(reason("untouched"))
    draft.record("clock_restarted")


COMMANDS: Mapping[str, Callable[[Draft, ByClock], None]] = {
    "fire": fire,
    "register": register,
    "reach": reach,
    "recount": recount,
}


def may_close_now(draft: Draft, round_: Round, ask: Ask) -> bool:
    """Whether an open window has been decided, or has shut and waits for nothing any more."""
    if draft.case.is_held:
        return False
    running = draft.case.deadline(window_name(round_.no))
    if running is not None and running.status == "fired":
        return not _missing(draft, round_, ask)
    return ask.closes != "at deadline" and all_final(draft.procedure, draft.facts, round_, ask)


def fulfilled(procedure: Procedure, facts: Facts, action: str) -> list[Effect]:
    """The deadlines an action fulfils end; a recurring one starts again."""
    effects: list[Effect] = []
    state = procedure.states[facts.case.state]
    for running in facts.case.deadlines:
        if running.done_by != action:
            continue
        effects.append(drop(running.name, "done"))
        rule = next((r for r in state.deadlines if running.name == f"task:{state.name}:{r.name}"), None)
        if rule is not None and rule.repeats:
            met = next((m for m in facts.meetings if m.ordinal == running.meeting), None)
            after = met.starts if met is not None else None
            effects.append(arm(state_deadline(procedure, facts, state.name, rule, after)))
    return effects


# --------------------------------------------------------------------------------- one kind each


def _window(draft: Draft, due: Deadline, act: ByClock) -> None:
    round_, ask = draft.case.open_round, draft.state.ask
    if round_ is None or ask is None or round_.no != due.round:
        raise Refusal(reason("stale", name=due.name))
    missing = _missing(draft, round_, ask)
    if missing:
        draft.do(rounds.wait_for_unreached(draft.moment(), round_, missing))
        draft.record("unreached")
        return
    # machine.settle sees a window that has fired and waits for nobody, and closes it.
    draft.change([rearm(due, status="fired")])


def _missing(draft: Draft, round_: Round, ask: Ask) -> tuple[str, ...]:
    """Whom the request never reached and no officer has confirmed."""
    if not ask.confirm_unreached:
        return ()
    # Who has answered by now was reached, whatever became of the letter.
    answered = {a.member for a in round_.answers}
    return tuple(sorted(draft.facts.unreached - set(round_.unreached) - answered))


def _task(draft: Draft, due: Deadline, act: ByClock) -> None:
    draft.change([rearm(due, status="overdue")])
    what = {"action": due.title, "was_due": due.last_day}
    draft.posts.append(Post("officers", "overdue", "alert", what, occurrence=f"{due.name}:{due.generation}"))
    draft.say(deadline=due.name, title=due.title, last_day=due.last_day)
    draft.record("overdue")


def _expiry(draft: Draft, due: Deadline, act: ByClock) -> None:
    draft.say(deadline=due.name, title=due.title)
    draft.change([drop(due.name, "done")])
    act(draft, due.on_expiry)


def _reminder(draft: Draft, due: Deadline, act: ByClock) -> None:
    """Remind those who have said nothing and whom the request reached; a missed one gives way to a newer."""
    round_, ask = draft.case.open_round, draft.state.ask
    if round_ is None or ask is None or round_.no != due.round:
        raise Refusal(reason("stale", name=due.name))
    newer = any(
        d.kind == "reminder"
        and (d.round, d.about) == (due.round, due.about)
        and due.due_at < d.due_at <= draft.facts.now
        for d in draft.case.deadlines
    )
    shut = due.last_day < windows.today(draft.procedure, draft.facts)
    if newer or shut:
        draft.change([drop(due.name, "skipped")])
        draft.record("reminder_skipped")
        return
    own = {m.code for m in round_.asked if m.reply_by is not None}
    silent = [
        code
        for code in yet_to_answer(round_, draft.case, ask)
        if code not in draft.facts.unreached and (code == due.about if due.about else code not in own)
    ]
    draft.change([drop(due.name, "done")])
    if silent:
        left = (due.last_day - windows.today(draft.procedure, draft.facts)).days
        draft.posts.append(
            Post(
                "asked",
                "reminder",
                "reminder",
                {"days_left": left},
                round=round_.no,
                members=tuple(silent),
                occurrence=f"{due.generation}:{due.name}",
            )
        )
    draft.say(round=round_.no, reminded=len(silent))
    draft.record("reminder")


def _joining(draft: Draft, due: Deadline, act: ByClock) -> None:
    """A State has become a Party: while the window is open it is asked too."""
    round_, ask = draft.case.open_round, draft.state.ask
    draft.change([drop(due.name, "done")])
    party = draft.facts.parties.get(due.about)
    today = windows.today(draft.procedure, draft.facts)
    is_party = party is not None and party.is_party(today)
    if is_party and round_ is not None and ask is not None and round_.member(due.about) is None:
        draft.do(join(draft.moment(), round_, ask, due.about))
        draft.record("party_joined")
    else:
        draft.record("joining_void")


def _leaving(draft: Draft, due: Deadline, act: ByClock) -> None:
    """A denunciation takes effect: the Party's objection lapses, unless the Conference has the paper."""
    case = draft.case
    draft.change([drop(due.name, "done")])
    seized = bool(case.paper) and case.paper == case.target
    lapsing = [] if seized else [o for o in case.standing if o.party == due.about]
    effects: list[Effect] = []
    for objection in lapsing:
        effects.append(effect("objection_end", no=objection.no, ended_at=draft.facts.now, how="lapsed"))
        effects += taken_back(draft.moment(), objection.party, objection.voice)
    draft.change(effects)
    draft.say(party=due.about)
    if lapsing:
        ask = draft.procedure.states[case.rounds[lapsing[0].round - 1].state].ask
        assert ask is not None
        draft.posts += rounds.notices(ask.lapse_notify, draft.told())
    draft.record("objection_lapsed" if lapsing else "party_left")


def _term(draft: Draft, due: Deadline, act: ByClock) -> None:
    """Seats change hands while the question is open: what is outstanding lapses, the new members decide."""
    round_ = draft.case.open_round
    if round_ is None or round_.no != due.round:
        draft.change([drop(due.name, "done")])
        draft.record("term_ended")
        return
    closed = {"closed_at": draft.facts.now, "outcome": "superseded", "remaining": None}
    draft.change([effect("round_change", no=round_.no, **closed), *end_clocks(draft.facts, round_.no)])
    draft.enter(draft.case.state)
    what = {"action": "Send the question to the new members", "why": "The term of those asked has ended."}
    draft.posts.append(
        Post("officers", "task", "alert", {**draft.told(), **what}, occurrence=f"term:{round_.no}")
    )
    draft.record("term_ended")


FIRE: Mapping[str, Callable[[Draft, Deadline, ByClock], None]] = {
    "window": _window,
    "task": _task,
    "expiry": _expiry,
    "reminder": _reminder,
    "joining": _joining,
    "leaving": _leaving,
    "term": _term,
}


# ------------------------------------------------------------------------ the registers have changed


def _meetings(draft: Draft) -> None:
    """Dates that hang on a meeting follow it; the target is that meeting still, whenever it is held."""
    procedure, facts, state = draft.procedure, draft.facts, draft.state
    today = windows.today(procedure, facts)
    if not draft.case.target and (target := windows.target(procedure, facts, state)):
        draft.change([effect("set", target=target)])
    for rule in state.deadlines:
        running = draft.case.deadline(f"task:{state.name}:{rule.name}")
        if not rule.meeting or running is None:
            continue
        meeting = next(
            (m for m in facts.meetings if m.body == rule.meeting and m.ordinal == running.meeting), None
        ) or windows.next_meeting(procedure, facts, rule.meeting, today)
        if meeting is None:
            continue
        again = windows.meeting_deadline(procedure, facts, running.name, rule, meeting, running.anchor)
        if (again.last_day, again.meeting) == (running.last_day, running.meeting):
            continue
        status = "held" if running.status == "held" else "armed"
        fields = ("rule", "anchor", "last_day", "due_at", "title", "meeting", "generation")
        draft.change([rearm(running, status=status, **{f: getattr(again, f) for f in fields})])
        if "meeting" not in draft.data:
            draft.say(meeting=meeting.ordinal, old=running.last_day, new=again.last_day)
    if "meeting" in draft.data:
        draft.posts += rounds.notices(state.target_notify, draft.told())


def _parties(draft: Draft) -> None:
    """Who joins while a window is open, whose term ends, and who leaves with an objection standing."""
    procedure, round_, ask = draft.procedure, draft.case.open_round, draft.state.ask
    armed = {d.name: d for d in draft.case.deadlines}
    wanted: list[Effect] = []
    if round_ is not None and ask is not None and ask.joiners is not None and ask.of == "all_parties":
        wanted += windows.joining(procedure, draft.facts, round_)
    if round_ is not None and round_.of in procedure.bodies:
        wanted += windows.term(procedure, draft.facts, round_)
    for party in sorted({o.party for o in draft.case.standing}):
        wanted += windows.leaving(procedure, draft.facts, party)
    for each in wanted:
        running = armed.get(each.values["name"])
        if running is None:
            draft.change([each])
        elif running.due_at != each.values["due_at"]:
            changes = {k: each.values[k] for k in ("anchor", "last_day", "due_at", "generation")}
            draft.change([rearm(running, **changes)])
    names = {e.values["name"] for e in wanted}
    for name, running in armed.items():
        if (
            running.kind in ("joining", "term")
            and round_ is not None
            and running.round == round_.no
            and name not in names
        ) or (running.kind == "leaving" and _stays(draft, running.about)):
            draft.change([drop(name, "cancelled")])


def _stays(draft: Draft, code: str) -> bool:
    party = draft.facts.parties.get(code)
    return party is not None and party.leaves is None
