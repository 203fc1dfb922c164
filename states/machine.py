"""Decide: procedure + facts + command -> Step, or Refused with every reason.

The ways between states are one flat machine of `transitions` per procedure edition, kept and shared. It is
triggered on a throw-away token, never on a case: what a decision changes are the effects in the `Draft`.
Names of guards are looked up in our own table; the library is handed functions, never names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from transitions import EventData, Machine

from states import clockwork, replies, rounds, windows
from states.acts import ACTS
from states.commands import CLOCK, Command, Step
from states.details import ALWAYS, OF_ANSWERS
from states.draft import Draft
from states.effects import effect, of_record
from states.facts import Case, Facts
from states.guards import evaluate
from states.objections import WITHDRAWAL
from states.on_behalf import as_voice, received_at, voice_of
from states.periods import HorizonError
from states.permission import against, require_understood
from states.procedure import Action, Alternative, Procedure
from states.reasons import Refusal, Refused, did_you_mean, distinct, reason
from states.ways import STAYS, Way, ways
from states.words import listed

#: Details that the record of every action keeps, when they are given.
SAID = ("reason", "channel", "text", "language", "signed_by", "signed_on")

_MACHINES: dict[str, Machine] = {}


def decide(procedure: Procedure, facts: Facts, command: Command) -> Step | Refused:
    """What a command brings about, or every reason why it may not be.

    Total: for every state, action and role there is an answer. The same input gives the same answer.
    """
    draft = Draft(procedure, facts, command)
    try:
        if command.actor.role == "clock" and command.action in clockwork.COMMANDS:
            clockwork.COMMANDS[command.action](draft, act_by_clock)
        elif _is_answer(procedure, facts, command):
            _answer(draft)
        else:
            _act(draft, _action(draft))
        settle(draft)
    except Refusal as refusal:
        return Refused(refusal.reasons)
    except HorizonError as error:
        return Refused((reason("beyond_calendar", says=str(error)),))
    return draft.step()


def _is_answer(procedure: Procedure, facts: Facts, command: Command) -> bool:
    name = command.action
    return name in procedure.answers and procedure.action(name, facts.case.state) is None


def opened(procedure: Procedure, facts: Facts, command: Command) -> Step:
    """The first step of a new case.

    facts      with a `Case` that holds what the proposal says; its state and moment are set here
    """
    case = facts.case
    said = {
        name: getattr(case, name)
        for name in ("officer", "title", "partner", "territory", "summary", "items", "no_territory_reason")
    }
    if case.partner_record:
        said["partner_record"] = case.partner_record
    empty = Case(reference=case.reference, state=procedure.start, since=facts.now)
    draft = Draft(procedure, facts.with_case(empty), command)
    draft.change([effect("set", state=procedure.start, since=facts.now, **said)])
    for op, found in (("sheet_answer", case.sheet), ("signature", case.signatures), ("member", case.members)):
        draft.change([of_record(op, each) for each in found])
    draft.change(windows.entry(procedure, draft.facts, procedure.states[procedure.start]))
    draft.say(title=case.title)
    draft.record("opened")
    return draft.step()


@dataclass(frozen=True, slots=True)
class Possibility:
    """Something an actor could ask for in the present state, and why it would be refused now."""

    name: str
    title: str
    #: None: it may be done (what the action needs must still be given).
    refused: Refused | None


def possibilities(procedure: Procedure, facts: Facts, actor_command: Command) -> list[Possibility]:
    """Every action the state knows, with the reasons against it for this actor; for pages and lists.

    actor_command   carries the actor; its action is not looked at
    """
    found = []
    for action in procedure.actions_in(facts.case.state):
        draft = Draft(procedure, facts, replace(actor_command, action=action.name))
        reasons = against(draft, action, complete=False)
        found.append(Possibility(action.name, action.title, Refused(reasons) if reasons else None))
    return found


# --------------------------------------------------------------------------------------- answers


def _answer(draft: Draft) -> None:
    command = draft.command
    if command.actor.role not in ("party", "seat"):
        raise Refusal(reason("clerk_answers", word=command.action))
    require_understood(draft, command.action, OF_ANSWERS + ALWAYS, ())
    moment = draft.moment()
    draft.do(replies.answer(moment, command.action, command.actor, received_at(moment)))
    draft.record("answer")


# --------------------------------------------------------------------------------------- actions


def _action(draft: Draft) -> Action:
    """The action the command names, in the present state.

    Raises   Refusal
    """
    procedure, name, state = draft.procedure, draft.command.action, draft.state
    found = procedure.action(name, state.name)
    if found is not None:
        return found
    here = [a.name for a in procedure.actions_in(state.name)]
    same = procedure.actions.get(name)
    if same is None:
        known = {*procedure.actions, *procedure.answers}
        hint = did_you_mean(name, known)
        raise Refusal(reason("unknown_action", state_title=state.title, action=name, hint=hint))
    if state.final:
        raise Refusal(reason("not_in_final", title=same[0].title, state_title=state.title, state=state.name))
    raise Refusal(
        reason(
            "not_in_state",
            title=same[0].title,
            state_title=state.title,
            state=state.name,
            possible=listed(here) or "nothing",
        )
    )


def _act(draft: Draft, action: Action) -> None:
    reasons = against(draft, action, complete=True)
    if reasons:
        raise Refusal(*reasons)
    if action.does == "record_reply" and draft.command.details.get("answer") == WITHDRAWAL:
        _withdraw_on_behalf(draft)
        return
    carry_out(draft, action)


def carry_out(draft: Draft, action: Action) -> None:
    """Do what an allowed action does, and follow the way it takes.

    Raises   Refusal when no way is open
    """
    details = draft.command.details
    draft.say(**{name: details[name] for name in SAID if details.get(name)})
    if action.does:
        draft.do(ACTS[action.does](draft.moment(action)))
    draft.change(clockwork.fulfilled(draft.procedure, draft.facts, action.name))
    if action.to:
        draft.follow(_way(draft, f"action:{action.name}", action.to), action.notify)
    else:
        draft.posts += rounds.notices(action.notify, draft.told(), _round_no(draft.case))
    draft.record(action.name)


def act_by_clock(draft: Draft, name: str) -> None:
    """Take the action a deadline takes by itself; nobody can be asked for details then."""
    action = draft.procedure.action(name, draft.case.state)
    if action is None:  # soundness: an expiry leads somewhere
        raise Refusal(reason("stale", name=name))
    draft.command = Command(name, CLOCK)
    carry_out(draft, action)


def _withdraw_on_behalf(draft: Draft) -> None:
    """An officer records that a Party has withdrawn its objection on paper."""
    moment = draft.moment()
    voice = voice_of(moment)
    draft.say(on_behalf=voice.words, received_at=received_at(moment))
    if moment.details.get("scan"):
        draft.say(scan=moment.details["scan"])
    draft.command = as_voice(moment, WITHDRAWAL, voice).command
    _act(draft, _action(draft))


def _round_no(case: Case) -> int:
    return case.round.no if case.round is not None else 0


# ----------------------------------------------------------------------------------------- the ways


class _Token:
    """What the machine moves instead of a case."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def _way(draft: Draft, cause: str, alternatives: tuple[Alternative, ...]) -> Alternative:
    """The first open way of a cause.

    Raises   Refusal with what stands against each of them
    """
    taken = try_ways(draft, cause)
    if taken is not None:
        return taken
    moment = draft.moment()
    against = [
        why for way in alternatives for name in way.when if (why := evaluate(name, moment)) is not None
    ]
    raise Refusal(*distinct(against))


def try_ways(draft: Draft, cause: str) -> Alternative | None:
    """The first way of a cause whose conditions hold now, or None."""
    machine = machine_of(draft.procedure)
    event = machine.events.get(cause)
    if event is None or draft.case.state not in event.transitions:
        return None  # asked nevertheless, the library would write a warning into the log
    taken: list[Alternative] = []
    event.trigger(_Token(draft.case.state), moment=draft.moment(), taken=taken)
    return taken[-1] if taken else None


def machine_of(procedure: Procedure) -> Machine:
    """The machine of a procedure edition, built once."""
    found = _MACHINES.get(procedure.digest)
    if found is None or not procedure.digest:
        found = _built(procedure)
        _MACHINES[procedure.digest] = found
    return found


def _built(procedure: Procedure) -> Machine:
    machine = Machine(
        model=None,
        states=list(procedure.states),
        initial=procedure.start,
        auto_transitions=False,
        send_event=True,
        queued=False,
        ignore_invalid_triggers=True,
    )
    for way in ways(procedure):
        machine.add_transition(
            _cause(way),
            way.source,
            None if way.to == STAYS else way.to,
            conditions=[_holds(name) for name in way.alternative.when],
            before=_taken(way.alternative),
        )
    return machine


def _cause(way: Way) -> str:
    return f"{way.kind}:{way.name}" if way.name else way.kind


def _holds(name: str) -> Callable[[EventData], bool]:
    def condition(event: EventData) -> bool:
        return evaluate(name, event.kwargs["moment"]) is None

    return condition


def _taken(alternative: Alternative) -> Callable[[EventData], None]:
    def note(event: EventData) -> None:
        event.kwargs["taken"].append(alternative)

    return note


# ---------------------------------------------------------------------------- what follows by itself


def settle(draft: Draft) -> None:
    """Whatever follows at once: a decided window closes, a case moves on, or an objection returns it."""
    # Each turn moves the case along a way of the law file; a circle of such ways would be a fault in it.
    for _ in range(len(draft.procedure.states) + 1):
        if draft.state.final or draft.case.is_held or not _moved(draft):
            return
    raise Refusal(reason("circle", state_title=draft.state.title))


def _moved(draft: Draft) -> bool:
    round_, ask = draft.case.open_round, draft.state.ask
    if round_ is not None and ask is not None and clockwork.may_close_now(draft, round_, ask):
        close(draft, "closed")
        return True
    if draft.state.moves_on and (way := try_ways(draft, "moves_on")) is not None:
        draft.follow(way)
        draft.record("moved_on")
        return True
    if draft.case.standing and (way := try_ways(draft, "returns")) is not None:
        newest = draft.case.standing[-1]
        draft.say(party=newest.party, received=newest.received_at, recorded=draft.facts.now)
        draft.follow(way)
        draft.record("reopened")
        return True
    return False


def close(draft: Draft, kind: str) -> None:
    """Close the open round, work out what was decided, and go where the law file says."""
    round_ = draft.case.open_round
    assert round_ is not None
    how = rounds.outcome(draft.procedure, draft.facts, draft.state, round_)
    draft.do(rounds.close(draft.procedure, draft.facts, draft.state, round_, how))
    alternatives = draft.state.outcomes.get(how, ())
    draft.follow(_way(draft, f"outcome:{how}", alternatives))
    draft.record(kind)
