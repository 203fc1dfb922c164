"""What may be done in a case: for whoever looks, as buttons; and what may not, with every reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session

from states import booking, monitoring
from states.commands import Actor, Command
from states.facts import Facts
from states.machine import Possibility, possibilities
from states.procedure import Action, Procedure
from workflow import i18n
from workflow.web.hand import actor_for
from workflow.web.people import Person
from workflow.web.showing import say, sentences

#: Acts that have a page of their own under the case's address; all others have /do/ACTION.
_PAGES: Mapping[str, str] = {"record_reply": "reply"}
#: The act of confirming an item: it is offered beside each item, not among the buttons.
_CONFIRMS = "confirm_item"


#: Pages of a case on which acts of their kind are offered, and not among the buttons of the case itself.
ACCOUNTS, MONITORING = "accounts", "monitoring"
OFFERED_ON: Mapping[str, str] = {
    **dict.fromkeys(booking.ACTS, ACCOUNTS),
    **dict.fromkeys(monitoring.ACTS, MONITORING),
}
#: Details that name one entry or one duty: such an act is offered beside it.
_ABOUT_ONE = frozenset({"entry", "duty", "indicator"})


@dataclass(frozen=True, slots=True)
class Deed:
    """One action of the present state."""

    name: str
    title: str
    basis: str
    #: Where it is done.
    address: str
    #: Whether it is what this state is about: told first.
    is_main: bool
    #: Whether it leads to an end, whatever happens.
    ends_it: bool
    #: Why it may not be done now; empty: it may.
    reasons: tuple[str, ...] = ()
    #: The act behind it (states/acts.py).
    does: str = ""
    #: Page of the case on which it is offered: accounts, monitoring, or "" for the case's own.
    page: str = ""
    #: Whether it is done to one entry, duty or indicator, which its address is then given.
    about_one: bool = False


@dataclass(frozen=True, slots=True)
class Deeds:
    """All actions of the present state, for one person."""

    possible: tuple[Deed, ...]
    refused: tuple[Deed, ...]
    #: Where items of checklists are confirmed (`?item=` follows); "": not by this person, or not now.
    confirms: str
    #: Item -> where this person confirms it by an action of its own: a legal review.
    confirms_own: Mapping[str, str]


def deeds_of(
    session: Session, law: Procedure, facts: Facts, person: Person, address: str, language: str
) -> Deeds:
    """What this person may do now, by the law file.

    address   of the case's page
    """
    found = _possibilities(session, law, facts, person)
    may_act = person.may_change("act")
    possible, refused, confirms, own = [], [], "", {}
    for action in law.actions_in(facts.case.state):
        deed = _deed(law, action, found[action.name], address, language, may_act=may_act)
        if deed.reasons:
            refused.append(deed)
        elif action.does == _CONFIRMS:
            confirms = f"{deed.address}?item="
        else:
            possible.append(deed)
            if action.does == "confirm_own_item":
                own[action.name] = deed.address
    # What this state is about comes first, what ends the case last.
    ranked = sorted(possible, key=lambda deed: (not deed.is_main, deed.ends_it))
    return Deeds(tuple(ranked), tuple(refused), confirms, own)


def _possibilities(session: Session, law: Procedure, facts: Facts, person: Person) -> dict[str, Possibility]:
    """Action -> what the law says of it, in the name in which this person would act."""
    by_actor: dict[Actor, list[str]] = {}
    for action in law.actions_in(facts.case.state):
        by_actor.setdefault(actor_for(session, person, facts.case, action.by), []).append(action.name)
    found: dict[str, Possibility] = {}
    for actor, names in by_actor.items():
        told = {each.name: each for each in possibilities(law, facts, Command("look", actor))}
        found |= {name: told[name] for name in names}
    return found


def _deed(
    law: Procedure, action: Action, found: Possibility, address: str, language: str, *, may_act: bool
) -> Deed:
    reasons = tuple(sentences(found.refused, language)) if found.refused is not None else ()
    if not reasons and not may_act:
        reasons = (say("Your role reads cases and changes nothing in them.", language),)
    return Deed(
        action.name,
        i18n.title(action.title, language),
        i18n.title(action.basis, language),
        f"{address}/{_PAGES.get(action.does) or f'do/{action.name}'}",
        len(action.states) == 1 or action.does == "dispatch",
        bool(action.to) and all(way.to in law.states and law.states[way.to].final for way in action.to),
        reasons,
        action.does,
        OFFERED_ON.get(action.does, ""),
        bool(_ABOUT_ONE & set(action.needs)),
    )


def what_was_done(law: Procedure, request: Request, language: str) -> str:
    """Title of the action that has just been done (?done=...), as a sentence; or ""."""
    same = law.actions.get(request.query_params.get("done", ""))
    return say("Done: {action}.", language, action=i18n.title(same[0].title, language)) if same else ""
