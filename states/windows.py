"""Dates that run: opening, stopping, moving and restarting them.

A window belongs to a round and shuts for each member at its own moment; the clock acts on it once,
when the last of them has shut. A task belongs to a state and becomes overdue. All arithmetic is
periods.py's; here it is said which period counts from which day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time

from states import procedure as law
from states.effects import Effect, arm, drop, rearm
from states.facts import Asked, Deadline, Facts, Meeting, Round
from states.periods import (
    Period,
    at,
    counted_back,
    end_of,
    last_day,
    local_day,
    start_of,
)
from states.positions import whole_window
from states.procedure import Ask, Procedure, State
from states.zones import zone_of

REMINDER_HOUR = time(9)
#: How long an officer has to confirm the list of the unreached, or to enter a meeting's dates.
CLERK_TASK = Period(5, "days")
MEETING_DATES_TASK = Period(30, "days")


def today(procedure: Procedure, facts: Facts) -> date:
    """The day it is where the procedure counts its days."""
    return facts.today(zone_of(procedure.timezone))


def generation(facts: Facts) -> int:
    """Number of the event now being decided: what it arms is of that generation."""
    return facts.case.seq + 1


def whole_days(period: Period, start: date, facts: Facts) -> int:
    """How many whole days a period gives from a day, before anything rolls."""
    return (last_day(period, start, facts.days, roll=False) - start).days


def closes(procedure: Procedure, facts: Facts, reply_by: date) -> datetime:
    """When a window with that last day shuts, grace included (UTC)."""
    return procedure.grace.closes_at(reply_by, facts.days, zone_of(procedure.timezone))


# --------------------------------------------------------------------------------------- tasks


def task(
    procedure: Procedure, facts: Facts, name: str, title: str, period: Period, of: str = "officer"
) -> Deadline:
    """A task that counts from today and becomes overdue at the end of its last day."""
    start = today(procedure, facts)
    return _dated(procedure, facts, name, title, of, str(period), start, last_day(period, start, facts.days))


def _dated(
    procedure: Procedure, facts: Facts, name: str, title: str, of: str, rule: str, start: date, last: date
) -> Deadline:
    return Deadline(
        name=name,
        kind="task",
        generation=generation(facts),
        status="armed",
        rule=rule,
        anchor=start,
        last_day=last,
        due_at=end_of(last, zone_of(procedure.timezone)),
        title=title,
        of=of,
    )


def state_deadline(
    procedure: Procedure, facts: Facts, state: str, rule: law.Deadline, after: date | None = None
) -> Deadline:
    """The deadline that a state's rule sets from today.

    after    for a rule that repeats: the meeting must begin later than this day
    """
    name = f"task:{state}:{rule.name}"
    start = today(procedure, facts)
    if rule.meeting:
        meeting = next_meeting(procedure, facts, rule.meeting, after or start)
        dated = meeting_deadline(procedure, facts, name, rule, meeting, start)
    else:
        assert rule.within is not None  # soundness: a deadline has a period or a meeting
        dated = task(procedure, facts, name, rule.title, rule.within, rule.of)
    kind = "expiry" if rule.on_expiry else "task"
    return replace(dated, kind=kind, on_expiry=rule.on_expiry, done_by=rule.done_by, about=rule.meeting)


def meeting_deadline(
    procedure: Procedure, facts: Facts, name: str, rule: law.Deadline, meeting: Meeting | None, start: date
) -> Deadline:
    """A deadline that hangs on a meeting; without a known meeting, the task to enter its dates."""
    if meeting is None:
        body = procedure.bodies[rule.meeting].title
        title = f"{rule.title}: enter the dates of the next meeting of the {body}"
        return task(procedure, facts, name, title, MEETING_DATES_TASK, rule.of)
    if rule.before is not None:
        last = counted_back(rule.before, meeting.starts, facts.days)
        words = f"{rule.before} before the first day of {meeting.ordinal}"
        return replace(
            _dated(procedure, facts, name, rule.title, rule.of, words, meeting.starts, last),
            meeting=meeting.ordinal,
        )
    last = facts.days.next_working(meeting.ends)
    words = f"the last day of {meeting.ordinal}"
    return replace(
        _dated(procedure, facts, name, rule.title, rule.of, words, meeting.ends, last),
        meeting=meeting.ordinal,
    )


def next_meeting(procedure: Procedure, facts: Facts, body: str, after: date) -> Meeting | None:
    """The first meeting of a body, of a kind that decides, that begins after a day.

    An extraordinary meeting with an agenda of its own is not the "next meeting".
    """
    kinds = procedure.bodies[body].kinds
    later = [m for m in facts.meetings if m.body == body and m.kind in kinds and m.starts > after]
    return min(later, key=lambda m: m.starts, default=None)


def target(procedure: Procedure, facts: Facts, state: State) -> str:
    """The meeting for which a case waits that enters a state on this day, by its ordinal; "" for none."""
    if not state.target:
        return ""
    meeting = next_meeting(procedure, facts, state.target, today(procedure, facts))
    return meeting.ordinal if meeting is not None else ""


def entry(procedure: Procedure, facts: Facts, state: State) -> list[Effect]:
    """The deadlines that begin when a case enters a state."""
    armed = [arm(state_deadline(procedure, facts, state.name, rule)) for rule in state.deadlines]
    if state.ask is not None and state.ask.opens == "on dispatch":
        armed.append(
            arm(task(procedure, facts, f"task:{state.name}:dispatch", "Send the question", state.ask.task))
        )
    return armed


# ------------------------------------------------------------------------------------- windows


def window_name(no: int) -> str:
    """Name of the deadline that closes a round."""
    return f"window:{no}"


def window(procedure: Procedure, facts: Facts, round_: Round, anchor: date, rule: str) -> Deadline:
    """The deadline that closes a round."""
    return Deadline(
        name=window_name(round_.no),
        kind="window",
        generation=generation(facts),
        status="armed",
        rule=rule,
        anchor=anchor,
        last_day=round_.reply_by,
        due_at=whole_window(round_),
        round=round_.no,
    )


def reminders(
    procedure: Procedure, facts: Facts, ask: Ask, round_: Round, members: Iterable[Asked] = ()
) -> list[Effect]:
    """The reminders still to come before the last day, at 09:00; and for members with a day of their own."""
    zone = zone_of(procedure.timezone)
    armed = []
    own = [m for m in members if m.reply_by is not None]
    for last, code in [(round_.reply_by, ""), *[(m.reply_by, m.code) for m in own if m.reply_by]]:
        for lead in ask.remind:
            moment = at(counted_back(lead, last, facts.days, roll=False), REMINDER_HOUR, zone)
            if moment <= facts.now:
                continue
            armed.append(
                arm(
                    Deadline(
                        name=f"remind:{round_.no}:{_lead_name(lead)}" + (f":{code}" if code else ""),
                        kind="reminder",
                        generation=generation(facts),
                        status="armed",
                        rule=f"{lead} before the last day",
                        anchor=last,
                        last_day=last,
                        due_at=moment,
                        round=round_.no,
                        about=code,
                    )
                )
            )
    return armed


def _lead_name(lead: Period) -> str:
    return str(lead.amount) if lead.unit == "days" else str(lead)


def drop_reminders(facts: Facts, no: int, about: str | None = None) -> list[Effect]:
    """End the reminders of a round that are still to come (of one member, when `about` is given)."""
    return [
        drop(d.name, "cancelled")
        for d in facts.case.deadlines
        if d.kind == "reminder" and d.round == no and (about is None or d.about == about)
    ]


def moved(procedure: Procedure, facts: Facts, ask: Ask, round_: Round) -> list[Effect]:
    """The clock's side of a round whose dates have changed: its window and its reminders anew.

    round_    the round with its new dates
    """
    running = facts.case.deadline(window_name(round_.no))
    effects = drop_reminders(facts, round_.no)
    confirm = facts.case.deadline(confirm_name(round_.no))
    if confirm is not None:
        effects.append(drop(confirm.name, "cancelled"))
    if running is not None:
        effects.append(
            rearm(
                running,
                generation=generation(facts),
                status="armed",
                last_day=round_.reply_by,
                due_at=whole_window(round_),
                remaining=None,
            )
        )
    return effects + reminders(procedure, facts, ask, round_, round_.asked)


def prolonged(procedure: Procedure, facts: Facts, round_: Round) -> list[Effect]:
    """The clock's side of a member's own longer window: the round shuts when the last of them does.

    A window that has shut and waits for the list of the unreached runs again; it will ask for the list anew.

    round_    the round with the member's dates
    """
    running = facts.case.deadline(window_name(round_.no))
    if running is None or running.status == "held":
        return []
    again = rearm(running, status="armed", due_at=whole_window(round_), generation=generation(facts))
    waiting = facts.case.deadline(confirm_name(round_.no))
    return [again] if waiting is None else [again, drop(waiting.name, "cancelled")]


def confirm_name(no: int) -> str:
    """Name of the task to confirm the unreached of a round."""
    return f"task:confirm_unreached:{no}"


def joining(procedure: Procedure, facts: Facts, round_: Round) -> list[Effect]:
    """The moments at which further States become Parties: each is asked then, if the window is open.

    One that was entered in the register late, after it had become a Party, is asked at once.
    """
    zone = zone_of(procedure.timezone)
    opened = local_day(round_.opened_at, zone)
    coming = [p for p in facts.parties.values() if p.joins > opened and round_.member(p.code) is None]
    return [
        arm(
            Deadline(
                name=f"join:{round_.no}:{p.code}",
                kind="joining",
                generation=generation(facts),
                status="armed",
                rule="becomes a Party at 00:00 of the day",
                anchor=p.joins,
                last_day=p.joins,
                due_at=start_of(p.joins, zone),
                round=round_.no,
                about=p.code,
            )
        )
        for p in sorted(coming, key=lambda p: p.code)
    ]


def leaving(procedure: Procedure, facts: Facts, code: str) -> list[Effect]:
    """The moment at which a Party's denunciation takes effect and its objection lapses."""
    party = facts.parties.get(code)
    name = f"leave:{code}"
    if party is None or party.leaves is None:
        return []
    return [
        arm(
            Deadline(
                name=name,
                kind="leaving",
                generation=generation(facts),
                status="armed",
                rule="ceases to be a Party at 00:00 of the day",
                anchor=party.leaves,
                last_day=party.leaves,
                due_at=start_of(party.leaves, zone_of(procedure.timezone)),
                about=code,
            )
        )
    ]


def term(procedure: Procedure, facts: Facts, round_: Round) -> list[Effect]:
    """The moment at which the first of those asked ceases to hold the seat."""
    opened = local_day(round_.opened_at, zone_of(procedure.timezone))
    asked = {(m.code, m.party) for m in round_.asked}
    held = [s for s in facts.seats_on(round_.of, opened) if (s.seat, s.member) in asked]
    ends = [s.ends for s in held if s.ends is not None]
    if not ends:
        return []
    after = date.fromordinal(min(ends).toordinal() + 1)
    return [
        arm(
            Deadline(
                name=f"term:{round_.no}",
                kind="term",
                generation=generation(facts),
                status="armed",
                rule="the day after a seat's term ends",
                anchor=min(ends),
                last_day=after,
                due_at=start_of(after, zone_of(procedure.timezone)),
                round=round_.no,
                about=round_.of,
            )
        )
    ]
