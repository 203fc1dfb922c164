"""The post: letters, and the mail servers that carry them. It knows no case and imports nothing of ours.

letter.py      Letter, Address, Envelope: what is written, to whom, and in which cover
render.py      template + language + plain values -> Letter; a missing value is an error
library.py     the templates on the shelf: their sources, versions and placeholders
plain.py       which values a template may be given, and how they are cleaned
paragraphs.py  the plain text of a letter -> the blocks its HTML part is made of
mime.py        Envelope -> the bytes of one message
outcome.py     what became of a message, each with what to do next
mail.py        messages -> SMTP; MailSettings in settings.py
talk.py        the conversation with the mail server about one message
wire.py        an open connection to it: lines out, answers in
templates/     the letters, one folder a language
"""

from notifications.letter import Address, AddressError, Envelope, Letter
from notifications.library import wording
from notifications.mail import (
    Courier,
    Delivered,
    Halt,
    MailConfigError,
    MailSettings,
    Outcome,
    Refused,
    Retry,
    Unknown,
    to_bytes,
)
from notifications.render import (
    LANGUAGES,
    REPLY_LINK,
    TemplateError,
    fill_link,
    placeholders,
    render,
    render_many,
    template_version,
    templates,
)

__all__ = [
    "LANGUAGES",
    "REPLY_LINK",
    "Address",
    "AddressError",
    "Courier",
    "Delivered",
    "Envelope",
    "Halt",
    "Letter",
    "MailConfigError",
    "MailSettings",
    "Outcome",
    "Refused",
    "Retry",
    "TemplateError",
    "Unknown",
    "fill_link",
    "placeholders",
    "render",
    "render_many",
    "template_version",
    "templates",
    "to_bytes",
    "wording",
]
