"""Raw bytes of a mail -> Incoming: what it is, from whom, about which letter, and what it says.

Nothing here raises, whatever the bytes: what cannot be read is told as a fault, and the raw bytes remain.
"""

import email
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from email import policy

from notifications.incoming import markup
from notifications.incoming.answers import read_answer
from notifications.incoming.attachments import Attachment, look_at
from notifications.incoming.failures import (
    Failure,
    Origin,
    read_failures,
    read_origin,
    read_outcomes,
)
from notifications.incoming.headers import Head, Mailbox, read_head
from notifications.incoming.limits import LIMITS, Fault, Limits
from notifications.incoming.parts import Parts, take_apart
from notifications.incoming.quotation import Words, whose_words
from notifications.incoming.verdict import Evidence, Verdict, judge

_NO_HEAD = Head(Mailbox("", ""), "", None, "", None, "", (), (), (), (), ())


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as it was read; of when it was received only the caller knows."""

    verdict: Verdict
    head: Head
    #: From the plain text, or made of the HTML where there is none.
    words: Words
    #: From the HTML, where there are both: a message may say one thing in one and another in the other.
    html_words: Words | None
    #: The whole plain text, quotations too.
    text: str = field(repr=False)
    #: The HTML as it came: never to be shown.
    raw_html: str = field(repr=False)
    attachments: tuple[Attachment, ...]
    #: Whom a letter of ours did not reach; of bounces and delays.
    failures: tuple[Failure, ...]
    #: Which letter that was.
    origin: Origin
    faults: tuple[Fault, ...]
    #: SHA-256 of the raw bytes, hexadecimal.
    sha256: str

    @property
    def html(self) -> str:
        """HTML that a page may show: cleaned, without pictures; "" where there is none."""
        return markup.harmless(self.raw_html) if self.raw_html else ""

    @property
    def is_doubtful_sender(self) -> bool:
        """Whether the head names more than one sender: one of them is not the writer."""
        return any(
            fault.kind == "doubled_header" and fault.where in ("from", "sender") for fault in self.faults
        )


def read(
    raw: bytes,
    *,
    recipients: Collection[str] = (),
    sender: str | None = None,
    own_addresses: Collection[str] = (),
    limits: Limits = LIMITS,
) -> Incoming:
    """Read one message.

    raw             as it came, with whatever line ends
    recipients      of its envelope, where they are known
    sender          of its envelope; "" is that of reports, None where it is not known
    own_addresses   addresses we send from, in small letters
    Raises          nothing
    """
    try:
        return _read(raw, tuple(recipients), sender, own_addresses, limits)
    except (Exception, RecursionError) as error:
        # The last net: no message may stop those behind it. What it says can be read again after a fix.
        fault = Fault("unreadable", "", f"{type(error).__name__}: {error}"[:200])
        return Incoming(
            verdict=Verdict("unknown", (Evidence("", "it could not be read"),)),
            head=_NO_HEAD,
            words=Words(""),
            html_words=None,
            text="",
            raw_html="",
            attachments=(),
            failures=(),
            origin=Origin(),
            faults=(fault,),
            sha256=hashlib.sha256(raw).hexdigest(),
        )


def _read(
    raw: bytes,
    recipients: tuple[str, ...],
    sender: str | None,
    own_addresses: Collection[str],
    limits: Limits,
) -> Incoming:
    faults = []
    if len(raw) > limits.size_max_bytes:
        most = limits.size_max_bytes // 2**20
        faults.append(Fault("too_large", "", f"{len(raw) // 2**20} MB; the first {most} MB were read"))
    # compat32: the newer policy raises on damaged headers, and this one does not.
    message = email.message_from_bytes(raw[: limits.size_max_bytes], policy=policy.compat32)
    head = read_head(message, recipients, sender)
    parts = take_apart(message, limits)
    text, words, html_words = _words(parts)
    attachments, seen = look_at(parts.attached, limits)
    # Looked for in every message of a server: a person may forward us a bounce, which is no bounce.
    failures = read_failures(message, parts) if _may_be_report(head, parts) else ()
    verdict = judge(
        head,
        parts,
        outcomes=read_outcomes(parts),
        failures=[failure.is_delay for failure in failures],
        own_text=own_text(words),
        is_answer=read_answer(own_text(words)).certainty != "none",
        own_addresses=own_addresses,
    )
    is_report = verdict.kind in ("bounce", "delay", "receipt")
    return Incoming(
        verdict=verdict,
        head=head,
        words=words,
        html_words=html_words,
        text=text,
        raw_html=parts.html[0] if parts.html else "",
        attachments=attachments,
        failures=failures if is_report else (),
        origin=read_origin(parts, text) if is_report else Origin(),
        faults=(*faults, *head.faults, *parts.faults, *seen),
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def own_text(words: Words) -> str:
    """Everything its writer wrote, wherever it stands."""
    return "\n\n".join(each for each in (words.above, *words.between, words.below) if each)


def _words(parts: Parts) -> tuple[str, Words, Words | None]:
    plain = "\n\n".join(parts.plain)
    is_plain = bool(plain.strip())
    of_html = "\n".join(markup.plain_lines(each, is_own_only=is_plain) for each in parts.html)
    if not is_plain:
        return of_html, whose_words(of_html), None
    return plain, whose_words(plain), whose_words(of_html) if of_html.strip() else None


def _may_be_report(head: Head, parts: Parts) -> bool:
    is_server = head.return_path == "" or not head.sender.email or "daemon" in head.sender.email
    return (
        "message/delivery-status" in parts.types or is_server or head.sender.email.startswith("postmaster@")
    )
