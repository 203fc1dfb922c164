"""Why an action may not be done: the wrong hands, a hold, what is missing, a condition, a checklist."""

from __future__ import annotations

from states import clockwork
from states.commands import Moment
from states.details import ALWAYS, KINDS, kind_of
from states.draft import Draft
from states.guards import evaluate
from states.procedure import Action
from states.reasons import Reason, Refusal, did_you_mean, distinct, reason
from states.words import day_words

#: Guards that look at the case alone, whatever is filled in: its gates, and whether there is anything to do
#: at all. Whoever looks is told at once that nobody gets past, or that nothing waits.
AT_ONCE = frozenset(
    {
        "a_complaint_waits",
        "a_question_waits",
        "a_recommendation_is_open",
        "a_reply_waits",
        "an_assessment_is_due",
        "an_entry_can_be_corrected",
        "an_indicator_is_set",
        "consent_is_given",
        "money_is_held",
        "nothing_stops",
        "risks_are_assessed",
        "sheet_is_complete",
    }
)


def against(draft: Draft, action: Action, *, complete: bool) -> tuple[Reason, ...]:
    """Every reason against an action.

    complete   False: only what is against doing it at all, before anything was filled in
    """
    reasons = [*_wrong_hands(draft, action)]
    if draft.case.is_held and not action.while_held:
        assert draft.case.held_on is not None
        reasons.append(reason("held", title=action.title, since=day_words(draft.case.held_on)))
    moment = draft.moment(action)
    if complete:
        unclear = _not_understood(draft, action.title, (*action.needs, *action.takes, *ALWAYS), action.needs)
        if unclear:
            return (*reasons, *unclear)
    needed = set() if complete else set(action.needs) - set(draft.command.details)
    names = [name for name in action.when if not needed or name.partition("(")[0] in AT_ONCE]
    reasons += [why for name in names if (why := evaluate(name, moment)) is not None]
    if not needed:
        reasons += _unconfirmed(moment, action)
    return distinct(reasons)


def _wrong_hands(draft: Draft, action: Action) -> list[Reason]:
    procedure, actor, case = draft.procedure, draft.command.actor, draft.case
    if actor.role not in action.by:
        by = " or ".join(procedure.roles.get(role, role) for role in action.by)
        role = procedure.roles.get(actor.role, actor.role)
        return [reason("not_your_role", title=action.title, by=by, role=role)]
    if actor.role == "clock":
        # It acts by its deadlines alone (clockwork.py), and those do not come this way.
        running = next((d for d in case.deadlines if d.on_expiry == action.name), None)
        return [
            reason("stale", name=action.name) if running is None else clockwork.not_due(procedure, running)
        ]
    is_others = actor.role == "officer" and actor.name and case.officer and actor.name != case.officer
    if is_others and not action.any_officer:
        return [reason("not_your_case", title=action.title, officer=case.officer)]
    return []


def _unconfirmed(moment: Moment, action: Action) -> list[Reason]:
    """Items of the action's checklist that nobody has confirmed, or that are taken away with `without`."""
    checklists = moment.procedure.checklists
    without = tuple(moment.details.get("without") or ())
    known = moment.procedure.takeable
    found = [
        reason("unknown_item", item=item, hint=did_you_mean(item, known))
        for item in without
        if item not in known
    ]
    if not action.checklist:
        return found
    confirmed = moment.case.items - set(without)
    return found + [
        reason("checklist", title=action.title, words=words, item=item)
        for item, words in checklists[action.checklist].items()
        if item not in confirmed
    ]


def require_understood(draft: Draft, title: str, known: tuple[str, ...], needs: tuple[str, ...]) -> None:
    unclear = _not_understood(draft, title, known, needs)
    if unclear:
        raise Refusal(*unclear)


def _not_understood(draft: Draft, title: str, known: tuple[str, ...], needs: tuple[str, ...]) -> list[Reason]:
    details = draft.command.details
    found = [
        reason("missing_detail", title=title, detail=name)
        for name in needs
        if details.get(name) in (None, "")
    ]
    for name, value in details.items():
        if name not in known:
            found.append(reason("unknown_detail", title=title, detail=name, hint=did_you_mean(name, known)))
        elif value not in (None, "") and not kind_of(name).fits(value) and not _told_by_guard(name):
            expected = kind_of(name).expected
            found.append(reason("bad_detail", title=title, detail=name, value=repr(value), expected=expected))
    return found


def _told_by_guard(name: str) -> bool:
    """Numbers of votes are refused with the arithmetic, by the guard that counts them."""
    return name in ("yes", "no", "abstain", "present") and name in KINDS
