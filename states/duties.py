"""Things to be done by a day that a person has set, and the acts on them.

A duty is a task of the case with a name of its own, and not of a state: it outlives the step from one state
to the next, stands on the desk of whoever must do it, becomes overdue, and ends when it is done or the case
does. Its number is that of the event that set it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from states.commands import Moment
from states.effects import Effect, arm, drop, effect, rearm
from states.facts import Deadline
from states.partners import REOPENED
from states.periods import end_of, remaining_days
from states.reasons import Refusal, reason
from states.rounds import Deed
from states.windows import generation, today
from states.words import day_words
from states.zones import zone_of

#: Name of the task to look into a partner again.
DUE_DILIGENCE = "duty:due_diligence"


def reopen_due_diligence(moment: Moment) -> Deed:
    """The partner has merged or changed hands: it is looked into again, by a day.

    Where that is to be done already, the earlier day holds.
    """
    found = duty(moment, DUE_DILIGENCE, "Due diligence to be done again", moment.details.get("due"))
    running = moment.case.deadline(DUE_DILIGENCE)
    effects: list[Effect] = [effect("mark", add=(REOPENED,), remove=())]
    if running is None:
        effects.append(arm(found))
    elif found.last_day < running.last_day:
        fields = ("anchor", "last_day", "due_at", "generation", "status", "remaining")
        effects.append(rearm(running, **{name: getattr(found, name) for name in fields}))
    return Deed(tuple(effects), {"due": found.last_day})


def confirm_due_diligence(moment: Moment) -> Deed:
    """The partner has been looked into again, and nothing speaks against it.

    details  evidence
    Raises   Refusal without it
    """
    evidence = str(moment.details.get("evidence", "")).strip()
    if not evidence:
        # Not among the needs of the action: its guard is to say at once that nothing has been reopened.
        title = moment.action.title if moment.action is not None else moment.command.action
        raise Refusal(reason("missing_detail", title=title, detail="evidence"))
    effects: list[Effect] = [effect("mark", add=(), remove=(REOPENED,))]
    if moment.case.deadline(DUE_DILIGENCE) is not None:
        effects.append(drop(DUE_DILIGENCE, "done"))
    return Deed(tuple(effects), {"evidence": evidence})


def duty(moment: Moment, name: str, title: str, due: object, of: str = "officer") -> Deadline:
    """A task by a day that a person has set; it rolls forward to a working day.

    due      a day
    of       the role whose task it is
    Raises   Refusal when the day is past
    """
    procedure, facts = moment.procedure, moment.facts
    start = today(procedure, facts)
    assert isinstance(due, date)  # permission.py has looked at what was given
    if due < start:
        raise Refusal(reason("due_in_past", due=day_words(due)))
    last = facts.days.next_working(due)
    made = Deadline(
        name=name,
        kind="task",
        generation=generation(facts),
        status="armed",
        rule="the day that was set for it",
        anchor=due,
        last_day=last,
        due_at=end_of(last, zone_of(procedure.timezone)),
        title=title,
        of=of,
    )
    if not facts.case.is_held:
        return made
    # While the case is on hold every clock stands still, this one from its first day.
    return replace(made, status="held", remaining=remaining_days(last, start))


ACTS: Mapping[str, Callable[[Moment], Deed]] = {
    act.__name__: act for act in (reopen_due_diligence, confirm_due_diligence)
}
