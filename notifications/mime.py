"""Envelope -> the bytes of one message, fast.

The standard library builds a message in two milliseconds, most of it spent on headers and encoding that
are the same for every reader. Here it builds one skeleton per language; each letter is laid into a copy
of it. What comes out parses to the same as what the standard library would have built.
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from notifications.letter import Address, Envelope

#: Says to other programs that no person typed this, so that out-of-office replies stay away.
FIXED_HEADERS = (
    ("Auto-Submitted", "auto-generated"),
    ("X-Auto-Response-Suppress", "All"),
    ("Precedence", "bulk"),
)

# Quoted-printable never writes "=_": no letter can hold its own boundary.
_BOUNDARY = "=_assent_alternative"
_TEXT, _HTML = "@@text@@", "@@html@@"
_LINE_LENGTH_MAX = 76
_OURS = frozenset(
    ["from", "to", "cc", "bcc", "sender", "return-path", "reply-to", "subject", "date", "message-id"]
    + ["mime-version", "content-type", "content-transfer-encoding", "content-language"]
    + [name.lower() for name, _ in FIXED_HEADERS]
)

_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(r"[^\s<>@,;:\"\\\x00-\x20\x7f-\U0010ffff]+@[A-Za-z0-9.\-]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def to_bytes(envelope: Envelope) -> bytes:
    """The message as it goes to the mail server: CRLF line ends, 7-bit, no line longer than 998.

    No line of it begins with a dot.

    Raises  ValueError, naming the header, for what could smuggle in another header or recipient
    """
    letter = envelope.letter
    before, between, after = _skeleton(letter.language)
    head = [
        b"From: " + _mailbox(envelope.sender, "From"),
        b"To: " + _mailbox(envelope.to, "To"),
        _unstructured("Subject", letter.subject),
        b"Date: " + _date(envelope.date),
        b"Message-ID: " + _message_id(envelope.message_id),
        b"Reply-To: " + checked_email(envelope.reply_to, "Reply-To"),
        *(_extra(name, value) for name, value in envelope.headers),
        before,
    ]
    return b"".join((b"\r\n".join(head), _body(letter.text), between, _body(letter.html), after))


def checked_email(email: str, header: str) -> bytes:
    """One bare address as bytes.

    Raises  ValueError for two addresses, an empty one, or one that is not plain ASCII
    """
    if not _ADDRESS.fullmatch(email) or len(email) > 320:
        raise ValueError(f"{header}: {email!r} is not one plain address; make it with Address.parse")
    return email.encode("ascii")


@lru_cache(maxsize=16)
def _skeleton(language: str) -> tuple[bytes, bytes, bytes]:
    """What stands before the text, between text and HTML, and after the HTML."""
    message = EmailMessage(policy=SMTP)
    for name, value in FIXED_HEADERS:
        message[name] = value
    message.set_content(_TEXT, cte="quoted-printable")
    message.add_alternative(_HTML, subtype="html", cte="quoted-printable")
    message.set_boundary(_BOUNDARY)
    # Set last: add_alternative moves every Content- header into the first part.
    message["Content-Language"] = language
    before, rest = message.as_bytes().split(_TEXT.encode())
    between, after = rest.split(_HTML.encode())
    # Each body brings its own last line end.
    return before, between.removeprefix(b"\r\n"), after.removeprefix(b"\r\n")


def _body(text: str) -> bytes:
    """`text` in quoted-printable, ending with a line end."""
    if "\r" in text:
        # Looked for first: our letters have none, and to replace nothing takes fifty times as long.
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return b"\r\n".join(map(_quoted_printable, text.removesuffix("\n").split("\n"))) + b"\r\n"


@lru_cache(maxsize=4096)
def _quoted_printable(line: str) -> bytes:
    # Line by line, because the letters of one round differ in a few lines only: the rest is encoded once.
    return b"\r\n".join(map(_without_dot, b2a_qp(line.encode("utf-8"), istext=True).split(b"\n")))


def _without_dot(line: bytes) -> bytes:
    """A quoted-printable line, beginning with no dot: SMTP would have to double it (RFC 5321, 4.5.2)."""
    if not line.startswith(b"."):
        return line
    if len(line) + 2 <= _LINE_LENGTH_MAX:
        return b"=2E" + line[1:]
    return b"=2E=\r\n" + _without_dot(line[1:])


def _mailbox(address: Address, header: str) -> bytes:
    email = checked_email(address.email, header)
    name = _one_line(address.name, header)
    if not name:
        return email
    if name.isascii() and "=?" not in name and len(name) <= 60:
        if not _ATOMS.fullmatch(name):
            name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        shown = name.encode("ascii")
    else:
        shown = b"\r\n ".join(_encoded_words(name))
    is_one_line = len(header) + len(shown) + len(email) + 5 <= _LINE_LENGTH_MAX
    return shown + (b" <" if is_one_line else b"\r\n <") + email + b">"


def _encoded_words(text: str) -> list[bytes]:
    """`text` as RFC 2047 encoded words, cut between characters, at most 75 bytes each."""
    words, part = [], b""
    for char in text:
        encoded = char.encode("utf-8")
        if len(part) + len(encoded) > 45:
            words.append(part)
            part = b""
        part += encoded
    return [b"=?utf-8?b?" + b64encode(word) + b"?=" for word in (*words, part)]


@lru_cache(maxsize=1024)
def _unstructured(name: str, value: str) -> bytes:
    """One header line, folded.

    Not by the standard library, which loses spaces in a long subject with accents and encodes a long
    message id past recognition.
    """
    words = _one_line(value, name).split(" ")
    is_plain = value.isascii() and "=?" not in value and "" not in words and max(map(len, words)) <= 900
    if not is_plain:
        return f"{name}: ".encode() + b"\r\n ".join(_encoded_words(value))
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > _LINE_LENGTH_MAX and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]).encode("ascii")


def _extra(name: str, value: str) -> bytes:
    if not _HEADER_NAME.fullmatch(name) or name.lower() in _OURS:
        raise ValueError(f"headers: {name!r} cannot be set: it is no header name, or set already")
    return _unstructured(name, value)


def _date(date: datetime) -> bytes:
    if date.tzinfo is None:
        raise ValueError("Date: the date has no zone; give it in UTC")
    return _date_in_utc(date.astimezone(UTC))


@lru_cache(maxsize=64)
def _date_in_utc(date: datetime) -> bytes:
    # In one zone only: equal moments of two zones would be one to the cache.
    return format_datetime(date).encode("ascii")


def _message_id(message_id: str) -> bytes:
    if not _MESSAGE_ID.fullmatch(message_id) or len(message_id) > 900:
        raise ValueError(f"Message-ID: {message_id!r} is not of the form <left@right>")
    return message_id.encode("ascii")


def _one_line(value: str, header: str) -> str:
    found = _CONTROL.search(value)
    if found:
        raise ValueError(f"{header}: holds a line break or control character (U+{ord(found.group()):04X})")
    return value
