"""Letter, Address, Envelope: what is written, to whom, and in which cover it travels."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from email_validator import EmailNotValidError, validate_email

#: RFC 5321: 64 before the @, the @, 255 after it.
ADDRESS_LENGTH_MAX = 320
LOCAL_PART_LENGTH_MAX = 64
NAME_LENGTH_MAX = 320

#: Spaces nobody sees: they come with addresses copied from spreadsheets and web pages.
INVISIBLE = " \t\r\n\u00a0\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202f\u2060\u3000\ufeff"

# Overrides of the writing direction can make an address or a name read as another one.
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPACES = re.compile(r"[ \t\u00a0\u202f\u3000]+")


class AddressError(ValueError):
    """This is not an address a letter can be sent to."""


@dataclass(frozen=True, slots=True)
class Address:
    """One person or office that mail reaches; make it with `Address.parse`, which checks it."""

    #: As shown before the address; "" if there is none.
    name: str
    #: Exactly one address, ASCII only; an international domain in its IDNA form.
    email: str

    @classmethod
    def parse(cls, name: str, email: str) -> "Address":
        """The address meant by what somebody typed or imported.

        Raises  AddressError, with what is wrong and what to do
        """
        return cls(_checked_name(name), _checked_email(email))


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as its reader will see it, in plain text and in HTML."""

    #: One line.
    subject: str
    #: Kept out of repr, like the HTML: a letter holds a reply link, and a repr ends up in logs.
    text: str = field(repr=False)
    html: str = field(repr=False)
    #: "en", "fr" or "es".
    language: str
    #: Name of the template it was made from.
    template: str
    #: Short hash of that template's source and of the layouts.
    version: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter ready to leave: to one recipient, with everything the mail server has to know."""

    letter: Letter
    to: Address
    #: Shown as From; always an address of our own domain.
    sender: Address
    #: Address of the case, where answers arrive.
    reply_to: str
    #: Envelope sender (RFC 5321 MAIL FROM), one per letter: a bounce tells by it which letter it means.
    bounce_to: str
    #: "<...@...>", the same at every attempt, so that a second copy is recognised.
    message_id: str
    #: When the letter was written; aware.
    date: datetime
    #: More headers as (name, value), for instance In-Reply-To.
    headers: tuple[tuple[str, str], ...] = ()
    #: The caller's row id; not sent.
    key: int = 0


def _checked_name(name: str) -> str:
    name = name.strip(INVISIBLE)
    for char in name:
        if char in _OVERRIDES or unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs"):
            raise AddressError(
                f"The name {_shown(name)} holds a line break or control character ({_code(char)}). "
                "Write the name on one line."
            )
    if len(name) > NAME_LENGTH_MAX:
        raise AddressError(
            f"The name {_shown(name)} has {len(name)} characters, more than {NAME_LENGTH_MAX}. Shorten it."
        )
    if "=?" in name:
        raise AddressError(
            f"The name {_shown(name)} is encoded as in a mail header ('=?'). Write it as it is read."
        )
    return _SPACES.sub(" ", name)


def _checked_email(email: str) -> str:
    email = email.strip(INVISIBLE)
    if not email:
        raise AddressError("The e-mail address is empty. Give one address, such as office@ministry.example.")
    if len(email) > ADDRESS_LENGTH_MAX:
        raise AddressError(
            f"The e-mail address {_shown(email)} has {len(email)} characters, "
            f"more than {ADDRESS_LENGTH_MAX}. Check that the field holds one address only."
        )
    for char in email:
        if char in _OVERRIDES or unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs"):
            raise AddressError(
                f"The e-mail address {_shown(email)} holds a line break or control character "
                f"({_code(char)}). Type it anew, on one line."
            )
    if "<" in email or ">" in email:
        raise AddressError(
            f"{_shown(email)} holds more than an address. Write the address alone here "
            "and the name in the field for the name."
        )
    # Checked by us, not left to the mail library: it takes the first of two addresses and drops the other.
    if email.count("@") > 1 or re.search(r"[,;\s]", email):
        raise AddressError(
            f"{_shown(email)} looks like two addresses in one field. "
            "Give one address here and make a contact of its own for each other."
        )
    try:
        valid = validate_email(email, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise AddressError(f"{_shown(email)} is not a usable e-mail address: {error}") from None
    if valid.ascii_email is None or len(valid.local_part) > LOCAL_PART_LENGTH_MAX:
        raise AddressError(
            f"{_shown(email)} is not a usable e-mail address: "
            f"before the @ there must be ASCII characters, at most {LOCAL_PART_LENGTH_MAX}."
        )
    return valid.ascii_email


def _shown(text: str) -> str:
    """`text` in quotation marks, with what cannot be seen made visible, at most 60 characters."""
    shown = text if len(text) <= 60 else text[:59] + "…"
    return "'" + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown) + "'"


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"
