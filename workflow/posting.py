"""Letters that go out on paper: what was posted, when, by which channel and by whom, as events of the case.

A letter that was posted has been delivered as much as one that a mail server took over: whoever it is for is
reached by it, and where the law file says so the clock of a Party whom nothing had reached starts again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from states.commands import Actor
from states.periods import local_day
from states.reasons import did_you_mean
from states.zones import zone_of
from workflow import engine, house, postmark, rewriting
from workflow.queries import CASES, LETTERS, POSTINGS

#: Kind of the event that tells of it.
POSTED = "letters_posted"
#: By what letters on paper travel.
CHANNELS = ("post", "diplomatic_bag", "fax", "by_hand")


class NotPosted(ValueError):
    """It cannot be recorded; the text says why and what to do."""


def record(
    session: Session, letters: Sequence[int], channel: str, on: date, actor: Actor, now: datetime
) -> int:
    """Record that letters were posted: one event for each case they belong to.

    channel   one of CHANNELS
    on        the day on which they left the house
    Returns   how many were not recorded before: the same letter, channel and day is recorded once
    Raises    NotPosted
    """
    if channel not in CHANNELS:
        meant = did_you_mean(channel, CHANNELS) or f". Choose one of: {', '.join(CHANNELS)}."
        raise NotPosted(f"'{channel}' is no channel by which letters are posted{meant}")
    if not letters:
        raise NotPosted("No letter was chosen. Tick those that were posted.")
    rows = _rows(session, letters)
    _check_day(session, rows, on, now)
    known = set(
        session.scalars(
            select(POSTINGS.c.letter_id).where(
                POSTINGS.c.letter_id.in_([row.id for row in rows]),
                POSTINGS.c.channel == channel,
                POSTINGS.c.posted_on == on,
            )
        )
    )
    fresh = [row for row in rows if row.id not in known]
    by_case: dict[int, list[Row[Any]]] = {}
    for row in fresh:
        by_case.setdefault(row.case_id, []).append(row)
    for case_id, posted in sorted(by_case.items()):
        _record(session, case_id, posted, channel, on, actor, now)
    return len(fresh)


def _record(
    session: Session,
    case_id: int,
    posted: Sequence[Row[Any]],
    channel: str,
    on: date,
    actor: Actor,
    now: datetime,
) -> None:
    # Before the postings are written: a clock starts again only where nothing had reached anybody.
    for row in posted:
        late = row.purpose == "request" and row.round and now - row.created_at > postmark.DELAYED
        if late and row.member:
            rewriting.begin_anew(session, case_id, row.round, row.member, now)
    told = {
        "channel": channel,
        "on": on,
        "letters": [row.id for row in posted],
        "posted_to": sorted({row.party for row in posted if row.party}),
    }
    seq = engine.note(session, case_id, POSTED, told, actor, now)
    session.execute(
        insert(POSTINGS),
        [
            {
                "letter_id": row.id,
                "case_id": case_id,
                "seq": seq,
                "channel": channel,
                "posted_on": on,
                "recorded_at": now,
            }
            for row in posted
        ],
    )


def _rows(session: Session, letters: Sequence[int]) -> Sequence[Row[Any]]:
    """Raises   NotPosted: a letter is not there, or belongs to no case"""
    wanted = select(LETTERS, CASES.c.procedure).join(CASES, CASES.c.id == LETTERS.c.case_id)
    rows = session.execute(wanted.where(LETTERS.c.id.in_(letters)).order_by(LETTERS.c.id)).all()
    missing = sorted(set(letters) - {row.id for row in rows})
    if missing:
        raise NotPosted(f"There is no letter {missing[0]} of a case. Choose among the letters of the case.")
    return rows


def _check_day(session: Session, rows: Sequence[Row[Any]], on: date, now: datetime) -> None:
    laws = house.of(session).laws
    for row in rows:
        zone = zone_of(laws.current(row.procedure).timezone)
        if on > local_day(now, zone):
            raise NotPosted(f"{on:%Y-%m-%d} has not come yet. Give the day on which the letters left.")
        written = local_day(row.created_at, zone)
        if on < written:
            raise NotPosted(
                f"The letter to {row.name or row.email} was written on {written:%Y-%m-%d}, after"
                f" {on:%Y-%m-%d}. Give the day on which it left."
            )


def of_letters(session: Session, letters: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Letter -> how and when it was posted, the first time first."""
    found: dict[int, list[Row[Any]]] = {}
    rows = session.execute(
        select(POSTINGS)
        .where(POSTINGS.c.letter_id.in_(letters))
        .order_by(POSTINGS.c.posted_on, POSTINGS.c.id)
    )
    for row in rows:
        found.setdefault(row.letter_id, []).append(row)
    return found


def count(session: Session, case_id: int) -> int:
    """How many letters of a case went out on paper, each posting counted."""
    return session.scalar(select(func.count()).where(POSTINGS.c.case_id == case_id)) or 0
