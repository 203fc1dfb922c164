"""One transaction: cases are held, commands decided one by one, and everything written at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from states import booking, monitoring
from states.commands import Actor, Command, Event, Post, Step
from states.effects import plain
from states.facts import Case, Facts
from states.machine import decide
from states.periods import local_day
from states.procedure import Procedure
from states.reasons import Refused, reason
from states.transfer import transfer
from states.windows import window_name
from states.zones import zone_of
from workflow import house, letters, models, numbers, outbox, people, queries, record, replies
from workflow.config import Settings
from workflow.hands import hands
from workflow.projection import Writes
from workflow.queries import CASES, EVENTS, Stored, table

KEYS = table(models.Key)
_INSERT_EVENTS, _INSERT_KEYS = insert(EVENTS), insert(KEYS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command that was carried out."""

    case_id: int
    reference: str
    #: Number of the case's last event.
    seq: int
    state: str
    #: Kinds of the events it made.
    events: tuple[str, ...]
    #: How many letters were queued.
    letters: int

    @classmethod
    def of_kept(cls, kept: dict[str, Any]) -> Outcome:
        """The stored outcome of an idempotency key."""
        return cls(**{**kept, "events": tuple(kept["events"])})


class Work:
    """What one transaction decides and will write."""

    def __init__(self, session: Session, now: datetime, *, lock: bool = True) -> None:
        self.session = session
        self.now = now
        self.stored: dict[int, Stored] = {}
        self._lock = lock
        self._house = house.of(session)
        self._writes = Writes()
        self._read: dict[Any, Any] = {}
        self._worlds: dict[str, queries.World] = {}
        self._events: list[dict[str, Any]] = []
        self._letters: list[dict[str, Any]] = []
        self._told: set[tuple[Any, ...]] = set()
        self.keys: list[dict[str, Any]] = []

    @property
    def settings(self) -> Settings:
        """Of the installation."""
        return self._house.settings

    def take(self, ids: set[int]) -> None:
        """Load and hold the cases."""
        if ids:
            self.stored |= queries.load_cases(self.session, sorted(ids), lock=self._lock)

    def law(self, case_id: int) -> Procedure:
        """The law file a case was begun under."""
        stored = self.stored[case_id]
        return self._house.laws.of_case(stored.procedure, stored.edition, stored.law_digest)

    def begin(self, law: Procedure, case: Case) -> int:
        """Give a new case its row; the first event fills it."""
        row = {
            "reference": case.reference,
            "procedure": law.id,
            "edition": law.edition,
            "law_digest": law.digest,
            "state": case.state,
            "since": self.now,
            "opened_at": self.now,
            "title": case.title,
            "partner": plain(case.partner),
            **{name: [] for name in ("territory", "marks", "items", "conditions", "decisions")},
        }
        case_id: int | None = self.session.scalar(insert(CASES).values(row).returning(CASES.c.id))
        assert case_id is not None
        self.stored[case_id] = Stored(case_id, law.id, law.edition, law.digest, "", case)
        return case_id

    def perform(self, case_id: int, command: Command) -> Outcome | Refused:
        """Decide one command, and note what it brings about."""
        stored = self.stored.get(case_id)
        if stored is None:
            return Refused((reason("no_such_case", case=case_id),))
        if command.expected_seq is not None and command.expected_seq != stored.case.seq:
            return _moved_on(self.session, case_id, command.expected_seq)
        decided = decide(self.law(case_id), self.facts(case_id, command), command)
        return decided if isinstance(decided, Refused) else self.keep(case_id, command, decided)

    def facts(self, case_id: int, command: Command) -> Facts:
        """Everything the decision may know."""
        law, case = self.law(case_id), self.stored[case_id].case
        world = self._world(law)
        return Facts(
            now=self.now,
            case=case,
            days=queries.calendar_of(world, law.calendar)[1],
            meetings=world.meetings,
            parties=world.parties,
            seats=world.seats,
            unreached=self._unreached(case_id, case, law, command),
            details=command.details,
            unverified=self._unverified(case_id, case, law, command),
            **self._read_if_wanted(case_id, case, law, command),
            excluded=world.excluded_on(
                local_day(self.now, zone_of(law.timezone)),
                case.partner_record,
                *world.taking_part.get(case_id, ()),
            ),
        )

    def keep(self, case_id: int, command: Command, step: Step, **more: Any) -> Outcome:
        """Note a step: its events on the chain, its rows, its letters, and what its key will answer.

        more   further columns of the case row that change with it
        """
        stored, law = self.stored[case_id], self.law(case_id)
        before, head = stored.case, stored.head
        person = self._person(command)
        effects = []
        for seq, event in enumerate(step.events, before.seq + 1):
            row = record.event_row(
                case_id=case_id,
                chain=before.reference,
                seq=seq,
                at=self.now,
                kind=event.kind,
                actor=command.actor.words,
                data=event.data,
                effects=event.effects,
                prev=head,
                edition=f"{law.id} {law.edition}",
                person=person,
                on_behalf=str(event.data.get("on_behalf", "")),
                channel=str(event.data.get("channel", "")),
                received_at=event.data.get("received_at"),
                recorded_at=self.now,
            )
            head = row["hash"]
            self._events.append(row)
            effects += [(seq, each) for each in event.effects]
        calendar = queries.calendar_of(self._world(law), law.calendar)[0]
        was = before if before.seq else replace(before, **_UNWRITTEN)
        self._writes.case(case_id, was, step.case, effects, head=head, calendar=calendar, **more)
        self.stored[case_id] = replace(stored, head=head, case=step.case)
        count = 0
        for post in step.posts:
            rows = self.letters(case_id, step.case, post)
            self._letters += rows
            count += len(rows)
        kinds = tuple(event.kind for event in step.events)
        outcome = Outcome(case_id, before.reference, step.case.seq, step.case.state, kinds, count)
        if command.key:
            self.keys.append(
                {
                    "key": command.key,
                    "case_id": case_id,
                    "request": request_of(case_id if before.seq else 0, command),
                    "outcome": plain(outcome),
                    "at": self.now,
                }
            )
        return outcome

    def move(self, case_id: int, to: Procedure, command: Command) -> Outcome | Refused:
        """Decide whether a case goes on under another edition of its law, and note what that brings about."""
        stored, old = self.stored[case_id], self.law(case_id)
        self.stored[case_id] = replace(stored, edition=to.edition, law_digest=to.digest)
        step = transfer(old, to, self.facts(case_id, command), command)
        if isinstance(step, Refused):
            self.stored[case_id] = stored
            return step
        return self.keep(case_id, command, step, edition=to.edition, law_digest=to.digest)

    def note(self, case_id: int, kind: str, actor: Actor, data: Mapping[str, Any]) -> int:
        """Note an event that changes nothing of the case itself; its number."""
        case = self.stored[case_id].case
        step = Step(replace(case, seq=case.seq + 1), (Event(kind, data, ()),))
        return self.keep(case_id, Command(kind, actor), step).seq

    def letters(self, case_id: int, case: Case, post: Post) -> list[dict[str, Any]]:
        """The letters of a post: rows of models.Letter that nobody has yet.

        case   as it is after the step that has them written
        """
        law = self.law(case_id)
        if not post.occurrence:
            post = replace(post, occurrence=f"event {case.seq}")
        recipients = people.recipients(
            self.session,
            law,
            case,
            post.audience,
            post.members,
            post.round,
            self.now,
            post.purpose,
            self._read,
        )
        if not recipients:
            return []
        rows: list[dict[str, Any]] = letters.compose(
            self.session,
            law=law,
            case=case,
            case_id=case_id,
            seq=case.seq,
            post=post,
            recipients=recipients,
            settings=self.settings,
            secret=self._house.secret,
            world=self._world(law),
            now=self.now,
            number=self._number(law) if post.numbered else "",
        )
        return [row for row in rows if self._is_new(row)]

    def write(self) -> None:
        """Write everything noted."""
        self._writes.write(self.session)
        connection = self.session.connection()
        if self._events:
            connection.execute(_INSERT_EVENTS, self._events)
        if self._letters:
            outbox.queue(self.session, self._letters)
        if self.keys:
            connection.execute(_INSERT_KEYS, self.keys)

    # ------------------------------------------------------------------------------------- details

    def _world(self, law: Procedure) -> queries.World:
        if law.parties not in self._worlds:
            self._worlds[law.parties] = queries.world(self.session, law.parties)
        return self._worlds[law.parties]

    def _unreached(self, case_id: int, case: Case, law: Procedure, command: Command) -> frozenset[str]:
        """Members of the open round whom no request has reached and who have not answered.

        Asked for only where something depends on it: it costs a look at every letter of the round.
        """
        round_ = case.open_round
        if round_ is None:
            return frozenset()
        waiting = case.deadline(window_name(round_.no))
        is_waiting = waiting is not None and waiting.status == "fired"
        if not is_waiting and command.action not in ("fire", "confirm_unreached", "look"):
            return frozenset()
        reached = queries.members_reached(self.session, case_id, round_.no)
        answered = {a.member for a in round_.answers}
        return frozenset(m.code for m in round_.asked if m.code not in reached and m.code not in answered)

    def _unverified(self, case_id: int, case: Case, law: Procedure, command: Command) -> dict[int, str]:
        """Replies recorded on behalf that wait for a second person; asked for where it matters only."""
        action = law.action(command.action, case.state)
        is_verifying = action is not None and action.does == "verify_reply"
        if not case.rounds or not (is_verifying or command.action == "look"):
            return {}
        return replies.unverified(self.session, case_id, law)

    def _read_if_wanted(self, case_id: int, case: Case, law: Procedure, command: Command) -> dict[str, Any]:
        """Accounts and indicators, for the acts and guards that look at them and for whoever looks at all."""
        action = law.action(command.action, case.state)
        names = {action.does, *action.when} if action is not None else set()
        is_look = command.action == "look"
        found: dict[str, Any] = {}
        if is_look or names & booking.READS:
            found["entries"] = queries.entries_of(self.session, case_id)
        if is_look or names & monitoring.READS:
            found["indicators"] = queries.indicators_of(self.session, case_id)
        return found

    def _person(self, command: Command) -> str:
        """The reference under which the name of whoever acts is kept beside the record."""
        named = {"sign_in": command.actor.hand} if command.actor.hand else {}
        if command.actor.deputy:
            named["for_whom"] = command.actor.name
        if command.actor.role in ("party", "seat"):
            named |= {k: command.details[k] for k in ("name", "title") if command.details.get(k)}
        return record.keep_personal(self.session, named) if named else ""

    def _is_new(self, row: dict[str, Any]) -> bool:
        """Whether nobody is told the same twice: one who sits in two audiences of a notice gets it once."""
        if row["round"]:
            return True
        key = (row["case_id"], row["seq"], row["email"], row["template"])
        is_new = key not in self._told
        self._told.add(key)
        return is_new

    def _number(self, law: Procedure) -> str:
        year = local_day(self.now, zone_of(law.timezone)).year
        # Who only looks takes no number: it is the one that would be given now.
        number = numbers.next_number if self._lock else numbers.number_to_come
        return f"{year}/{number(self.session, numbers.NOTIFICATIONS, year)}"


def request_of(case_id: int, command: Command) -> str:
    """What was asked, as one hash: the same key with another one is refused."""
    said = {
        "case": case_id,
        "action": command.action,
        "actor": command.actor.words,
        "name": command.actor.name,
        "deputy": command.actor.deputy,
        "details": plain(command.details),
        "received_at": plain(command.received_at),
    }
    return sha256(record.canonical(said).encode()).hexdigest()


def _moved_on(session: Session, case_id: int, since: int) -> Refused:
    """Who did what since the author of a command looked."""
    later = session.execute(
        select(EVENTS.c.kind, EVENTS.c.actor, EVENTS.c.at, EVENTS.c.body)
        .where(EVENTS.c.case_id == case_id, EVENTS.c.seq > since)
        .order_by(EVENTS.c.seq)
        .limit(3)
    ).all()
    persons = [json.loads(each.body)["person"] for each in later]
    by = hands(session, persons)
    told = [
        f"{by[person].name if person in by and by[person].name else each.actor}: "
        f"{each.kind.replace('_', ' ')}, {each.at:%Y-%m-%d %H:%M} UTC"
        for each, person in zip(later, persons, strict=True)
    ]
    return Refused((reason("case_moved", what="; ".join(told)),))


#: What the row of a case that has no event yet does not hold: the first step writes all of it.
_UNWRITTEN: dict[str, Any] = {
    "state": "",
    "officer": "",
    "summary": "",
    "territory": (),
    "items": frozenset(),
    "no_territory_reason": "",
    **dict.fromkeys(("sheet", "signatures", "members"), ()),
    "partner_record": 0,
}
