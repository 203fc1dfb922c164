"""The mailbox in which answers and bounces arrive, read over IMAP: nothing in it is changed.

How far it was read is kept beside the mail, in the same transaction: a process that is killed in between
fetches a message a second time, and the same bytes are kept once. A person may read the mailbox too, for it
does not matter what is marked as seen.

* MailboxError   it could not be read; the text says why and what to do
"""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.orm import Session

from workflow import config, db, inbox, models
from workflow.queries import table

MARKS = table(models.MailboxMark)
#: How long one wait for news lasts before the connection is begun anew (RFC 2177 says 29 minutes).
IDLE_MAX_S = 20 * 60
#: How long the shortest and the longest pause after a failure is.
PAUSE_MIN_S, PAUSE_MAX_S = 5, 300
_SLICE_S = 1

log = logging.getLogger("assent.mailbox")

_FETCHED = re.compile(rb"UID (\d+)")


class MailboxError(Exception):
    """The mailbox could not be read."""


@contextmanager
def opened(
    settings: config.Mailbox, ssl_context: ssl.SSLContext | None = None
) -> Iterator[tuple[BaseMailBox, int]]:
    """The mailbox with its folder selected for reading, and how the server numbers it (UIDVALIDITY).

    ssl_context   of whoever does not trust the usual authorities alone
    Raises        MailboxError
    """
    context = ssl_context or ssl.create_default_context()
    where = (settings.host, settings.port, settings.timeout_s)
    try:
        if settings.tls == "tls":
            box: BaseMailBox = MailBox(*where, ssl_context=context)
        elif settings.tls == "starttls":
            box = MailBoxStartTls(*where, ssl_context=context)
        else:
            box = MailBoxUnencrypted(*where)
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise MailboxError(
            f"The mailbox server {settings.host}:{settings.port} cannot be reached: {error}. Check"
            " mailbox.host, mailbox.port and mailbox.tls."
        ) from None
    try:
        try:
            box.login(settings.username, settings.password, initial_folder=None)
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            raise MailboxError(
                f"The mailbox server refuses {settings.username}: {_said(error)}. Check mailbox.username and"
                " mailbox.password."
            ) from None
        try:
            box.folder.set(settings.folder, readonly=True)
            validity = int(box.folder.status(settings.folder, ["UIDVALIDITY"])["UIDVALIDITY"])
        except (imaplib.IMAP4.error, ImapToolsError, KeyError) as error:
            raise MailboxError(
                f"The folder {settings.folder} cannot be opened: {_said(error)}. Check mailbox.folder."
            ) from None
        yield box, validity
    except OSError as error:
        raise MailboxError(f"The line to the mailbox server broke: {error}. It is tried again.") from None
    finally:
        try:
            box.logout()
        except (OSError, imaplib.IMAP4.error, ImapToolsError):
            log.debug("the mailbox server did not take leave")


def look(
    on: Engine,
    settings: config.Mailbox,
    now_of: Callable[[], datetime],
    ssl_context: ssl.SSLContext | None = None,
) -> int:
    """Keep everything new in the mailbox; how many messages are new to us.

    Raises   MailboxError; it is noted as well, for whoever looks after the installation
    """
    try:
        with opened(settings, ssl_context) as (box, validity):
            return _keep_new(on, box, settings, validity, now_of)
    except MailboxError as error:
        with db.transaction(on) as session:
            _note(session, _folder(settings), now_of(), problem=str(error))
        raise


def _keep_new(
    on: Engine, box: BaseMailBox, settings: config.Mailbox, validity: int, now_of: Callable[[], datetime]
) -> int:
    folder = _folder(settings)
    with db.reading(on) as session:
        mark = session.execute(select(MARKS).where(MARKS.c.folder == folder)).first()
    last = mark.last if mark is not None and mark.validity == validity else 0
    new = 0
    for uid in _numbers_after(box, last):
        raw, received_at = _fetch(box, uid, settings.size_max_mb * 2**20)
        with db.transaction(on) as session:
            # Another process may have read on meanwhile; the mark only ever goes forward.
            if raw:
                new += inbox.keep(session, raw, "imap", now_of(), received_at=received_at).is_new
            _note(session, folder, now_of(), validity=validity, last=uid)
    if new == 0:
        with db.transaction(on) as session:
            _note(session, folder, now_of(), validity=validity, last=last)
    return new


def _numbers_after(box: BaseMailBox, last: int) -> list[int]:
    # "n:*" names the last message even where its number is smaller than n.
    found = (int(uid) for uid in box.uids(f"UID {last + 1}:*"))
    return sorted(uid for uid in found if uid > last)


def _fetch(box: BaseMailBox, uid: int, size_max: int) -> tuple[bytes, datetime | None]:
    """A message as it is there, and when it came; b"" where it has gone meanwhile.

    One that is too large is fetched so far that its reader sees that it is.
    """
    wanted = f"(INTERNALDATE BODY.PEEK[]<0.{size_max + 1}>)"
    _, data = box.client.uid("fetch", str(uid), wanted)
    for item in data:
        if isinstance(item, tuple) and _FETCHED.search(item[0] + b" UID %d" % uid):
            return item[1], _internal_date(b" ".join(part for part in _flat(data) if b"INTERNALDATE" in part))
    return b"", None


def _can_idle(box: BaseMailBox) -> bool:
    """Whether the server tells of new mail by itself; many say so only once somebody has signed in."""
    _, said = box.client.capability()
    return any(b"IDLE" in line.upper().split() for line in said if isinstance(line, bytes))


def _flat(data: list[Any]) -> Iterator[bytes]:
    for item in data:
        if isinstance(item, bytes):
            yield item
        elif isinstance(item, tuple):
            yield item[0]


def _internal_date(said: bytes) -> datetime | None:
    """When the server received a message; None where it does not say."""
    local = imaplib.Internaldate2tuple(said)
    return datetime.fromtimestamp(time.mktime(local), UTC) if local is not None else None


def _note(
    session: Session, folder: str, now: datetime, *, validity: int = 0, last: int = 0, problem: str = ""
) -> None:
    row = session.execute(select(MARKS).where(MARKS.c.folder == folder).with_for_update()).first()
    if row is None:
        session.execute(
            insert(MARKS),
            {"folder": folder, "validity": validity, "last": last, "looked_at": now, "problem": problem},
        )
        return
    changes: dict[str, Any] = {"looked_at": now, "problem": problem}
    if validity:
        changes |= {"validity": validity, "last": max(last, row.last) if validity == row.validity else last}
    session.execute(update(MARKS).where(MARKS.c.folder == folder).values(**changes))


def _folder(settings: config.Mailbox) -> str:
    return f"{settings.host}/{settings.username}/{settings.folder}"


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]


class Watcher:
    """Keeps what arrives in the mailbox, as soon as the server tells of it, until it is stopped."""

    def __init__(
        self,
        on: Engine,
        settings: config.Mailbox,
        now_of: Callable[[], datetime],
        arrived: Callable[[], None],
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """
        arrived   called after something new was kept
        """
        self._on, self._settings, self._now_of = on, settings, now_of
        self._arrived, self._ssl_context = arrived, ssl_context
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="assent-mailbox", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause_s = PAUSE_MIN_S
        while not self._stopping.is_set():
            try:
                self._watch()
                pause_s = PAUSE_MIN_S
            except MailboxError as error:
                log.error("%s", error)
                self._note_failure(str(error))
                self._stopping.wait(pause_s)
                pause_s = min(pause_s * 2, PAUSE_MAX_S)
            except Exception:
                # Whatever happens, the mailbox must be read again: answers wait in it.
                log.exception("the mailbox could not be read; it is tried again")
                self._stopping.wait(pause_s)
                pause_s = min(pause_s * 2, PAUSE_MAX_S)

    def _watch(self) -> None:
        """Read, and wait for news on the same connection, until it is time for a new one."""
        settings = self._settings
        with opened(settings, self._ssl_context) as (box, validity):
            has_idle = _can_idle(box)
            ends = time.monotonic() + IDLE_MAX_S
            while not self._stopping.is_set() and time.monotonic() < ends:
                if _keep_new(self._on, box, settings, validity, self._now_of):
                    self._arrived()
                if has_idle:
                    self._wait_for_news(box, ends)
                else:
                    self._stopping.wait(settings.every_s)
                    box.client.noop()

    def _wait_for_news(self, box: BaseMailBox, ends: float) -> None:
        box.idle.start()  # type: ignore[no-untyped-call]
        try:
            while not self._stopping.is_set() and time.monotonic() < ends:
                if box.idle.poll(timeout=_SLICE_S):
                    return
        finally:
            box.idle.stop()  # type: ignore[no-untyped-call]

    def _note_failure(self, problem: str) -> None:
        try:
            with db.transaction(self._on) as session:
                _note(session, _folder(self._settings), self._now_of(), problem=problem)
        except db.DatabaseError:
            log.exception("that the mailbox cannot be read could not be noted")
