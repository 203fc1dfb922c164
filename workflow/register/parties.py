"""Acts on the Parties of a register: import a list of them, see what it would change, set one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow.queries import PARTIES
from workflow.record import append_register
from workflow.register import cells
from workflow.register.acts import Form, begin
from workflow.register.contacts import compare_contacts, write_contacts
from workflow.register.lines import PARTY, Change, Line, Plan, differences, label, told_all
from workflow.register.partylist import CODE, PartyList
from workflow.spreadsheet import Fault, ListRefused

#: What a new Party says where its line is silent.
DEFAULTS: Mapping[str, Any] = {"iso3": "", "region": "", "leaves": None}
_NAMES = ("name_en", "name_fr", "name_es")


def compare(session: Session, register: str, listed: PartyList) -> Plan:
    """What a list would change in a register.

    Raises   ListRefused for what only the register shows to be wrong
    """
    rows = _on_file(session, register)
    faults = list(_unknown(listed, rows))
    for line in listed.parties:
        faults += _contradictions(listed, line, rows)
    if faults:
        raise ListRefused(faults)
    on_file = {(code,): row for code, row in rows.items()}
    parties = differences(PARTY, listed.parties, on_file, label, DEFAULTS)
    contacts = compare_contacts(session, register, listed.contacts)
    # A list of contacts alone says nothing of the Parties it leaves out, and the reverse.
    if not listed.parties:
        parties = Plan()
    if not listed.contacts:
        contacts = Plan()
    return parties + contacts


def import_parties(
    session: Session, register: str, listed: PartyList, *, actor: str, now: datetime, source: str = ""
) -> Plan:
    """Take over a list of Parties and contacts: all of it or nothing, in one event, none if nothing changes.

    source    name of the file, for the record
    Returns   what was changed; a Party or contact the list leaves out stays, and is named in `missing`
    Raises    ListRefused
    """
    begin(session)
    plan = compare(session, register, listed)
    if plan.is_empty:
        return plan
    write_parties(session, register, plan)
    data: dict[str, Any] = {
        "register": register,
        "source": source,
        "parties": told_all(plan, PARTY, ("party",)),
    }
    data["contacts"] = write_contacts(session, register, plan, now)
    append_register(session, "parties_imported", data, actor=actor, now=now)
    return plan


def set_party(
    session: Session,
    register: str,
    code: str,
    *,
    actor: str,
    now: datetime,
    joins: date | None = None,
    **values: Any,
) -> Change | None:
    """Add a Party or change one; what is not given stays as it is. None, and no event, if nothing changes.

    joins    the day on which it becomes a Party
    values   iso3, name_en, name_fr, name_es, region, language, timezone, and leaves: a day or None
    Raises   RegisterRefused with everything that is wrong
    """
    begin(session)
    form = Form(f"Party {code}")
    checks = {"iso3": cells.alpha3, "region": cells.text, "language": cells.language, "timezone": cells.zone}
    checks |= dict.fromkeys(_NAMES, cells.text)
    if len(code) != 2 or not (code.isascii() and code.isalpha() and code.isupper()):
        form.refuse("a code is the two capital letters of ISO 3166. Correct it.")
    row = _on_file(session, register).get(code)
    if row is None:
        values = {**dict.fromkeys((*_NAMES, "language", "timezone"), ""), **values}
        if joins is None:
            form.refuse("joins is missing, the day on which it becomes a Party. Give it.")
    optional = ("iso3", "region")
    checked: dict[str, Any] = {
        field: form.take(field, value, checks[field], required=field not in optional)
        for field, value in values.items()
        if field != "leaves"
    }
    if joins is not None:
        checked["joins"] = joins
    if "leaves" in values:
        checked["leaves"] = values["leaves"]
    merged = {**DEFAULTS, **(row or {}), **checked}
    if merged["leaves"] is not None and merged.get("joins") and merged["leaves"] <= merged["joins"]:
        form.refuse(
            f"leaves: {merged['leaves']} is not after {merged['joins']}, the day it joins. Correct it."
        )
    form.done()
    plan = differences(PARTY, [Line((code,), checked)], {(code,): row} if row else {}, label, DEFAULTS)
    write_parties(session, register, plan)
    for change, entry in zip((*plan.added, *plan.changed), told_all(plan, PARTY, ("party",)), strict=True):
        append_register(session, "party_set", {"register": register, **entry}, actor=actor, now=now)
        return change
    return None


def write_parties(session: Session, register: str, plan: Plan) -> None:
    """Write what a plan changes among the Parties."""
    added = [
        {"register": register, "code": change.key[0], **change.new}
        for change in plan.added
        if change.what == PARTY
    ]
    if added:
        session.execute(insert(PARTIES), added)
    for change in plan.changed:
        if change.what == PARTY:
            where = (PARTIES.c.register == register, PARTIES.c.code == change.key[0])
            session.execute(update(PARTIES).where(*where).values(change.new))


def _unknown(listed: PartyList, rows: Mapping[str, Any]) -> list[Fault]:
    known = {line.key[0] for line in listed.parties} | set(rows)
    return [
        listed.fault(
            line,
            CODE,
            f"{line.key[0]} is neither in this list nor in the register",
            "Fill in the columns of the Party, or correct the code.",
        )
        for line in listed.contacts
        if line.key[0] not in known
    ]


def _contradictions(listed: PartyList, line: Line, rows: Mapping[str, Mapping[str, Any]]) -> list[Fault]:
    """What a line says that does not go with what is on file: its dates, or the name of another Party."""
    code = line.key[0]
    merged = {**DEFAULTS, **rows.get(code, {}), **line.values}
    if merged["leaves"] is not None and merged["leaves"] <= merged["joins"]:
        says = f"the register says that {code} leaves on {merged['leaves']}, not after this day"
        return [listed.fault(line, "entry_into_force", says, "Correct it, or add the column 'leaves'.")]
    in_list = {other.key[0] for other in listed.parties}
    for field in ("iso3", *_NAMES):
        for other, row in rows.items():
            if other not in in_list and row[field] and row[field] == line.values.get(field):
                says = f"'{row[field]}' is what the register says of {other}"
                return [listed.fault(line, field, says, f"Correct the code, or what is said of {other}.")]
    return []


def _on_file(session: Session, register: str) -> dict[str, Mapping[str, Any]]:
    rows = session.execute(select(PARTIES).where(PARTIES.c.register == register).order_by(PARTIES.c.code))
    return {row["code"]: dict(row) for row in rows.mappings()}
