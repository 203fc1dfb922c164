"""A procedure drawn as SVG, with the road a case has gone and the state it is in.

The text of the drawing is that of `states.chart`; here it is laid out by Graphviz, and made fit to stand in
a page: no script, no style attribute, no identifier that could meet another one, colours left to the page.
"""

from __future__ import annotations

import re
import textwrap
import threading
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import pygraphviz

from states import terms
from states.chart import draw
from states.procedure import Action, Alternative, Procedure, State
from states.roadmap import main_road
from states.ways import shared_actions, ways
from workflow import i18n

# Graphviz keeps its state in the process: two threads that draw at once bring it down.
_GRAPHVIZ = threading.Lock()
#: Nodes need a name; the point from which the first arrow comes has none in the text.
_BEGINNING = "(begin)"
#: Widest line on an arrow, in letters.
_ON_ARROW = 24
_PAGE = {"label": "", "rankdir": "TB", "nodesep": "0.25", "ranksep": "0.35"}


def drawn(
    procedure: Procedure, visited: Collection[str] = (), current: str = "", *, language: str = "en"
) -> str:
    """The procedure as one `<svg>` element: the main road straight down, side roads beside it.

    Only the arrows that leave the present state bear words, and what may be done from everywhere is left out.
    visited   states the case has been in
    current   the state it is in
    """
    known = frozenset(state for state in visited if state in procedure.states)
    return _drawn(_Kept(procedure), known, current, language)


def drawn_in_full(procedure: Procedure, *, language: str = "en") -> str:
    """The procedure as one `<svg>` element with every arrow and the condition of each."""
    return _drawn_in_full(_Kept(procedure), language)


class _Kept:
    """A procedure as a key: two with one digest are one, and are drawn once."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self._is = (procedure.id, procedure.edition, procedure.digest or id(procedure))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self._is == other._is

    def __hash__(self) -> int:
        return hash(self._is)


@lru_cache(maxsize=256)
def _drawn(kept: _Kept, visited: frozenset[str], current: str, language: str) -> str:
    calm = _calm(_told(kept.procedure, language), visited | {current})
    graph = _graph(draw(calm, "dot", sorted(visited), current))
    graph.graph_attr.update(_PAGE)
    _straighten(graph, calm)
    _word(graph, kept.procedure, current, language)
    return _fit_for_a_page(_laid_out(graph))


@lru_cache(maxsize=16)
def _drawn_in_full(kept: _Kept, language: str) -> str:
    return _fit_for_a_page(_laid_out(_graph(draw(_told(kept.procedure, language), "dot"))))


# --------------------------------------------------------------------------------- what is drawn


def _told(procedure: Procedure, language: str) -> Procedure:
    """The same procedure with its titles in a language."""
    states = {
        name: replace(state, title=i18n.title(state.title, language))
        for name, state in procedure.states.items()
    }
    return replace(procedure, states=states)


def _calm(procedure: Procedure, shown: Collection[str]) -> Procedure:
    """The same without conditions, without what goes back by itself, and without what is possible anywhere.

    shown   states that are drawn even where only a shared action leads to them
    """
    shared = set(shared_actions(ways(procedure)))
    actions = {
        name: tuple(_bare_action(action) for action in same)
        for name, same in procedure.actions.items()
        if name not in shared
    }
    bare = replace(
        procedure,
        actions=actions,
        states={name: _bare_state(state) for name, state in procedure.states.items()},
    )
    reached = {way.to for way in ways(bare)} | {procedure.start, *shown}
    return replace(bare, states={n: s for n, s in bare.states.items() if n in reached})


def _bare_action(action: Action) -> Action:
    return replace(action, to=_bare(action.to))


def _bare_state(state: State) -> State:
    ask = state.ask
    if ask is not None:
        ask = replace(ask, returns=None, returns_from=())
    outcomes = {name: _bare(alternatives) for name, alternatives in state.outcomes.items()}
    return replace(state, ask=ask, outcomes=outcomes, moves_on=_bare(state.moves_on))


def _bare(alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    return tuple(replace(alternative, when=()) for alternative in alternatives)


# -------------------------------------------------------------------------------------- its layout


def _graph(dot: str) -> pygraphviz.AGraph:
    return pygraphviz.AGraph(string=dot.replace('  "" ', f'  "{_BEGINNING}" '))


def _straighten(graph: pygraphviz.AGraph, procedure: Procedure) -> None:
    """Put the main road on one line, and let what goes back or far ahead not bend it."""
    road = [state for state in main_road(procedure) if not procedure.states[state].final]
    order = {state: at for at, state in enumerate(procedure.states)}
    for state in road:
        graph.get_node(state).attr["group"] = "road"
    along = set(pairwise(road))
    for edge in list(graph.edges()):
        source, target = edge
        if source == target:
            graph.delete_edge(edge)
            continue
        if source == _BEGINNING:
            continue
        passed = sum(order[source] < order[state] < order[target] for state in road)
        kind = edge.attr["class"] or ""
        if (source, target) in along:
            edge.attr["weight"] = "100"
            kind = f"{kind} road"
        elif order[target] < order[source]:
            edge.attr["constraint"] = "false"
            kind = f"{kind} back"
        elif passed > 1:
            kind = f"{kind} back"
        edge.attr["class"] = kind.strip()


def _word(graph: pygraphviz.AGraph, procedure: Procedure, current: str, language: str) -> None:
    """Leave words on the arrows that lead on from the present state only, and say them in the language."""
    said = {
        terms.spoken(action.name): i18n.title(action.title, language)
        for action in (procedure.actions_in(current) if current else ())
    }
    for edge in graph.edges():
        labels = (edge.attr["label"] or "").split("\\n") if edge[0] == current else []
        words = [said.get(label) or i18n.word("outcome", label, language) for label in labels if label]
        edge.attr["label"] = "\n".join(line for each in words for line in textwrap.wrap(each, _ON_ARROW))


def _laid_out(graph: pygraphviz.AGraph) -> str:
    with _GRAPHVIZ:
        drawing: bytes = graph.draw(format="svg", prog="dot")
    return drawing.decode()


# --------------------------------------------------------------------------------- fit for a page

_LEFT_OUT = (
    (re.compile(r"^.*?(?=<svg)", re.DOTALL), ""),  # the prologue of a file of its own
    (re.compile(r"<!--.*?-->\n?", re.DOTALL), ""),
    (re.compile(r"<title>.*?</title>\n?", re.DOTALL), ""),
    (re.compile(r'<polygon fill="white" stroke="none"[^>]*/>\n?'), ""),  # the sheet behind it
    (re.compile(r"</?a\b[^>]*>\n?"), ""),
    (re.compile(r' (?:id|style|xml:space|xmlns:xlink|font-family)="[^"]*"'), ""),
    # Colours are the page's, by the classes: there is a light and a dark one.
    (re.compile(r' (?:fill|stroke)="(?!none)[^"]*"'), ""),
    (re.compile(r'<svg width="(\d+)pt" height="(\d+)pt"'), r'<svg width="\1" height="\2"'),
    (re.compile(r"(\d\.\d)\d+"), r"\1"),
    (re.compile(r"\n+"), "\n"),
)


def _fit_for_a_page(svg: str) -> str:
    for pattern, instead in _LEFT_OUT:
        svg = pattern.sub(instead, svg)
    return svg.strip()
