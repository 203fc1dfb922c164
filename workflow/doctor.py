"""Look at everything at once: what a start needs, what keeps it going, and what can be seen from outside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from notifications import MailConfigError
from workflow import check, config, db, reach, upkeep
from workflow.upkeep import Finding


def findings(settings: config.Settings, engine: Engine, now: datetime) -> list[Finding]:
    """Everything `assent check` looks at, then the clock, the mail server, the mailbox and the name servers.

    now   of the machine's own clock
    """
    found = check.findings(settings, engine, now)
    if not any(each.subject == "database" and each.weight == "fault" for each in found):
        with db.reading(engine) as session:
            found.append(upkeep.clocks(session, now))
    try:
        mail = check.mail_settings(settings)
    except MailConfigError:
        # Told already; nothing can be tried with such settings.
        return found
    return [*found, *reach.findings(settings, mail)]
