"""What every page has at hand: the database, the clock, the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import Request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from workflow import db, house, i18n
from workflow.clock import Clock
from workflow.web.limits import Limits


@dataclass(frozen=True)
class Site:
    """One running web server."""

    engine: Engine
    clock: Clock
    house: house.House
    limits: Limits = field(default_factory=Limits)
    #: In which pages can be read; letters are written in those of the templates alone.
    languages: tuple[str, ...] = i18n.LANGUAGES
    #: The clock can be moved and letters read in the browser: for the demo only.
    is_demo: bool = False

    def now(self) -> datetime:
        """The present moment."""
        return self.clock.now()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One look at the database."""
        with db.reading(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction."""
        with db.transaction(self.engine) as session:
            yield session


def site_of(request: Request) -> Site:
    """The site a request came to."""
    found = request.app.state.site
    assert isinstance(found, Site)
    return found
