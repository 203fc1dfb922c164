"""Partner organizations: the register of them, and one with its names, its owners and its cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from sqlalchemy import Row, func, select, union_all
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from states.commands import Actor
from states.periods import local_day
from states.reasons import Refused
from states.zones import zone_of
from workflow import engine, house, i18n, models, queries, register, spreadsheet
from workflow.folding import fold
from workflow.queries import CASES, EXCLUSIONS, MATCHES, PARTICIPATIONS, PARTNERS, is_of, table
from workflow.register import RegisterRefused
from workflow.web import forms
from workflow.web.acting import acting, day_of, done, what_was_done
from workflow.web.begin_case import countries
from workflow.web.naming import party_names
from workflow.web.parties import attached
from workflow.web.people import Person, changes, sees
from workflow.web.showing import HOME_ZONE, language_of, page
from workflow.web.site import Site, site_of

router = APIRouter()

NAMES, OWNERS = table(models.PartnerName), table(models.PartnerOwner)
ONE = "/partners/{number:int}"


@dataclass(frozen=True, slots=True)
class Listed:
    """One partner, as the list shows it."""

    row: Row[Any]
    #: Other names than the present one.
    others: tuple[str, ...]
    cases: int
    #: Exclusion lists on which it stands today.
    excluded: tuple[str, ...]
    #: How many names on lists wait for a decision.
    undecided: int


@router.get("/partners", name="partners")
def show(request: Request, person: Person = sees("partners")) -> Response:
    """Every partner, by name; found by any of its names."""
    site, q = site_of(request), request.query_params.get("q", "").strip()
    with site.reading() as session:
        found = listed(session, site, q)
        countries_ = party_names(session, site, language_of(request))
    return page(
        request,
        "partners.html",
        partners=found,
        q=q,
        states=countries_,
        done=what_was_done(request),
        faults=[],
    )


@router.get("/partners.csv", name="partners_csv")
def export(request: Request, person: Person = sees("partners")) -> Response:
    """The list as CSV."""
    site = site_of(request)
    with site.reading() as session:
        found = listed(session, site, request.query_params.get("q", "").strip())
    headers = ["number", "name", "other names", "sector", "home", "cases", "part of", "excluded", "undecided"]
    rows = [
        [str(e.row.id), e.row.name, "; ".join(e.others), e.row.sector, e.row.home, str(e.cases),
         str(e.row.merged_into or ""), "; ".join(e.excluded), str(e.undecided)]
        for e in found
    ]  # fmt: skip
    return attached(spreadsheet.write(headers, rows), "partners.csv")


@router.get(ONE, name="partner")
def show_one(request: Request, number: int, person: Person = sees("partners")) -> Response:
    """One partner."""
    return _one(request, number, {}, [])


@router.post(f"{ONE}/name")
def set_name(
    request: Request, number: int, person: Person = changes("partners"), form: FormData = forms.SENT
) -> Response:
    """Give it another name; its cases stay its own."""
    is_present = forms.text(form, "which") == "present"

    def act(session: Session, now: Any) -> bool:
        return register.name_partner(
            session, number, forms.text(form, "name"), is_present=is_present, actor=person.role, now=now
        )

    return _do(request, person, form, number, act)


@router.post(f"{ONE}/about")
def set_about(
    request: Request, number: int, person: Person = changes("partners"), form: FormData = forms.SENT
) -> Response:
    """Correct what is on file of it."""

    def act(session: Session, now: Any) -> bool:
        said = {name: forms.text(form, name) for name in ("sector", "home", "note")}
        return register.set_partner(session, number, **said, actor=person.role, now=now)

    return _do(request, person, form, number, act)


@router.post(f"{ONE}/owner")
def set_owner(
    request: Request, number: int, person: Person = changes("partners"), form: FormData = forms.SENT
) -> Response:
    """Enter a new owner; every live case looks into the partner again."""
    faults: list[str] = []
    since = day_of(form, "since", "Since", faults)
    due = day_of(form, "due", "Look into it again by", faults)
    owner = forms.text(form, "owner")

    def act(session: Session, now: Any) -> bool:
        is_new = register.set_owner(session, number, owner, since, actor=person.role, now=now)
        if is_new and due is not None:
            _reopen(session, person, number, f"New owner: {owner}.", due, now)
        return is_new

    return _do(request, person, form, number, act, faults)


@router.post(f"{ONE}/merge")
def merge(
    request: Request, number: int, person: Person = changes("partners"), form: FormData = forms.SENT
) -> Response:
    """Let it become part of another; every live case of both looks into the partner again."""
    faults: list[str] = []
    on = day_of(form, "on", "On", faults)
    due = day_of(form, "due", "Look into it again by", faults)
    given = forms.text(form, "into")
    if not given.isascii() or not given.isdigit():
        faults.append("Say of which partner it has become part. Choose one.")

    def act(session: Session, now: Any) -> bool:
        assert on is not None and due is not None
        is_new = register.merge_partners(session, number, int(given), on, actor=person.role, now=now)
        if is_new:
            names = {r.id: r.name for r in session.execute(select(PARTNERS.c.id, PARTNERS.c.name))}
            why = f"{names[number]} has become part of {names[int(given)]}."
            _reopen(session, person, number, why, due, now)
        return is_new

    return _do(request, person, form, number, act, faults)


@router.post(f"{ONE}/join")
def join(
    request: Request, number: int, person: Person = changes("partners"), form: FormData = forms.SENT
) -> Response:
    """Let it take part in a case of another; that case looks into it."""
    faults: list[str] = []
    due = day_of(form, "due", "Look into it by", faults)
    reference, role = forms.text(form, "reference"), forms.text(form, "role")

    def act(session: Session, now: Any) -> bool:
        assert due is not None
        by = Actor("officer", person.name)
        return engine.join_case(session, number, _case(session, reference), role, by, due, now)

    return _do(request, person, form, number, act, faults)


@router.post(f"{ONE}/leave")
def leave(
    request: Request, number: int, person: Person = changes("partners"), form: FormData = forms.SENT
) -> Response:
    """Let it take no part in a case any more."""
    reference = forms.text(form, "left")

    def act(session: Session, now: Any) -> bool:
        return register.leave_case(session, number, _case(session, reference), actor=person.role, now=now)

    return _do(request, person, form, number, act)


def _case(session: Session, reference: str) -> int:
    """Raises   RegisterRefused where there is no such case"""
    found = queries.case_id_of(session, reference.strip())
    if found is None:
        raise RegisterRefused(f"There is no case '{reference}'. Write its reference as the register has it.")
    return found


def _reopen(session: Session, person: Person, number: int, why: str, due: date, now: Any) -> None:
    """Raises   RegisterRefused where a case refuses it: then nothing of the act is done"""
    done_ = engine.reopen_due_diligence(session, number, Actor("officer", person.name), why, due, now)
    against = [
        f"{reference}: {why_not}" for reference, why_not in done_.items() if isinstance(why_not, Refused)
    ]
    if against:
        raise RegisterRefused(*against)


def _do(
    request: Request,
    person: Person,
    form: FormData,
    number: int,
    act: Callable[[Session, Any], bool],
    faults: Sequence[str] = (),
) -> Response:
    site = site_of(request)
    try:
        if faults:
            raise RegisterRefused(*faults)
        with acting(site, person) as session:
            act(session, site.now())
    except RegisterRefused as refused:
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
        return _one(request, number, typed, list(refused.faults))
    return done(f"/partners/{number}", "partner")


# ------------------------------------------------------------------------------------ what is shown


def listed(session: Session, site: Site, q: str = "") -> list[Listed]:
    """The partners one of whose names holds these words, in the order of their names."""
    names: dict[int, list[str]] = {}
    wanted = fold(q).split()
    hits = set()
    for row in session.execute(select(NAMES).order_by(NAMES.c.id)):
        names.setdefault(row.partner, []).append(row.name)
        if all(word in row.folded for word in wanted):
            hits.add(row.partner)
    either = union_all(
        select(CASES.c.partner_record.label("partner")), select(PARTICIPATIONS.c.partner)
    ).subquery()
    counted = select(either.c.partner, func.count()).group_by(either.c.partner)
    cases = {row[0]: row[1] for row in session.execute(counted)}
    waiting = (
        select(MATCHES.c.partner, func.count())
        .where(MATCHES.c.is_match.is_(None))
        .group_by(MATCHES.c.partner)
    )
    undecided = {row[0]: row[1] for row in session.execute(waiting)}
    world = queries.world(session, site.house.laws.all[0].parties)
    today = local_day(site.now(), zone_of(HOME_ZONE))
    found = [
        Listed(
            row,
            tuple(name for name in names.get(row.id, ()) if name != row.name),
            cases.get(row.id, 0),
            world.excluded_on(today, row.id),
            undecided.get(row.id, 0),
        )
        for row in session.execute(select(PARTNERS))
        if row.id in hits
    ]
    return sorted(found, key=lambda each: i18n.sort_key(each.row.name))


@dataclass(frozen=True, slots=True)
class CaseOf:
    """A case of a partner."""

    reference: str
    title: str
    #: Title of the state, in English.
    state: str
    is_final: bool
    opened_at: Any
    #: Whose case it is, where that is somebody else; "" for its own.
    of: str
    #: As what it takes part in a case of somebody else: co_partner, member, or "".
    role: str


def _one(request: Request, number: int, typed: Mapping[str, str], faults: list[str]) -> Response:
    site, language = site_of(request), language_of(request)
    with site.reading() as session:
        row = session.execute(select(PARTNERS).where(PARTNERS.c.id == number)).one_or_none()
        if row is None:
            raise HTTPException(404, "There is no such partner on file. Look at the list of partners.")
        everybody = {r.id: r for r in session.execute(select(PARTNERS))}
        family = register.family(session, number)
        names = session.scalars(
            select(NAMES.c.name).where(NAMES.c.partner == number).order_by(NAMES.c.id)
        ).all()
        owners = session.execute(
            select(OWNERS).where(OWNERS.c.partner == number).order_by(OWNERS.c.id.desc())
        ).all()
        cases = _cases(session, family, number, {i: r.name for i, r in everybody.items()})
        matches = matches_of(session, family)
        states = party_names(session, site, language)
        world = queries.world(session, site.house.laws.all[0].parties)
    today = local_day(site.now(), zone_of(HOME_ZONE))
    others = [(str(i), f"{r.name} ({i})") for i, r in everybody.items() if i not in family]
    return page(
        request,
        "partner.html",
        status=422 if faults else 200,
        partner=row,
        names=names,
        owners=owners,
        cases=cases,
        live=[each.reference for each in cases if not each.is_final],
        matches=matches,
        roles=[(role, i18n.word("participation", role, language)) for role in register.ROLES],
        excluded=world.excluded_on(today, number),
        parts=[everybody[i] for i in family if everybody[i].merged_into == number],
        heir=everybody.get(row.merged_into),
        states=states,
        others=sorted(others, key=lambda each: i18n.sort_key(each[1])),
        countries=[("", "–"), *countries(language)],
        typed=typed,
        faults=faults,
        done=what_was_done(request),
    )


def _cases(session: Session, family: Sequence[int], number: int, names: Mapping[int, str]) -> list[CaseOf]:
    rows = session.execute(select(CASES).where(is_of(family)).order_by(CASES.c.id.desc()))
    mine = select(PARTICIPATIONS.c.case_id, PARTICIPATIONS.c.role).where(PARTICIPATIONS.c.partner == number)
    roles = {row.case_id: row.role for row in session.execute(mine)}
    laws = {law.id: law for law in house.of(session).laws.all}
    found = []
    for row in rows:
        state = laws[row.procedure].states.get(row.state) if row.procedure in laws else None
        found.append(
            CaseOf(
                row.reference,
                row.title,
                state.title if state is not None else row.state,
                state is not None and state.final,
                row.opened_at,
                "" if row.partner_record == number else names.get(row.partner_record, ""),
                roles.get(row.id, ""),
            )
        )
    return found


def matches_of(session: Session, partners: Sequence[int] | None = None) -> Sequence[Row[Any]]:
    """Partners and entries whose names are alike, with what was decided; those that wait come first.

    partners   only these; None: all
    """
    wanted = (
        select(
            MATCHES,
            PARTNERS.c.name.label("partner_name"),
            EXCLUSIONS.c.name.label("entry_name"),
            EXCLUSIONS.c.source,
            EXCLUSIONS.c.until,
            EXCLUSIONS.c.note,
        )
        .join(PARTNERS, PARTNERS.c.id == MATCHES.c.partner)
        .join(EXCLUSIONS, EXCLUSIONS.c.id == MATCHES.c.exclusion)
        .order_by(MATCHES.c.is_match.is_not(None), MATCHES.c.score.desc(), MATCHES.c.partner)
    )
    if partners is not None:
        wanted = wanted.where(MATCHES.c.partner.in_(partners))
    return session.execute(wanted).all()
