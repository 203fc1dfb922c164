"""The named conditions of the law files.

A guard looks at one moment of a case and answers None, or the `Reason` why not. A law file names it
plainly ("a_window_is_open") or with an argument ("marked(approved)"). Here are those about windows, answers
and checklists; the others stand with their noun: territory.py, objections.py, papers.py and their like.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from states import (
    agreements,
    amendments,
    booking,
    decisions,
    membership,
    monitoring,
    objections,
    on_behalf,
    openness,
    papers,
    partners,
    questions,
    risks,
    sheets,
    territory,
)
from states.asked import who_is_asked
from states.commands import Moment
from states.periods import last_day
from states.positions import late_answers, positions
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


# ------------------------------------------------------------------- hold, marks, checklists


def on_hold(moment: Moment) -> Reason | None:
    """The case is on hold."""
    return None if moment.facts.case.is_held else reason("not_held")


def not_on_hold(moment: Moment) -> Reason | None:
    """The case is not on hold already."""
    held = moment.facts.case.held_on
    return reason("already_held", since=day_words(held)) if held is not None else None


def marked(moment: Moment, mark: str) -> Reason | None:
    """The case bears the mark."""
    return None if mark in moment.facts.case.marks else reason("not_marked", what=moment.procedure.said(mark))


def not_marked(moment: Moment, mark: str) -> Reason | None:
    """The case does not bear the mark."""
    return reason("is_marked", what=moment.procedure.said(mark)) if mark in moment.facts.case.marks else None


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


#: The conditions above, and those that stand with the noun they are about.
GUARDS: Mapping[str, Guard] = {
    **{
        guard.__name__: guard
        for guard in (
            conditions_were_made,
            acceptance_is_in_writing,
            conditions_are_met,
            a_window_is_open,
            no_window_is_open,
            somebody_is_asked,
            extension_is_left,
            extension_is_later,
            a_late_answer_is_there,
            somebody_was_not_reached,
            the_list_is_complete,
            on_hold,
            not_on_hold,
            item_is_the_officers,
        )
    },
    **territory.GUARDS,
    **partners.GUARDS,
    **amendments.GUARDS,
    **questions.GUARDS,
    **on_behalf.GUARDS,
    **objections.GUARDS,
    **papers.GUARDS,
    **decisions.GUARDS,
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
    **decisions.WITH_ARGUMENT,
    **sheets.WITH_ARGUMENT,
    **agreements.WITH_ARGUMENT,
}
