"""A procedure as a drawing in plain text: the main road from top to bottom, then what lies beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection

from states import terms
from states.procedure import Alternative, Procedure, State
from states.ways import STAYS, Way, shared_actions, ways

WIDTH = 78

Sign = Callable[[str], str]
"""State -> what stands before its name when a case is drawn."""


def roadmap(procedure: Procedure, visited: Collection[str] = (), current: str = "") -> str:
    """The drawing, at most 78 columns wide: each state with its period, its question and its other ways.

    With a case, `*` stands before the states it has been in and `>` before the one it is in.
    """
    every = [way for way in ways(procedure) if way.to != STAYS]
    shared = shared_actions(every)
    road = _main_road(procedure, _of_its_own(every, shared))
    on_road = {way.source for way in road} | {procedure.start}
    beside = [s for s in procedure.states.values() if not s.final and s.name not in on_road]
    title = f"{procedure.title} ({procedure.id}, edition {procedure.edition})"
    lines = [*_wrapped(title, "", "  "), ""]

    def sign(state: str) -> str:
        return "> " if state == current else "* " if state in visited else "  "

    for way in road:
        lines += _stage(procedure, way.source, every, shared, sign, onward=way)
    end = road[-1].to if road else procedure.start
    lines += [f"{sign(end)}{end}"]
    if beside:
        lines += ["", "  Beside the road"]
    for state in beside:
        lines += ["", *_stage(procedure, state.name, every, shared, sign)]
    for name in shared:
        targets = dict.fromkeys(w.to for w in every if w.name == name and w.kind == "action")
        sources = dict.fromkeys(w.source for w in every if w.name == name and w.kind == "action")
        lines += ["", *_wrapped(f"{terms.spoken(name)} ──▶ {', '.join(targets)}", "  ", "  ")]
        lines += _wrapped(f"from {terms.listed(sources)}", "     ", "     ")
    ends = [sign(s.name).strip() + s.name for s in procedure.states.values() if s.final]
    lines += ["", *_wrapped(f"Ends: {terms.listed(ends)}", "  ", "     ")]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def main_road(procedure: Procedure) -> tuple[str, ...]:
    """The states a case hopes to pass, from the start to the end."""
    every = [way for way in ways(procedure) if way.to != STAYS]
    road = _main_road(procedure, _of_its_own(every, shared_actions(every)))
    return (procedure.start, *(way.to for way in road))


def _of_its_own(every: list[Way], shared: list[str]) -> list[Way]:
    return [way for way in every if way.name not in shared or way.kind != "action"]


def _main_road(procedure: Procedure, every: list[Way]) -> list[Way]:
    """From the start along what a case hopes for: the carried question, else the first way that goes on."""
    here, seen, road = procedure.start, {procedure.start}, list[Way]()
    while way := _onward(procedure, here, every, seen):
        road.append(way)
        here = way.to
        seen.add(here)
        if here not in procedure.states or procedure.states[here].final:
            break
    return road


def _onward(procedure: Procedure, here: str, every: list[Way], seen: set[str]) -> Way | None:
    leaving = [way for way in every if way.source == here and way.to not in seen]
    near = {way.to for way in leaving} | {here}

    def rank(way: Way) -> tuple[bool, bool, bool, bool]:
        state = procedure.states.get(way.to)
        # A detour leads nowhere that this state does not lead itself, as a suspension does; or back, as a
        # renewal does.
        beyond = {step.to for step in every if step.source == way.to}
        hoped = {step.to for step in every if step.source == way.to and step.name == "carried"}
        return (
            way.name != "carried",
            (bool(beyond) and beyond <= near) or (bool(hoped) and hoped <= seen),
            state is not None and state.final,
            bool(way.alternative.when) and way.kind != "action",
        )

    best = min((rank(way) for way in leaving), default=None)
    equals = [way for way in leaving if rank(way) == best]
    if not equals:
        return None
    # Among the ways of one action the last is the one without a condition.
    first = equals[0]
    return [way for way in equals if (way.kind, way.name) == (first.kind, first.name)][-1]


def _stage(
    procedure: Procedure,
    name: str,
    every: list[Way],
    shared: list[str],
    sign: Sign,
    onward: Way | None = None,
) -> list[str]:
    """One state: its name and period, what it is, the ways that leave the road, and the way on."""
    state = procedure.states[name]
    leaving = [way for way in every if way.source == name and way != onward]
    groups = _grouped([way for way in leaving if way.kind != "action" or way.name not in shared])
    inner = "  │  " if onward or groups else "     "
    period = _period(procedure, state)
    lines = [_headed(f"{sign(name)}{name} ", period)]
    if len(lines[0]) > WIDTH:
        lines = [f"{sign(name)}{name}", *_wrapped(period, inner, inner)]
    if state.title.casefold() != terms.spoken(name):
        lines += _wrapped(state.title, inner, inner)
    if state.ask:
        question = f"{terms.asked(procedure, state.ask)}: {terms.rule(state.ask)}; {terms.silence(state.ask)}"
        lines += _wrapped(f"asks {question}", inner, inner)
    for at, (labels, alternatives) in enumerate(groups):
        last = not onward and at == len(groups) - 1
        bar = "     " if last else inner
        head = f"{', '.join(labels)} ──▶ "
        for n, alternative in enumerate(alternatives):
            before = bar if n else "  └─ " if last else "  ├─ "
            lead = head if n == 0 else " " * (len(head) - 4) + "──▶ "
            room = before + lead
            text = _target(alternative, name)
            lines += _wrapped(text, room, bar + " " * (len(room) - len(bar)))
    if onward:
        lines += [f"  │  {terms.verb(onward)}", "  ▼"]
    return lines


def _grouped(leaving: list[Way]) -> list[tuple[list[str], list[Alternative]]]:
    """What leaves a state, names with the same ways told together."""
    by_name: dict[str, list[Alternative]] = {}
    for way in leaving:
        alike = by_name.setdefault(terms.verb(way), [])
        # The same way may be that of several questions.
        if all((a.to, a.when) != (way.alternative.to, way.alternative.when) for a in alike):
            alike.append(way.alternative)
    groups: list[tuple[list[str], list[Alternative]]] = []
    for name, alternatives in by_name.items():
        plain = [(a.to, a.when) for a in alternatives]
        same = next((g for g in groups if [(a.to, a.when) for a in g[1]] == plain), None)
        if same:
            same[0].append(name)
        else:
            groups.append(([name], alternatives))
    return groups


def _target(alternative: Alternative, here: str) -> str:
    where = "here again" if alternative.to == here else alternative.to
    holds = terms.conditions(alternative.when)
    return f"{where}, if {holds}" if holds else where


def _period(procedure: Procedure, state: State) -> str:
    if state.ask:
        return f"{state.ask.within} to answer"
    kept = []
    for deadline in state.deadlines:
        each = "every " if deadline.repeats else ""
        if deadline.within:
            when = f"{each}{deadline.within}"
        elif deadline.before:
            when = f"{deadline.before} before {each}{deadline.meeting}"
        else:
            when = f"{each or 'next '}{deadline.meeting}"
        kept.append(f"{when}, then {terms.spoken(deadline.on_expiry)}" if deadline.on_expiry else when)
    return "; ".join(kept)


def _headed(name: str, period: str) -> str:
    if not period or len(name) + len(period) + 3 > WIDTH:
        return f"{name}  {period}".rstrip()
    return f"{name}{'·' * (WIDTH - len(name) - len(period) - 1)} {period}"


def _wrapped(text: str, first: str, then: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False
    ) or [first.rstrip()]
