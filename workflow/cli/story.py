"""assent demo --terminal: one whole procedure on a simulated clock, told in the terminal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import Engine

from notifications import Courier
from notifications.settings import MailSettings
from states.commands import Actor, Command
from states.details import moment
from states.reasons import Refused
from states.zones import zone_of
from workflow import config, db, engine, house, record, register, sending, sweep
from workflow.catcher import HOST, Catcher
from workflow.cli import casefile, folder
from workflow.cli.desk import out, refuse
from workflow.clock import SimulatedClock

PROCEDURE = "ramsar-private"
START = "2026-01-12 09:00"
PARTNER = {"name": "Example Waters", "sector": "beverages", "home": "FR", "email": "office@partner.example"}
#: The story: moment, who, what, details.
STORY: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("2026-01-12 10:00", "officer", "submit", {}),
    ("2026-01-26 15:00", "officer", "endorse", {"risk": "low"}),
    ("2026-01-27 09:30", "officer", "dispatch", {}),
    (
        "2026-02-17 11:00",
        "party:FR/mission",
        "consent",
        {"channel": "note_verbale", "language": "fr", "text": "La France donne son accord."},
    ),
    ("2026-02-18 09:30", "officer", "dispatch", {}),
    ("2026-03-12 10:00", "officer", "dispatch", {}),
    *(
        ("2026-03-30 10:00", f"seat:{member}", "approve", {})
        for member in ("GA", "LY", "RW", "LA", "JP", "BE", "CZ", "BR", "CR", "CA", "WS", "CN")
    ),
    ("2026-04-14 09:30", "officer", "dispatch", {}),
    ("2026-05-18 14:00", "party:KE", "support", {}),
    ("2026-06-01 16:00", "party:NO", "question", {"text": "How will the water be measured?"}),
    ("2026-06-05 10:00", "party:NO", "objection", {"reasons": "The outflow is not measured."}),
    (
        "2026-06-12 10:00",
        "party:NO",
        "withdraw_objection",
        {"channel": "note_verbale", "reason": "A gauge will be built."},
    ),
)
END = "2026-06-16 09:00"


def tell(settings_file: Path) -> None:
    """Play one procedure from draft to a clean notification, and show its case, its dates and its record."""
    with Catcher() as catcher:
        settings = folder.write_settings(settings_file, catcher.port)
        on = db.make_engine(settings.database.url)
        stage = _Stage(on, settings, catcher)
        out.print("[bold]Assent[/] takes a proposed partnership through everything the treaty demands.\n")
        stage.prepare()
        case_id = stage.play()
    with db.reading(on) as session:
        casefile.show(out, session, case_id, stage.clock.now())
        casefile.show_dates(out, session, case_id)
        found = record.verify(session)
    out.print()
    if not found.holds:
        refuse("The record does not hold: " + "; ".join(map(str, found.breaks)))
    out.print(f"[green]The record holds[/]: {found.events} events in {found.chains} chains.")
    out.print(f"{len(catcher.caught)} letters were caught on the loopback; none left this machine.\n")
    _say_what_next(settings_file)


class _Stage:
    """The demo's installation: its database, its simulated clock, its courier."""

    def __init__(self, on: Engine, settings: config.Settings, catcher: Catcher) -> None:
        self.on = on
        self.settings = settings
        self.catcher = catcher
        self.house = house.settle_with(on, settings)
        self.law = self.house.laws.current(PROCEDURE)
        self.clock = SimulatedClock(self._moment(START))
        self.courier = Courier(MailSettings(HOST, catcher.port, tls="none", connections=4))

    def prepare(self) -> None:
        """Tables, Parties with example addresses, seats, meetings, and the people of the Secretariat."""
        db.upgrade(self.on)
        now = self.clock.now()
        with db.transaction(self.on) as session:
            register.ensure_shipped(session, self.law.parties, now, contacts_per_party=1)
            for name, role in (("officer", "officer"), ("secretary-general", "head")):
                register.add_staff(session, name, role, f"{name}@secretariat.example", actor="demo", now=now)
        out.print("  The Parties, with example addresses; the seats of the Committee; the meetings.")

    def play(self) -> int:
        """The story; the id of its case."""
        with db.transaction(self.on) as session:
            opened = engine.open_case(
                session,
                self.law,
                title="Springs of the Jura",
                partner={
                    "name": "Example Waters",
                    "sector": "beverages",
                    "home": "FR",
                    "email": "office@partner.example",
                },
                territory=["FR"],
                officer="officer",
                items=[*(item for items in self.law.checklists.values() for item in items), "conditions"],
                now=self.clock.now(),
            )
        if isinstance(opened, Refused):
            refuse(str(opened))
        for when, by, action, details in STORY:
            self._run_to(self._moment(when))
            self._perform(opened.case_id, by, action, details)
        self._run_to(self._moment(END))
        out.print()
        return opened.case_id

    def _perform(self, case_id: int, by: str, action: str, details: dict[str, Any]) -> None:
        command = Command(action, Actor.parse(by), details)
        with db.transaction(self.on) as session:
            outcome = engine.perform(session, case_id, command, self.clock.now())
        if isinstance(outcome, Refused):
            refuse(f"{by}: {action} was refused. {outcome}")
        day = self.clock.now().astimezone(zone_of(self.law.timezone))
        out.print(f"  {day:%Y-%m-%d}  {by:<18} {action.replace('_', ' '):<20} [dim]now: {outcome.state}[/]")
        self._deliver(outcome.letters)

    def _run_to(self, end: datetime) -> None:
        """Let time pass: what is due happens at its moment, and its letters leave."""
        while True:
            with db.reading(self.on) as session:
                due = sweep.next_due(session)
            if due is None or due > end:
                break
            self.clock.move_to(max(due, self.clock.now()))
            if not sweep.fire_due(self.on, self.clock.now()).fired:
                break
            self._deliver(0)
        self.clock.move_to(end)

    def _deliver(self, expected: int) -> None:
        if expected < 20:
            sending.deliver(self.on, self.courier, self.settings, self.clock.now)
            return
        columns = (TextColumn("              {task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=out, transient=False) as progress:
            before = len(self.catcher.caught)
            task = progress.add_task("letters", total=expected)
            while True:
                report = sending.deliver(self.on, self.courier, self.settings, self.clock.now, limit=32)
                progress.update(task, completed=min(len(self.catcher.caught) - before, expected))
                if not report.sent:
                    break

    def _moment(self, words: str) -> datetime:
        return moment(words, zone_of(self.law.timezone))


def _say_what_next(settings_file: Path) -> None:
    assent = f"assent --config {settings_file.as_posix()}"
    out.print("[bold]What to try next[/]")
    for words, command in (
        ("the case, with all its events", f"{assent} case show RP-2026-1 --timeline"),
        ("what is refused, and why", f"{assent} case do RP-2026-1 sign --with without=liability"),
        ("its evidence in one file", f"{assent} record bundle RP-2026-1"),
        ("the law in words, and drawn", "assent law show ramsar-private; assent law draw ramsar-private"),
        ("a case as you would write it", "assent rehearse --help"),
        ("cases in every state, in a browser", "assent demo"),
    ):
        out.print(f"  {words:<35} {command}", markup=False)
