"""Acts on the contacts of Parties. Names, titles and addresses are kept beside the record, never in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from states.faults import meant
from workflow.contacts import LANGUAGES
from workflow.queries import PARTIES
from workflow.record import append_register, keep_personal
from workflow.register import cells
from workflow.register.acts import CONTACTS, Form, begin
from workflow.register.lines import CONTACT, Change, Line, Plan, RegisterRefused, differences, label, told

#: What is personal: an event holds a reference to it.
PERSONAL = ("email", "name", "title", "postal_address")
#: What a new contact says where its line is silent.
DEFAULTS: Mapping[str, Any] = {
    "name": "",
    "title": "",
    "postal_address": "",
    "language": "",
    "starts": None,
    "ends": None,
}


def import_contacts(
    session: Session, register: str, lines: Sequence[Line], *, actor: str, now: datetime
) -> Plan:
    """Add the contacts of a list and change those it tells otherwise: one event, none if nothing changes.

    lines     with keys (party, role, email)
    Returns   what was changed
    Raises    RegisterRefused for a contact of a State that the register does not have
    """
    begin(session)
    unknown = sorted({line.key[0] for line in lines} - parties_on_file(session, register))
    if unknown:
        raise RegisterRefused(
            *(
                f"Contact of {code}: {code} is not in the register. Import the Party first."
                for code in unknown
            )
        )
    plan = compare_contacts(session, register, lines)
    if not plan.is_empty:
        data = {"register": register, "contacts": write_contacts(session, register, plan, now)}
        append_register(session, "contacts_imported", data, actor=actor, now=now)
    return plan


def set_contact(
    session: Session,
    register: str,
    party: str,
    role: str,
    *,
    email: str,
    name: str = "",
    title: str = "",
    postal_address: str | None = None,
    language: str = "",
    starts: date | None = None,
    ends: date | None = None,
    contact_id: int | None = None,
    actor: str,
    now: datetime,
) -> int:
    """Add a contact, or change one; no event if nothing changes.

    postal_address   line by line; None leaves what is on file
    contact_id       the one to change; None: the one with the same role and address, else a new one
    Returns          its number
    Raises           RegisterRefused with everything that is wrong
    """
    begin(session)
    form = Form(f"Contact of {party}")
    if party not in parties_on_file(session, register):
        form.refuse(f"{party} is not in the register. Import the Party first.")
    values: dict[str, Any] = {
        "role": form.take("role", role, cells.role),
        "email": form.take("email", email, cells.email),
        "name": form.take("name", name, cells.name, required=False),
        "title": form.take("title", title, cells.text, required=False),
        "language": form.take("language", language, cells.language, required=False),
        "starts": starts,
        "ends": ends,
    }
    if postal_address is not None:
        values["postal_address"] = form.take(
            "postal address", postal_address, cells.postal_address, required=False
        )
    if starts and ends and ends < starts:
        form.refuse(f"ends: {ends} is before {starts}, the day it begins. Correct one of the two.")
    known = _on_file(session, register, party)
    same = [r for r in known if (r["role"], r["email"]) == (values["role"], values["email"])]
    found = same[0] if same else None
    if contact_id is not None:
        found = next((row for row in known if row["id"] == contact_id), None)
        if found is None:
            form.refuse(f"there is no contact {contact_id}. Look at the list of its contacts.")
        elif same and same[0]["id"] != contact_id:
            form.refuse(f"contact {same[0]['id']} has this role and address already. Change that one.")
    form.done()
    key = (party, values["role"], values["email"])
    if found is None:
        fields = {column: (None, value) for column, value in values.items()}
        change = Change(CONTACT, label(key), key, fields, is_new=True)
    else:
        fields = {c: (found[c], value) for c, value in values.items() if found[c] != value}
        if not fields:
            return int(found["id"])
        change = Change(CONTACT, label(key), key, fields, is_new=False, id=found["id"])
    plan = Plan(added=(change,)) if change.is_new else Plan(changed=(change,))
    (entry,) = write_contacts(session, register, plan, now)
    person = entry.pop("person")
    append_register(
        session, "contact_set", {"register": register, **entry}, actor=actor, now=now, person=person
    )
    return int(entry["contact"])


def end_contact(session: Session, contact_id: int, on: date, *, actor: str, now: datetime) -> bool:
    """Use a contact no longer than until that day, itself included; whether that changes anything.

    Raises   RegisterRefused when there is no such contact, or it begins later
    """
    contact = _contact(session, contact_id)
    if contact["starts"] is not None and on < contact["starts"]:
        raise RegisterRefused(
            f"Contact {contact_id}: it begins on {contact['starts']}, after {on}. Choose a later day."
        )
    return _change(session, contact, "contact_ended", {"ends": on}, actor=actor, now=now)


def set_contact_language(
    session: Session, contact_id: int, language: str, *, actor: str, now: datetime
) -> bool:
    """Write to a contact in that language from now on, as it asks itself; whether that changes anything.

    Raises   RegisterRefused when there is no such contact, or no such language
    """
    if language not in LANGUAGES:
        raise RegisterRefused(f"Contact {contact_id}: {meant(language, LANGUAGES)}")
    contact = _contact(session, contact_id)
    return _change(session, contact, "contact_language", {"language": language}, actor=actor, now=now)


def mark_contact_failed(session: Session, contact_id: int, why: str, *, actor: str, now: datetime) -> bool:
    """Write no more to an address from which letters come back for good; False if it was marked already.

    why   in the mail server's words; kept as personal data, for they mostly name the address
    """
    contact = _contact(session, contact_id)
    if contact["failed_at"] is not None:
        return False
    values = {"failed_at": now, "failed_why": " ".join(why.split())[:500]}
    person = keep_personal(session, {"failed_why": values["failed_why"]})
    return _change(session, contact, "contact_failed", values, actor=actor, now=now, person=person)


def mark_contact_works(session: Session, contact_id: int, *, actor: str, now: datetime) -> bool:
    """Write to an address again; False if it was not marked as failing."""
    contact = _contact(session, contact_id)
    values = {"failed_at": None, "failed_why": ""}
    return _change(session, contact, "contact_works", values, actor=actor, now=now)


# -------------------------------------------------------------------------------- compare and write


def compare_contacts(session: Session, register: str, lines: Sequence[Line]) -> Plan:
    """What these lines change among the contacts on file.

    A contact is known by Party, role and address. Where a Party has one person of that name in that role,
    and the list gives one, another address is that person's new address.
    """
    rows = {(row["party"], row["role"], row["email"]): row for row in _on_file(session, register)}
    given = {line.key for line in lines}
    spare: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for key, row in rows.items():
        if key not in given and row["name"]:
            spare.setdefault((key[0], key[1], row["name"]), []).append(row)
    fresh: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        if line.key not in rows and line.values.get("name"):
            fresh.setdefault((line.key[0], line.key[1], line.values["name"]), []).append(line)
    moved = {
        found[0].key: spare[who][0]
        for who, found in fresh.items()
        if len(found) == 1 and len(spare.get(who, ())) == 1
    }
    on_file = {key: row for key, row in rows.items() if row not in moved.values()} | moved
    told_lines = [
        Line(line.key, {"email": line.key[2], **line.values}, line.row) if line.key in moved else line
        for line in lines
    ]
    plan = differences(CONTACT, told_lines, on_file, label, DEFAULTS)
    # One that has been given an end is not missed.
    ended = {(CONTACT, label(key)) for key, row in on_file.items() if row["ends"] is not None}
    return replace(plan, missing=tuple(each for each in plan.missing if each not in ended))


def write_contacts(session: Session, register: str, plan: Plan, now: datetime) -> list[dict[str, Any]]:
    """Write what a plan changes among the contacts; what an event tells of each."""
    added = [change for change in plan.added if change.what == CONTACT]
    changed = [change for change in plan.changed if change.what == CONTACT]
    rows = [
        {
            "register": register,
            "party": change.key[0],
            "role": change.key[1],
            "email": change.key[2],
            **DEFAULTS,
            "failed_at": None,
            "failed_why": "",
            **change.new,
        }
        for change in added
    ]
    ids: list[int] = []
    if rows:
        new = insert(CONTACTS).returning(CONTACTS.c.id, sort_by_parameter_order=True)
        ids = list(session.execute(new, rows).scalars())
    for change in changed:
        values = change.new
        if "email" in values:
            # Nothing is known against a new address.
            values |= {"failed_at": None, "failed_why": ""}
        session.execute(update(CONTACTS).where(CONTACTS.c.id == change.id).values(values))
    numbered = [*zip(added, ids, strict=True), *((change, change.id) for change in changed)]
    return [_entry(session, change, number) for change, number in numbered]


def _entry(session: Session, change: Change, number: int | None) -> dict[str, Any]:
    party, role, email = change.key
    personal = {column: new for column, new in change.new.items() if column in PERSONAL}
    if change.is_new:
        personal["email"] = email
    return {
        **told(change, but=(*PERSONAL, "role") if change.is_new else PERSONAL),
        "party": party,
        "role": role,
        "contact": number,
        "new": change.is_new,
        "person": keep_personal(session, personal) if personal else "",
    }


def parties_on_file(session: Session, register: str) -> set[str]:
    """The codes of all Parties of a register, past and future ones too."""
    return set(session.scalars(select(PARTIES.c.code).where(PARTIES.c.register == register)))


def _on_file(session: Session, register: str, party: str = "") -> list[Mapping[str, Any]]:
    wanted = select(CONTACTS).where(CONTACTS.c.register == register).order_by(CONTACTS.c.id)
    rows = session.execute(wanted.where(CONTACTS.c.party == party) if party else wanted)
    return [dict(row) for row in rows.mappings()]


def _contact(session: Session, contact_id: int) -> Mapping[str, Any]:
    begin(session)
    row = session.execute(select(CONTACTS).where(CONTACTS.c.id == contact_id)).mappings().one_or_none()
    if row is None:
        raise RegisterRefused(f"There is no contact {contact_id}. Look at the list of the Party's contacts.")
    return dict(row)


def _change(
    session: Session,
    contact: Mapping[str, Any],
    kind: str,
    values: dict[str, Any],
    *,
    actor: str,
    now: datetime,
    person: str = "",
) -> bool:
    if all(contact[column] == value for column, value in values.items()):
        return False
    session.execute(update(CONTACTS).where(CONTACTS.c.id == contact["id"]).values(values))
    data = {name: contact[name] for name in ("register", "party", "role")} | {"contact": contact["id"]}
    data |= {column: value for column, value in values.items() if column != "failed_why"}
    append_register(session, kind, data, actor=actor, now=now, person=person)
    return True
