"""What must hold of a procedure before a case may run under it; every fault is told at once."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from states import provisions_sound, reader
from states.faults import Fault, Path, ProcedureError, nearest
from states.periods import Period
from states.procedure import SHOWS, Action, Alternative, Ask, Deadline, Procedure, State
from states.vocabulary import Known, Told, Words, item_at, unknown
from states.ways import STAYS, roads, ways

__all__ = ["CLOCK", "GIVES", "RANKS", "Known", "check", "require_sound"]

RANKS = ("mission", "head", "nfp", "other", "member", "alternate")
"""Of whom an answer may come, as `final_from` names them."""

CLOCK = "clock"
"""The role of what time brings."""

GIVES = {
    "all_consent": ("carried", "defeated", "lapsed"),
    "consulted": ("carried",),
    "quorum_without_objection": ("carried", "defeated", "lapsed"),
    "no_objection": ("carried", "defeated"),
    "majority": ("carried", "defeated", "lapsed"),
    "two_thirds": ("carried", "defeated", "lapsed"),
}
"""Which outcomes each rule of rules.py can give: each of them must lead somewhere."""

COUNTING = ("majority", "two_thirds")
"""Rules that count votes, so that too few of them may lapse."""

# Shortest and longest length in days: a reminder must come within the window whatever the month or weekend.
_SHORTEST = {"days": 1.0, "working days": 1.4, "months": 28.0}
_LONGEST = {"days": 1.0, "working days": 1.6, "months": 31.0}


def require_sound(procedure: Procedure, known: Known) -> None:
    """Refuse a procedure that has a fault.

    Raises   ProcedureError with every fault, in the order of the file
    """
    if faults := check(procedure, known):
        raise ProcedureError(faults)


def check(procedure: Procedure, known: Known) -> list[Fault]:
    """Every fault of a procedure, in the order of the file; none if it may run."""
    found = list(_Check(procedure, known).faults())
    where = reader.places(procedure)
    # Stable: without line numbers the faults stay in the order of the checks below.
    found.sort(key=lambda fault: where.line(fault[0]))
    return [where.fault(*fault) for fault in dict.fromkeys(found)]


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


class _Check:
    """One procedure under examination."""

    def __init__(self, procedure: Procedure, known: Known) -> None:
        self.procedure = procedure
        self.known = known
        self.ways = ways(procedure)
        self.words = Words(procedure, known)
        # A misspelt state is told once; for the roads it counts as the state that was meant, else every
        # state behind it would be told as unreachable as well.
        self.steps = [
            (way.source, target)
            for way in self.ways
            if way.to != STAYS and (target := self._meant_state(way.to)) is not None
        ]
        self.start = self._meant_state(procedure.start) or ""
        self.roads = roads(self.start, self.steps)

    def faults(self) -> Told:
        yield from self._top()
        yield from provisions_sound.faults(self.procedure, self.words)
        yield from self._reach()
        for state in self.procedure.states.values():
            yield from self._state(state)
        for name, same in self.procedure.actions.items():
            for action in same:
                yield from self._action(action)
            yield from self._names_twice(name, same)

    # ------------------------------------------------------------------------------------ the whole

    def _top(self) -> Told:
        p, known = self.procedure, self.known
        yield from unknown(("timezone",), "time zone", p.timezone, _zones())
        yield from unknown(("calendar",), "calendar", p.calendar, known.calendars)
        for language in p.languages:
            yield from unknown(("languages",), "language", language, known.languages)
        yield from unknown(("start",), "state", p.start, p.states)
        for edition, plan in p.takes_over.items():
            at: Path = ("takes_over", edition)
            if edition >= p.edition:
                yield at, f"edition {edition} is not older than this one", "Name an older edition."
            for name, now in plan.states.items():
                yield from unknown((*at, "states", name), "state", now, p.states)

    def _reach(self) -> Told:
        states = self.procedure.states
        ends = {name for name, state in states.items() if state.final}
        for name in states:
            if self.start and name not in self.roads:
                says = f"'{name}' cannot be reached from '{self.start}'"
                yield ("states", name), says, "Lead a way to it, or remove it."
        stuck = [n for n in self.roads if n in states and n not in ends and not self._leaves(n)]
        for name in stuck:
            yield ("states", name), self._by_road("no way leads out of it", name), _WAY_OUT
        trapped = [
            n
            for n in states
            if n in self.roads and n not in ends and n not in stuck and self._never_ends(n, ends)
        ]
        if trapped and not stuck:
            circle = ", ".join(f"'{name}'" for name in trapped)
            says = self._by_road(f"no final state can be reached from {circle}", trapped[0])
            yield ("states", trapped[0]), says, "Lead a way from one of them to a final state."

    def _leaves(self, state: str) -> bool:
        return any(way.source == state and way.to not in (state, STAYS) for way in self.ways)

    def _never_ends(self, state: str, ends: set[str]) -> bool:
        reached = roads(state, self.steps).keys()
        lost = any(way.source in reached and self._meant_state(way.to) is None for way in self.ways)
        return not lost and not ends & reached

    # ------------------------------------------------------------------------------------ one state

    def _state(self, state: State) -> Told:
        at: Path = ("states", state.name)
        if state.target:
            yield from unknown((*at, "target"), "body", state.target, self.procedure.bodies)
        yield from self.words.notices((*at, "notify"), state.notify)
        yield from self.words.notices((*at, "target_notify"), state.target_notify)
        yield from self.words.alternatives((*at, "moves_on"), state.moves_on)
        for n, alternative in enumerate(state.moves_on):
            if not alternative.when:
                says = "it moves on without a condition, so that nobody can ever act here"
                yield item_at((*at, "moves_on"), n, state.moves_on), says, "Give it a condition with 'when'."
            if alternative.to in (state.name, STAYS):
                says = "it moves on to where it is"
                yield item_at((*at, "moves_on"), n, state.moves_on), says, "Name another state, or remove it."
        if state.final:
            yield from self._final(at, state)
        elif state.name != self.start and not state.ask and not state.deadlines:
            says = "it has no question and no deadline: a case could lie here for ever"
            yield at, self._by_road(says, state.name), "Add an ask, or a deadline of an officer."
        if state.ask:
            yield from self._ask((*at, "ask"), state, state.ask)
            yield from self._outcomes((*at, "outcomes"), state, state.ask)
        elif state.outcomes:
            yield (*at, "outcomes"), "there are outcomes, but no question", "Add an ask, or remove them."
        for deadline in state.deadlines:
            yield from self._deadline((*at, "deadlines", deadline.name), state, deadline)

    def _final(self, at: Path, state: State) -> Told:
        if state.ask:
            yield (*at, "ask"), "a final state asks a question", "Remove the ask, or 'final'."
        for deadline in state.deadlines:
            # The case is over: what is left is a duty that somebody fulfils, such as the last report.
            if deadline.on_expiry or deadline.repeats or not deadline.done_by:
                says = f"the deadline '{deadline.name}' of a final state is no duty that can be fulfilled"
                remedy = "Give it 'done_by' without 'on_expiry' and 'repeats', or remove it, or 'final'."
                yield (*at, "deadlines", deadline.name), says, remedy
        if state.moves_on:
            yield (*at, "moves_on"), "a final state moves on", "Remove the way, or 'final'."
        for action in self.procedure.actions_in(state.name):
            if any(way.to != STAYS for way in action.to):
                says = f"'{action.name}' leads out of the final state '{state.name}'"
                remedy = f"Take the action away from '{state.name}', or remove 'final'."
                yield (*self._place(action), "to"), says, remedy

    # --------------------------------------------------------------------------------------- an ask

    def _ask(self, at: Path, state: State, ask: Ask) -> Told:
        known = self.known
        yield from unknown((*at, "of"), "audience", ask.of, self.words.audiences)
        yield from unknown((*at, "rule"), "rule", ask.rule, known.rules)
        yield from unknown((*at, "letter"), "template", ask.letter, known.templates)
        if ask.again_letter:
            yield from unknown((*at, "again_letter"), "template", ask.again_letter, known.templates)
        if ask.final_from:
            yield from unknown((*at, "final_from"), "rank", ask.final_from, RANKS)
        if not ask.basis:
            yield _no_basis(at, "the question")
        for key in ("favour", "against", "conditions", "reasons", "question"):
            for word in getattr(ask, key):
                yield from unknown((*at, key), "answer", word, ask.answers)
        for word in ask.shows:
            yield from unknown((*at, "shows"), "view", word, SHOWS)
        for word in sorted(set(ask.favour) & set(ask.against)):
            yield (*at, "against"), f"'{word}' speaks both for and against", "Leave it in one of the two."
        if ask.question and ask.question_extends is None:
            yield (*at, "question"), "a question is an answer, but extends nothing", "Add 'question_extends'."
        if ask.question_extends and not ask.question:
            yield (*at, "question_extends"), "no answer is a question", "Add 'question', or remove this."
        if ask.rule == "quorum_without_objection" and not ask.quorum:
            yield (*at, "rule"), "the rule counts a quorum, and there is none", "Add 'quorum'."
        if ask.turnout and ask.rule not in COUNTING:
            says = f"the rule '{ask.rule}' counts no votes"
            yield (*at, "turnout"), says, f"Remove it, or use {' or '.join(COUNTING)}."
        yield from self._reminders((*at, "remind"), ask)
        yield from self.words.notices((*at, "objection_notify"), ask.objection_notify)
        yield from self.words.notices((*at, "lapse_notify"), ask.lapse_notify)
        yield from self._returns(at, ask)
        if ask.opens == "on dispatch" and not state.final and not self._acts_in(state.name, "dispatch"):
            says = self._by_road("the question is never sent: no action here dispatches it", state.name)
            yield (*at, "opens"), says, 'Add an action with does = "dispatch", or write opens = "on entry".'

    def _reminders(self, at: Path, ask: Ask) -> Told:
        windows = {"window": ask.within, "window when asked again": ask.again_within}
        for n, lead in enumerate(ask.remind):
            for name, window in windows.items():
                if window and not _shorter(lead, window):
                    says = f"a reminder {lead} before the end is not within the {name} of {window}"
                    yield (*at, n), says, "Shorten it, or remove it."
            if n and not _shorter(lead, ask.remind[n - 1]):
                says = f"a reminder {lead} before the end stands after one of {ask.remind[n - 1]}"
                yield (*at, n), says, "Write the longest first, each once."

    def _returns(self, at: Path, ask: Ask) -> Told:
        for name in ask.returns_from:
            yield from unknown((*at, "returns_from"), "state", name, self.procedure.states)
        if ask.returns:
            yield from self.words.alternative((*at, "returns"), ask.returns)
        if ask.returns and not ask.returns_from:
            yield (*at, "returns"), "no state is named from which a case returns", "Add 'returns_from'."
        if ask.returns_from and not ask.returns:
            yield (*at, "returns_from"), "it is not said where a case returns to", "Add 'returns'."

    def _outcomes(self, at: Path, state: State, ask: Ask) -> Told:
        given = GIVES.get(ask.rule)
        for outcome in given or ("carried",):
            if outcome not in state.outcomes:
                says = f"'{outcome}' leads nowhere, and the rule '{ask.rule}' can give it"
                yield at, self._by_road(says, state.name), f"Add {outcome} = {{ to = ... }}."
        for outcome, alternatives in state.outcomes.items():
            here: Path = (*at, outcome)
            if given and outcome not in given:
                says = f"the rule '{ask.rule}' never gives '{outcome}'"
                yield here, says, f"Remove it; the rule gives {_listed(given)}."
            yield from self.words.alternatives(here, alternatives)
            yield from self._total(here, f"'{outcome}'", state.name, alternatives)

    # ----------------------------------------------------------------------------------- a deadline

    def _deadline(self, at: Path, state: State, deadline: Deadline) -> Told:
        p = self.procedure
        yield from unknown((*at, "of"), "role", deadline.of, p.roles)
        if not deadline.basis:
            yield _no_basis(at, "the deadline")
        if deadline.meeting:
            yield from unknown((*at, "meeting"), "body", deadline.meeting, p.bodies)
        if deadline.within and deadline.meeting:
            yield (*at, "within"), "it counts both from entry and to a meeting", "Remove one of the two."
        if not deadline.within and not deadline.meeting:
            yield at, "it is not said when it falls", "Add 'within', or 'meeting'."
        if deadline.before and not deadline.meeting:
            yield (*at, "before"), "it is not said before which meeting", "Add 'meeting'."
        here = [action.name for action in p.actions_in(state.name)]
        if deadline.done_by:
            yield from unknown((*at, "done_by"), f"action of '{state.name}'", deadline.done_by, here)
        if deadline.repeats and not deadline.done_by:
            yield (*at, "repeats"), "it starts again once fulfilled, but nothing fulfils it", "Add 'done_by'."
        if deadline.on_expiry:
            yield from self._expiry((*at, "on_expiry"), state, deadline.on_expiry, here)

    def _expiry(self, at: Path, state: State, name: str, here: list[str]) -> Told:
        action = self.procedure.action(name, state.name)
        if action is None:
            yield from unknown(at, f"action of '{state.name}'", name, here)
            return
        if CLOCK not in action.by:
            yield at, f"the clock may not do '{name}'", f"Add '{CLOCK}' to 'by' of '{name}'."
        if not action.to:
            says = self._by_road(f"'{name}' leads nowhere when the time is up", state.name)
            yield at, says, "Give it a 'to'."
        yield from self._total((*self._place(action), "to"), f"'{name}' by the clock", state.name, action.to)

    # ----------------------------------------------------------------------------------- an action

    def _action(self, action: Action) -> Told:
        at, p, known = self._place(action), self.procedure, self.known
        for role in action.by:
            yield from unknown((*at, "by"), "role", role, p.roles)
        for state in action.states:
            if state not in p.states:
                yield from unknown((*at, "in"), "state", state, p.states)
        if not action.basis:
            yield _no_basis(at, "the action")
        if action.checklist:
            yield from unknown((*at, "checklist"), "checklist", action.checklist, p.checklists)
        if action.does:
            yield from unknown((*at, "does"), "act", action.does, known.acts)
            yield from provisions_sound.of_action(p, action, at)
        yield from self.words.guards((*at, "when"), action.when)
        yield from self.words.notices((*at, "notify"), action.notify)
        yield from self.words.alternatives((*at, "to"), action.to)

    def _names_twice(self, name: str, same: tuple[Action, ...]) -> Told:
        seen: set[str] = set()
        for action in same:
            for state in action.states:
                if state in seen:
                    # The later one stands under [actions]: a table can not hold one name twice.
                    says = f"'{state}' has two actions of the name '{name}'"
                    yield ("actions", name, "in"), says, "Rename one, or take the state out of 'in'."
                seen.add(state)

    # ------------------------------------------------------------------------------------- the ways

    def _total(self, at: Path, what: str, state: str, alternatives: tuple[Alternative, ...]) -> Told:
        """What nobody may stop must lead on, whatever holds."""
        for n, alternative in enumerate(alternatives):
            if alternative.to == STAYS:
                says = self._by_road(f"{what} leads nowhere: the case stays", state)
                yield item_at(at, n, alternatives), says, "Name a state."
        if alternatives and alternatives[-1].when:
            last = len(alternatives) - 1
            says = self._by_road(f"the last way of {what} still has a condition", state)
            yield item_at(at, last, alternatives), says, "Add a last way without 'when'."

    def _acts_in(self, state: str, act: str) -> bool:
        return any(action.does == act for action in self.procedure.actions_in(state))

    def _meant_state(self, name: str) -> str | None:
        return name if name in self.procedure.states else nearest(name, self.procedure.states)

    def _place(self, action: Action) -> Path:
        own: Path = ("states", *action.states, "actions", action.name)
        known = reader.places(self.procedure).lines
        return own if len(action.states) == 1 and (own in known or not known) else ("actions", action.name)

    def _by_road(self, says: str, state: str) -> str:
        road = self.roads.get(state, ())
        return f"{says} ({' -> '.join(road)})" if len(road) > 1 else says


_WAY_OUT = "Add an action with 'to', an ask with outcomes, or write final = true."


def _no_basis(at: Path, what: str) -> tuple[Path, str, str]:
    return at, f"{what} has no basis", "Add 'basis': where the law says so, or that it is a default."


def _shorter(lead: Period, window: Period) -> bool:
    if lead.unit == window.unit:
        return lead.amount < window.amount
    return lead.amount * _LONGEST[lead.unit] < window.amount * _SHORTEST[window.unit]


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:-1]) + f" and {words[-1]}" if len(words) > 1 else f"only {words[0]}"
