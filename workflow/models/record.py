"""The record: events, personal data beside them, keys that were used, and signs of life."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base

#: Events that may tell of a reply recorded on behalf, in the words of their index: only then is it used.
ON_BEHALF = "kind IN ('record_reply', 'withdraw_objection', 'verify_reply')"
IS_ON_BEHALF = text(f"events.{ON_BEHALF}")


class Event(Base):
    """One entry of the record. Append-only: triggers deny any change."""

    __tablename__ = "events"
    __table_args__ = (
        # Which replies were recorded on behalf, without a look at every event there has been.
        Index(
            "ix_events_on_behalf",
            "case_id",
            "kind",
            sqlite_where=text(ON_BEHALF),
            postgresql_where=text(ON_BEHALF),
        ),
    )

    #: The case, or 0: the register chain (imports, contacts, seats, meetings, calendars).
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    #: `officer`, `party:FR/mission`, `clock`.
    actor: Mapped[str]
    #: Canonical JSON of everything that is hashed, exactly these bytes.
    body: Mapped[str] = mapped_column(Text)
    prev: Mapped[str]
    hash: Mapped[str]


class Personal(Base):
    """Personal data an event refers to by hash: erased here, the chain still holds."""

    __tablename__ = "personal"

    #: SHA-256 over salt and content.
    ref: Mapped[str] = mapped_column(primary_key=True)
    salt: Mapped[str]
    #: Plain values; None once erased.
    content: Mapped[dict[str, Any] | None]
    erased_at: Mapped[datetime | None]


class RegisterHead(Base):
    """The head of the register chain (one row, id 0). Its number changes whenever the register does."""

    __tablename__ = "register_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default="")


class Key(Base):
    """An idempotency key: what was asked under it, and what came of it."""

    __tablename__ = "keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    #: SHA-256 of the command.
    request: Mapped[str]
    outcome: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Heartbeat(Base):
    """When each kind of housekeeping last ran to its end: a silence here is shown on every page."""

    __tablename__ = "heartbeats"

    #: sweep, delivery, heads.
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(default="")
