"""Begin a case: who proposes what, where, and under which procedure."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel import Locale
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from states.commands import Actor
from states.periods import local_day
from states.procedure import Procedure
from states.reasons import Refused
from states.zones import zone_of
from workflow import check, engine, i18n, queries
from workflow.register import cells
from workflow.register.cells import BadValue
from workflow.web import forms
from workflow.web.naming import party_names
from workflow.web.people import STAFF, Person, changes
from workflow.web.showing import language_of, page, say, sentences
from workflow.web.site import Site, site_of

router = APIRouter()

SUMMARY_MAX = 5_000
_LANGUAGES = {"en": "English", "fr": "French", "es": "Spanish"}


@dataclass
class Proposal:
    """What the form says, as it was typed, and what is wrong with it."""

    typed: dict[str, str]
    territory: tuple[str, ...] = ()
    #: Field -> what is wrong and what to do.
    faults: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, check_: Callable[[str], str] = cells.text, *, needs: str = "") -> str:
        """A field, checked.

        needs   what is said when it is empty; "": it may be
        """
        given = self.typed.get(name, "")
        if not given:
            if needs:
                self.faults[name] = needs
            return ""
        try:
            return check_(given)
        except BadValue as bad:
            self.faults[name] = str(bad)
            return given


FIELDS = (
    "title", "partner", "sector", "home", "contact", "email", "language", "summary", "procedure", "officer",
)  # fmt: skip


@router.get("/cases/new", name="begin_case")
def show(request: Request, person: Person = changes("cases")) -> Response:
    """The form; where there are several procedures, first which: it decides whose territory may be named."""
    laws, wanted = _laws(site_of(request)), request.query_params.get("procedure", "")
    if wanted not in laws and len(laws) > 1:
        return page(request, "begin_which.html", laws=laws.values())
    law = laws.get(wanted) or next(iter(laws.values()))
    typed = dict.fromkeys(FIELDS, "") | {"officer": person.name, "language": "en", "procedure": law.id}
    return _form(request, Proposal(typed), secrets.token_hex(16))


@router.post("/cases/new")
def begin(request: Request, person: Person = changes("cases"), form: FormData = forms.SENT) -> Response:
    """Begin the case, or show the form again with everything that is wrong; nothing typed is lost."""
    site = site_of(request)
    asked = Proposal(
        {name: forms.text(form, name) for name in FIELDS},
        tuple(str(code) for code in form.getlist("territory")),
    )
    key = forms.text(form, "key")[:64] or secrets.token_hex(16)
    laws = _laws(site)
    law = laws.get(asked.typed["procedure"]) or next(iter(laws.values()))
    if asked.typed["procedure"] not in laws:
        asked.faults["procedure"] = "Choose the procedure under which the case begins."
    said = _checked(site, asked, law)
    if asked.faults:
        return _form(request, asked, key, status=422)
    try:
        outcome = _open(site, law, said, person, key)
    except IntegrityError:
        # The same form was sent twice at the same moment: the other one has begun the case.
        outcome = _open(site, law, said, person, key)
    if isinstance(outcome, Refused):
        told = " ".join(sentences(outcome, language_of(request)))
        asked.faults["title"] = told
        return _form(request, asked, key, status=422)
    return RedirectResponse(f"/cases/{outcome.reference}", status_code=303)


def _open(
    site: Site, law: Procedure, said: Mapping[str, Any], person: Person, key: str
) -> engine.Outcome | Refused:
    with site.writing() as session:
        actor = Actor("officer", person.name)
        return engine.open_case(session, law, **said, actor=actor, now=site.now(), key=f"new:{key}")


def _checked(site: Site, asked: Proposal, law: Procedure) -> dict[str, Any]:
    """What `open_case` takes; what is wrong is noted in the proposal."""
    title = asked.text("title", needs="The title is missing. Give the one by which the case will be known.")
    partner = {
        "name": asked.text("partner", needs="The partner's name is missing. Give its legal name."),
        "sector": asked.text("sector"),
        "home": asked.text("home", cells.code),
        "contact": asked.text("contact", cells.name),
        "email": asked.text("email", cells.email),
        "language": asked.text("language", cells.language),
    }
    summary = asked.typed["summary"].replace("\r\n", "\n")
    if len(summary) > SUMMARY_MAX:
        asked.faults["summary"] = (
            f"The summary has {len(summary)} characters, more than {SUMMARY_MAX}. Shorten it; the proposal"
            " itself can be kept as a document."
        )
    with site.reading() as session:
        known = queries.world(session, law.parties)
        officers = _officers(session)
    day = _today(site, law)
    strangers = [c for c in asked.territory if c not in known.parties or not known.parties[c].is_party(day)]
    if strangers:
        asked.faults["territory"] = f"{', '.join(strangers)} is no Party on this day. Take it out."
    if asked.typed["officer"] and asked.typed["officer"] not in officers:
        asked.faults["officer"] = f"{asked.typed['officer']} is no officer here. Choose one."
    return {
        "title": title,
        "partner": {name: value for name, value in partner.items() if value},
        "territory": tuple(dict.fromkeys(asked.territory)),
        "officer": asked.typed["officer"],
        "summary": summary,
    }


def _form(request: Request, asked: Proposal, key: str, *, status: int = 200) -> Response:
    site, language = site_of(request), language_of(request)
    laws = _laws(site)
    law = laws.get(asked.typed["procedure"]) or next(iter(laws.values()))
    with site.reading() as session:
        names = party_names(session, site, language)
        parties = queries.world(session, law.parties).parties
        officers = _officers(session)
    day = _today(site, law)
    return page(
        request,
        "begin_case.html",
        status=status,
        asked=asked,
        key=key,
        law=law,
        is_one_of_several=len(laws) > 1,
        labels={name: say(words, language) for name, words in LABELS.items()},
        choices={
            "home": [("", "–"), *countries(language)],
            "language": [(code, say(words, language)) for code, words in _LANGUAGES.items()],
            "officer": [("", say("nobody yet", language)), *officers.items()],
        },
        parties=[(c, n) for c, n in names.items() if c in parties and parties[c].is_party(day)],
    )


LABELS = {
    "title": "Title",
    "partner": "Partner",
    "sector": "Sector",
    "home": "Home State",
    "contact": "Contact",
    "email": "E-mail",
    "language": "Language of letters",
    "summary": "Summary",
    "procedure": "Procedure",
    "officer": "Officer",
    "territory": "Parties concerned",
}


def _laws(site: Site) -> dict[str, Procedure]:
    """The procedures a case can be begun under: the newest sound edition of each that is in force."""
    ids = dict.fromkeys(law.id for law in site.house.laws.all)
    found = [check.require_sound(site.house.laws.current(id_)) for id_ in ids]
    return {law.id: law for law in found if law.status == "in force"}


def _today(site: Site, law: Procedure) -> date:
    return local_day(site.now(), zone_of(law.timezone))


def _officers(session: Session) -> dict[str, str]:
    """Sign-in name -> full name of everybody who may have a case."""
    rows = session.execute(
        select(STAFF.c.name, STAFF.c.full_name).where(STAFF.c.role == "officer", STAFF.c.is_active)
    )
    named = {row.name: row.full_name or row.name for row in rows}
    return dict(sorted(named.items(), key=lambda each: i18n.sort_key(each[1])))


def countries(language: str) -> list[tuple[str, str]]:
    """Code and name of every State, in alphabetical order."""
    territories = Locale(language).territories
    named = [(code, name) for code, name in territories.items() if len(code) == 2 and code.isalpha()]
    return sorted(
        (each for each in named if each[0] not in _NO_STATES), key=lambda each: i18n.sort_key(each[1])
    )


#: Codes that CLDR names beside those of ISO 3166.
_NO_STATES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
