"""What the page of a case says of its place in the public register: its texts, and whether it is released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from states import openness
from states.dossier import PublicText
from states.facts import Case
from states.procedure import Procedure
from workflow import i18n
from workflow.web.people import Person
from workflow.web.public import HOME
from workflow.web.site import Site


@dataclass(frozen=True, slots=True)
class Language:
    """The texts for the public in one language."""

    code: str
    name: str
    #: The text that a second person has reviewed, and one that waits for that.
    read: PublicText | None
    waits: PublicText | None
    #: Where it is written, or written anew; "": not by this person.
    write: str


@dataclass(frozen=True, slots=True)
class Openness:
    """What of a case is written for the public."""

    languages: tuple[Language, ...]
    released_at: datetime | None
    #: Whether the installation has a public register at all.
    is_open: bool
    #: Where the public reads it.
    address: str


def openness_of(site: Site, law: Procedure, case: Case, person: Person) -> Openness | None:
    """What is written for the public; None where this law file knows of no release here."""
    here = {action.does: action for action in law.actions_in(case.state)}
    if "release" not in here and case.released_at is None:
        return None
    read, waits = openness.readable(case), openness.waiting(case)
    writes = here.get("write_public_text")
    may_write = writes is not None and person.may_change("act") and person.role in writes.by
    home = f"/cases/{case.reference}/do/{writes.name}" if writes is not None and may_write else ""
    return Openness(
        languages=tuple(
            Language(
                code,
                i18n.own_name(code),
                read.get(code),
                waits.get(code),
                f"{home}?language={code}" if home else "",
            )
            for code in law.languages
        ),
        released_at=case.released_at,
        is_open=site.house.settings.public.register_open,
        address=f"{HOME}/{openness.authentic(law)}/{case.reference}",
    )
