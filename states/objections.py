"""Objections: whether one stands, and how it is withdrawn.

It stands until it is withdrawn in writing by the same rank or a higher one, whatever else its Party says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from states.commands import Moment
from states.effects import Effect, effect
from states.reasons import Reason, reason
from states.rounds import Deed
from states.words import listed

#: `record_reply` may record this beside the answers: an objection is withdrawn on paper, too.
WITHDRAWAL = "withdraw_objection"

# -------------------------------------------------------------------------------------- guards


def no_objection_stands(moment: Moment) -> Reason | None:
    """No objection stands."""
    standing = sorted({o.party for o in moment.facts.case.standing})
    return reason("objection_stands", parties=listed(standing)) if standing else None


def withdrawal_is_in_writing(moment: Moment) -> Reason | None:
    """An objection is withdrawn in writing; that it is, is assumed unless said otherwise."""
    return None if moment.details.get("in_writing", True) is True else reason("withdrawal_not_in_writing")


def an_own_objection_stands(moment: Moment) -> Reason | None:
    """The Party that withdraws has an objection that stands."""
    party = moment.command.actor.party
    if any(o.party == party for o in moment.facts.case.standing):
        return None
    return reason("no_own_objection", party=party or "?")


def rank_may_withdraw(moment: Moment) -> Reason | None:
    """Who withdraws is of the same rank as who objected, or of a higher one."""
    actor = moment.command.actor
    own = [o for o in moment.facts.case.standing if o.party == actor.party]
    if not own or any(o.rank <= actor.rank for o in own):
        return None
    return reason("rank_too_low", party=actor.party, objector=own[0].voice)


# ---------------------------------------------------------------------------------------- acts


def withdraw_objection(moment: Moment) -> Deed:
    """End the objections of a Party that were made by the same rank or a lower one."""
    actor, case = moment.command.actor, moment.case
    ended = [o for o in case.standing if o.party == actor.party and o.rank <= actor.rank]
    effects: list[Effect] = []
    for objection in ended:
        effects.append(effect("objection_end", no=objection.no, ended_at=moment.facts.now, how="withdrawn"))
        effects += taken_back(moment, actor.party, objection.voice)
    gone = {o.no for o in ended}
    remaining = len({o.party for o in case.standing if o.no not in gone})
    return Deed(tuple(effects), {"party": actor.party, "remaining": remaining})


def taken_back(moment: Moment, party: str, voice: str) -> list[Effect]:
    """The answers behind an objection that ends, in every round: they are kept, and no longer count."""
    ask_of = moment.procedure.states
    found: list[Effect] = []
    for round_ in moment.case.rounds:
        ask = ask_of[round_.state].ask
        if ask is None or not ask.objections_stand:
            continue
        members = {m.code for m in round_.asked if m.party == party}
        found += [
            effect("answer_change", round=round_.no, no=a.no, taken_back=True)
            for a in round_.answers
            if a.member in members and a.voice == voice and a.word in ask.against and not a.taken_back
        ]
    return found


GUARDS: Mapping[str, Callable[[Moment], Reason | None]] = {
    guard.__name__: guard
    for guard in (no_objection_stands, withdrawal_is_in_writing, an_own_objection_stands, rank_may_withdraw)
}
ACTS: Mapping[str, Callable[[Moment], Deed]] = {"withdraw_objection": withdraw_objection}
