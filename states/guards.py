"""The named conditions of the law files.

A guard looks at one moment of a case and answers None, or the `Reason` why not. A law file names it
plainly ("a_window_is_open") or with an argument ("marked(approved)").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from states import agreements, booking, membership, monitoring, openness, questions, risks, sheets
from states.asked import who_is_asked
from states.commands import Moment
from states.decisions import (
    arithmetic_holds,
    decided_against,
    decided_in_favour,
    meeting_may_decide,
    result_is,
)
from states.facts import Answer, Round
from states.partners import due_diligence_is_reopened, due_diligence_stands, partner_is_not_excluded
from states.periods import last_day
from states.positions import closing, in_time, missing_consents, positions
from states.reasons import Reason, did_you_mean, reason
from states.windows import today, window_name
from states.words import day_words, listed

Guard = Callable[[Moment], Reason | None]


def evaluate(name: str, moment: Moment) -> Reason | None:
    """The answer of the guard a law file names."""
    if name.endswith(")"):
        head, _, argument = name[:-1].partition("(")
        return WITH_ARGUMENT[head](moment, argument)
    return GUARDS[name](moment)


# ------------------------------------------------------------------------------------ territory


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


# ----------------------------------------------------------------------------------- conditions


def conditions_were_made(moment: Moment) -> Reason | None:
    """The Party named has made a conditional answer that waits for acceptance."""
    party, round_, ask = str(moment.details.get("party")), moment.facts.case.open_round, moment.ask
    if round_ is not None and ask is not None:
        for each in positions(round_, moment.facts.case, ask):
            if each.code == party and each.word in ask.conditions:
                return None
    return reason("no_conditions", party=party)


def acceptance_is_in_writing(moment: Moment) -> Reason | None:
    """The partner's acceptance is in writing."""
    return None if moment.details.get("in_writing") is True else reason("not_in_writing")


def conditions_are_met(moment: Moment) -> Reason | None:
    """The conditions made with consents and approval are confirmed as met in the agreement."""
    case = moment.facts.case
    confirmed = case.items - set(moment.details.get("without") or ())
    if not case.conditions or "conditions" in confirmed:
        return None
    texts = "; ".join(f"{c.by}: {c.text}" for c in case.conditions)
    return reason("conditions_unmet", count=len(case.conditions), texts=texts)


# -------------------------------------------------------------------------------------- windows


def a_window_is_open(moment: Moment) -> Reason | None:
    """A question has been put and its window is open."""
    return None if moment.facts.case.open_round is not None else reason("no_window")


def no_window_is_open(moment: Moment) -> Reason | None:
    """The question has not been sent yet."""
    round_ = moment.facts.case.open_round
    return reason("window_open", until=day_words(round_.reply_by)) if round_ is not None else None


def somebody_is_asked(moment: Moment) -> Reason | None:
    """The question has somebody to go to; an ask of nobody cannot be opened."""
    ask = moment.ask
    if ask is None or who_is_asked(moment.procedure, moment.facts, ask):
        return None
    body = moment.procedure.bodies.get(ask.of)
    return reason("nobody_asked", of=body.title if body else ask.of.replace("_", " "))


def extension_is_left(moment: Moment) -> Reason | None:
    """The round has not used up its extensions."""
    round_, ask = moment.facts.case.open_round, moment.ask
    if round_ is None or ask is None or round_.extensions < ask.extensions:
        return None
    return reason("extension_used", count=round_.extensions)


def extension_is_later(moment: Moment) -> Reason | None:
    """The new last day is later than the old one, in the future, and far enough."""
    round_, ask, until = moment.facts.case.open_round, moment.ask, moment.details.get("until")
    if round_ is None or ask is None or not isinstance(until, date):
        return None
    until = moment.facts.days.next_working(until)
    if until <= round_.reply_by:
        return reason("extension_not_later", last=day_words(round_.reply_by))
    if until <= today(moment.procedure, moment.facts):
        return reason("extension_past", until=day_words(until))
    least = ask.extension_at_least
    if least is not None and until < last_day(least, round_.reply_by, moment.facts.days, roll=False):
        days = (until - round_.reply_by).days
        return reason(
            "extension_short",
            least=str(least),
            until=day_words(until),
            days=days,
            last=day_words(round_.reply_by),
        )
    return None


def corrigendum_is_of_a_kind(moment: Moment) -> Reason | None:
    """A corrigendum is editorial or substantive."""
    return _kind(moment, "corrigendum", ("editorial", "substantive"))


def amendment_is_of_a_kind(moment: Moment) -> Reason | None:
    """An amendment is editorial or material."""
    return _kind(moment, "amendment", ("editorial", "material"))


def _kind(moment: Moment, what: str, allowed: tuple[str, ...]) -> Reason | None:
    value = moment.details.get("kind")
    if value is None or value in allowed:
        return None
    return reason("bad_kind", value=value, what=what, allowed=" or ".join(allowed))


def amendment_is_material(moment: Moment) -> Reason | None:
    """The amendment changes what the Parties were asked about."""
    return None if moment.details.get("kind") == "material" else reason("not_material")


def terms_are_changed(moment: Moment) -> Reason | None:
    """The agreement is renewed on other terms than those that were approved."""
    return None if moment.details.get("terms_changed") is True else reason("terms_unchanged")


def editorial_leaves_the_territory(moment: Moment) -> Reason | None:
    """A change of territory is never editorial."""
    given = moment.details.get("territory")
    changed = given is not None and set(given) != set(moment.facts.case.territory)
    editorial = moment.details.get("kind") == "editorial"
    return reason("editorial_territory") if changed and editorial else None


def late_answers(round_: Round, member: str) -> list[Answer]:
    """Answers of one member (by code or by Party) that came too late and are not admitted."""
    return [
        a
        for asked in round_.asked
        if member in (asked.code, asked.party)
        for a in round_.answers
        if a.member == asked.code
        and not a.taken_back
        and not in_time(round_, asked, a)
        and a.received_at >= closing(round_, asked)
    ]


def a_late_answer_is_there(moment: Moment) -> Reason | None:
    """The Party named has given an answer that came too late."""
    round_, party = moment.facts.case.open_round, str(moment.details.get("party"))
    if round_ is None or late_answers(round_, party):
        return None
    return reason("no_late_answer", party=party)


def somebody_was_not_reached(moment: Moment) -> Reason | None:
    """There is a list to confirm, or a window that waits for one."""
    round_ = moment.facts.case.open_round
    if round_ is None or moment.facts.unreached:
        return None
    waiting = moment.facts.case.deadline(window_name(round_.no))
    return None if waiting is not None and waiting.status == "fired" else reason("all_reached")


def the_list_is_complete(moment: Moment) -> Reason | None:
    """The officer's list, if one is given, is the list of the unreached."""
    given = moment.details.get("parties")
    if given is None or set(given) == set(moment.facts.unreached):
        return None
    actual = listed(sorted(moment.facts.unreached)) or "empty"
    return reason("list_differs", actual=actual, given=listed(sorted(given)) or "empty")


def a_reply_waits(moment: Moment) -> Reason | None:
    """The reply named was recorded on behalf and nobody has verified it; or, while none is named, any is."""
    waiting, reply = moment.facts.unverified, moment.details.get("reply")
    if not waiting:
        return reason("nothing_to_verify")
    if reply is not None and reply not in waiting:
        return reason("no_such_reply", reply=reply, waiting=listed([str(no) for no in sorted(waiting)]))
    return None


def somebody_else_recorded_it(moment: Moment) -> Reason | None:
    """Whoever verifies a reply is known by name, and is not the one who recorded it."""
    hand, reply = moment.command.actor.hand, moment.details.get("reply")
    recorders = {by for no, by in moment.facts.unverified.items() if reply in (None, no)}
    return reason("own_reply") if recorders and (not hand or recorders == {hand}) else None


# ----------------------------------------------------------------------------------- objections


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


# ------------------------------------------------------------------------- hold, marks, meetings


def on_hold(moment: Moment) -> Reason | None:
    """The case is on hold."""
    return None if moment.facts.case.is_held else reason("not_held")


def not_on_hold(moment: Moment) -> Reason | None:
    """The case is not on hold already."""
    held = moment.facts.case.held_on
    return reason("already_held", since=day_words(held)) if held is not None else None


def marked(moment: Moment, mark: str) -> Reason | None:
    """The case bears the mark."""
    return None if mark in moment.facts.case.marks else reason("not_marked", what=_said(moment, mark))


def not_marked(moment: Moment, mark: str) -> Reason | None:
    """The case does not bear the mark."""
    return reason("is_marked", what=_said(moment, mark)) if mark in moment.facts.case.marks else None


def _said(moment: Moment, mark: str) -> str:
    return moment.procedure.marks.get(mark) or MARKS.get(mark) or mark.replace("_", " ")


#: What is missing when a mark is missing.
MARKS: Mapping[str, str] = {
    "approved": "the approval of the Standing Committee",
    "cleared": "a clean notification",
    "adopted": "a decision of the Conference",
    "signed": "the signature",
}


def cleared_or_adopted(moment: Moment) -> Reason | None:
    """The notification was clean, or the Conference has decided."""
    marks = moment.facts.case.marks
    if "adopted" in marks or ("cleared" in marks and not moment.facts.case.standing):
        return None
    return reason("not_cleared")


def the_cop_has_not_decided(moment: Moment) -> Reason | None:
    """No decision of the Conference in favour is on file."""
    return reason("cop_has_decided") if "adopted" in moment.facts.case.marks else None


def a_meeting_is_known(moment: Moment) -> Reason | None:
    """The meeting the case waits for has dates."""
    if moment.facts.case.target:
        return None
    state = moment.procedure.states[moment.facts.case.state]
    body = moment.procedure.bodies.get(state.target)
    return reason("no_meeting", body=body.title if body else state.target)


def paper_is_issued(moment: Moment) -> Reason | None:
    """The working paper for the meeting the case waits for has been issued."""
    case = moment.facts.case
    if case.paper and case.paper == case.target:
        return None
    return reason("paper_not_issued", meeting=case.target or "the meeting")


def paper_is_not_issued(moment: Moment) -> Reason | None:
    """The working paper has not been issued: the Conference is not yet seized."""
    case = moment.facts.case
    return reason("paper_issued", meeting=case.paper) if case.paper and case.paper == case.target else None


def item_is_the_officers(moment: Moment) -> Reason | None:
    """The checklist item exists, and it is not another role's to confirm; a sheet of its name is complete."""
    item, procedure = str(moment.details.get("item")), moment.procedure
    known = procedure.items | {"conditions"}
    if item not in known:
        return reason("unknown_item", item=item, hint=did_you_mean(item, known))
    if item in procedure.sheets and (open_ := sheets.sheet_is_complete(moment, item)) is not None:
        return open_
    own = procedure.actions.get(item, ())
    if own and own[0].does == "confirm_own_item":
        return reason("not_officers_item", item=item, role=procedure.roles[own[0].by[0]])
    return None


GUARDS: Mapping[str, Guard] = {
    **{
        g.__name__: g
        for g in (
            territory_or_reason,
            territory_is_of_parties,
            no_consent_is_missing,
            consents_are_missing,
            consents_stand,
            consents_stand_before_notification,
            party_is_concerned,
            a_territory_remains,
            partner_is_not_excluded,
            due_diligence_stands,
            due_diligence_is_reopened,
            conditions_were_made,
            acceptance_is_in_writing,
            conditions_are_met,
            a_window_is_open,
            no_window_is_open,
            somebody_is_asked,
            extension_is_left,
            extension_is_later,
            corrigendum_is_of_a_kind,
            amendment_is_of_a_kind,
            amendment_is_material,
            editorial_leaves_the_territory,
            terms_are_changed,
            a_late_answer_is_there,
            a_reply_waits,
            questions.a_question_waits,
            somebody_else_recorded_it,
            somebody_was_not_reached,
            the_list_is_complete,
            no_objection_stands,
            withdrawal_is_in_writing,
            an_own_objection_stands,
            rank_may_withdraw,
            on_hold,
            not_on_hold,
            cleared_or_adopted,
            the_cop_has_not_decided,
            a_meeting_is_known,
            paper_is_issued,
            paper_is_not_issued,
            item_is_the_officers,
            meeting_may_decide,
            arithmetic_holds,
            decided_in_favour,
            decided_against,
        )
    },
    **risks.GUARDS,
    **agreements.GUARDS,
    **membership.GUARDS,
    **booking.GUARDS,
    **monitoring.GUARDS,
    **openness.GUARDS,
}

WITH_ARGUMENT: Mapping[str, Callable[[Moment, str], Reason | None]] = {
    "marked": marked,
    "not_marked": not_marked,
    "result_is": result_is,
    **sheets.WITH_ARGUMENT,
    **agreements.WITH_ARGUMENT,
}
