"""What a letter is about: case, post, round, and the names and meetings it may have to speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from states.commands import Post
from states.facts import Case, Meeting, Round
from states.periods import local_day
from states.procedure import Ask, Procedure
from states.zones import zone_of
from workflow import links
from workflow.config import Settings

#: Code of a Party -> its names in English, French and Spanish.
Names = Mapping[str, tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Matter:
    """One post of one step, with everything its letters may speak of."""

    law: Procedure
    #: As it is after the step.
    case: Case
    post: Post
    settings: Settings
    now: datetime
    #: "2024/3", or "".
    number: str
    names: Names
    meetings: tuple[Meeting, ...] = ()
    #: What has been amended since the question was last put, in the officers' words.
    changes: str = ""

    @property
    def what(self) -> Mapping[str, Any]:
        """What the step has to tell."""
        return self.post.what

    @property
    def zone(self) -> ZoneInfo:
        """Where days begin and end."""
        return zone_of(self.law.timezone)

    @property
    def today(self) -> date:
        """The day it is there."""
        return local_day(self.now, self.zone)

    @property
    def round(self) -> Round | None:
        """The round the post belongs to or tells of; else the one that is open, else the newest."""
        no = self.post.round or self.what.get("round")
        named = next((r for r in self.case.rounds if r.no == no), None)
        return named or self.case.open_round or self.case.round

    @property
    def ask(self) -> Ask | None:
        """The question of that round."""
        return self.law.states[self.round.state].ask if self.round is not None else None

    @property
    def reply_to(self) -> str:
        """Where an answer by mail reaches the case."""
        domain = self.settings.installation.case_mail_domain
        return links.case_address(self.case.reference, domain) if domain else self.settings.secretariat.email
