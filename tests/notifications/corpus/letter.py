"""The letter that everybody in the corpus writes about, and the bytes a mail is put together from."""

from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from quopri import encodestring

from notifications import render
from tests.notifications import samples


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter of ours as somebody has received it."""

    #: Where answers arrive (Reply-To).
    address: str
    #: Where bounces arrive.
    bounce_to: str
    message_id: str
    subject: str
    text: str
    html: str
    #: The office it was written to.
    recipient: str = "office@ministry.example"
    sender: str = "assent@secretariat.example"
    name: str = "Secretariat of the Convention"


def sample() -> Sent:
    """A notification with everything a notification may hold."""
    letter = render("notification", "en", samples.rich("notification"))
    return Sent(
        address="case+RAM-2024-001.17-0123456789abcdef@secretariat.example",
        bounce_to="bounce+17-0123456789abcdef@secretariat.example",
        message_id="<17.abc@secretariat.example>",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )


Head = Sequence[tuple[str, str]]


def part(
    kind: str, content: str | bytes, encoding: str = "quoted-printable", charset: str = "utf-8"
) -> bytes:
    """One part with its own headers; `kind` may carry parameters."""
    raw = content.encode(charset) if isinstance(content, str) else content
    if kind.startswith("text/") and "charset" not in kind:
        kind = f'{kind}; charset="{charset}"'
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
    if encoding == "base64":
        return head + encodebytes(raw)
    if encoding == "quoted-printable":
        return head + encodestring(raw.replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n"))
    return head + raw


def several(kind: str, *parts: bytes, boundary: str = "----=_part_1", closed: bool = True) -> bytes:
    """Several parts as one; `kind` is all that follows "multipart/"."""
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    body = b"".join(f"--{boundary}\r\n".encode() + each + b"\r\n" for each in parts)
    return head + body + (f"--{boundary}--\r\n".encode() if closed else b"")


def attached(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
    """A file that comes along."""
    head = f'Content-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
    return head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + encodebytes(content)


def mail(head: Head, body: bytes) -> bytes:
    """A whole message; `body` begins with the headers of its content."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in head)
    return lines.encode() + b"MIME-Version: 1.0\r\n" + body


def head_of(sent: Sent, **more: str) -> list[tuple[str, str]]:
    """The head of an answer to that letter; `more` adds headers or replaces them, "" leaves one out."""
    usual = {
        "Return-Path": f"<{sent.recipient}>",
        "Authentication-Results": f"mx.secretariat.example; spf=pass smtp.mailfrom={sent.recipient}; "
        f"dkim=pass header.d={sent.recipient.partition('@')[2]}",
        "From": f"Office of Wetlands <{sent.recipient}>",
        "To": sent.address,
        "Subject": f"Re: {sent.subject}",
        "Date": "Tue, 9 Jan 2024 15:04:05 +0100",
        "Message-ID": "<answer-1@ministry.example>",
        "In-Reply-To": sent.message_id,
        "References": sent.message_id,
    }
    usual |= {name.replace("_", "-"): value for name, value in more.items()}
    return [(name, value) for name, value in usual.items() if value]


def quoted(text: str, sign: str = "> ") -> str:
    """`text` with the sign of quotation before each line."""
    return "\n".join(f"{sign}{line}".rstrip() for line in text.rstrip("\n").split("\n"))
