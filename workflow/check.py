"""Start-up checks: is everything there that the law files, the letters and the dates need?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import notifications
from notifications.settings import MailConfigError, MailSettings
from states import soundness
from states.acts import ACTS
from states.faults import ProcedureError
from states.guards import GUARDS, WITH_ARGUMENT
from states.procedure import Procedure
from states.rules import RULES
from states.vocabulary import Known
from workflow import calendars, config, db, house, people, queries, upkeep
from workflow.laws import LawMissing, Laws
from workflow.upkeep import Finding

__all__ = ["Finding", "findings", "known", "mail_settings", "require_sound", "running"]

#: A calendar that ends sooner than this cannot count the dates of a case that begins today, days.
HORIZON_DAYS = 3 * 366


def known() -> Known:
    """Every word a law file may use that is defined outside it."""
    shelves = [frozenset(notifications.templates(language)) for language in notifications.LANGUAGES]
    return Known(
        audiences=people.known(),
        templates=frozenset.intersection(*shelves),
        languages=frozenset(notifications.LANGUAGES),
        calendars=frozenset(calendars.names()),
        guards=frozenset(GUARDS),
        acts=frozenset(ACTS),
        rules=frozenset(RULES),
        guards_with_argument=frozenset(WITH_ARGUMENT),
    )


def require_sound(law: Procedure) -> Procedure:
    """The law file itself, if a case may be begun under it.

    Raises   ProcedureError with every fault
    """
    soundness.require_sound(law, known())
    return law


def findings(settings: config.Settings, engine: Engine, now: datetime) -> list[Finding]:
    """Everything that was looked at, in the order in which it matters."""
    return [*_secret(settings), *_laws(settings), *_mail(settings), *_database(settings, engine, now)]


def running(settings: config.Settings, engine: Engine, now: datetime) -> list[Finding]:
    """What can change while the pages are served: the database, and what keeps the installation going.

    Quick enough to be asked every few seconds.
    """
    try:
        db.require_current(engine)
        with db.reading(engine) as session:
            kept = upkeep.findings(session, settings, now)
    except (db.DatabaseError, SQLAlchemyError) as error:
        return [Finding("database", "fault", str(error))]
    return [Finding("database", "good", f"{engine.dialect.name}, tables are current."), *kept]


def _secret(settings: config.Settings) -> Iterator[Finding]:
    try:
        config.secret(settings)
    except config.ConfigError as error:
        yield Finding("secret", "fault", str(error), "Set installation.secret.")
    else:
        yield Finding("secret", "good", "Reply links can be made.")


def _laws(settings: config.Settings) -> Iterator[Finding]:
    try:
        laws = house.laws_of(settings).all
    except ProcedureError as error:
        yield Finding("law files", "fault", str(error), "Correct the file; no case runs under it until then.")
        return
    for law in laws:
        faults = soundness.check(law, known())
        name = f"law {law.id}, edition {law.edition}"
        if faults:
            yield Finding(name, "fault", "\n".join(map(str, faults)), "Correct the file.")
        else:
            yield Finding(name, "good", f"Sound: {len(law.states)} states, {len(law.actions)} actions.")


def _mail(settings: config.Settings) -> Iterator[Finding]:
    try:
        mail_settings(settings)
    except MailConfigError as error:
        yield Finding("mail", "fault", str(error), "Correct [mail] in the settings.")
    else:
        yield Finding("mail", "good", f"{settings.mail.host}:{settings.mail.port}, {settings.mail.tls}.")


def mail_settings(settings: config.Settings) -> MailSettings:
    """How to reach the mail server.

    Raises   MailConfigError
    """
    mail = settings.mail
    return MailSettings(
        host=mail.host,
        port=mail.port,
        username=mail.username,
        password=mail.password,
        tls=mail.tls,
        connections=mail.connections,
        timeout_s=mail.timeout_s,
        rate_per_minute=mail.rate_per_minute,
    )


def _database(settings: config.Settings, engine: Engine, now: datetime) -> Iterator[Finding]:
    try:
        db.require_current(engine)
    except db.DatabaseError as error:
        yield Finding("database", "fault", str(error))
        return
    yield Finding("database", "good", f"{engine.dialect.name}, tables are current.")
    with db.reading(engine) as session:
        laws = house.of(session).laws.all
        # Several law files may share a register and a calendar: each is told once.
        yield from dict.fromkeys(
            found for law in laws for found in _register(law, queries.world(session, law.parties), now)
        )
        yield from _cases_have_their_law(session)
        yield from upkeep.findings(session, settings, now)


def _register(law: Procedure, world: queries.World, now: datetime) -> Iterator[Finding]:
    register = f"register {law.parties}"
    if world.parties:
        yield Finding(register, "good", f"{len(world.parties)} Parties.")
    elif law.parties != "none":  # as a law file says it that asks no Parties
        yield Finding(register, "warning", "No Parties.", "Load them: assent parties import FILE.")
    days = queries.calendar_of(world, law.calendar)[1]
    left = (days.last - now.date()).days
    calendar = f"calendar {law.calendar}"
    if left < HORIZON_DAYS:
        says = f"It ends on {days.last}, in {left} days."
        yield Finding(
            calendar, "warning", says, f"Publish a snapshot of {law.calendar} that reaches further."
        )
    else:
        yield Finding(calendar, "good", f"Covers until {days.last}.")


def _cases_have_their_law(session: Session) -> Iterator[Finding]:
    laws: Laws = house.of(session).laws
    editions = session.execute(
        select(queries.CASES.c.procedure, queries.CASES.c.edition, queries.CASES.c.law_digest).distinct()
    )
    for id, edition, digest in editions:
        try:
            laws.of_case(id, edition, digest)
        except LawMissing as missing:
            yield Finding(
                f"law {id}, edition {edition}", "fault", str(missing), "Put the released file back."
            )
