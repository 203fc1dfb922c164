"""Acts on the seats of bodies: who holds them, from when until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow.queries import SEATS
from workflow.record import append_register
from workflow.register import cells
from workflow.register.acts import Form, begin
from workflow.register.contacts import parties_on_file
from workflow.register.lines import (
    SEAT,
    Change,
    Key,
    Line,
    Plan,
    RegisterRefused,
    differences,
    label,
    told_all,
)

_KEY = ("body", "seat", "starts")
_DEFAULTS: Mapping[str, Any] = {"region": "", "alternate": "", "office": "", "ends": None, "note": ""}


def import_seats(
    session: Session, register: str, lines: Sequence[Line], *, actor: str, now: datetime
) -> Plan:
    """Take over a list of seats: all of it or nothing, in one event, none if nothing changes.

    lines     with keys (body, seat, starts)
    Raises    RegisterRefused for a State that the register does not have, or two holders of one seat
    """
    begin(session)
    on_file = _seats(session)
    _check_seats(session, register, lines, on_file)
    plan = differences(SEAT, lines, on_file, label, _DEFAULTS)
    if not plan.is_empty:
        _write_seats(session, plan)
        data = {"register": register, "seats": told_all(plan, SEAT, _KEY)}
        append_register(session, "seats_imported", data, actor=actor, now=now)
    return plan


def set_seat(
    session: Session,
    register: str,
    body: str,
    seat: str,
    *,
    member: str,
    starts: date,
    ends: date | None = None,
    alternate: str = "",
    region: str = "",
    office: str = "",
    note: str = "",
    term: date | None = None,
    actor: str,
    now: datetime,
) -> Change | None:
    """Say who holds a seat from a day on; whoever held it until then holds it until the day before.

    term      the first day of the term that is corrected; None: the one that begins on `starts`, or a new one
    Returns   what was changed; None, and no event, if nothing was
    Raises    RegisterRefused with everything that is wrong
    """
    begin(session)
    form = Form(f"Seat {seat} of {body}")
    form.take("body", body, cells.slug)
    form.take("seat", seat, cells.slug)
    for field, text in (("region", region), ("office", office), ("note", note)):
        form.take(field, text, cells.text, required=False)
    on_file = _seats(session)
    old = on_file.get((body, seat, term or starts))
    if term is not None and old is None:
        form.refuse(f"no term begins on {term}. Look at the list of its terms.")
    if term not in (None, starts) and (body, seat, starts) in on_file:
        form.refuse(f"another term begins on {starts}. Correct that one.")
    form.done()
    values: dict[str, Any] = {"member": member, "alternate": alternate, "region": region, "office": office}
    values |= {"ends": ends, "note": note}
    before = None
    if old is None:
        before = next(
            (r for r in on_file.values() if _same_seat(r, body, seat) and _holds_on(r, starts)), None
        )
    else:
        on_file = {key: row for key, row in on_file.items() if row["id"] != old["id"]}
        on_file[body, seat, starts] = old
    lines = [Line((body, seat, starts), values | ({"starts": starts} if old else {}))]
    if before is not None:
        last_day = starts - timedelta(days=1)
        lines.append(Line((body, seat, before["starts"]), {"ends": last_day}))
    _check_seats(session, register, lines, on_file)
    found = differences(SEAT, lines, on_file, label, _DEFAULTS)
    if found.is_empty:
        return None
    _write_seats(session, found)
    data = {"register": register, "seats": told_all(found, SEAT, _KEY)}
    append_register(session, "seat_set", data, actor=actor, now=now)
    return (*found.added, *found.changed)[0]


# -------------------------------------------------------------------------------------- checks


def _check_seats(
    session: Session, register: str, lines: Sequence[Line], on_file: Mapping[Key, Mapping[str, Any]]
) -> None:
    """Whether each holder is a State of the register, and no seat has two at once."""
    known = parties_on_file(session, register)
    faults = []
    terms: dict[tuple[str, str], list[tuple[date, date | None]]] = {}
    merged = {key: dict(row) for key, row in on_file.items()}
    for line in lines:
        merged[line.key] = {**_DEFAULTS, **merged.get(line.key, {}), **line.values}
        for field in ("member", "alternate"):
            code = merged[line.key][field]
            if code and code not in known:
                faults.append(f"Seat {label(line.key)}: {code} is not in the register. Correct the code.")
    for (body, seat, starts), row in sorted(merged.items(), key=lambda item: item[0]):
        if row["ends"] is not None and row["ends"] < starts:
            says = f"its last day, {row['ends']}, is before its first, {starts}"
            faults.append(f"Seat {label((body, seat, starts))}: {says}. Correct one of the two.")
        terms.setdefault((body, seat), []).append((starts, row["ends"]))
    for (body, seat), held in terms.items():
        for (starts, ends), (following, _) in pairwise(held):
            if ends is None or ends >= following:
                says = f"it is held from {starts} without an end and again from {following}"
                if ends:
                    says = f"it is held from {starts} until {ends} and again from {following}"
                faults.append(f"Seat {seat} of {body}: {says}. Correct one of the two terms.")
    if faults:
        raise RegisterRefused(*faults)


def _same_seat(row: Mapping[str, Any], body: str, seat: str) -> bool:
    return (row["body"], row["seat"]) == (body, seat)


def _holds_on(row: Mapping[str, Any], day: date) -> bool:
    return bool(row["starts"] < day and (row["ends"] is None or row["ends"] >= day))


# ------------------------------------------------------------------------------------- on file


def _seats(session: Session) -> dict[Key, Mapping[str, Any]]:
    rows = session.execute(select(SEATS).order_by(SEATS.c.id)).mappings()
    return {(row["body"], row["seat"], row["starts"]): dict(row) for row in rows}


def _write_seats(session: Session, plan: Plan) -> None:
    added = [{**dict(zip(_KEY, c.key, strict=True)), **c.new} for c in plan.added]
    # Terms that end come first: a new one may begin on the day after.
    for change in plan.changed:
        session.execute(update(SEATS).where(SEATS.c.id == change.id).values(change.new))
    if added:
        session.execute(insert(SEATS), added)
