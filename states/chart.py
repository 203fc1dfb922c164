"""A procedure as a drawing: DOT for Graphviz, Mermaid for pages, plain words for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Collection
from typing import Literal

from states.account import permissions, permissions_table, show
from states.procedure import Procedure
from states.roadmap import roadmap
from states.terms import conditions, verb
from states.ways import STAYS, shared_actions, ways

__all__ = ["draw", "permissions", "permissions_table", "show"]

Form = Literal["dot", "mermaid", "words"]

_LABEL_WIDTH = 26
# Words that Mermaid reads as its own where a state is meant.
_MERMAID_WORDS = frozenset({"class", "classdef", "default", "direction", "end", "note", "state", "style"})
_FILLS = {"plain": "#ffffff", "visited": "#e3ece7", "current": "#f5d76e"}


def draw(procedure: Procedure, form: Form, visited: Collection[str] = (), current: str = "") -> str:
    """The procedure as text in one of three forms; the same input always gives the same text.

    form      "dot", "mermaid" or "words"
    visited   states the case has been in; they get the class `visited`
    current   the state it is in; it gets the class `current`
    """
    drawings = {"dot": _dot, "mermaid": _mermaid, "words": roadmap}
    return drawings[form](procedure, visited, current)


def _dot(procedure: Procedure, visited: Collection[str], current: str) -> str:
    lines = [
        f"digraph {_quoted(procedure.id)} {{",
        f"  label={_quoted(f'{procedure.title} ({procedure.id}, edition {procedure.edition})')};",
        '  labelloc="t"; rankdir="TB"; nodesep="0.4"; ranksep="0.5";',
        '  node [shape="box", style="rounded,filled", fontname="sans-serif", fontsize="11"];',
        '  edge [fontname="sans-serif", fontsize="9", arrowsize="0.7"];',
        '  "" [shape="point", width="0.12"];',
        f'  "" -> {_quoted(procedure.start)};',
    ]
    for state in procedure.states.values():
        kind = _class_of(state.name, visited, current)
        marks = {
            "label": "\n".join(textwrap.wrap(state.title, _LABEL_WIDTH)),
            "tooltip": state.basis or state.title,
            "class": f"{kind} final" if state.final else kind,
            "fillcolor": _FILLS[kind],
        }
        if state.final:
            marks["peripheries"] = "2"
        if state.name == current:
            marks["penwidth"] = "2"
        listed = ", ".join(f"{key}={_quoted(value)}" for key, value in marks.items())
        lines.append(f"  {_quoted(state.name)} [{listed}];")
    shared = shared_actions(ways(procedure))
    aside = {(w.source, w.to): [verb(w)] for w in ways(procedure) if w.kind == "action" and w.name in shared}
    for (source, target), labels in _edges(procedure).items():
        label = "\n".join(labels)
        taken = source in visited and (target in visited or target == current)
        style = ', class="visited"' if taken else ""
        if labels == aside.get((source, target)):
            # A withdrawal from everywhere would bend the whole drawing towards itself.
            style = ', class="shared", style="dashed", color="#999999", constraint="false"'
        lines.append(f"  {_quoted(source)} -> {_quoted(target)} [label={_quoted(label)}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _mermaid(procedure: Procedure, visited: Collection[str], current: str) -> str:
    lines = ["stateDiagram-v2", "  direction TB"]
    lines += [f'  state "{_spoken(s.title)}" as {_node(s.name)}' for s in procedure.states.values()]
    lines.append(f"  [*] --> {_node(procedure.start)}")
    for (source, target), labels in _edges(procedure).items():
        lines.append(f"  {_node(source)} --> {_node(target)} : {_spoken('<br/>'.join(labels))}")
    lines += [f"  {_node(s.name)} --> [*]" for s in procedure.states.values() if s.final]
    lines.append(f"  classDef visited fill:{_FILLS['visited']}")
    lines.append(f"  classDef current fill:{_FILLS['current']},stroke-width:2px")
    passed = [_node(n) for n in procedure.states if _class_of(n, visited, current) == "visited"]
    if passed:
        lines.append(f"  class {','.join(passed)} visited")
    if current in procedure.states:
        lines.append(f"  class {_node(current)} current")
    return "\n".join(lines) + "\n"


def _edges(procedure: Procedure) -> dict[tuple[str, str], list[str]]:
    """One arrow for each pair of states, with everything that leads along it."""
    found: dict[tuple[str, str], list[str]] = {}
    for way in ways(procedure):
        if way.to != STAYS:
            holds = conditions(way.alternative.when)
            label = f"{verb(way)} if {holds}" if holds else verb(way)
            labels = found.setdefault((way.source, way.to), [])
            if label not in labels:
                labels.append(label)
    return found


def _class_of(state: str, visited: Collection[str], current: str) -> str:
    return "current" if state == current else "visited" if state in visited else "plain"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _node(state: str) -> str:
    return f"{state}_" if state in _MERMAID_WORDS else state


def _spoken(text: str) -> str:
    # Mermaid ends a label at ; and a name at " and has no way to escape them in a state diagram.
    return text.replace('"', "'").replace(";", ",").replace("\n", " ").replace(":", " -")
