"""The letter with a link that signs somebody in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from workflow import outbox


def queue(session: Session, email: str, language: str, address: str, now: datetime) -> None:
    """Write the letter to the outbox."""
    _ = (outbox, session, email, language, address, now)
