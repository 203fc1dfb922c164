"""Say where each chain stands, in lines that are kept where nobody who can change the record can change them.

A chain alone cannot show that its end was cut off, or that all of it was written anew.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from states.effects import plain
from workflow.clock import utc
from workflow.queries import CASES, REGISTER_HEAD
from workflow.record.errors import HeadsNotWritten
from workflow.record.events import REGISTER, REGISTER_ID
from workflow.record.verifier import Head, read_heads

__all__ = ["Head", "export_heads", "heads", "read_heads"]


def heads(session: Session, now: datetime) -> str:
    """One line for every chain, the register's first: `<moment> <chain> <last event's number> <its hash>`."""
    at = plain(utc(now))
    register = select(REGISTER_HEAD.c.seq, REGISTER_HEAD.c.head).where(REGISTER_HEAD.c.id == REGISTER_ID)
    cases = select(CASES.c.reference, CASES.c.seq, CASES.c.head).order_by(CASES.c.id)
    found = [Head(at, REGISTER, seq, head) for seq, head in session.execute(register)]
    found += [Head(at, reference, seq, head) for reference, seq, head in session.execute(cases)]
    # A chain without an event has no head; `verify` names it.
    return "".join(f"{head}\n" for head in found if head.seq)


def export_heads(path: Path, text: str) -> None:
    """Append lines of `heads` to a file, on the disk when this returns; the file is made if there is none.

    Raises   HeadsNotWritten
    """
    try:
        is_new = not path.exists()
        with path.open("ab+") as file:
            # Whoever was stopped in the middle of a line must not spoil the next one.
            if file.seek(0, os.SEEK_END) and _last_byte(file.fileno()) != b"\n":
                text = "\n" + text
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _keep_name(path)
    except OSError as error:
        why = (error.strerror or "it failed").lower()
        raise HeadsNotWritten(
            f"The heads of the record could not be appended to {path}: {why}."
            " Make its folder, or give the account Assent runs under the right to write there."
        ) from error


def _last_byte(descriptor: int) -> bytes:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1)


def _keep_name(path: Path) -> None:
    """Have the disk keep the name of a new file, too."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
