"""A case while it is being decided: what has been done to it so far, and what will be said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from states import rounds, windows
from states.asked import who_is_asked
from states.commands import Command, Event, Moment, Post, Step
from states.effects import Effect, apply, drop, effect
from states.facts import Case, Facts
from states.procedure import Action, Alternative, Procedure, State
from states.reasons import Refusal, reason
from states.rounds import Deed
from states.ways import STAYS


class Draft:
    """Gathers effects, events and letters. Nothing is done before the whole of it is known to be allowed."""

    def __init__(self, procedure: Procedure, facts: Facts, command: Command) -> None:
        self.procedure = procedure
        self.facts = facts
        self.command = command
        self.events: list[Event] = []
        self.posts: list[Post] = []
        self._effects: list[Effect] = []
        self._data: dict[str, Any] = {}

    @property
    def data(self) -> Mapping[str, Any]:
        """What the record will say of the event that is being written."""
        return self._data

    @property
    def has_changed(self) -> bool:
        """Whether the event that is being written changes anything."""
        return bool(self._effects)

    @property
    def case(self) -> Case:
        """The case as it is by now."""
        return self.facts.case

    @property
    def state(self) -> State:
        """The law of the state it is in by now."""
        return self.procedure.states[self.facts.case.state]

    def moment(self, action: Action | None = None) -> Moment:
        """What guards and acts look at."""
        return Moment(self.procedure, self.facts, self.command, action)

    # ------------------------------------------------------------------------------------- doing

    def do(self, deed: Deed) -> None:
        """Add what an act does to the event that is being written."""
        self.change(deed.effects)
        self._data.update(deed.data)
        self.posts += deed.posts

    def change(self, effects: Iterable[Effect]) -> None:
        """Change the case."""
        found = tuple(effects)
        self._effects += found
        self.facts = self.facts.with_case(apply(self.case, found))

    def say(self, **data: Any) -> None:
        """Add to what the record says of the event that is being written."""
        self._data.update(data)

    def record(self, kind: str) -> None:
        """Finish the event: what was done since the last one is one entry of the record."""
        self.events.append(Event(kind, dict(self._data), tuple(self._effects)))
        self.facts = self.facts.with_case(replace(self.case, seq=self.case.seq + 1))
        self._effects, self._data = [], {}

    def step(self) -> Step:
        """All of it."""
        assert not self._effects, "every effect belongs to an event"
        return Step(self.case, tuple(self.events), tuple(self.posts))

    # ------------------------------------------------------------------------------------ moving

    def follow(self, way: Alternative, notify: Mapping[str, str] | None = None) -> None:
        """Take a way: marks, the state it leads to, and who is told."""
        if way.marks or way.unmarks:
            self.change([effect("mark", add=way.marks, remove=way.unmarks)])
        if way.to != STAYS:
            self.enter(way.to)
        told = {**(notify or {}), **way.notify}
        self.posts += rounds.notices(told, self.told(), self._newest_round())

    def enter(self, name: str) -> None:
        """Leave the present state and begin another: its clocks, its target, its question."""
        state = self.procedure.states[name]
        came_from = self.case.state
        self.change(self._leaving(state))
        changes: dict[str, Any] = {"state": name, "since": self.facts.now}
        target = windows.target(self.procedure, self.facts, state)
        if target != self.case.target:
            changes["target"] = target
        if state.final and self.case.is_held:
            changes["held_on"] = None
        self.change([effect("set", **changes)])
        self.say(**{"from": came_from, "to": name})
        self.change(windows.entry(self.procedure, self.facts, state))
        if state.ask is not None and state.ask.opens == "on entry":
            self._ask_at_once()
        self.posts += rounds.notices(state.notify, self.told(), self._newest_round())

    def _leaving(self, to: State) -> list[Effect]:
        """End what runs for the state that is left; when a case ends, everything that runs."""
        effects: list[Effect] = []
        round_ = self.case.open_round
        if round_ is not None:
            closed = {"closed_at": self.facts.now, "outcome": "abandoned", "remaining": None}
            effects.append(effect("round_change", no=round_.no, **closed))
            effects += rounds.end_clocks(self.facts, round_.no)
        ended = {e.values["name"] for e in effects if e.op == "drop"}
        own = f"task:{self.case.state}:"
        for running in self.case.deadlines:
            if running.name not in ended and (to.final or running.name.startswith(own)):
                how = "done" if running.name.startswith(own) and not to.final else "cancelled"
                effects.append(drop(running.name, how))
        return effects

    def _ask_at_once(self) -> None:
        moment = self.moment()
        ask = moment.ask
        assert ask is not None
        if not who_is_asked(self.procedure, self.facts, ask):
            raise Refusal(reason("nobody_asked", of=ask.of.replace("_", " ")))
        self.do(rounds.dispatch(moment))

    def _newest_round(self) -> int:
        return self.case.round.no if self.case.round is not None else 0

    # ------------------------------------------------------------------------------------ telling

    def told(self) -> dict[str, Any]:
        """What a notice may tell, beside the case: the event's own words, its reason, and what follows.

        One set for all notices; each letter takes what it needs.
        """
        case, details = self.case, self.command.details
        standing = sorted({o.party for o in case.standing})
        next_up = min(
            (d for d in case.deadlines if d.kind in ("task", "expiry")),
            key=lambda d: d.last_day,
            default=None,
        )
        told: dict[str, Any] = {
            "reason": str(details.get("reason") or details.get("reasons") or details.get("text") or ""),
            "meeting": case.target,
            "parties": tuple(standing),
            "remaining": len(standing),
            "until": next_up.last_day if next_up is not None else None,
            "paper_due": next_up.last_day if next_up is not None and next_up.meeting else None,
            "conditions": tuple(c.text for c in case.conditions),
            "how": case.state,
            "counts": {},
            "signed_on": details.get("signed_on"),
        }
        return told | self._data
