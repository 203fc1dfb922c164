"""Conditions on the partner itself: whom nobody works with, and who has changed since it was looked into."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from states.commands import Moment
from states.reasons import Reason, reason
from states.words import listed

#: Mark of a case whose partner has merged or changed hands since it was looked into.
REOPENED = "due_diligence_reopened"


def partner_is_not_excluded(moment: Moment) -> Reason | None:
    """Nobody has decided that the partner is one whom an exclusion list names."""
    lists = moment.facts.excluded
    partner = str(moment.case.partner.get("name", ""))
    return reason("partner_excluded", partner=partner, lists=listed(lists)) if lists else None


def due_diligence_stands(moment: Moment) -> Reason | None:
    """The partner is still the one that was looked into."""
    return reason("due_diligence_reopened") if REOPENED in moment.case.marks else None


def due_diligence_is_reopened(moment: Moment) -> Reason | None:
    """Something has changed in the partner, and it has not been looked into again."""
    return None if REOPENED in moment.case.marks else reason("due_diligence_complete")


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    guard.__name__: guard
    for guard in (partner_is_not_excluded, due_diligence_stands, due_diligence_is_reopened)
}
