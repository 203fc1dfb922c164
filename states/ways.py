"""Every way from one state to another that a procedure knows, and the shortest road along them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from states.procedure import Alternative, Procedure

STAYS = "stays"
SHARED_BY = 4


@dataclass(frozen=True, slots=True)
class Way:
    """One alternative of an action, an outcome or a rule of movement, seen from the state it leaves."""

    source: str
    #: State, or "stays".
    to: str
    #: "action", "outcome", "moves_on" or "returns".
    kind: str
    #: Name of the action, or the outcome; "" for the others.
    name: str
    alternative: Alternative


def ways(procedure: Procedure) -> list[Way]:
    """Every way, by the state it leaves: what its question decides, what comes by itself, the actions."""
    found: list[Way] = []
    for state in procedure.states.values():
        for outcome, alternatives in state.outcomes.items():
            found += _along(state.name, "outcome", outcome, alternatives)
        found += _along(state.name, "moves_on", "", state.moves_on)
        for action in procedure.actions_in(state.name):
            found += _along(state.name, "action", action.name, action.to)
        for asking in procedure.states.values():
            if asking.ask and asking.ask.returns and state.name in asking.ask.returns_from:
                found += _along(state.name, "returns", "", (asking.ask.returns,))
    return found


def shared_actions(every: Iterable[Way]) -> list[str]:
    """Actions that lead out of so many states that a drawing tells them once, beside the others."""
    sources: dict[str, set[str]] = {}
    for way in every:
        if way.kind == "action":
            sources.setdefault(way.name, set()).add(way.source)
    return [name for name, found in sources.items() if len(found) >= SHARED_BY]


def roads(start: str, steps: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The shortest road from `start` to each state that (source, target) steps reach."""
    onward: dict[str, list[str]] = {}
    for source, target in steps:
        onward.setdefault(source, []).append(target)
    found: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for target in onward.get(here, ()):
            if target not in found:
                found[target] = (*found[here], target)
                waiting.append(target)
    return found


def _along(source: str, kind: str, name: str, alternatives: Iterable[Alternative]) -> Iterator[Way]:
    for alternative in alternatives:
        yield Way(source, alternative.to, kind, name, alternative)
