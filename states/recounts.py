"""A calendar has changed: dates that were counted with it are set anew, as far as an officer accepts them.

What the new dates are is worked out where the holds and extensions of a date are known; here they are judged.
A date that others have been told never comes earlier, and nothing is set on a day off or in the past.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from states import rounds, windows
from states.draft import Draft
from states.effects import effect, rearm
from states.facts import Deadline
from states.periods import end_of
from states.reasons import Refusal, reason
from states.zones import zone_of


def recount(draft: Draft) -> None:
    """Set running dates anew.

    details: dates (name of a running deadline -> its new last day), reason
    Raises   Refusal for a date that does not run, or cannot be what is asked for
    """
    details = draft.command.details
    dates: dict[str, date] = dict(details.get("dates") or {})
    found = [(_running(draft, name), day) for name, day in sorted(dates.items())]
    for running, day in found:
        _check(draft, running, day)
    why = str(details.get("reason", ""))
    for running, day in found:
        if running.kind == "window":
            _move_window(draft, running, day, why)
        else:
            due = end_of(day, zone_of(draft.procedure.timezone))
            number = windows.generation(draft.facts)
            draft.change([rearm(running, status="armed", last_day=day, due_at=due, generation=number)])
    if not draft.has_changed:
        raise Refusal(reason("untouched"))
    draft.say(dates={running.name: [running.last_day, day] for running, day in found}, reason=why)
    draft.say(old=found[0][0].last_day, new=found[0][1])
    draft.record("recounted")


def _running(draft: Draft, name: str) -> Deadline:
    running = draft.case.deadline(name)
    if running is None or running.status not in ("armed", "overdue"):
        raise Refusal(reason("stale", name=name))
    return running


def _check(draft: Draft, running: Deadline, day: date) -> None:
    """Whether a deadline may have that last day."""
    is_working = draft.facts.days.is_working(day)
    is_past = day < windows.today(draft.procedure, draft.facts)
    is_told = running.kind != "task"
    if not is_working or is_past or (is_told and day < running.last_day):
        raise Refusal(reason("not_recounted", name=running.name, day=day.isoformat()))


def _move_window(draft: Draft, running: Deadline, day: date, why: str) -> None:
    """Move the last day of a question, and tell everyone who was asked."""
    round_, ask = draft.case.open_round, draft.state.ask
    if round_ is None or ask is None or round_.no != running.round:
        raise Refusal(reason("stale", name=running.name))
    closes_at = windows.closes(draft.procedure, draft.facts, day)
    draft.change([effect("round_change", no=round_.no, reply_by=day, closes_at=closes_at)])
    again = replace(round_, reply_by=day, closes_at=closes_at)
    draft.change(windows.moved(draft.procedure, draft.facts, ask, again))
    told = {**draft.told(), "old": running.last_day, "new": day, "reason": why}
    draft.posts += rounds.notices({"asked": "extension"}, told, round_.no)
