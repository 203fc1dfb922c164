"""An installation on a simulated clock: what is due happens at its moment, and every letter is caught."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine

from notifications import Courier, Delivered, Envelope, Outcome, Refused
from notifications.settings import MailSettings
from states import reasons
from states.commands import Actor, Command
from states.details import moment
from states.ordered import papers
from states.periods import local_day
from states.procedure import Procedure
from states.zones import zone_of
from workflow import config, db, engine, house, inbox, register, sending, sweep
from workflow.catcher import HOST, Catcher
from workflow.clock import SimulatedClock
from workflow.showcase.mail import MAILS
from workflow.showcase.on_file import DUE_DILIGENCE
from workflow.showcase.stories import NOW, START, STORIES, Story

PROCEDURE = "ramsar-private"
#: Sign-in name -> role: the people of the demo's Secretariat.
PEOPLE = {
    "officer": "officer",
    "secretary-general": "head",
    "lawyer": "legal",
    "treasurer": "finance",
    "auditor": "auditor",
    "administrator": "administrator",
}
#: Role -> whose hand acts for it.
_HANDS = {role: name for name, role in PEOPLE.items()}
#: Letters of the last weeks are really sent, to the catcher; those of the years before count as sent.
RECENT = timedelta(days=50)
#: A list of those whom nobody works with; one of its names is like that of a partner.
EXCLUDED = (
    register.Line(("Example exclusion list", "Grey Heron Energy plc"), {"note": "drains peat"}),
    register.Line(("Example exclusion list", "Example Tobacco International"), {"note": "tobacco"}),
)
#: An address that does not work, so that something has come back.
DEAD = frozenset({"head.be@parties.example"})


class _Past(Courier):
    """Takes the letters of the months before the visitor came: they were sent then."""

    def __init__(self) -> None:
        pass

    async def deliver(
        self, envelopes: Sequence[Envelope], on_outcome: Callable[[Envelope, Outcome], None]
    ) -> None:
        for envelope in envelopes:
            gone = envelope.to.email in DEAD
            on_outcome(envelope, Refused("550 5.1.1 No such mailbox", 550) if gone else Delivered("250 kept"))

    async def close(self) -> None:
        pass


def _in_words(law: Procedure) -> Mapping[str, str]:
    """What is known of a partner of the demo, as far as this law asks for it."""
    asked = {name for sheet in law.sheets.values() for name in sheet.questions}
    return {name: words for name, words in DUE_DILIGENCE.items() if name in asked}


class CannotPlay(Exception):
    """The demo cannot go on: a step of its stories was refused."""


class Stage:
    """The demo's installation.

    on        a new database
    settings  with the catcher as mail server
    begins    wall clock of the procedure when its clock begins to run
    """

    def __init__(self, on: Engine, settings: config.Settings, catcher: Catcher, begins: str = START) -> None:
        self.engine = on
        self.settings = settings
        self.catcher = catcher
        self.house = house.settle_with(on, settings)
        self.law = self.house.laws.current(PROCEDURE)
        self.zone = zone_of(self.law.timezone)
        self.clock = SimulatedClock(moment(begins, self.zone))
        self._courier = Courier(MailSettings(HOST, catcher.port, tls="none", connections=4))
        self._past = _Past()
        # Where nothing has been played, nothing is long ago.
        self._recent = moment(NOW if begins == START else begins, self.zone) - RECENT
        # A visitor may press the button twice while time is still passing.
        self._passing = threading.Lock()

    # ------------------------------------------------------------------------------------ preparing

    def prepare(self) -> None:
        """Tables, Parties with example addresses, seats, meetings, and the people of the Secretariat."""
        db.upgrade(self.engine)
        now = self.clock.now()
        with db.transaction(self.engine) as session:
            register.ensure_shipped(session, self.law.parties, now, contacts_per_party=1)
            register.import_exclusions(session, EXCLUDED, actor="demo", now=now)
            for name, role in PEOPLE.items():
                register.add_staff(
                    session,
                    name,
                    role,
                    f"{name}@secretariat.example",
                    full_name=name.replace("-", " ").title(),
                    actor="demo",
                    now=now,
                )

    def play(self, told: Callable[[int, int], None] = lambda done, of: None) -> None:
        """Play all stories side by side, up to the moment at which a visitor comes.

        told     is called after each step with how many are done, and of how many
        Raises   CannotPlay
        """
        cases: dict[int, int] = {}
        steps = sorted(self._steps(), key=lambda step: step[:2])
        for done, (when, _, number, act) in enumerate(steps, 1):
            self.pass_time(when)
            if isinstance(act, Story):
                cases[number] = self._begin(act)
            else:
                self._perform(cases[number], act)
            told(done, len(steps))
        self._take_in()
        self.pass_time(moment(NOW, self.zone))

    def _steps(self) -> Iterator[tuple[datetime, int, int, Any]]:
        order = count()
        for number, story in enumerate(STORIES):
            yield moment(story.begins, self.zone), next(order), number, story
            for step in story.steps:
                yield moment(step[0], self.zone), next(order), number, step

    def _begin(self, story: Story) -> int:
        law = self.house.laws.current(story.procedure or PROCEDURE)
        unanswered = story.unanswered
        if unanswered is None:
            unanswered = tuple(name for sheet in law.sheets.values() for name in sheet.questions)
        told = {**_in_words(law), **story.sheet}
        on = local_day(self.clock.now(), zone_of(law.timezone))
        kept = papers(law, on, told, story.unsigned, unanswered)
        with db.transaction(self.engine) as session:
            opened = engine.open_case(
                session,
                law,
                title=story.title,
                partner=dict(story.partner),
                territory=story.territory,
                officer="officer",
                summary=story.summary,
                items=kept.items if story.items is None else story.items,
                sheet=kept.sheet,
                signatures=kept.signatures,
                now=self.clock.now(),
            )
        if isinstance(opened, reasons.Refused):
            raise CannotPlay(f"{story.title}: {opened}")
        return opened.case_id

    def _take_in(self) -> None:
        """The mail of the last days, each message at its moment."""
        for number, mail in enumerate(MAILS, 1):
            self.pass_time(moment(mail.at, self.zone))
            with db.transaction(self.engine) as session:
                inbox.keep(session, mail.message(number), "imap", self.clock.now(), sender=mail.sender)
            inbox.file_new(self.engine, self.clock.now)

    def _perform(self, case_id: int, step: tuple[str, str, str, dict[str, Any]]) -> None:
        when, by, action, details = step
        with db.transaction(self.engine) as session:
            actor = Actor.parse(by)
            if name := _HANDS.get(actor.role):
                actor = Actor(actor.role, name)
            outcome = engine.perform(session, case_id, Command(action, actor, details), self.clock.now())
        if isinstance(outcome, reasons.Refused):
            raise CannotPlay(f"{when}, {by}: {action}: {outcome}")

    # ---------------------------------------------------------------------------------- passing time

    def pass_time(self, end: datetime) -> int:
        """Let the clock run: what is due by then happens, each thing at its moment. Returns how many did."""
        fired = 0
        with self._passing:
            while (due := self.next_due()) is not None and due <= end:
                self.clock.move_to(max(due, self.clock.now()))
                done = sweep.fire_due(self.engine, self.clock.now(), beat=False).fired
                if not done:
                    break
                fired += done
            self.clock.move_to(max(end, self.clock.now()))
            self.deliver()
        return fired

    def next_due(self) -> datetime | None:
        """When something happens next by itself."""
        with db.reading(self.engine) as session:
            return sweep.next_due(session)

    def to_next_event(self) -> int:
        """Move to the next moment at which something happens."""
        due = self.next_due()
        return self.pass_time(due) if due is not None else 0

    def days(self, number: int) -> int:
        """Let so many days pass."""
        return self.pass_time(self.clock.now() + timedelta(days=number))

    def deliver(self) -> None:
        """Hand every letter that waits to the catcher; those of long ago count as handed over then."""
        courier = self._courier if self.clock.now() >= self._recent else self._past
        sending.deliver(self.engine, courier, self.settings, self.clock.now)
