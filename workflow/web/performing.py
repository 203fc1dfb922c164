"""From what somebody asks for in a case to what is done: shown first, then done as it was shown."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from states.commands import Actor, Command
from states.facts import Facts
from states.machine import decide, possibilities
from states.procedure import Action, Procedure
from states.reasons import Refused
from workflow import engine, i18n
from workflow.engine import Outcome
from workflow.preview import preview
from workflow.web import casefile, forms
from workflow.web.act_fields import Names
from workflow.web.act_review import Review, reviewed
from workflow.web.people import Person
from workflow.web.showing import say, sentences
from workflow.web.site import Site

CHANGED = (
    "What would be done is not what this page showed: you have changed something, or something has changed"
    " since. Look at it again, then confirm."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An action in a case, as somebody asks for it."""

    reference: str
    case_id: int
    law: Procedure
    facts: Facts
    action: Action
    actor: Actor
    names: Names
    language: str
    #: As typed.
    typed: Mapping[str, str]
    details: Mapping[str, Any]
    #: What is not understood of it, and what is missing.
    faults: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the action is called, in the language of the page."""
        return i18n.title(self.action.title, self.language)

    @property
    def is_complete(self) -> bool:
        """Whether everything that is needed was given and understood."""
        return not self.faults and all(self.details.get(name) not in (None, "") for name in self.action.needs)

    def command(self, **more: Any) -> Command:
        """The command that asks for it."""
        return Command(self.action.name, self.actor, self.details, **more)


@dataclass(frozen=True, slots=True)
class NotDone:
    """Why nothing was done."""

    #: Of the page that says so: 409 if the case or the page has moved on, else 422.
    status: int
    faults: tuple[str, ...]


def against(asked: Asked) -> list[str]:
    """Why it may not be done at all, whatever is filled in."""
    here = possibilities(asked.law, asked.facts, Command("look", asked.actor))
    possible = next((each for each in here if each.name == asked.action.name), None)
    if possible is not None:
        return sentences(possible.refused, asked.language) if possible.refused else []
    # Not in this state: the decision itself says where the case is and what is possible there.
    decided = decide(asked.law, asked.facts, asked.command())
    return sentences(decided, asked.language) if isinstance(decided, Refused) else []


def review_of(site: Site, session: Session, asked: Asked) -> Review | Refused:
    """What it would do now."""
    found = preview(session, asked.case_id, asked.command(), site.now())
    if isinstance(found, Refused):
        return found
    return reviewed(found, asked.details, asked.title, asked.names, asked.language)


def confirmed(site: Site, person: Person, asked: Asked, form: FormData) -> Outcome | NotDone:
    """Do what the form confirms, if it is what its page has shown.

    form   with the hidden fields seen, looked and key
    """
    seen = forms.text(form, "seen")
    if seen == str(asked.facts.case.seq):
        # Otherwise others have acted meanwhile, and perform says who did what.
        with site.reading() as session:
            review = review_of(site, session, asked)
        if isinstance(review, Review) and review.digest != forms.text(form, "looked"):
            return NotDone(409, (say(CHANGED, asked.language),))
    command = asked.command(expected_seq=_number(seen), key=key_of(person, form))
    with site.writing() as session:
        outcome = engine.perform(session, asked.case_id, command, site.now())
    if isinstance(outcome, Outcome):
        return outcome
    is_late = any(why.message == "case_moved" for why in outcome.reasons)
    return NotDone(409 if is_late else 422, tuple(sentences(outcome, asked.language)))


def key_of(person: Person, form: FormData) -> str:
    """The idempotency key of a form: pressed twice, it is done once."""
    return f"page:{person.name}:{forms.text(form, 'key')[:64]}"


def new_key() -> str:
    """A key for one rendering of a form."""
    return secrets.token_urlsafe(18)


def shown(
    site: Site, session: Session, person: Person, asked: Asked, faults: tuple[str, ...] = ()
) -> dict[str, Any]:
    """What the template of such a page needs, beside its fields."""
    refused, review = against(asked), None
    if not refused and asked.is_complete:
        found = review_of(site, session, asked)
        if isinstance(found, Review):
            review = found
        else:
            refused = sentences(found, asked.language)
    told = [*faults, *asked.faults]
    return {
        "asked": asked,
        "case": asked.facts.case,
        "law": asked.law,
        "refused": [why for why in refused if why not in told],
        "faults": told,
        "review": review,
        "may_do": person.may_change("act"),
        "acts_for": casefile.name_of(session, asked.actor.name) if asked.actor.deputy else "",
        "key": new_key(),
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
