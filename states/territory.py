"""Where a partnership takes place, and the agreement of the Parties whose territory it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from states.commands import Moment
from states.effects import Effect, effect
from states.positions import consents, missing_consents
from states.reasons import Reason, reason
from states.rounds import Deed
from states.windows import today
from states.words import listed

# -------------------------------------------------------------------------------------- guards


def _territory(moment: Moment) -> tuple[str, ...]:
    given = moment.details.get("territory")
    return tuple(given) if given is not None else moment.facts.case.territory


def territory_or_reason(moment: Moment) -> Reason | None:
    """A territory is named, or the reason why there is none."""
    if moment.facts.case.territory or str(moment.details.get("no_territory_reason", "")).strip():
        return None
    return reason("territory_or_reason")


def territory_is_of_parties(moment: Moment) -> Reason | None:
    """Every territory is that of a Party of this day: nobody else has an authority that can agree."""
    parties, day = moment.facts.parties, today(moment.procedure, moment.facts)
    codes = [c for c in _territory(moment) if c not in parties or not parties[c].is_party(day)]
    return reason("territory_not_party", codes=listed(codes)) if codes else None


def no_consent_is_missing(moment: Moment) -> Reason | None:
    """All Parties concerned have agreed, or there are none."""
    missing, old = missing_consents(moment.procedure, moment.facts)
    return reason("consent_missing", parties=listed(missing + old)) if missing or old else None


def consents_are_missing(moment: Moment) -> Reason | None:
    """At least one Party concerned has not agreed, or its agreement has grown too old."""
    return None if no_consent_is_missing(moment) else reason("consents_complete")


def consents_stand(moment: Moment) -> Reason | None:
    """All Parties concerned have agreed, and not too long ago."""
    missing, old = missing_consents(moment.procedure, moment.facts)
    if missing:
        return reason("consent_missing", parties=listed(missing))
    if old:
        return reason("consent_old", parties=listed(old), valid=str(moment.procedure.consent_valid))
    return None


def consents_stand_before_notification(moment: Moment) -> Reason | None:
    """Before all Parties are notified the consents must stand; before the consents are asked, not."""
    ask = moment.ask
    return consents_stand(moment) if ask is not None and ask.objections_stand else None


def party_is_concerned(moment: Moment) -> Reason | None:
    """The Party named is among those in whose territory the partnership takes place."""
    party, territory = str(moment.details.get("party")), moment.facts.case.territory
    return None if party in territory else reason("not_concerned", party=party, territory=listed(territory))


def a_territory_remains(moment: Moment) -> Reason | None:
    """Carving a territory out leaves something of the proposal."""
    party, territory = str(moment.details.get("party")), moment.facts.case.territory
    return reason("nothing_remains", party=party) if territory == (party,) else None


def consent_is_given(moment: Moment) -> Reason | None:
    """The Party named has agreed, which can be revoked; or, while nobody is named, any has."""
    given, party = consents(moment.procedure, moment.facts.case), str(moment.details.get("party") or "")
    if not given:
        return reason("no_consent_given")
    return reason("no_consent_of", party=party) if party and party not in given else None


# ---------------------------------------------------------------------------------------- acts


def revoke_consent(moment: Moment) -> Deed:
    """A Party takes its agreement back: what it answered is kept, and no longer counts."""
    party = moment.text("party")
    effects: list[Effect] = []
    for round_ in moment.case.rounds:
        ask = moment.procedure.states[round_.state].ask
        if ask is None or ask.of != "territory_parties":
            continue
        effects += [
            effect("answer_change", round=round_.no, no=answer.no, taken_back=True)
            for answer in round_.answers
            if answer.member == party
            and answer.word in (*ask.favour, *ask.conditions)
            and not answer.taken_back
        ]
    return Deed(tuple(effects), {"party": party})


def carve_out(moment: Moment) -> Deed:
    """Drop a territory from the proposal."""
    party = moment.text("party")
    rest = tuple(code for code in moment.case.territory if code != party)
    return Deed((effect("set", territory=rest),), {"party": party, "territory": rest})


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    guard.__name__: guard
    for guard in (
        territory_or_reason,
        territory_is_of_parties,
        no_consent_is_missing,
        consents_are_missing,
        consents_stand,
        consents_stand_before_notification,
        party_is_concerned,
        a_territory_remains,
        consent_is_given,
    )
}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {"carve_out": carve_out, "revoke_consent": revoke_consent}
