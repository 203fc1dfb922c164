"""How answers decide a question: carried, defeated or lapsed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from states.facts import Case
from states.positions import Position
from states.procedure import Ask

CARRIED, DEFEATED, LAPSED = "carried", "defeated", "lapsed"

Rule = Callable[[Sequence[Position], Ask, Case], str]


def all_consent(positions: Sequence[Position], ask: Ask, case: Case) -> str:
    """Everyone asked has agreed. A refusal, or a condition nobody accepted, defeats; silence lapses."""
    if all(p.word in ask.favour for p in positions):
        return CARRIED
    return DEFEATED if any(p.word in (*ask.against, *ask.conditions) for p in positions) else LAPSED


def consulted(positions: Sequence[Position], ask: Ask, case: Case) -> str:
    """Asking is enough: whatever was said, and silence too, the body has been consulted."""
    return CARRIED


def quorum_without_objection(positions: Sequence[Position], ask: Ask, case: Case) -> str:
    """As many as the quorum speak in favour, and nobody against."""
    if any(p.word in ask.against for p in positions):
        return DEFEATED
    in_favour = sum(p.word in ask.favour for p in positions)
    return CARRIED if in_favour >= ask.quorum else LAPSED


def no_objection(positions: Sequence[Position], ask: Ask, case: Case) -> str:
    """No objection stands, neither of this round nor of an earlier one."""
    if case.standing or any(p.word in ask.against for p in positions):
        return DEFEATED
    return CARRIED


def majority(positions: Sequence[Position], ask: Ask, case: Case) -> str:
    """More yes than no among those who voted; too few votes for the quorum or the turnout lapse."""
    yes, no = _votes(positions, ask)
    if _too_few(positions, ask):
        return LAPSED
    return CARRIED if yes > no else DEFEATED


def two_thirds(positions: Sequence[Position], ask: Ask, case: Case) -> str:
    """At least two thirds yes among those who voted; too few votes for quorum or turnout lapse."""
    yes, no = _votes(positions, ask)
    if _too_few(positions, ask):
        return LAPSED
    return CARRIED if 3 * yes >= 2 * (yes + no) else DEFEATED


def _too_few(positions: Sequence[Position], ask: Ask) -> bool:
    """Whether yes and no miss the quorum, or all votes cast, abstentions too, the share of those asked."""
    numerator, denominator = ask.turnout or (0, 1)
    cast = sum(bool(p.word) for p in positions)
    return sum(_votes(positions, ask)) < max(ask.quorum, 1) or cast * denominator < len(positions) * numerator


def _votes(positions: Sequence[Position], ask: Ask) -> tuple[int, int]:
    return (
        sum(p.word in ask.favour for p in positions),
        sum(p.word in ask.against for p in positions),
    )


RULES: Mapping[str, Rule] = {
    "all_consent": all_consent,
    "consulted": consulted,
    "quorum_without_objection": quorum_without_objection,
    "no_objection": no_objection,
    "majority": majority,
    "two_thirds": two_thirds,
}
