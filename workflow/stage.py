"""The stage of a rehearsal: an installation to throw away, a clock that is moved, a post that keeps letters.

Nothing here decides anything: what happens goes through the engine, the sweep, the register and the outbox,
as everywhere else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Engine, Row, delete, func, select
from sqlalchemy.orm import Session

from notifications import Courier, Delivered, Envelope, Halt, Outcome, to_bytes
from notifications import Refused as Rejected
from states.commands import Actor, Command
from states.ordered import papers
from states.periods import local_day
from states.procedure import Procedure
from states.reasons import Refused
from states.zones import zone_of
from workflow import config, db, engine, house, record, register, sending, sweep, timeline
from workflow.clock import SimulatedClock
from workflow.expected import Seen
from workflow.laws import SHIPPED_REGISTERS, Laws
from workflow.queries import CASES, DEADLINES, LETTERS, MEETINGS, PARTIES, SEATS
from workflow.rehearsal import MOVE_MEETING, PartyChange, Proposal, Rehearsal, SeatChange

OFFICER = "officer"
#: Who changes the world before the play begins.
REHEARSAL = "rehearsal"
#: When the shipped data are taken over; nothing depends on it.
_BEFORE = datetime(2000, 1, 1, tzinfo=UTC)
_PARTNER_EMAIL = "partner@company.example"


class CannotGoOn(Exception):
    """Nothing that follows in the rehearsal would mean anything; the text says why."""


class Keeper(Courier):
    """Takes every letter as a mail server would, and keeps its bytes; refuses addresses that do not work."""

    def __init__(self, dead: frozenset[str]) -> None:
        self.dead = dead
        #: Messages as they would have left.
        self.kept: list[bytes] = []

    async def deliver(
        self, envelopes: Sequence[Envelope], on_outcome: Callable[[Envelope, Outcome], None]
    ) -> Halt | None:
        for envelope in envelopes:
            message = to_bytes(envelope)
            if envelope.to.email in self.dead:
                on_outcome(envelope, Rejected("The mail server answered 550 5.1.1 No such mailbox", 550))
            else:
                self.kept.append(message)
                on_outcome(envelope, Delivered("250 kept"))
        return None

    async def close(self) -> None:
        pass


class Stage:
    """One rehearsal being played: its database, its clock, its post and its one case."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        """Raises   CannotGoOn when what the file changes about the world, or the case itself, is refused"""
        self.law = rehearsal.procedure
        self.clock = SimulatedClock(rehearsal.start)
        self._settings = config.Settings()
        self._engine = _copy_of(_template(self.law.parties))
        house.settle(self._engine, house.House(self._settings, Laws(extra=(self.law,))))
        dead = frozenset(_address(c.party, c.role) for c in rehearsal.contacts if not c.works)
        self.courier = Keeper(dead)
        try:
            with db.transaction(self._engine) as session:
                _change_world(session, rehearsal)
                self.case_id = self._open(session, rehearsal)
        except register.RegisterRefused as refused:
            self.close()
            raise CannotGoOn(str(refused)) from None
        self.deliver()

    def close(self) -> None:
        """Throw it all away."""
        self._engine.dispose()

    def _open(self, session: Session, rehearsal: Rehearsal) -> int:
        law, proposal = self.law, rehearsal.proposal
        opened = engine.open_case(
            session,
            law,
            title=proposal.title,
            partner={"email": _PARTNER_EMAIL, **proposal.partner},
            territory=proposal.territory,
            officer=proposal.officer,
            summary=proposal.summary,
            **self._papers(proposal),
            members=proposal.members,
            now=self.clock.now(),
            is_rehearsal=True,
        )
        if isinstance(opened, Refused):
            raise CannotGoOn(f"The case cannot be opened. {opened}")
        return opened.case_id

    def _papers(self, proposal: Proposal) -> dict[str, Any]:
        """What is on file from the start: all that the file does not name is in order."""
        on = local_day(self.clock.now(), zone_of(self.law.timezone))
        kept = papers(self.law, on, proposal.sheet, proposal.unsigned, proposal.unanswered)
        return {"items": kept.items, "sheet": kept.sheet, "signatures": kept.signatures}

    # ------------------------------------------------------------------------------------- playing

    def advance(self, to: datetime) -> None:
        """Let the clock run: everything that is due by then happens in order, each thing at its moment.

        Raises   CannotGoOn when something that is due can never be done
        """
        while (due := self._next_due()) is not None and due <= to:
            self.clock.move_to(max(due, self.clock.now()))
            sweep.fire_due(self._engine, due, beat=False)
            self.deliver()
            self._require_done(due)
        self.clock.move_to(max(to, self.clock.now()))

    def perform(self, do: str, by: Actor, details: Mapping[str, Any]) -> str | None:
        """One command, as anybody would give it.

        Returns   why it was refused, or None
        """
        try:
            with db.transaction(self._engine) as session:
                if do == MOVE_MEETING:
                    return self._move_meeting(session, by, details)
                done = engine.perform(session, self.case_id, Command(do, by, details), self.clock.now())
                return str(done) if isinstance(done, Refused) else None
        except register.RegisterRefused as refused:
            return str(refused)
        finally:
            self.deliver()

    def _move_meeting(self, session: Session, by: Actor, details: Mapping[str, Any]) -> str | None:
        """An act of the register: a meeting gets other days, and what hangs on it in the case follows."""
        roles = self.law.roles
        if by.role != OFFICER:
            return f"Move a meeting: this is done by {roles.get(OFFICER, OFFICER)}, not by {by.role}."
        missing = [name for name in ("ordinal", "starts") if not details.get(name)]
        if missing:
            return f"Move a meeting: {', '.join(missing)} is missing. Give it."
        ordinal, starts = details["ordinal"], details["starts"]
        ends = details.get("ends") or starts + _length(session, ordinal)
        why = details.get("reason") or "moved in a rehearsal"
        now = self.clock.now()
        register.move_meeting(session, ordinal, starts, ends, why, OFFICER, now)
        engine.register_changed(session, why, now)
        return None

    def deliver(self) -> None:
        """Hand over every letter that waits."""
        with db.reading(self._engine) as session:
            waiting = session.scalar(
                select(func.count()).select_from(LETTERS).where(LETTERS.c.status == "waiting")
            )
        if waiting:
            sending.deliver(self._engine, self.courier, self._settings, self.clock.now)

    # ------------------------------------------------------------------------------------- looking

    def seen(self) -> Seen:
        """The case as it is now."""
        with db.reading(self._engine) as session:
            found = engine.facts_of(session, self.case_id, self.clock.now())
            assert found is not None
            law, facts = found
            counted = session.execute(
                select(LETTERS.c.round, LETTERS.c.purpose, func.count())
                .where(LETTERS.c.case_id == self.case_id)
                .group_by(LETTERS.c.round, LETTERS.c.purpose)
            ).all()
        mailed: dict[int, dict[str, int]] = {}
        for round_no, purpose, number in counted:
            mailed.setdefault(round_no, {})[purpose] = number
        day = facts.today(zone_of(law.timezone))
        return Seen(law, facts.case, lambda no: mailed.get(no, {}), day, facts.unreached)

    def seq(self) -> int:
        """Number of the last event."""
        with db.reading(self._engine) as session:
            return session.scalar(select(CASES.c.seq).where(CASES.c.id == self.case_id)) or 0

    def timeline(self) -> list[timeline.Entry]:
        """What has happened."""
        with db.reading(self._engine) as session:
            return timeline.entries(session, self.case_id, self.law)

    def record_faults(self) -> list[str]:
        """Where the record is not what it must be: broken, or at odds with the tables of the case."""
        with db.transaction(self._engine) as session:
            broken = [str(each) for each in record.verify(session).breaks]
            return broken or record.rebuild(session, self.case_id)

    def _next_due(self) -> datetime | None:
        with db.reading(self._engine) as session:
            return sweep.next_due(session)

    def _require_done(self, by: datetime) -> None:
        """Nothing may stay due after a sweep."""
        due = (DEADLINES.c.status == "armed") & (DEADLINES.c.due_at <= by)
        with db.reading(self._engine) as session:
            stuck = session.execute(select(DEADLINES.c.name, DEADLINES.c.problem).where(due)).all()
        if stuck:
            told = "; ".join(f"{row.name}: {row.problem or 'nobody says why'}" for row in stuck)
            raise CannotGoOn(f"What was due on {by:%Y-%m-%d %H:%M} UTC stays due. {told}")


# ----------------------------------------------------------------------------------- the world


@cache
def _template(parties: str) -> Engine:
    """The shipped world, with one working contact for each Party: made once, copied for each rehearsal."""
    made = db.make_engine("sqlite://")
    db.upgrade(made)
    with db.transaction(made) as session:
        if parties in SHIPPED_REGISTERS:
            register.ensure_shipped(session, parties, _BEFORE, contacts_per_party=1)
        register.add_staff(
            session, OFFICER, OFFICER, "officer@secretariat.example", actor=REHEARSAL, now=_BEFORE
        )
    return made


def _copy_of(template: Engine) -> Engine:
    copy = db.make_engine("sqlite://")
    source, target = template.raw_connection(), copy.raw_connection()
    try:
        assert isinstance(source.dbapi_connection, sqlite3.Connection)
        assert isinstance(target.dbapi_connection, sqlite3.Connection)
        source.dbapi_connection.backup(target.dbapi_connection)
    finally:
        source.close()
        target.close()
    return copy


def _change_world(session: Session, rehearsal: Rehearsal) -> None:
    """What the file says of Parties, meetings, seats and contacts goes over what is shipped."""
    law, now = rehearsal.procedure, rehearsal.start
    for party in rehearsal.parties:
        _change_party(session, law, party, now)
    for meeting in rehearsal.meetings:
        kept = (MEETINGS.c.body == meeting.body) & (MEETINGS.c.ordinal == meeting.ordinal)
        session.execute(delete(MEETINGS).where(kept))
        register.add_meeting(
            session,
            meeting.body,
            meeting.ordinal,
            meeting.kind,
            meeting.starts,
            meeting.ends,
            actor=REHEARSAL,
            now=now,
        )
    for seat in rehearsal.seats:
        _change_seats(session, law, seat, now)
    for contact in rehearsal.contacts:
        # It adds to that role, or replaces it: a role has one address, and the post knows whether it works.
        _add_contact(session, law.parties, contact.party, contact.role)


def _change_party(session: Session, law: Procedure, change: PartyChange, now: datetime) -> None:
    known = (PARTIES.c.register == law.parties) & (PARTIES.c.code == change.code)
    is_new = session.scalar(select(PARTIES.c.code).where(known)) is None
    given: dict[str, Any] = {}
    if is_new:
        names = dict.fromkeys(("name_en", "name_fr", "name_es"), change.code)
        given = {**names, "language": law.languages[0], "timezone": law.timezone}
    if change.leaves is not None:
        given["leaves"] = change.leaves
    register.set_party(
        session, law.parties, change.code, joins=change.joins, actor=REHEARSAL, now=now, **given
    )
    if is_new:
        _add_contact(session, law.parties, change.code, "head")


def _add_contact(session: Session, parties: str, code: str, role: str) -> None:
    email = _address(code, role)
    register.set_contact(session, parties, code, role, email=email, actor=REHEARSAL, now=_BEFORE)


def _address(code: str, role: str) -> str:
    """As the shipped example contacts have it."""
    return f"{role}.{code.lower()}@parties.example"


def _change_seats(session: Session, law: Procedure, change: SeatChange, now: datetime) -> None:
    """Change one seat of a body, or every one."""
    last: dict[str, Row[Any] | None] = {} if not change.seat else {change.seat: None}
    for row in session.execute(select(SEATS).where(SEATS.c.body == change.body).order_by(SEATS.c.starts)):
        if change.seat in ("", row.seat):
            last[row.seat] = row
    for seat, held in last.items():
        _change_seat(session, law, seat, held, change, now)


def _change_seat(
    session: Session, law: Procedure, seat: str, last: Row[Any] | None, change: SeatChange, now: datetime
) -> None:
    """A holder from a later day begins a new term; anything else corrects the last term there is."""
    starts = change.starts or (last.starts if last is not None else _BEFORE.date())
    is_new_term = last is None or (change.member is not None and starts > last.starts)

    def kept(field: str, given: Any) -> Any:
        return given if given is not None or last is None else getattr(last, field)

    register.set_seat(
        session,
        law.parties,
        change.body,
        seat,
        member=kept("member", change.member),
        alternate=kept("alternate", change.alternate) or "",
        starts=starts,
        ends=kept("ends", change.ends),
        term=None if is_new_term or last is None else last.starts,
        actor=REHEARSAL,
        now=now,
    )


def _length(session: Session, ordinal: str) -> timedelta:
    """How long a meeting lasts as it is planned."""
    row = session.execute(select(MEETINGS).where(MEETINGS.c.ordinal == ordinal)).first()
    return row.ends - row.starts if row is not None else timedelta()
