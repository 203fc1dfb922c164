"""Mail of the last days before the visitor: what is clear is filed, the rest waits for somebody."""

from __future__ import annotations

from email.message import EmailMessage
from typing import NamedTuple

MAILBOX = "secretariat@example.org"


class Mail(NamedTuple):
    """One message."""

    #: Wall clock of Gland.
    at: str
    sender: str
    subject: str
    text: str
    #: "auto-replied" for what a machine wrote, or "".
    automatic: str = ""

    def message(self, number: int) -> bytes:
        """As it came."""
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = self.sender, MAILBOX, self.subject
        made["Message-ID"] = f"<{number}.{self.sender.partition('@')[0]}@parties.example>"
        if self.automatic:
            made["Auto-Submitted"] = self.automatic
        made.set_content(self.text)
        return made.as_bytes()


MAILS: tuple[Mail, ...] = (
    Mail(
        "2026-05-26 16:40",
        "head.dk@parties.example",
        "Re: RP-2026-6 Springs of the Jura",
        "Denmark has no objection, provided that the springs are measured every year.\n\nKind regards\n",
    ),
    Mail(
        "2026-05-27 09:10",
        "head.ke@parties.example",
        "Automatic reply: RP-2026-6",
        "I am out of the office until 8 June and will answer when I am back.\n",
        "auto-replied",
    ),
    Mail(
        "2026-05-27 14:25",
        "wetlands@ministry.example",
        "Springs of the Jura",
        "Nous n\u2019avons pas d\u2019objection.\n\nLa direction de l\u2019eau\n",
    ),
)
