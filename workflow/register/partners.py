"""Acts on partner organizations: their names, their owners, and what becomes of them.

What a merger or a new owner means for the cases of a partner is the engine's to do afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from workflow import models
from workflow.folding import fold
from workflow.queries import CASES, PARTNERS, families, is_of, table
from workflow.record import append_register
from workflow.register import cells, exclusions
from workflow.register.acts import Form, begin
from workflow.register.lines import RegisterRefused

NAMES, OWNERS = table(models.PartnerName), table(models.PartnerOwner)
GATHERED = table(models.Gathered)
#: What may be said of a partner beside its names.
ABOUT = ("sector", "home", "note")


def partner_of(session: Session, about: Mapping[str, Any], *, actor: str, now: datetime) -> int:
    """The number of the partner that a proposal speaks of; a record is made for one that is new.

    A partner is known by any of its names. Where two home States are known and differ, two are meant.
    about     name, sector, home: as a case has them
    Returns   0 where no name is given
    """
    name, home = str(about.get("name", "")).strip(), str(about.get("home", ""))
    if not name:
        return 0
    begin(session)
    known = session.execute(
        select(PARTNERS.c.id, PARTNERS.c.home)
        .join(NAMES, NAMES.c.partner == PARTNERS.c.id)
        .where(NAMES.c.folded == folded(name))
        .order_by(PARTNERS.c.id)
    ).all()
    same = [row.id for row in known if not home or row.home in ("", home)]
    if same:
        return int(same[0])
    values = {"name": name, "sector": str(about.get("sector", "")), "home": home, "note": ""}
    return _add(session, values, actor=actor, now=now)


def add_partner(
    session: Session,
    name: str,
    *,
    sector: str = "",
    home: str = "",
    note: str = "",
    actor: str,
    now: datetime,
) -> int:
    """Enter a partner; its number.

    Raises   RegisterRefused with everything that is wrong, and for one that is on file already
    """
    begin(session)
    form = Form("Partner")
    values: dict[str, Any] = {"name": form.take("name", name, cells.text)} | _about(form, sector, home, note)
    form.done()
    namesakes = session.execute(
        select(NAMES.c.partner, PARTNERS.c.home)
        .join(PARTNERS, PARTNERS.c.id == NAMES.c.partner)
        .where(NAMES.c.folded == folded(values["name"]))
    ).all()
    for row in namesakes:
        if not values["home"] or row.home in ("", values["home"]):
            raise RegisterRefused(
                f"Partner: {name} is on file already, as number {row.partner}. Change that record; or give"
                " the home State, where another organization of that name is meant."
            )
    return _add(session, values, actor=actor, now=now)


def set_partner(
    session: Session, number: int, *, sector: str, home: str, note: str, actor: str, now: datetime
) -> bool:
    """Say otherwise what a partner does and where it is at home; whether that changes anything."""
    row = one(session, number)
    form = Form(f"Partner {number}")
    values = _about(form, sector, home, note)
    form.done()
    changed = {field: [row[field], value] for field, value in values.items() if row[field] != value}
    if not changed:
        return False
    session.execute(update(PARTNERS).where(PARTNERS.c.id == number).values(values))
    append_register(session, "partner_set", {"partner": number, **changed}, actor=actor, now=now)
    return True


def name_partner(
    session: Session, number: int, name: str, *, is_present: bool, actor: str, now: datetime
) -> bool:
    """Give a partner another name: its cases stay its own, and every former name still finds it.

    is_present   it is called so from now on; False: it is also known under this name
    Returns      whether that changes anything
    """
    row = one(session, number)
    form = Form(f"Partner {number}")
    given = form.take("name", name, cells.text)
    form.done()
    known = set(session.scalars(select(NAMES.c.folded).where(NAMES.c.partner == number)))
    is_new = folded(given) not in known
    if not is_new and (not is_present or row["name"] == given):
        return False
    if is_new:
        session.execute(insert(NAMES).values(partner=number, name=given, folded=folded(given)))
        # What its cases are found by is gathered anew: it decides nothing, and can be dropped at any time.
        ours = select(CASES.c.id).where(is_of([number]))
        session.execute(delete(GATHERED).where(GATHERED.c.case_id.in_(ours)))
    data: dict[str, Any] = {"partner": number, "name": given}
    if is_present:
        session.execute(update(PARTNERS).where(PARTNERS.c.id == number).values(name=given))
        data |= {"name": [row["name"], given]}
    kind = "partner_renamed" if is_present else "partner_alias"
    append_register(session, kind, data, actor=actor, now=now)
    exclusions.look_for(session, partners=[number], actor=actor, now=now)
    return True


def set_owner(
    session: Session, number: int, owner: str, since: date | None, *, actor: str, now: datetime
) -> bool:
    """Say who owns or controls a partner from a day on; whoever did until then did until the day before.

    since     None: it is not known since when
    Returns   whether that changes anything
    """
    one(session, number)
    form = Form(f"Partner {number}")
    given = form.take("owner", owner, cells.text)
    form.done()
    present = session.execute(
        select(OWNERS).where(OWNERS.c.partner == number, OWNERS.c.ends.is_(None)).order_by(OWNERS.c.id)
    ).all()
    if any(row.owner == given for row in present):
        return False
    if since is not None:
        for row in present:
            if row.starts is not None and row.starts >= since:
                raise RegisterRefused(
                    f"Partner {number}: {row.owner} owns it since {row.starts}, which is not before {since}."
                    " Give a later day."
                )
        last = since - timedelta(days=1)
        ended = (OWNERS.c.partner == number, OWNERS.c.ends.is_(None))
        session.execute(update(OWNERS).where(*ended).values(ends=last))
    session.execute(insert(OWNERS).values(partner=number, owner=given, starts=since, ends=None))
    data = {"partner": number, "owner": given, "since": since}
    append_register(session, "partner_owner", data, actor=actor, now=now)
    return True


def merge_partners(session: Session, number: int, into: int, on: date, *, actor: str, now: datetime) -> bool:
    """Say that a partner has become part of another; both keep their names and their cases.

    Raises   RegisterRefused where the other one is the same, or has itself become part of this one
    """
    row = one(session, number)
    one(session, into)
    if row["merged_into"] == into:
        return False
    if number in (into, *_heirs(session, into)):
        raise RegisterRefused(
            f"Partner {number}: it cannot become part of number {into}, which is itself or part of it."
            " Choose another."
        )
    session.execute(update(PARTNERS).where(PARTNERS.c.id == number).values(merged_into=into, merged_on=on))
    data = {"partner": number, "into": into, "on": on}
    append_register(session, "partner_merged", data, actor=actor, now=now)
    return True


# ------------------------------------------------------------------------------------- on file


def one(session: Session, number: int) -> Mapping[str, Any]:
    """The row of a partner; nobody else changes the register until this transaction ends.

    Raises   RegisterRefused when there is none
    """
    begin(session)
    row = session.execute(select(PARTNERS).where(PARTNERS.c.id == number)).mappings().one_or_none()
    if row is None:
        raise RegisterRefused(f"There is no partner {number}. Look at the list of partners.")
    return dict(row)


def family(session: Session, number: int) -> list[int]:
    """A partner and all that have become one with it, by number."""
    return families(session).get(number, [number])


def folded(name: str) -> str:
    """The form in which a name is compared: small letters without accents, one blank between words."""
    return " ".join(fold(name).split())


def _heirs(session: Session, number: int) -> list[int]:
    """What a partner has become part of, the nearest first."""
    found: list[int] = []
    at: int | None = number
    while at is not None:
        at = session.scalar(select(PARTNERS.c.merged_into).where(PARTNERS.c.id == at))
        if at is not None:
            found.append(at)
    return found


def _about(form: Form, sector: str, home: str, note: str) -> dict[str, Any]:
    return {
        "sector": form.take("sector", sector, cells.text, required=False),
        "home": form.take("home", home, cells.code, required=False),
        "note": form.take("note", note, cells.text, required=False),
    }


def _add(session: Session, values: Mapping[str, Any], *, actor: str, now: datetime) -> int:
    row = {**values, "added_at": now, "merged_into": None, "merged_on": None}
    number: int | None = session.scalar(insert(PARTNERS).values(row).returning(PARTNERS.c.id))
    assert number is not None
    name = values["name"]
    session.execute(insert(NAMES).values(partner=number, name=name, folded=folded(name)))
    told = {field: value for field, value in values.items() if value}
    append_register(session, "partner_added", {"partner": number, **told}, actor=actor, now=now)
    exclusions.look_for(session, partners=[number], actor=actor, now=now)
    return number
