"""Import a list: its faults by row and column, what it would change, and the change once it is accepted."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from workflow import engine, register, spreadsheet
from workflow.foresight import foreseen
from workflow.register import ListRefused, Plan, RegisterRefused
from workflow.spreadsheet import Fault
from workflow.web import forms
from workflow.web.acting import acting, done, register_number
from workflow.web.people import NotForYou, Person, changes
from workflow.web.reviewing import ACCEPT, register_asked, registers_of
from workflow.web.showing import page
from workflow.web.site import site_of

router = APIRouter()

#: A packed list larger than this does not fit into a field of a form.
_PACKED_MAX = 900_000
#: Lines of a plan shown on the page; all of it is counted.
_SHOWN_MAX = 500

Take = Callable[[Session, str, bytes, str, str, datetime], Plan]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of list."""

    title: str
    columns: str
    #: Takes it over: session, register, content, actor, name of the file, now.
    take: Take
    #: Whoever may change something on this page may import it (access.py), and is led back there.
    page: str

    @property
    def back(self) -> str:
        """Where to go afterwards."""
        return f"/{self.page}"


def _parties(session: Session, of: str, content: bytes, actor: str, source: str, now: datetime) -> Plan:
    listed = register.read(content)
    return register.import_parties(session, of, listed, actor=actor, now=now, source=source)


def _seats(session: Session, of: str, content: bytes, actor: str, source: str, now: datetime) -> Plan:
    return register.import_seats(session, of, register.read_seats(content), actor=actor, now=now)


def _meetings(session: Session, of: str, content: bytes, actor: str, source: str, now: datetime) -> Plan:
    return register.import_meetings(session, register.read_meetings(content), actor=actor, now=now)


def _exclusions(session: Session, of: str, content: bytes, actor: str, source: str, now: datetime) -> Plan:
    return register.import_exclusions(session, register.read_exclusions(content), actor=actor, now=now)


KINDS: Mapping[str, Kind] = {
    "parties": Kind(
        "Parties and contacts",
        "iso2, iso3, name_en, name_fr, name_es, region, language, timezone, entry_into_force, leaves; "
        "role, name, title, email, postal_address, contact_language, contact_starts, contact_ends",
        _parties,
        "parties",
    ),
    "seats": Kind(
        "Seats of bodies", "body, seat, region, member, alternate, office, from, to, note", _seats, "bodies"
    ),
    "meetings": Kind("Meetings", "body, ordinal, kind, place, starts, ends, note", _meetings, "meetings"),
    "exclusions": Kind("Exclusion list", "name, aliases, source, until, note", _exclusions, "exclusions"),
}


@router.get("/parties/import", name="import")
def show(request: Request, person: Person = changes("parties")) -> Response:
    """A form to choose a file (?kind=exclusions: of that kind)."""
    asked = request.query_params.get("kind", "parties")
    return _form(request, asked if asked in _open_to(request) else "parties", [], [])


@router.post("/parties/import")
def read(request: Request, person: Person = changes("parties"), form: FormData = forms.SENT) -> Response:
    """Show the faults of a list, or what it would change; accepted, take it over."""
    site = site_of(request)
    kind = forms.text(form, "kind")
    if kind not in KINDS:
        return _form(request, "parties", ["There is no such kind of list. Choose one."], [])
    if not person.may_change(KINDS[kind].page):
        raise NotForYou(person, KINDS[kind].page, changes=True)
    try:
        content, source = _content(form)
    except _NoList as fault:
        return _form(request, kind, [str(fault)], [])
    with site.reading() as session:
        of, seen = register_asked(request, session, site), register_number(session)

    def take(session: Session) -> Plan:
        return KINDS[kind].take(session, of, content, person.role, source, site.now())

    why = f"The list {source} was imported."
    try:
        if ACCEPT in form:
            with acting(site, person, form) as session:
                if not take(session).is_empty:
                    engine.register_changed(session, why, site.now())
            return done(KINDS[kind].back, "imported")
        plan, moved = foreseen(site.engine, take, why, site.now())
    except ListRefused as refused:
        return _form(request, kind, [], list(refused.faults), source)
    except RegisterRefused as refused:
        return _form(request, kind, list(refused.faults), [])
    lines = [*plan.added, *plan.changed]
    return page(
        request,
        "import_review.html",
        kind=kind,
        kinds=KINDS,
        register=of,
        source=source,
        plan=plan,
        lines=lines[:_SHOWN_MAX],
        more=len(lines) - _SHOWN_MAX,
        moved=moved,
        dates=sum(len(each.shifts) for each in moved),
        letters=sum(each.letters for each in moved),
        packed=base64.b64encode(zlib.compress(content, 9)).decode(),
        seen=seen,
    )


class _NoList(Exception):
    """No list was sent, or none that can be kept until it is accepted."""


def _content(form: FormData) -> tuple[bytes, str]:
    """The list that was sent, and the name of its file: from the file, or from the page that has shown it."""
    packed = forms.text(form, "packed")
    if packed:
        return _unpacked(packed), forms.text(form, "source")[:200]
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise _NoList("No file was chosen. Choose a CSV file, then send it again.")
    content = sent.file.read(spreadsheet.SIZE_MAX_BYTES + 1)
    if len(content) > spreadsheet.SIZE_MAX_BYTES or len(zlib.compress(content, 9)) * 4 / 3 > _PACKED_MAX:
        raise _NoList("The file is too large for a list. Send fewer rows at a time.")
    name = sent.filename.replace("\\", "/").rpartition("/")[2]
    return content, "".join(sign for sign in name if sign.isprintable())[:200]


def _unpacked(packed: str) -> bytes:
    try:
        inflater = zlib.decompressobj()
        content = inflater.decompress(base64.b64decode(packed, validate=True), spreadsheet.SIZE_MAX_BYTES)
    except (binascii.Error, zlib.error):
        raise _NoList("The list was damaged on its way. Choose the file again.") from None
    if inflater.unconsumed_tail:
        raise _NoList("The file is too large for a list. Send fewer rows at a time.")
    return content


def _open_to(request: Request) -> dict[str, Kind]:
    """The kinds of lists whoever looks may import."""
    person = request.state.person
    return {name: kind for name, kind in KINDS.items() if person.may_change(kind.page)}


def _form(request: Request, kind: str, faults: list[str], cells: list[Fault], source: str = "") -> Response:
    site = site_of(request)
    with site.reading() as session:
        of, known = register_asked(request, session, site), registers_of(session, site)
    answer: dict[str, Any] = {"kind": kind, "kinds": _open_to(request), "register": of, "registers": known}
    status = 422 if faults or cells else 200
    return page(request, "import.html", status=status, faults=faults, cells=cells, source=source, **answer)
