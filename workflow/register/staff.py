"""Acts on the staff of the Secretariat: its officers, its head, its legal adviser, its finance officer."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from states.faults import meant
from workflow.record import append_register, keep_personal
from workflow.register import cells
from workflow.register.acts import STAFF, Form, begin
from workflow.register.cells import BadValue
from workflow.spreadsheet import shown

ROLES = ("officer", "head", "legal", "finance", "auditor", "administrator")
ADMINISTRATOR = "administrator"


def add_staff(
    session: Session,
    name: str,
    role: str,
    email: str,
    *,
    full_name: str = "",
    language: str = "en",
    actor: str,
    now: datetime,
) -> bool:
    """Add somebody, or change what is on file; False, and no event, if nothing changes.

    name     sign-in name
    role     officer, head, legal or finance
    Raises   RegisterRefused with everything that is wrong
    """
    begin(session)
    form = Form(f"Staff {name}")
    values: dict[str, Any] = {
        "full_name": form.take("full name", full_name, cells.name, required=False),
        "role": form.take("role", role, _role),
        "email": form.take("email", email, cells.email),
        "language": form.take("language", language, cells.language),
    }
    key = form.take("name", name, _sign_in_name)
    old = session.execute(select(STAFF).where(STAFF.c.name == key)).mappings().one_or_none()
    if old is not None and old["role"] == ADMINISTRATOR != values["role"] and is_last(session, name):
        form.refuse("nobody else is administrator. Give somebody else that role first.")
    form.done()
    changed = {column: value for column, value in values.items() if old is None or old[column] != value}
    if not changed:
        return False
    if old is None:
        session.execute(insert(STAFF).values(name=key, **values))
    else:
        session.execute(update(STAFF).where(STAFF.c.name == key).values(changed))
    personal = {column: value for column, value in changed.items() if column in ("full_name", "email")}
    data = {column: value for column, value in changed.items() if column not in personal}
    data["new"] = old is None
    person = keep_personal(session, {"staff": key, **personal})
    append_register(session, "staff_set", data, actor=actor, now=now, person=person)
    return True


def is_last(session: Session, name: str) -> bool:
    """Whether nobody else is administrator: then nobody could let anybody in any more."""
    others = (STAFF.c.role == ADMINISTRATOR, STAFF.c.is_active, STAFF.c.name != name)
    return session.scalar(select(STAFF.c.name).where(*others).limit(1)) is None


def _sign_in_name(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@-]*", text):
        return text
    raise BadValue(f"{shown(text)} is not a sign-in name", "Use letters, figures and . _ - @ only.")


def _role(text: str) -> str:
    if text in ROLES:
        return text
    raise BadValue(f"{shown(text)} is not a role", meant(text, ROLES))
