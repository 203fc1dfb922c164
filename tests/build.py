"""A case in two words: what most tests need before they can begin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from states.commands import Actor, Command
from states.procedure import Procedure
from states.reasons import Refused
from tests.states.world import at, everything_in_order
from workflow import db, engine, house, queries, register, sweep
from workflow.config import Settings
from workflow.engine import Outcome
from workflow.laws import Laws

__all__ = ["BEGINNING", "at", "case", "do", "law", "letters_to", "refused", "run_to", "settle", "world"]

#: Before any case begins: the shipped registers are loaded then.
BEGINNING = datetime(2020, 1, 1, 9, tzinfo=UTC)
SECRET = b"a secret that only tests know, forty characters"


def law(id: str = "ramsar-private") -> Procedure:
    """The shipped law of that name."""
    return Laws().current(id)


def settle(on: Engine, settings: Settings | None = None) -> None:
    """Make the database an installation's."""
    house.settle(on, house.House(settings or Settings(), Laws(), SECRET))


def world(on: Engine, contacts_per_party: int = 1) -> None:
    """Load the shipped Parties, seats and meetings, and so many example contacts for each Party."""
    settle(on)
    with db.transaction(on) as session:
        register.ensure_shipped(session, "ramsar", BEGINNING, contacts_per_party=contacts_per_party)


def case(
    on: Engine, *, at_: str = "2024-01-08 09:00", territory: tuple[str, ...] = ("FR",), **more: Any
) -> int:
    """A draft whose files are complete; its id."""
    procedure = more.pop("procedure", None) or law()
    with db.transaction(on) as session:
        opened = engine.open_case(
            session,
            procedure,
            **{
                "title": "Evian Project",
                "partner": {"name": "Danone Group", "sector": "food and beverages", "home": "FR"},
                "territory": territory,
                "items": everything_in_order(procedure),
                "now": at(at_),
                **more,
            },
        )
    assert isinstance(opened, Outcome), opened
    return opened.case_id


def command(by: str, action: str, details: dict[str, Any]) -> Command:
    """What somebody asks for; details that end in "_" are the command's own (key_, seen_, received_at_)."""
    return Command(
        action,
        Actor.parse(by),
        {k: v for k, v in details.items() if not k.endswith("_")},
        details.get("received_at_"),
        details.get("seen_"),
        details.get("key_", ""),
    )


def ask(on: Engine, case_id: int, when: str, by: str, action: str, /, **details: Any) -> Outcome | Refused:
    """Ask for it, after everything that was due by then."""
    run_to(on, when)
    with db.transaction(on) as session:
        return engine.perform(session, case_id, command(by, action, details), at(when))


def do(on: Engine, case_id: int, when: str, by: str, action: str, /, **details: Any) -> Outcome:
    """Do it; a refusal fails the test."""
    outcome = ask(on, case_id, when, by, action, **details)
    assert isinstance(outcome, Outcome), str(outcome)
    return outcome


def refused(on: Engine, case_id: int, when: str, by: str, action: str, /, **details: Any) -> str:
    """The reasons why it is refused."""
    outcome = ask(on, case_id, when, by, action, **details)
    assert isinstance(outcome, Refused), outcome
    return str(outcome)


def run_to(on: Engine, when: str) -> None:
    """Let everything due by then happen, each thing at its moment. No letter is sent."""
    while True:
        with db.reading(on) as session:
            due = sweep.next_due(session)
        if due is None or due > at(when) or not sweep.fire_due(on, due).fired:
            return


def state_of(session: Session, case_id: int) -> str:
    """The state a case is in."""
    return session.scalars(select(queries.CASES.c.state).where(queries.CASES.c.id == case_id)).one()


def letters_to(session: Session, case_id: int, party: str = "") -> list[str]:
    """Templates of the letters of a case, in the order in which they were written; of one Party, if named."""
    wanted = select(queries.LETTERS.c.template).where(queries.LETTERS.c.case_id == case_id)
    if party:
        wanted = wanted.where(queries.LETTERS.c.party == party)
    return list(session.scalars(wanted.order_by(queries.LETTERS.c.id)))


def in_notification(on: Engine, dispatched: str = "2024-06-11 09:00") -> int:
    """A case without territory whose notification went out that day."""
    case_id = case(on, at_="2024-03-01 09:00", territory=())
    do(on, case_id, "2024-03-01 10:00", "officer", "submit")
    do(on, case_id, "2024-03-04 10:00", "officer", "endorse", risk="low", no_territory_reason="world-wide")
    do(on, case_id, "2024-03-05 09:00", "officer", "dispatch")
    do(on, case_id, "2024-04-03 09:00", "officer", "dispatch")
    for member in ("GA", "LY", "RW", "LA", "JP", "BE", "CZ", "BR", "CR", "CA"):
        do(on, case_id, "2024-04-10 10:00", f"seat:{member}", "approve")
    do(on, case_id, dispatched, "officer", "dispatch")
    return case_id
