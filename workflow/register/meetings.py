"""Acts on the meetings of bodies. What a case makes of a meeting that is moved is the engine's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from states.faults import meant
from workflow.queries import MEETINGS
from workflow.record import append_register
from workflow.register import bodylist, cells
from workflow.register.acts import Form, begin
from workflow.register.lines import (
    MEETING,
    Change,
    Key,
    Line,
    Plan,
    RegisterRefused,
    differences,
    label,
    told_all,
)

_KEY = ("body", "ordinal")
_DEFAULTS: Mapping[str, Any] = {"place": "", "note": ""}


@dataclass(frozen=True, slots=True)
class MeetingMoved:
    """A meeting that takes place on other days than was planned."""

    body: str
    ordinal: str
    old_starts: date
    old_ends: date
    starts: date
    ends: date
    reason: str


def import_meetings(session: Session, lines: Sequence[Line], *, actor: str, now: datetime) -> Plan:
    """Take over a list of meetings: one event, none if nothing changes.

    lines    with keys (body, ordinal)
    Raises   RegisterRefused for a meeting on file that has other days: it has to be moved, with a reason
    """
    begin(session)
    on_file = _meetings(session)
    plan = differences(MEETING, lines, on_file, label, _DEFAULTS)
    moved = [change for change in plan.changed if {"starts", "ends"} & set(change.fields)]
    if moved:
        raise RegisterRefused(*(_must_be_moved(change.key, on_file[change.key]) for change in moved))
    if not plan.is_empty:
        _write_meetings(session, plan)
        data = {"meetings": told_all(plan, MEETING, _KEY)}
        append_register(session, "meetings_imported", data, actor=actor, now=now)
    return plan


def add_meeting(
    session: Session,
    body: str,
    ordinal: str,
    kind: str,
    starts: date,
    ends: date,
    *,
    place: str = "",
    note: str = "",
    actor: str,
    now: datetime,
) -> Change | None:
    """Enter a meeting of a body; None, and no event, if it is on file with the same days.

    kind     ordinary or extraordinary
    Raises   RegisterRefused with everything that is wrong
    """
    begin(session)
    form = Form(f"Meeting {ordinal} of {body}")
    form.take("body", body, cells.slug)
    form.take("ordinal", ordinal, cells.text)
    form.take("kind", kind, bodylist.kind)
    form.take("place", place, cells.text, required=False)
    form.take("note", note, cells.text, required=False)
    if ends < starts:
        form.refuse(f"{ends}, its last day, is before {starts}, its first. Correct one of the two.")
    form.done()
    values = {"kind": kind, "place": place, "starts": starts, "ends": ends, "note": note}
    line = Line((body, ordinal), values)
    plan = import_meetings(session, [line], actor=actor, now=now)
    return next(iter((*plan.added, *plan.changed)), None)


def move_meeting(
    session: Session,
    ordinal: str,
    starts: date,
    ends: date,
    reason: str,
    actor: str,
    now: datetime,
    *,
    body: str = "",
) -> MeetingMoved | None:
    """Give a meeting other days; what this changes in cases is not done here.

    body      needed only where two bodies have a meeting of that name
    Returns   the change; None, and no event, if it has these days already
    Raises    RegisterRefused with everything that is wrong
    """
    begin(session)
    form = Form(f"Meeting {ordinal}")
    on_file = _meetings(session)
    found = [row for row in on_file.values() if row["ordinal"] == ordinal and body in ("", row["body"])]
    if not found:
        form.refuse(f"it is not on file; {meant(ordinal, [key[1] for key in on_file])}")
    elif len(found) > 1:
        form.refuse(f"{' and '.join(row['body'] for row in found)} have one of this name. Name the body.")
    if ends < starts:
        form.refuse(f"{ends}, its last day, is before {starts}, its first. Correct one of the two.")
    if not reason.strip():
        form.refuse("there is no reason. Give it: everybody who waits for this meeting will read it.")
    form.done()
    (row,) = found
    if (row["starts"], row["ends"]) == (starts, ends):
        return None
    moved = MeetingMoved(row["body"], ordinal, row["starts"], row["ends"], starts, ends, reason.strip())
    where = (MEETINGS.c.body == moved.body, MEETINGS.c.ordinal == ordinal)
    session.execute(update(MEETINGS).where(*where).values(starts=starts, ends=ends))
    data: dict[str, Any] = {"body": moved.body, "ordinal": ordinal, "reason": moved.reason}
    data |= {"starts": [moved.old_starts, starts], "ends": [moved.old_ends, ends]}
    append_register(session, "meeting_moved", data, actor=actor, now=now)
    return moved


def _must_be_moved(key: Key, row: Mapping[str, Any]) -> str:
    return (
        f"Meeting {key[1]} of {key[0]}: it is on file for {row['starts']} to {row['ends']}. Move it, with a"
        " reason, so that those who wait for it are told."
    )


def _meetings(session: Session) -> dict[Key, Mapping[str, Any]]:
    rows = session.execute(select(MEETINGS).order_by(MEETINGS.c.starts)).mappings()
    return {(row["body"], row["ordinal"]): dict(row) for row in rows}


def _write_meetings(session: Session, plan: Plan) -> None:
    added = [{**dict(zip(_KEY, c.key, strict=True)), **c.new} for c in plan.added]
    for change in plan.changed:
        where = (MEETINGS.c.body == change.key[0], MEETINGS.c.ordinal == change.key[1])
        session.execute(update(MEETINGS).where(*where).values(change.new))
    if added:
        session.execute(insert(MEETINGS), added)
