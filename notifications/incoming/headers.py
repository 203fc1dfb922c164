"""The head of a message: who wrote it, when, in answer to what, and what the receiving server says of it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from notifications.incoming.limits import Fault

#: Most characters of one header that are read.
HEADER_MAX = 8_000
#: Headers of which a message has one (RFC 5322, 3.6); a second one may be meant for another reader.
_ONCE = ("from", "sender", "reply-to", "subject", "date", "message-id", "in-reply-to", "references")
#: Where the addresses stand that a message has come by.
_REACHED = (
    "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "resent-to",
    "to", "cc",
)  # fmt: skip

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}@[^<>\s]{1,255}>")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")
_EMAIL = re.compile(r"[^\s<>@,;:\"\\]{1,64}@[^\s<>@,;:\"\\]{1,255}")
_METHOD = re.compile(r"\b(spf|dkim|dmarc|arc)\s*=\s*([a-z]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")
#: Written out because it is what damaged dates still have: "8 Jan 2024 10:00:00 +0100".
_DATE = re.compile(
    r"(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4})?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody as a header names them; nothing of it is proved."""

    name: str
    #: In small letters; "" where the header holds no address.
    email: str


@dataclass(frozen=True, slots=True)
class Authentication:
    """What one server says of the sender (RFC 8601); worth as much as that server is trusted."""

    #: The server that says so.
    server: str
    #: spf, dkim, dmarc or arc -> pass, fail, softfail, none, ...; of several of one method the best.
    results: tuple[tuple[str, str], ...]
    #: Domains for which a signature or the envelope sender passed.
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What the headers of a message say."""

    sender: Mailbox
    #: Where the sender wants answers; "" where nowhere else.
    reply_to: str
    #: Envelope sender as the last server noted it; "<>" is "", and None where it is not told.
    return_path: str | None
    subject: str
    #: When it was written, as it claims (UTC); None where that cannot be read.
    date: datetime | None
    #: "<...@...>" or "".
    message_id: str
    #: Messages it answers, the nearest first.
    answers_to: tuple[str, ...]
    #: Every address it has come by, in small letters; what was given by the caller first.
    reached: tuple[str, ...]
    authentication: tuple[Authentication, ...]
    #: All headers in small letters, in order, decoded; for evidence.
    lines: tuple[tuple[str, str], ...]
    faults: tuple[Fault, ...]

    def all(self, name: str) -> list[str]:
        """The values of every header of that name."""
        return [value for key, value in self.lines if key == name]

    def first(self, name: str) -> str:
        """The first value of that name, or ""."""
        return next((value for key, value in self.lines if key == name), "")


def read_head(
    message: "Message[str, str]", recipients: tuple[str, ...] = (), sender: str | None = None
) -> Head:
    """The head of a message.

    recipients, sender   of the envelope, where the caller knows them
    """
    lines = tuple((name.lower(), decoded(raw)) for name, raw in _raw_items(message))
    head = dict(reversed(lines))
    date = _date(head.get("date", ""))
    faults = [
        Fault("doubled_header", name, "there are several; the first one was read")
        for name, count in Counter(name for name, _ in lines).items()
        if count > 1 and name in _ONCE
    ]
    if date is None:
        faults.append(Fault("bad_date", "date", head.get("date", "") or "there is none"))
    return_path = head.get("return-path")
    reply_to = _mailboxes(head.get("reply-to", ""))
    return Head(
        sender=next(_mailboxes_of(head.get("from", "") or head.get("sender", "")), Mailbox("", "")),
        reply_to=reply_to[0].email if reply_to else "",
        return_path=sender if return_path is None else _address_in(return_path),
        subject=_SPACES.sub(" ", head.get("subject", "")).strip(),
        date=date,
        message_id=next(iter(message_ids(head.get("message-id", ""))), ""),
        answers_to=_answers_to(lines),
        reached=_reached(lines, recipients),
        authentication=tuple(
            _authentication(value) for name, value in lines if name == "authentication-results"
        ),
        lines=lines,
        faults=tuple(faults),
    )


def decoded(raw: str) -> str:
    """A header as it is read, whatever its bytes: encoded words, UTF-8 or Windows-1252 as they came."""
    text = of_bytes(raw[:HEADER_MAX].encode("ascii", "surrogateescape"))
    try:
        chunks = decode_header(text)
    except Exception:  # damaged base64 raises more than one class, and the header is still worth showing
        return _clean(text)
    return _clean(
        "".join(part if isinstance(part, str) else of_bytes(part, charset) for part, charset in chunks)
    )


def of_bytes(content: bytes, charset: str | None = None) -> str:
    """Text from bytes, in the charset named if that can be, else the likeliest."""
    for name in (charset, "utf-8"):
        try:
            if name:
                return content.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def message_ids(value: str) -> list[str]:
    """Every "<...@...>" in a text, each once, in order."""
    return list(dict.fromkeys(_MESSAGE_ID.findall(value)))


def _raw_items(message: "Message[str, str]") -> Iterator[tuple[str, str]]:
    # Not items(): of headers with 8-bit characters that gives an object without the bytes.
    for name, value in message.raw_items():
        yield str(name), value if isinstance(value, str) else str(value)


def _clean(text: str) -> str:
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\n", " "))


def _mailboxes(value: str) -> list[Mailbox]:
    return list(_mailboxes_of(value))


def _mailboxes_of(value: str) -> Iterator[Mailbox]:
    try:
        pairs = getaddresses([value])
    except Exception:  # the parser of the standard library trips over some damaged addresses
        pairs = []
    found = [
        Mailbox(_SPACES.sub(" ", name).strip(), email.lower())
        for name, email in pairs
        if _EMAIL.fullmatch(email)
    ]
    if not found and (plain := _EMAIL.search(value)):
        found = [Mailbox("", plain.group().lower())]
    yield from found


def _address_in(value: str) -> str:
    plain = _EMAIL.search(value)
    return plain.group().lower() if plain else ""


def _answers_to(lines: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    found: list[str] = []
    for wanted in ("in-reply-to", "references"):
        for name, value in lines:
            if name == wanted:
                # The last reference is the letter that was answered; those before it lead up to it.
                found += message_ids(value) if wanted == "in-reply-to" else reversed(message_ids(value))
    return tuple(dict.fromkeys(found))


def _reached(lines: tuple[tuple[str, str], ...], recipients: tuple[str, ...]) -> tuple[str, ...]:
    found = [each.lower() for each in recipients]
    for wanted in _REACHED:
        for name, value in lines:
            if name == wanted:
                found += [each.email for each in _mailboxes(value)]
    return tuple(dict.fromkeys(found))


def _date(value: str) -> datetime | None:
    value = _COMMENT.sub("", value).strip()
    try:
        found = parsedate_to_datetime(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        pass
    plain = _DATE.search(value)
    if plain is None or plain[2].lower() not in _MONTHS:
        return None
    try:
        month = _MONTHS.index(plain[2].lower()) + 1
        written = f"{plain[3]}-{month:02}-{int(plain[1]):02} {int(plain[4]):02}:{plain[5]}:{plain[6] or '00'}"
        return datetime.strptime(f"{written} {plain[7] or '+0000'}", "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _authentication(value: str) -> Authentication:
    server = value.partition(";")[0].split()
    best: dict[str, str] = {}
    domains: list[str] = []
    for clause in _COMMENT.sub(" ", value).split(";")[1:]:
        found = _METHOD.search(clause)
        if found is None:
            continue
        method, result = found[1].lower(), found[2].lower()
        if best.get(method) != "pass":
            best[method] = result
        if result == "pass":
            domains += re.findall(
                r"(?:header\.[di]|smtp\.mailfrom|header\.from)=\S*?@?([A-Za-z0-9.-]+)(?=\s|$)", clause
            )
    return Authentication(
        server[0].lower() if server else "",
        tuple(sorted(best.items())),
        tuple(dict.fromkeys(d.lower() for d in domains)),
    )
