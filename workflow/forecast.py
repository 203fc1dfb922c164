"""What is still to come of a case, and when: at the earliest, and as it most likely goes.

No date is counted here. A copy of the case is played on with the decisions of `states.machine`, by people who
do what the law file lets them do: at once, or on the last day they have. What a forecast says of dates is
therefore what the law says; what it assumes of people has a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from states import rounds, rules
from states.commands import CLOCK, Actor, Command, Step
from states.facts import Asked, Deadline, Facts, Meeting, Round
from states.machine import decide
from states.ordered import papers
from states.periods import at, local_day
from states.positions import positions, yet_to_answer
from states.procedure import Action, Ask, Procedure, State
from states.ways import STAYS, shared_actions, ways
from states.windows import window_name
from states.zones import zone_of

#: What is assumed of those asked: they agree where silence would not carry, and nobody objects;
#: nobody answers any more; a Party objects where one objection decides.
AGREEMENT, SILENCE, OBJECTION = "agreement", "silence", "objection"

#: Why a forecast ends: the goal is reached, the case has ended, no meeting is known that could decide, or the
#: law leaves open what comes next.
IN_FORCE, ENDED, NO_MEETING, OPEN = "in_force", "ended", "no_meeting", "open"

_STAFF = ("officer", "head", "legal", "finance")
#: When somebody acts who takes the time there is: on that day's noon.
_NOON = time(12)
#: More steps than any case takes; a law that goes in a circle ends here.
_STEPS_MAX = 400
#: What is given with an action that needs it.
_GIVEN: dict[str, Any] = {
    "risk": "low",
    "result": "approved",
    "by": "consensus",
    "in_writing": True,
    "no_territory_reason": "as foreseen",
    "reasons": "as foreseen",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A state the case will enter, and when."""

    state: str
    #: Day on which it is entered if everyone acts at once; None: it is not, at that pace.
    earliest: date | None
    #: Day on which it is entered if everyone takes the time there is.
    likeliest: date | None
    #: Meeting it waits for then (`COP16`), at each pace, or "".
    earliest_meeting: str = ""
    likeliest_meeting: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a case goes on, if what is assumed of people is so."""

    assumed: str
    #: In order; the state the case is in is not among them.
    stages: tuple[Stage, ...]
    #: Why it ends there: IN_FORCE, ENDED, NO_MEETING or OPEN.
    ends: str


def forecast(law: Procedure, facts: Facts) -> tuple[Outlook, ...]:
    """How the case may go on: one outlook for each assumption that makes a difference.

    facts   as a decision would see them now; they are not changed
    """
    if _is_reached(law.states[facts.case.state]):
        return ()
    found: list[Outlook] = []
    for assumed in (AGREEMENT, SILENCE, OBJECTION):
        outlook = _outlook(law, facts, assumed)
        if all((outlook.stages, outlook.ends) != (other.stages, other.ends) for other in found):
            found.append(outlook)
    return tuple(found)


def _outlook(law: Procedure, facts: Facts, assumed: str) -> Outlook:
    soon = _Walk(law, facts, assumed, at_once=True)
    late = _Walk(law, facts, assumed, at_once=False)
    ends = late.walk()
    soon.walk()
    order = dict.fromkeys([*late.entered, *soon.entered])
    stages = [
        Stage(
            state,
            soon.entered.get(state),
            late.entered.get(state),
            soon.meetings.get(state, ""),
            late.meetings.get(state, ""),
        )
        for state in order
    ]
    return Outlook(assumed, tuple(stages), ends)


def _is_reached(state: State) -> bool:
    """Whether a case hopes for nothing further: it has ended, or only duties remain that come back."""
    return state.final or any(rule.repeats for rule in state.deadlines)


class _Walk:
    """One copy of a case, played on until its goal at one pace."""

    def __init__(self, law: Procedure, facts: Facts, assumed: str, *, at_once: bool) -> None:
        self.law, self.zone = law, zone_of(law.timezone)
        self.assumed, self.at_once = assumed, at_once
        # What is on file is no date: everything counts as there by the time it is asked for. An answer that
        # stops the case stops its forecast, too.
        case, given = facts.case, {answer.question: answer.answer for answer in facts.case.sheet}
        kept = papers(law, facts.today(self.zone), given)
        signatures = (*case.signatures, *kept.signatures)
        on_file = replace(case, items=case.items | kept.items, sheet=kept.sheet, signatures=signatures)
        self.facts = facts.with_case(on_file)
        #: State -> the day it was entered, and the meeting it waits for.
        self.entered: dict[str, date] = {}
        self.meetings: dict[str, str] = {}
        self._shared = frozenset(shared_actions(ways(law)))
        self._has_objected = bool(facts.case.standing)
        self._is_stuck = False

    @property
    def state(self) -> State:
        return self.law.states[self.facts.case.state]

    def walk(self) -> str:
        """Go on as long as there is a way; returns why it ends."""
        for _ in range(_STEPS_MAX):
            if _is_reached(self.state):
                return ENDED if self.state.final else IN_FORCE
            if not self._go_on() or self._is_stuck:
                break
        waits = self.state.target and self._meeting() is None
        return NO_MEETING if waits else OPEN

    # ------------------------------------------------------------------------------ one thing after another

    def _go_on(self) -> bool:
        """The next thing that happens; False: nothing does by itself."""
        case = self.facts.case
        if case.is_held:
            return self._act("resume")
        if case.open_round is not None and self.state.ask is not None:
            return self._through_window(case.open_round, self.state.ask)
        if self.state.ask is not None and self._act("dispatch", self._when("dispatch")):
            return True
        expiry = next((d for d in case.deadlines if d.on_expiry), None)
        if expiry is not None:
            return self._expire(expiry)
        if self._duties():
            return True
        if self.state.target:
            return self._at_meeting()
        return any(self._act(action.name, self._when()) for action in self._onward())

    def _onward(self) -> Iterator[Action]:
        """The actions by which a case goes on from here, in the order of the file."""
        for action in self.law.actions_in(self.state.name):
            leads_on = [
                way.to
                for way in action.to
                if way.to not in (STAYS, self.state.name) and not self.law.states[way.to].final
            ]
            if leads_on and action.name not in self._shared and self._hand(action) is not None:
                yield action

    def _expire(self, expiry: Deadline) -> bool:
        """Somebody in a hurry does at once what the clock would do at the end."""
        if self.at_once and self._act(expiry.on_expiry):
            return True
        return self._run_to(expiry.due_at)

    def _duties(self) -> bool:
        """Fulfil what this state obliges to, each on its day."""
        due = [d for d in self.facts.case.deadlines if d.done_by and d.status != "held"]
        due = [d for d in due if self.law.action(d.done_by, self.state.name) is not None]
        return any(self._act(d.done_by, self._day(d.last_day)) for d in due)

    def _at_meeting(self) -> bool:
        """The meeting the case waits for decides in favour, on its last day."""
        meeting = self._meeting()
        deciding = [a for a in self.law.actions_in(self.state.name) if a.does == "record_decision"]
        if meeting is None or not deciding:
            return False
        self._run_to(max(self.facts.now, at(meeting.ends, _NOON, self.zone)))
        return self._act(deciding[0].name)

    def _meeting(self) -> Meeting | None:
        target = self.facts.case.target
        return next((m for m in self.facts.meetings if m.ordinal == target), None)

    # ------------------------------------------------------------------------------------------- windows

    def _through_window(self, round_: Round, ask: Ask) -> bool:
        window = self.facts.case.deadline(window_name(round_.no))
        if window is None:
            return False
        if window.status == "fired":
            # Whom nothing reached is not silent: an officer confirms the list.
            return self._act("confirm_unreached", self._when("confirm_unreached"))
        # Until then every letter arrives, but for those of a window that has shut already.
        self.facts = replace(self.facts, unreached=frozenset())
        self._answers(round_, ask)
        open_now = self.facts.case.open_round
        if open_now is None or open_now.no != round_.no:
            return True
        running = self.facts.case.deadline(window_name(round_.no))
        return running is not None and self._run_to(max(self.facts.now, running.due_at))

    def _answers(self, round_: Round, ask: Ask) -> None:
        """Let those asked say what is assumed of them."""
        when = self.facts.now if self.at_once else self._day(round_.reply_by)
        if self.assumed == OBJECTION and ask.objections_stand and not self._has_objected:
            against = self._somebody(round_, ask)
            if against is not None:
                self._run_to(when)
                self._say(against, ask.against[0])
                self._has_objected = True
                return
        if self.assumed == SILENCE or self._carries(round_):
            return
        self._run_to(when)
        for member in self._yet_to_agree(round_, ask):
            self._say(member, ask.favour[0])
        self._accept_conditions(round_, ask)

    def _carries(self, round_: Round) -> bool:
        """Whether silence is enough."""
        return rounds.outcome(self.law, self.facts, self.state, round_) == rules.CARRIED

    def _yet_to_agree(self, round_: Round, ask: Ask) -> list[Asked]:
        silent = set(yet_to_answer(round_, self.facts.case, ask)) if ask.favour else set()
        return [member for member in round_.asked if member.code in silent]

    def _somebody(self, round_: Round, ask: Ask) -> Asked | None:
        """A Party that may object: one that has said nothing, if possible of those not concerned."""
        free = self._yet_to_agree(round_, ask) or list(round_.asked)
        return next((m for m in free if m.party not in self.facts.case.territory), free[0] if free else None)

    def _say(self, member: Asked, word: str) -> None:
        """An answer that is final."""
        role = "seat" if self.facts.case.rounds[-1].of in self.law.bodies else "party"
        voice = "member" if role == "seat" else "head"
        party = member.code if role == "seat" else member.party
        self._decide(Command(word, Actor(role, party=party, voice=voice), {"reasons": "as foreseen"}))

    def _accept_conditions(self, round_: Round, ask: Ask) -> None:
        """A condition is a counter-offer; whoever assumes agreement assumes that it is accepted."""
        accepting = next(
            (a.name for a in self.law.actions_in(self.state.name) if a.does == "accept_conditions"), ""
        )
        case = self.facts.case
        if accepting and case.open_round is not None and ask.conditions_need_acceptance:
            for each in positions(case.open_round, case, ask):
                if each.word in ask.conditions:
                    self._act(accepting, party=each.code)

    # ---------------------------------------------------------------------------------- acting and time

    def _act(self, name: str, when: datetime | None = None, **more: Any) -> bool:
        """Somebody of the Secretariat acts; False: the law says no."""
        action = self.law.action(name, self.state.name)
        hand = self._hand(action) if action is not None else None
        if action is None or hand is None:
            return False
        before = self.facts
        if when is not None:
            self._run_to(when)
            if self.facts.case.state != before.case.state:
                return True
        takes = (*action.needs, *action.takes)
        details = {name: value for name, value in {**_GIVEN, **more}.items() if name in takes}
        details |= {name: self._told(name) for name in ("meeting", "present") if name in takes}
        if self._decide(Command(name, hand, details)):
            return True
        self.facts = before
        return False

    def _hand(self, action: Action) -> Actor | None:
        role = next((role for role in _STAFF if role in action.by), None)
        return Actor(role) if role is not None else None

    def _told(self, name: str) -> Any:
        if name == "meeting":
            return self.facts.case.target
        # Everybody came.
        today, body = self.facts.today(self.zone), self.law.bodies.get(self.state.target)
        if body is None or body.quorum_share is not None:
            return len(self.facts.parties_on(today))
        return max(len(self.facts.seats_on(body.code, today)), body.quorum_seats)

    def _when(self, task: str = "") -> datetime:
        """When a task of this state is done at this pace; named, or the nearest of them."""
        last = [
            d.last_day
            for d in self.facts.case.deadlines
            if d.kind == "task" and (task in d.name if task else not d.done_by)
        ]
        return self._day(min(last)) if last else self.facts.now

    def _day(self, last: date) -> datetime:
        """Now, for those in a hurry; else the noon of a last day, unless that is past."""
        return self.facts.now if self.at_once else max(self.facts.now, at(last, _NOON, self.zone))

    def _run_to(self, end: datetime) -> bool:
        """Let everything due until then happen, in order."""
        for _ in range(_STEPS_MAX):
            armed = [d for d in self.facts.case.deadlines if d.status == "armed" and d.due_at <= end]
            if not armed or self._is_stuck:
                break
            first = min(armed, key=lambda d: (d.due_at, d.name))
            self.facts = replace(self.facts, now=max(first.due_at, self.facts.now))
            what = {"deadline": first.name, "generation": first.generation}
            if not self._decide(Command("fire", CLOCK, what)):
                self._is_stuck = True  # beyond what the calendar knows
        self.facts = replace(self.facts, now=max(end, self.facts.now))
        return not self._is_stuck

    def _decide(self, command: Command) -> bool:
        """Do it, if the law allows it, and note where it leads."""
        step = decide(self.law, self.facts, command)
        if not isinstance(step, Step):
            return False
        self.facts = self.facts.with_case(step.case)
        for to in (str(event.data["to"]) for event in step.events if event.data.get("to")):
            if to in self.entered:
                self._is_stuck = True  # in a circle: people would have to do otherwise
            else:
                self.entered[to] = local_day(self.facts.now, self.zone)
        if step.case.target:
            self.meetings.setdefault(step.case.state, step.case.target)
        return True
