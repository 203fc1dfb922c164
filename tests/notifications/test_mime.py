"""The fast way to a message gives what the standard library would have built."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notifications import Address, Envelope, Letter, to_bytes

LETTER = Letter(
    subject="RAM-2024-001: advance agreement requested",
    text="Dear Sir or Madam,\n\nPlease reply.\n",
    html='<html lang="en"><body><p>Please reply.</p></body></html>\n',
    language="en",
    template="consent_request",
    version="0123456789ab",
)
ENVELOPE = Envelope(
    letter=LETTER,
    to=Address("Office of Wetlands", "office@ministry.example"),
    sender=Address("Secretariat", "office@secretariat.example"),
    reply_to="case+1@secretariat.example",
    bounce_to="bounce+17@secretariat.example",
    message_id="<17.abc@secretariat.example>",
    date=datetime(2024, 1, 8, 9, tzinfo=UTC),
    headers=(("In-Reply-To", "<16.abc@secretariat.example>"),),
)

NAMES = [
    "",
    "Plain Name",
    "Comma, Name",
    'A "quoted" \\ name',
    "Señora Núñez",
    "السعودية",
    "a" * 300,
    "é" * 300,
    "x.y@z",
    "(comment)",
]
SUBJECTS = [
    "short",
    "Évian : l’accord préalable",
    "very long " * 60,
    "très longue référence " * 40,
    "x" * 900,
    "a = b; =20 =3D",
    "",
]
TEXTS = [
    "",
    "\n",
    ".\n..\n.hidden\n",
    "=20 =\n==\n",
    "trailing space \ntab\t\n",
    "x" * 3_000,
    "é" * 3_000,
    "From the start\n",
    "--=_assent_alternative--\n",
    "no newline at the end",
    "中文\n\nالعربية\n",
    "mixed\r\nline\rends\n",
    "form\x0cfeed",
]


def built(envelope: Envelope) -> EmailMessage:
    """The same message, built wholly by the standard library."""
    message = EmailMessage(policy=SMTP)
    for header, address in (("From", envelope.sender), ("To", envelope.to)):
        message[header] = MailAddress(display_name=address.name, addr_spec=address.email)
    message["Subject"] = envelope.letter.subject
    message["Date"] = format_datetime(envelope.date)
    message["Message-ID"] = envelope.message_id
    message["Reply-To"] = envelope.reply_to
    for name, value in envelope.headers:
        message[name] = value
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Precedence"] = "bulk"
    message.set_content(envelope.letter.text, cte="quoted-printable")
    message.add_alternative(envelope.letter.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = envelope.letter.language
    return message


def read(data: bytes) -> dict[str, object]:
    """What a mail program reads in a message: its headers, and each part with its type."""
    message = message_from_bytes(data, policy=SMTP)
    headers = {name: str(value) for name, value in message.items() if name != "Content-Type"}
    # Decoded by the older reader: the newer one puts a space between two encoded words of a name.
    raw = message_from_bytes(data)
    for name in ("From", "To"):
        shown, address = parseaddr(raw[name])
        headers[name] = (str(make_header(decode_header(shown))), address)
    headers["Subject"] = str(make_header(decode_header(raw["Subject"].replace("\r\n", ""))))
    parts = [
        (part.get_content_type(), part.get_content_charset(), part.get_content().splitlines(), part.defects)
        for part in message.iter_parts()
    ]
    return {"type": message.get_content_type(), **headers, "parts": parts, "defects": message.defects}


@pytest.mark.parametrize("name", NAMES)
def test_any_name_arrives_as_it_is_written(name):
    envelope = replace(ENVELOPE, to=Address(name, "a@x.example"), sender=Address(name, "b@x.example"))

    assert read(to_bytes(envelope)) == read(built(envelope).as_bytes())
    assert read(to_bytes(envelope))["To"] == (name, "a@x.example")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_any_subject_arrives_as_it_is_written(subject):
    envelope = replace(ENVELOPE, letter=replace(LETTER, subject=subject))

    got, expected = read(to_bytes(envelope)), read(built(envelope).as_bytes())

    # The standard library itself loses spaces in long subjects with accents: there the subject decides.
    assert got == expected | {"Subject": subject}


@pytest.mark.parametrize("text", [".", "..\n.hidden", "." * 300, "x" * 75 + "." * 80, "é" * 12 + ".é" * 80])
def test_no_line_begins_with_a_dot_which_a_careless_mail_server_could_lose(text):
    data = to_bytes(replace(ENVELOPE, letter=replace(LETTER, text=text)))

    lines = data.split(b"\r\n")
    assert [line for line in lines if line.startswith(b".") or len(line) > 76] == []
    assert read(data)["parts"][0][2] == text.splitlines()


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_arrives_as_it_is_written(text):
    envelope = replace(ENVELOPE, letter=replace(LETTER, text=text, html=text))

    assert read(to_bytes(envelope)) == read(built(envelope).as_bytes())


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=200)


@given(WORDS, st.text(max_size=400))
@example("=", ".\r\n.")
def test_whatever_is_written_arrives(subject, text):
    text = text.encode("utf-8", "replace").decode()
    envelope = replace(
        ENVELOPE, letter=replace(LETTER, subject=subject.replace("=?", ""), text=text, html=text)
    )

    assert read(to_bytes(envelope)) == read(built(envelope).as_bytes()) | {
        "Subject": subject.replace("=?", "")
    }


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_a_message_says_that_no_person_typed_it_and_in_which_language_it_is(language):
    got = read(to_bytes(replace(ENVELOPE, letter=replace(LETTER, language=language))))

    names = ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "Content-Language", "MIME-Version")
    assert {name: got[name] for name in names} == {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "bulk",
        "Content-Language": language,
        "MIME-Version": "1.0",
    }


def test_a_message_holds_nothing_a_mail_server_could_break():
    letter = replace(LETTER, subject="é" * 500, text="é" * 5_000, html="x" * 5_000)
    references = " ".join(f"<{n}.{'a' * 60}@secretariat.example>" for n in range(30))

    lines = to_bytes(replace(ENVELOPE, letter=letter, headers=(("References", references),))).split(b"\r\n")

    assert max(map(len, lines)) <= 998
    assert [line for line in lines if b"\n" in line or b"\r" in line or not line.isascii()] == []


def test_a_long_message_id_in_a_reference_is_not_disguised():
    long_id = f"<{'a' * 200}@secretariat.example>"

    assert f"In-Reply-To: {long_id}".encode() in to_bytes(
        replace(ENVELOPE, headers=(("In-Reply-To", long_id),))
    )


REFUSED = {
    "recipient's name": {"to": Address("A\r\nBcc: x@x.example", "a@x.example")},
    "recipient's address": {"to": Address("", "a@x.example\r\nBcc: x@x.example")},
    "two recipients": {"to": Address("", "a@x.example, b@x.example")},
    "no recipient": {"to": Address("", "")},
    "recipient not ASCII": {"to": Address("", "a@é.example")},
    "sender's name": {"sender": Address("A\nB", "a@x.example")},
    "subject": {"letter": replace(LETTER, subject="A\r\nBcc: x@x.example")},
    "subject with a bare CR": {"letter": replace(LETTER, subject="A\rB")},
    "reply-to": {"reply_to": "a@x.example\r\nX: y"},
    "message id": {"message_id": "<a@b>\r\nX: y"},
    "message id without brackets": {"message_id": "a@b"},
    "header value": {"headers": (("X-Case", "a\r\nBcc: x@x.example"),)},
    "header name": {"headers": (("X Case", "a"),)},
    "a second To": {"headers": (("To", "b@x.example"),)},
    "a Bcc": {"headers": (("bcc", "b@x.example"),)},
    "date without a zone": {"date": datetime(2024, 1, 8)},
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_nothing_smuggles_in_a_header_or_a_recipient(change):
    with pytest.raises(ValueError, match=r"^(To|From|Subject|Reply-To|Message-ID|X-Case|headers|Date): "):
        to_bytes(replace(ENVELOPE, **change))
