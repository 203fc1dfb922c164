"""A case played on the pure law alone: no database, no mail, only facts, decisions and their fold."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from states.commands import CLOCK, Actor, Command, Step
from states.facts import Case, Facts, Meeting, Party, Seat
from states.ledger import Entry
from states.machine import decide, opened
from states.procedure import Procedure
from states.reader import load
from states.reasons import Refused
from workflow.calendars import shipped

DATA = Path(__file__).parents[2] / "workflow" / "data"
ZURICH = ZoneInfo("Europe/Zurich")
OFFICER, HEAD = Actor("officer"), Actor("head")


def at(words: str) -> datetime:
    """A moment on the wall in Gland: "2024-02-01 09:30"."""
    return datetime.fromisoformat(words).replace(tzinfo=ZURICH).astimezone(UTC)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def parties() -> dict[str, Party]:
    return {
        r["iso2"]: Party(r["iso2"], date.fromisoformat(r["entry_into_force"])) for r in _rows("parties.csv")
    }


@cache
def seats() -> tuple[Seat, ...]:
    return tuple(
        Seat(
            r["body"],
            r["seat"],
            r["member"],
            r["alternate"],
            date.fromisoformat(r["from"]),
            date.fromisoformat(r["to"]) if r["to"] else None,
        )
        for r in _rows("seats.csv")
    )


@cache
def meetings() -> tuple[Meeting, ...]:
    return tuple(
        Meeting(
            r["body"],
            r["ordinal"],
            r["kind"],
            date.fromisoformat(r["starts"]),
            date.fromisoformat(r["ends"]),
        )
        for r in _rows("meetings.csv")
    )


def everything_in_order(procedure: Procedure) -> frozenset[str]:
    """Every item of every checklist, as a case has them whose files are complete."""
    return frozenset(item for items in procedure.checklists.values() for item in items) | {"conditions"}


class Play:
    """One case on a simulated clock."""

    #: Number of what was made so that something can be done to it (tests/states/ready.py).
    prepared = 0

    def __init__(
        self, start: str, territory: tuple[str, ...] = (), procedure: Procedure | None = None, **facts: Any
    ) -> None:
        self.procedure = procedure or load("ramsar-private")
        case = Case(
            reference="RP-2024-1",
            state="",
            since=at(start),
            title="Evian Project",
            territory=territory,
            items=everything_in_order(self.procedure),
        )
        given = {"parties": parties(), "seats": seats(), "meetings": meetings(), **facts}
        self.facts = Facts(now=at(start), case=case, days=shipped("CH-VD").working_days, **given)
        self.steps: list[Step] = []
        self._keep(opened(self.procedure, self.facts, Command("open", OFFICER)))

    @property
    def case(self) -> Case:
        return self.facts.case

    def ask(self, when: str, actor: Actor | str, action: str, /, **details: Any) -> Step | Refused:
        """What a command would bring about at that moment, everything due before it done."""
        self.run_to(when)
        who = actor if isinstance(actor, Actor) else Actor.parse(actor)
        received_at = details.pop("received_at_", None)
        return decide(self.procedure, self.facts, Command(action, who, details, received_at))

    def do(self, when: str, actor: Actor | str, action: str, /, **details: Any) -> Step:
        """Do it; a refusal fails the test."""
        step = self.ask(when, actor, action, **details)
        assert isinstance(step, Step), str(step)
        self._keep(step)
        return step

    def refused(self, when: str, actor: Actor | str, action: str, /, **details: Any) -> str:
        """The reasons why it is refused."""
        refused = self.ask(when, actor, action, **details)
        assert isinstance(refused, Refused), refused
        return str(refused)

    def run_to(self, when: str) -> None:
        """Let everything due until then happen, in order."""
        end = at(when)
        while True:
            due = sorted(
                (d for d in self.case.deadlines if d.status == "armed" and d.due_at <= end),
                key=lambda d: (d.due_at, d.name),
            )
            if not due:
                break
            self.facts = replace(self.facts, now=max(due[0].due_at, self.facts.now))
            what = {"deadline": due[0].name, "generation": due[0].generation}
            step = decide(self.procedure, self.facts, Command("fire", CLOCK, what))
            assert isinstance(step, Step), str(step)
            self._keep(step)
        self.facts = replace(self.facts, now=end)

    def due(self, name: str) -> date:
        """The last day of a running deadline."""
        found = self.case.deadline(name)
        assert found is not None, [d.name for d in self.case.deadlines]
        return found.last_day

    def _keep(self, step: Step) -> None:
        self.steps.append(step)
        self.facts = self.facts.with_case(step.case)
        entries = tuple(Entry(**each.values) for each in step.effects if each.op == "entry")
        named = {e.values["no"]: e.values["name"] for e in step.effects if e.op == "indicator"}
        if entries or named:
            told = {"entries": self.facts.entries + entries, "indicators": {**self.facts.indicators, **named}}
            self.facts = replace(self.facts, **told)
