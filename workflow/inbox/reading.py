"""What a message is, put into the columns of its row; nothing of a case is looked at here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from notifications.incoming import Incoming, Limits, Reading, propose, read
from notifications.incoming.message import own_text
from workflow.config import Settings

#: Characters of somebody's own words that are kept beside the raw bytes.
TEXT_MAX = 20_000


def read_mail(row: Row[Any], settings: Settings) -> Incoming:
    """A message as it was read; `row` has the columns raw, recipients, sender and door."""
    return read(
        row.raw,
        recipients=row.recipients,
        # A pipe need not say who the sender is; a mail server says "" where nobody is to be answered.
        sender=row.sender if row.sender or row.door == "lmtp" else None,
        own_addresses={settings.mail.from_address.lower()},
        limits=Limits(size_max_bytes=settings.mailbox.size_max_mb * 2**20),
    )


def columns_of(incoming: Incoming, settings: Settings, now: datetime) -> dict[str, Any]:
    """What a message is, as columns of MailReading."""
    head, text = incoming.head, own_text(incoming.words)
    return {
        "read_at": now,
        "verdict": incoming.verdict.kind,
        "evidence": [asdict(each) for each in incoming.verdict.evidence],
        "faults": [asdict(each) for each in incoming.faults],
        "from_name": head.sender.name[:320],
        "from_email": head.sender.email,
        "subject": head.subject[:1000],
        "message_id": head.message_id,
        "claimed_at": head.date,
        "is_authentic": is_authentic(incoming, settings.mailbox.trusted_server),
        "text": _storable(text[:TEXT_MAX]),
        "digest": digest_of(incoming),
        "attachments": [
            {
                "label": each.label,
                "media_type": each.media_type,
                "size": each.size,
                "sha256": each.sha256,
                "warning": each.warning,
            }
            for each in incoming.attachments
        ],
    }


def answer_in(
    incoming: Incoming, answers: Collection[str], conditional: Collection[str] = ()
) -> tuple[Reading, dict[str, Any]]:
    """The answer that a message gives to a question, and its columns."""
    reading = propose(incoming, answers, conditional)
    return reading, {
        "word": reading.word,
        "certainty": reading.certainty,
        "sentence": _storable(reading.sentence[:2000]),
        "marks": [{"kind": mark.kind, "words": _storable(mark.words[:500])} for mark in reading.marks],
    }


def digest_of(incoming: Incoming) -> str:
    """The same for a message that has come by two roads: other servers write other headers above it."""
    parts = [
        incoming.head.message_id,
        incoming.head.sender.email,
        incoming.head.subject,
        incoming.text,
        *(each.sha256 for each in incoming.attachments),
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def is_authentic(incoming: Incoming, trusted_server: str) -> bool:
    """Whether the server we trust says that the sender's address is no forgery.

    Only its own first word counts: below it may stand what the sender has written there himself.
    """
    domain = incoming.head.sender.email.partition("@")[2]
    if not trusted_server or not domain or incoming.is_doubtful_sender:
        return False
    said = next((each for each in incoming.head.authentication), None)
    if said is None or said.server != trusted_server.lower():
        return False
    results = dict(said.results)
    if results.get("dmarc") is not None:
        return results["dmarc"] == "pass"
    passed = "pass" in (results.get("spf"), results.get("dkim"))
    return passed and any(_is_within(domain, each) or _is_within(each, domain) for each in said.domains)


def _is_within(domain: str, other: str) -> bool:
    return domain == other or domain.endswith(f".{other}")


def _storable(text: str) -> str:
    # PostgreSQL takes no zero byte in a text, and UTF-8 no half of a pair.
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
