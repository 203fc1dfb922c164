"""What a letter is about: case, post, round, and the names and meetings it may have to speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from states.commands import Post
from states.facts import Case, Meeting, Round
from states.periods import local_day
from states.procedure import Ask, Procedure
from states.zones import zone_of
from workflow import links
from workflow.config import Settings
from workflow.queries import PARTIES

#: Letters that tell of those asked one by one: who refused, who set conditions, whom nothing reached.
ONE_BY_ONE = frozenset({"approval_given", "approval_to_meeting", "consent_withheld", "unreached"})

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


def names_of(session: Session, register: str, known: Names, codes: Iterable[str]) -> Names:
    """The names of these Parties; asked of the register only where they are not known yet."""
    missing = sorted({code for code in codes if code and code not in known})
    if not missing:
        return known
    named = select(PARTIES.c.code, PARTIES.c.name_en, PARTIES.c.name_fr, PARTIES.c.name_es)
    rows = session.execute(named.where(PARTIES.c.register == register, PARTIES.c.code.in_(missing)))
    return {**known, **{row.code: (row.name_en, row.name_fr, row.name_es) for row in rows}}


def codes_told(case: Case, post: Post, wanted: Collection[str]) -> set[str]:
    """Every Party the letters of a post have to name.

    wanted   the placeholders of its template
    """
    what = post.what
    told = {str(what.get("party") or "")} if "what.party" in wanted else set()
    if "case.territory" in wanted:
        told |= {*case.territory, str(case.partner.get("home") or "")}
    if "what.given_by" in wanted:
        told.add(str(what.get("given_by") or "").partition(":")[2].partition("/")[0])
    if "what.parties" in wanted:
        told |= {objection.party for objection in case.standing} | set(what.get("parties") or ())
    if post.template in ONE_BY_ONE:
        no = post.round or what.get("round")
        asked = [member for round_ in case.rounds if round_.no == no for member in round_.asked]
        told |= {code for member in asked for code in (member.party, member.alternate)}
    return told
