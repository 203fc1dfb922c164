"""Mail that comes in: raw bytes -> what it is, from whom, about which letter, and what answer it gives.

message.py      Incoming and read(): everything about one message; never raises
limits.py       how much of it is looked at
headers.py      its head: sender, date, ids, addresses, what the receiving server says of it
parts.py        the tree of its parts
markup.py       HTML made harmless, and put into plain lines
quotation.py    whose words a text holds
verdict.py      reply, automatic, bounce, delay, receipt or unknown, with what says so
failures.py     what came back undelivered, and why
attachments.py  what is attached, by its content; archives.py looks into archives
sentences.py    a text cut into sentences
phrases.py      the phrases by which answers are known (phrases/*.toml)
answers.py      which answer a text gives, and how certain that is
proposal.py     which answer a message gives
"""

from notifications.incoming.answers import Mark, Reading, read_answer
from notifications.incoming.attachments import Attachment
from notifications.incoming.failures import Failure, Origin
from notifications.incoming.headers import Authentication, Head, Mailbox
from notifications.incoming.limits import Fault, Limits
from notifications.incoming.message import Incoming, read
from notifications.incoming.proposal import propose
from notifications.incoming.quotation import Words, whose_words
from notifications.incoming.verdict import VERDICTS, Evidence, Verdict

__all__ = [
    "VERDICTS",
    "Attachment",
    "Authentication",
    "Evidence",
    "Failure",
    "Fault",
    "Head",
    "Incoming",
    "Limits",
    "Mailbox",
    "Mark",
    "Origin",
    "Reading",
    "Verdict",
    "Words",
    "propose",
    "read",
    "read_answer",
    "whose_words",
]
