"""What keeps an installation going: signs of life, the queue, copies, clocks, room on the disk.

`check.py` tells of it at the start, the system page and `assent doctor` at any time: one list for all three.
Nothing here stops a start: it can be put right while work goes on.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from workflow import backup, clock, config, heartbeat, models, scans
from workflow.outbox import QUEUE, THE_QUEUE
from workflow.queries import CASES, DEADLINES, EVENTS, LETTERS, table

MARKS = table(models.MailboxMark)
#: More than this between two clocks and dates are kept at the wrong moment.
DRIFT_MAX = timedelta(seconds=2)
#: A letter that waits longer than this is worth a look, even if its server only asks for patience.
WAIT_MAX = timedelta(hours=1)
#: A copy older than this would lose more than a day's work.
BACKUP_MAX = timedelta(hours=24)
#: Where the server tells of new mail, one connection is begun anew after 20 minutes: that is a look at least.
LOOK_MAX = timedelta(minutes=30)
#: A file that has waited longer than this for the scanner is waited for by somebody.
SCAN_MAX = timedelta(minutes=10)
#: With less room than this on the disk a day of letters and documents may not fit, bytes.
ROOM_MIN = 2**30
#: Housekeeping -> what it is, and after which silence something is wrong.
HOUSEKEEPING: Mapping[str, tuple[str, timedelta]] = {
    "sweep": ("Looks at the deadlines", heartbeat.SILENCE),
    "delivery": ("Sends letters", timedelta(minutes=10)),
    "heads": ("Takes the heads of the record outside", timedelta(hours=26)),
    backup.BEAT: ("Copies the database", BACKUP_MAX),
}
#: Hosts that nobody reaches from elsewhere.
_HERE = ("localhost", "127.0.0.1", "[::1]", "::1")

Weight = Literal["good", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    weight: Weight
    #: What was found.
    says: str
    #: What to do about it, or "".
    remedy: str = ""


def findings(session: Session, settings: config.Settings, now: datetime) -> list[Finding]:
    """What keeps the installation going, as it is now."""
    return [
        *_life(session, settings, now),
        *_queue(session, now),
        *_mailbox(session, settings, now),
        _scanner(session, settings, now),
        *_failing(session),
        _copies(session, now),
        _order(session, now),
        _room(settings),
        *_secret_file(settings),
        _address(settings),
    ]


def _life(session: Session, settings: config.Settings, now: datetime) -> Iterator[Finding]:
    """Who has something to do, and does it: without a case nothing is due and nobody need sweep."""
    if not session.scalar(select(func.count()).select_from(CASES)):
        return
    beats = heartbeat.last_beats(session)
    for name in ("sweep", "delivery", "heads"):
        if name == "heads" and not settings.installation.outside_head_address:
            continue
        at, (_, silence) = beats.get(name), HOUSEKEEPING[name]
        if at is None or now - at > silence:
            says = _silence(name, now - at if at is not None else None)
            yield Finding(name, "warning", says, "Start `assent worker`.")
        else:
            yield Finding(name, "good", f"The {name} is alive.")


def _silence(name: str, quiet: timedelta | None) -> str:
    if quiet is None:
        return f"The {name} has never run."
    if quiet.days:
        return f"The {name} has been silent for {quiet.days} days."
    return f"The {name} has been silent for {int(quiet.total_seconds() // 60)} minutes."


def _queue(session: Session, now: datetime) -> Iterator[Finding]:
    paused = session.execute(
        select(QUEUE).where(QUEUE.c.id == THE_QUEUE, QUEUE.c.paused_at.is_not(None))
    ).one_or_none()
    if paused is not None:
        says = f"Sending is paused since {paused.paused_at:%Y-%m-%d %H:%M} UTC: {paused.reason}"
        yield Finding("queue", "warning", says, f"{paused.remedy} Then: assent letters resume")
        return
    oldest = session.scalar(select(func.min(LETTERS.c.created_at)).where(LETTERS.c.status == "waiting"))
    stuck = session.scalar(
        select(func.count())
        .select_from(LETTERS)
        .where(LETTERS.c.status == "sending", LETTERS.c.lease_until < now - WAIT_MAX)
    )
    if stuck:
        says = f"{stuck} letters are held by a process that is gone."
        yield Finding("queue", "warning", says, "Start `assent worker`: it takes them back and sends them.")
    elif oldest is not None and now - oldest > WAIT_MAX:
        hours = int((now - oldest) / timedelta(hours=1))
        remedy = "See whether `assent worker` runs, and what the mail server says: assent letters list"
        yield Finding("queue", "warning", f"A letter has waited for {hours} hours.", remedy)
    else:
        yield Finding("queue", "good", "Letters leave.")


def _mailbox(session: Session, settings: config.Settings, now: datetime) -> Iterator[Finding]:
    """What went wrong when the mailbox was last looked into."""
    if not settings.mailbox.host:
        return
    where = f"{settings.mailbox.host}/{settings.mailbox.username}/{settings.mailbox.folder}"
    mark = session.execute(select(MARKS).where(MARKS.c.folder == where)).one_or_none()
    remedy = "Until then answers by mail wait there. Correct [mailbox], then: assent mail fetch"
    if mark is None:
        says = "Nobody has looked into the mailbox yet."
        yield Finding("mailbox, last look", "warning", says, "Start `assent worker`.")
    elif mark.problem:
        says = f"{mark.looked_at:%Y-%m-%d %H:%M} UTC: {mark.problem}"
        yield Finding("mailbox, last look", "warning", says, remedy)
    elif now - mark.looked_at > LOOK_MAX:
        says = f"Nobody has looked into the mailbox since {mark.looked_at:%Y-%m-%d %H:%M} UTC."
        yield Finding("mailbox, last look", "warning", says, "Start `assent worker`.")
    else:
        yield Finding("mailbox, last look", "good", "The mailbox is looked into.")


def _scanner(session: Session, settings: config.Settings, now: datetime) -> Finding:
    """Whether what comes in is looked at for viruses."""
    if scans.scanner(settings) is None:
        says = "Nobody looks for viruses in what comes in ([antivirus] is not set)."
        return Finding("viruses", "good", says, "Let clamd look: set antivirus.host or antivirus.socket.")
    at = scans.standing(session)
    if at.failed:
        says = f"Files that could not be looked at for viruses, and are held back: {at.failed}. {at.problem}"
        return Finding("viruses", "warning", says, "Put that right: they are looked at again by themselves.")
    if at.oldest is not None and now - at.oldest > SCAN_MAX:
        says = f"Files that wait to be looked at for viruses, and are held back: {at.pending}."
        return Finding("viruses", "warning", says, "Start `assent worker`: it lets clamd look at them.")
    told = ["What comes in is looked at for viruses."]
    if at.infected:
        told.append(f"Held back for a virus: {at.infected}.")
    return Finding("viruses", "good", " ".join(told))


def _failing(session: Session) -> Iterator[Finding]:
    failed = session.scalar(
        select(func.count())
        .select_from(DEADLINES)
        .where(DEADLINES.c.status == "armed", DEADLINES.c.attempts > 0)
    )
    if failed:
        says = f"{failed} deadlines that are due could not be carried out."
        yield Finding("deadlines", "warning", says, "Look at each on the page System, and try it again.")


def _copies(session: Session, now: datetime) -> Finding:
    copy, remedy = backup.last(session), "Make one every day, and keep it elsewhere: assent db backup FILE"
    if copy is None:
        return Finding("copies", "warning", "There is no copy of the database that anybody knows of.", remedy)
    hours = int((now - copy.at) / timedelta(hours=1))
    if now - copy.at > BACKUP_MAX:
        return Finding("copies", "warning", f"The last copy of the database is {hours} hours old.", remedy)
    return Finding("copies", "good", f"The last copy of the database is {hours} hours old.")


def _order(session: Session, now: datetime) -> Finding:
    """Time goes on: what is on record from later than now was written by a clock that has been set back."""
    newest = max(
        (
            at
            for at in (
                *heartbeat.last_beats(session).values(),
                session.scalar(select(func.max(CASES.c.since))),
                session.scalar(
                    select(EVENTS.c.at).where(EVENTS.c.case_id == 0).order_by(EVENTS.c.seq.desc()).limit(1)
                ),
            )
            if at is not None
        ),
        default=None,
    )
    if newest is not None and newest - now > DRIFT_MAX:
        says = f"Something is on record from {newest:%Y-%m-%d %H:%M:%S} UTC, which is still to come."
        return Finding(
            "time", "warning", says, "Set the clock of this machine, and let it follow a time server."
        )
    return Finding("time", "good", "Nothing is on record from later than now.")


def clocks(session: Session, now: datetime) -> Finding:
    """Our clock beside that of the database; not asked where the clock is simulated."""
    apart = abs(now - clock.database_time(session))
    if apart > DRIFT_MAX:
        says = f"Our clock and that of the database are {round(apart.total_seconds())} seconds apart."
        return Finding("clock", "warning", says, "Let both machines follow the same time server.")
    return Finding("clock", "good", "Our clock and that of the database agree.")


def _room(settings: config.Settings) -> Finding:
    url = make_url(settings.database.url)
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    folder = Path(url.database or "").resolve().parent if is_file else Path.cwd()
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "disk", "warning", f"{folder} cannot be looked at: {error.strerror}.", "Check the folder."
        )
    if free < ROOM_MIN:
        says = f"{free / 2**30:.1f} GB are free."
        return Finding(
            "disk", "warning", says, f"Make room on the disk of {folder}: a full disk stops everything."
        )
    return Finding("disk", "good", "There is room on the disk.")


def _secret_file(settings: config.Settings) -> Iterator[Finding]:
    """The file of the secret, where the installation keeps one itself."""
    path = config.secret_file(settings)
    if path is None or not path.exists():
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        says = f"{path} can be read by others on this machine (mode {mode:o})."
        yield Finding("secret file", "warning", says, f"Let its owner alone read it: chmod 600 {path}")
    else:
        yield Finding("secret file", "good", "Its owner alone can read the secret.")


def _address(settings: config.Settings) -> Finding:
    """The address of the pages, as it stands in letters."""
    base = settings.installation.base_url
    parts = urlsplit(base)
    if parts.hostname in _HERE:
        says = f"Letters lead to {base}, which nobody reaches from elsewhere."
        return Finding("address", "warning", says, "Set installation.base_url to the address of the pages.")
    if parts.scheme != "https":
        says = f"Letters lead to {base}: whoever listens on the way reads what is answered."
        return Finding("address", "warning", says, "Serve the pages by https, and set installation.base_url.")
    return Finding("address", "good", f"Letters lead to {base}.")
