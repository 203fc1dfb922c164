"""What every command needs: settings, database, the time, and how results and refusals are shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from notifications import AddressError, MailConfigError, TemplateError
from states.effects import plain
from states.faults import ProcedureError
from states.reasons import Refused, did_you_mean
from workflow import config, db, house, queries
from workflow.backup import BackupError
from workflow.clock import SystemClock
from workflow.laws import LawMissing
from workflow.register import RegisterRefused

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

REFUSED, WRONG_USE = 1, 2

JSON = typer.Option(False, "--json", help="Print data, for programs.")


@dataclass(frozen=True, slots=True)
class Told:
    """An error as it is told to whoever typed the command."""

    text: str
    code: int


#: Error -> exit code; what each of them says is a sentence already.
_SAYS_ITSELF: dict[type[Exception], int] = {
    config.ConfigError: WRONG_USE,
    ProcedureError: WRONG_USE,
    LawMissing: REFUSED,
    MailConfigError: WRONG_USE,
    AddressError: WRONG_USE,
    TemplateError: REFUSED,
    BackupError: REFUSED,
    RegisterRefused: REFUSED,
}


def explained(error: BaseException) -> Told | None:
    """What an error means to whoever typed the command; None for a fault of ours."""
    if (says := db.explain(error)) is not None:
        return Told(says, REFUSED)
    for kind, code in _SAYS_ITSELF.items():
        if isinstance(error, kind):
            return Told(str(error), code)
    return None


class Desk:
    """The installation a command works on."""

    def __init__(self, config_path: str) -> None:
        self._path = Path(config_path) if config_path else None
        self.clock = SystemClock()

    @cached_property
    def settings(self) -> config.Settings:
        """The settings. Raises ConfigError."""
        return config.load(self._path)

    @cached_property
    def engine(self) -> Engine:
        """The database, whatever the state of its tables."""
        found = db.make_engine(
            self.settings.database.url, busy_timeout_ms=self.settings.database.busy_timeout_ms
        )
        house.settle_with(found, self.settings)
        return found

    def now(self) -> datetime:
        """The present moment."""
        return self.clock.now()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction on current tables."""
        db.require_current(self.engine)
        with db.transaction(self.engine) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One look at current tables."""
        db.require_current(self.engine)
        with db.reading(self.engine) as session:
            yield session

    def case_id(self, session: Session, reference: str) -> int:
        """The case of that reference; leaves with exit code 1 and the nearest right one."""
        found = queries.case_id_of(session, reference.upper())
        if found is None:
            known = queries.references(session)
            hint = did_you_mean(reference.upper(), known) or ". List them: assent case list"
            refuse(f"There is no case {reference}{hint}")
        return found


def desk(context: typer.Context) -> Desk:
    """The desk of a command."""
    found = context.obj
    assert isinstance(found, Desk)
    return found


def refuse(text: str, code: int = REFUSED) -> NoReturn:
    """Say what was refused, and leave."""
    err.print(text, style="red", markup=False)
    raise typer.Exit(code)


def refused(reasons: Refused) -> NoReturn:
    """Say every reason of a refusal, and leave."""
    err.print("Refused.", style="bold red")
    for why in reasons.reasons:
        err.print(f"  - {why.english}", markup=False)
    raise typer.Exit(REFUSED)


def as_json(value: Any) -> None:
    """Print data as JSON."""
    print(json.dumps(plain(value), ensure_ascii=False, indent=2))


def told_at(moment: datetime, zone: ZoneInfo) -> str:
    """`2024-06-18 09:00` on the wall of a zone."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def told_day(day: date) -> str:
    """`Mon 2024-06-17`."""
    return f"{day:%a %Y-%m-%d}"


def given(pairs: list[str], read: Callable[[str, Any], Any]) -> dict[str, Any]:
    """Details typed as NAME=VALUE."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            refuse(f"'{pair}' is not understood: write NAME=VALUE, for example risk=low.", WRONG_USE)
        try:
            found[name.strip()] = read(name.strip(), value)
        except ValueError as error:
            refuse(str(error), WRONG_USE)
    return found
