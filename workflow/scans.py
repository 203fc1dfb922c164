"""Whether what comes in does harm: a verdict for each content, and nothing is handed out before there is one.

A verdict belongs to a content, not to a document: the same file in two cases, or a mail and its copy among
the documents of its case, are looked at once. What has no verdict is pending: contents that came before a
scanner was set are looked at as soon as one is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Engine, Select, func, literal, select, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from workflow import config, db, house, models
from workflow.clamd import Clamd, ClamdError, Unreachable
from workflow.queries import table

SCANS, DOCUMENTS, MAIL = table(models.Scan), table(models.Document), table(models.Mail)
#: Contents that are looked at between two looks at the settings.
AT_A_TIME = 100

log = logging.getLogger(__name__)

#: unscanned: no scanner is set, and nobody has looked at it.
Verdict = Literal["clean", "infected", "failed", "pending", "unscanned"]
#: Verdict -> why such a content is not handed out, and what to do; "": it is.
WHY_NOT: dict[str, str] = {
    "clean": "",
    "unscanned": "",
    "pending": "It has not been looked at for viruses yet. Try again in a minute.",
    "failed": "It could not be looked at for viruses. It is tried again; the page System says why.",
    "infected": "It holds a virus. It stays on file, and is not handed out.",
}


@dataclass(frozen=True, slots=True)
class Held:
    """Why a content is not handed out."""

    verdict: Verdict
    #: What the scanner found, or why it could not look; "" where it has not looked.
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the looking has come."""

    #: Contents without a verdict, and since when the oldest of them waits.
    pending: int
    oldest: datetime | None
    infected: int
    failed: int
    #: Why one that could not be looked at was not; "" for none.
    problem: str


def scanner(settings: config.Settings) -> Clamd | None:
    """Who looks at what comes in; None: nobody is set."""
    at = settings.antivirus
    if not at.host and not at.socket:
        return None
    return Clamd(at.host, at.port, at.socket, at.timeout_s)


def verdicts(session: Session, digests: Iterable[str]) -> dict[str, Verdict]:
    """SHA-256 of a content -> what is known of it."""
    wanted = set(digests)
    unknown: Verdict = "unscanned" if scanner(house.of(session).settings) is None else "pending"
    rows = session.execute(select(SCANS.c.sha256, SCANS.c.verdict).where(SCANS.c.sha256.in_(wanted)))
    said: dict[str, Verdict] = {row.sha256: row.verdict for row in rows}
    if unknown == "unscanned":
        # Whoever has taken the scanner away cannot wait for it; what it has found stays found.
        said = {digest: each for digest, each in said.items() if each != "failed"}
    return {digest: said.get(digest, unknown) for digest in wanted}


def held_back(session: Session, digests: Iterable[str]) -> dict[str, Held]:
    """SHA-256 of each content that is not handed out -> what is known of it."""
    said = {digest: each for digest, each in verdicts(session, digests).items() if WHY_NOT[each]}
    rows = session.execute(select(SCANS.c.sha256, SCANS.c.words).where(SCANS.c.sha256.in_(said)))
    words = {row.sha256: row.words for row in rows}
    return {digest: Held(each, words.get(digest, "")) for digest, each in said.items()}


def why_not(session: Session, digest: str) -> str:
    """Why a content is not handed out, in a sentence; "": it is."""
    return WHY_NOT[verdicts(session, [digest])[digest]]


def look(on: Engine, now_of: Callable[[], datetime]) -> int:
    """Look at everything that waits, and again at what failed some time ago; how many were looked at."""
    with db.reading(on) as session:
        settings = house.of(session).settings
    asked, done = scanner(settings), 0
    if asked is None:
        return 0
    while True:
        before = now_of() - timedelta(minutes=settings.antivirus.again_after_min)
        with db.reading(on) as session:
            digests = session.scalars(_due(before).limit(AT_A_TIME)).all()
        for digest in digests:
            is_there = _look_at(on, asked, digest, now_of())
            if not is_there:
                return done
            done += 1
        if len(digests) < AT_A_TIME:
            return done


def _look_at(on: Engine, asked: Clamd, digest: str, now: datetime) -> bool:
    """Write down the verdict on one content; False where the scanner is not there."""
    with db.reading(on) as session:
        content = _content(session, digest)
    if content is None:
        return True
    verdict, words, is_there = "clean", "", True
    try:
        # No transaction is open meanwhile: a large file takes its time.
        words = asked.infection(content)
        verdict = "infected" if words else "clean"
    except ClamdError as error:
        verdict, words = "failed", str(error)
        is_there = not isinstance(error, Unreachable)
        log.error("a content could not be looked at: %s", error)
    with db.transaction(on) as session:
        _write(session, {"sha256": digest, "verdict": verdict, "words": words[:500], "looked_at": now})
    return is_there


def standing(session: Session) -> Standing:
    """How far the looking has come, for whoever looks after the installation."""
    rows = session.execute(select(SCANS.c.verdict, func.count()).group_by(SCANS.c.verdict))
    counts: dict[str, int] = {row.verdict: row[1] for row in rows}
    pending = _pending().subquery()
    waiting = select(func.count(), func.min(pending.c.at, type_=pending.c.at.type))
    number, oldest = session.execute(waiting).one()
    newest = select(SCANS.c.words).where(SCANS.c.verdict == "failed").order_by(SCANS.c.looked_at.desc())
    problem = session.scalar(newest.limit(1)) or ""
    return Standing(number, oldest, counts.get("infected", 0), counts.get("failed", 0), problem)


def _pending() -> Select[Any]:
    """Contents that nobody has looked at."""
    documents = select(DOCUMENTS.c.sha256, DOCUMENTS.c.added_at.label("at"))
    mail = select(MAIL.c.sha256, MAIL.c.stored_at.label("at"))
    every = union_all(*_unseen(documents, mail)).subquery()
    at = func.min(every.c.at, type_=every.c.at.type).label("at")
    return select(every.c.sha256, at).group_by(every.c.sha256)


def _unseen(*wanted: Select[Any]) -> Iterator[Select[Any]]:
    for each in wanted:
        digest = each.selected_columns.sha256
        yield each.where(~select(literal(1)).where(SCANS.c.sha256 == digest).exists())


def _due(before: datetime) -> Select[Any]:
    """Contents to be looked at: new ones by when they came, then those that failed before that moment."""
    new = _pending().add_columns(literal(0).label("turn"))
    failed = select(SCANS.c.sha256, SCANS.c.looked_at.label("at"), literal(1).label("turn")).where(
        SCANS.c.verdict == "failed", SCANS.c.looked_at <= before
    )
    due = union_all(new, failed).subquery()
    return select(due.c.sha256).order_by(due.c.turn, due.c.at, due.c.sha256)


def _content(session: Session, digest: str) -> bytes | None:
    for content, its_digest in ((DOCUMENTS.c.content, DOCUMENTS.c.sha256), (MAIL.c.raw, MAIL.c.sha256)):
        found = session.scalar(select(content).where(its_digest == digest).limit(1))
        if found is not None:
            return bytes(found)
    return None


def _write(session: Session, row: dict[str, Any]) -> None:
    connection = session.connection()
    # Two workers may look at one content: the later word stands, and neither stumbles.
    into = {"postgresql": postgresql, "sqlite": sqlite}[connection.dialect.name].insert(SCANS)
    told = {name: into.excluded[name] for name in ("verdict", "words", "looked_at")}
    connection.execute(into.on_conflict_do_update(index_elements=["sha256"], set_=told), row)
