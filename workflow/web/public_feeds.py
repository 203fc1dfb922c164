"""The public register for programs: what changed (Atom), the dates to come (iCalendar), all of it (JSON)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from fastapi import APIRouter, Request, Response
from icalendar import Calendar, Event

from states import openness
from workflow import contributions, i18n, outbox, published, queries
from workflow.contributions import Contribution
from workflow.published import Published
from workflow.queries import World
from workflow.web import caching, references, tiles
from workflow.web.public import HOME, METHODS, answers, found, opened
from workflow.web.showing import say
from workflow.web.site import Site

router = APIRouter()

_ATOM = "http://www.w3.org/2005/Atom"
_XML = "http://www.w3.org/XML/1998/namespace"
ElementTree.register_namespace("", _ATOM)


@router.api_route(f"{HOME}/{{language}}/register.atom", methods=list(METHODS), name="public_atom")
def as_atom(request: Request, language: str) -> Response:
    """What has changed in the register, the newest first."""
    site = opened(request, language)
    with site.reading() as session:
        cases = published.released(session)
    return _kept(request, site, _atom(site, cases, language), "application/atom+xml; charset=utf-8")


@router.api_route(f"{HOME}/{{language}}/dates.ics", methods=list(METHODS), name="public_dates")
def as_calendar(request: Request, language: str) -> Response:
    """The days by which answers are awaited, and the meetings for which cases wait."""
    site = opened(request, language)
    with site.reading() as session:
        cases = published.released(session)
    return _kept(request, site, _calendar(site, cases, language), "text/calendar; charset=utf-8")


@router.api_route(f"{HOME}/{{language}}/register.json", methods=list(METHODS), name="public_json")
def as_json(request: Request, language: str) -> Response:
    """Everything that the pages of the register say."""
    site = opened(request, language)
    with site.reading() as session:
        cases = published.released(session)
        told = [_told(site, c, queries.world(session, c.law.parties), language) for c in cases]
    together = contributions.together(case.contributed for case in cases)
    everything = {"language": language, "cases": told, "contributions": [_money(each) for each in together]}
    return _kept(request, site, _json(everything), "application/json")


@router.api_route(
    f"{HOME}/{{language}}/{{reference:{references.KIND}}}.json",
    methods=list(METHODS),
    name="public_case_json",
)
def case_as_json(request: Request, language: str, reference: str) -> Response:
    """Everything that the page of one case says."""
    site = opened(request, language)
    with site.reading() as session:
        case = found(published.one(session, reference))
        told = _told(site, case, queries.world(session, case.law.parties), language)
    return _kept(request, site, _json(told), "application/json")


def _kept(request: Request, site: Site, content: bytes, kind: str) -> Response:
    settings = site.house.settings.public
    answer = Response(content, media_type=kind)
    return caching.shared(request, answer, settings.keep_for_s, indexed=settings.search_engines)


def _address(site: Site, language: str, reference: str = "") -> str:
    home = f"{site.house.settings.installation.base_url}{HOME}/{language}"
    return f"{home}/{reference}" if reference else home


# ------------------------------------------------------------------------------------------ JSON


def _json(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _told(site: Site, case: Published, known: World, language: str) -> dict[str, Any]:
    """One case as its page tells it."""
    text = case.text(language)
    return {
        "reference": case.reference,
        "address": _address(site, language, case.reference),
        "procedure": i18n.title(case.law.title, language),
        "title": text.title,
        "proposed_by": text.proposed_by,
        "proposal": text.proposal,
        "funds": text.funds,
        "language": text.language,
        "authentic_language": openness.authentic(case.law),
        "territory": [tiles.party_name(known, code, language) for code in case.territory],
        "stage": i18n.title(case.law.states[case.state].title, language),
        "is_final": case.law.states[case.state].final,
        "since": case.since.isoformat(),
        "changed_at": _stamp(case.changed_at),
        "questions": [
            {
                "stage": i18n.title(case.law.states[each.state].title, language),
                "asked": each.asked,
                "asked_on": each.asked_on.isoformat(),
                "reply_by": each.reply_by.isoformat(),
                "closed_on": each.closed_on.isoformat() if each.closed_on is not None else None,
                "outcome": i18n.word("outcome", each.outcome, language) if each.outcome else None,
                "answers": [
                    {"answer": said, "number": number, **({"parties": who} if each.positions else {})}
                    for said, number, who in answers(each, known, language)
                ],
            }
            for each in case.questions
        ],
        "decisions": [
            {"meeting": each.meeting, "result": each.result, "on": each.on.isoformat()}
            for each in case.decisions
        ],
        "meeting": case.meeting[0] if case.meeting is not None else None,
        "contributions": [_money(each) for each in case.contributed.years],
    }


def _money(of: Contribution) -> dict[str, Any]:
    """Amounts as texts: a decimal is no floating number."""
    return {
        "year": of.year,
        "currency": of.currency,
        "received": format(of.received, "f"),
        "in_kind": format(of.in_kind, "f"),
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# ------------------------------------------------------------------------------------------ Atom


def _atom(site: Site, cases: list[Published], language: str) -> bytes:
    office = site.house.settings.secretariat
    feed = ElementTree.Element(f"{{{_ATOM}}}feed", {f"{{{_XML}}}lang": language})
    home = _address(site, language)
    title = f"{i18n.title(office.short, language)}: {say('Public register of partnerships', language)}"
    _add(feed, "title", title)
    _add(feed, "id", f"{home}/register.atom")
    _add(feed, "link", rel="self", href=f"{home}/register.atom")
    _add(feed, "link", rel="alternate", href=home)
    # A feed without an entry has never changed: any fixed moment does, and keeps its tag the same.
    _add(
        feed, "updated", _stamp(max((c.changed_at for c in cases), default=datetime(2000, 1, 1, tzinfo=UTC)))
    )
    author = ElementTree.SubElement(feed, f"{{{_ATOM}}}author")
    _add(author, "name", i18n.title(office.name, language))
    for case in cases:
        text, address = case.text(language), _address(site, language, case.reference)
        entry = ElementTree.SubElement(feed, f"{{{_ATOM}}}entry", {f"{{{_XML}}}lang": text.language})
        _add(entry, "title", f"{case.reference}: {text.title}")
        _add(entry, "id", address)
        _add(entry, "link", rel="alternate", href=address)
        _add(entry, "published", _stamp(case.released_at))
        _add(entry, "updated", _stamp(case.changed_at))
        stage = i18n.title(case.law.states[case.state].title, language)
        _add(entry, "summary", "\n\n".join(part for part in (stage, text.proposal, text.funds) if part))
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _add(to: ElementTree.Element, name: str, content: str = "", **attributes: str) -> None:
    made = ElementTree.SubElement(to, f"{{{_ATOM}}}{name}", attributes)
    made.text = content or None


# -------------------------------------------------------------------------------------- calendar


def _calendar(site: Site, cases: list[Published], language: str) -> bytes:
    settings = site.house.settings
    calendar = Calendar()
    calendar.add("prodid", "-//Assent//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", i18n.title(settings.secretariat.short, language))
    for case in cases:
        for each in case.questions:
            if each.closed_on is None:
                what = i18n.title("The window for answers closes", language)
                calendar.add_component(_entry(site, case, language, f"q{each.no}", what, each.reply_by))
        if case.meeting is not None:
            meeting, starts, ends = case.meeting
            calendar.add_component(_entry(site, case, language, meeting, meeting, starts, ends))
    return bytes(calendar.to_ical())


def _entry(
    site: Site, case: Published, language: str, key: str, what: str, first: date, last: date | None = None
) -> Event:
    """Whole days; one date stays one entry, wherever it moves."""
    event = Event()
    event.add("uid", f"public-{case.reference}-{key}@{outbox.mail_domain(site.house.settings)}")
    # Not the moment of the asking: the calendar would be another one each time.
    event.add("dtstamp", case.changed_at.astimezone(UTC))
    event.add("dtstart", first)
    event.add("dtend", (last or first) + timedelta(days=1))
    event.add("summary", f"{case.reference}: {what}")
    event.add("description", case.text(language).title)
    event.add("url", _address(site, language, case.reference))
    event.add("transp", "TRANSPARENT")
    return event
