"""Who is asked a question on a given day: territory Parties, all Parties, or the seats of a body."""

from __future__ import annotations

from states.facts import Asked, Facts
from states.positions import missing_consents
from states.procedure import Ask, Procedure
from states.zones import zone_of


def who_is_asked(procedure: Procedure, facts: Facts, ask: Ask) -> tuple[Asked, ...]:
    """The members of the audience on this day; the list is frozen when the question is put."""
    day = facts.today(zone_of(procedure.timezone))
    if ask.of == "territory_parties":
        missing, old = missing_consents(procedure, facts)
        wanted = set(missing) | set(old)
        return tuple(Asked(code, code) for code in facts.case.territory if code in wanted)
    if ask.of == "all_parties":
        return tuple(Asked(code, code) for code in facts.parties_on(day))
    return tuple(Asked(s.seat, s.member, s.alternate) for s in facts.seats_on(ask.of, day))
