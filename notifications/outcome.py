"""What became of a message, each with what to do next.

Outcome
  - Delivered   the mail server has it
  - Retry       not now: try again later
  - Refused     this recipient, never: look for another contact
  - Unknown     it may have arrived: send again with the same Message-ID, mark "possibly twice"
  - Halt        nothing can be sent: stop the whole queue, mark nobody, alarm once
"""

import re
from dataclasses import dataclass
from enum import IntEnum


class Outcome:
    """What became of a message; always one of the five below."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Delivered(Outcome):
    """The mail server has taken charge of the message."""

    #: The server's own words, often with its number for the message.
    detail: str


@dataclass(frozen=True, slots=True)
class Retry(Outcome):
    """Not sent, and nothing is wrong with the recipient: try again later."""

    reason: str
    #: SMTP code; 0 if the server gave none.
    code: int = 0


@dataclass(frozen=True, slots=True)
class Refused(Outcome):
    """This message will never reach this recipient."""

    reason: str
    #: SMTP code; 0 if the server gave none.
    code: int = 0


@dataclass(frozen=True, slots=True)
class Unknown(Outcome):
    """The message was handed over and no answer came: it may have been delivered."""

    reason: str


@dataclass(frozen=True, slots=True)
class Halt(Outcome):
    """The fault lies with us or our mail server, not with a recipient: nothing more is sent."""

    reason: str
    #: What the administrator has to do before sending is resumed.
    remedy: str


class Stage(IntEnum):
    """How far the conversation with the mail server has come."""

    CONNECT = 0
    LOGIN = 1
    SENDER = 2
    RECIPIENT = 3
    DATA = 4
    #: The message itself has left: from here on silence of the server means Unknown.
    CONTENT = 5


REMEDY = {
    Stage.CONNECT: "Ask the operator of the mail server why it does not accept this machine.",
    Stage.LOGIN: "Check user name and password of the mail server in the settings.",
    Stage.SENDER: "Ask the operator of the mail server to let this account send from the sender's address, "
    "or change that address in the settings.",
    Stage.RECIPIENT: "Ask the operator of the mail server to relay mail for this account, "
    "or check user name and password in the settings.",
    Stage.DATA: "Check the sender's address, and SPF, DKIM and DMARC of its domain.",
    Stage.CONTENT: "Check the sender's address, and SPF, DKIM and DMARC of its domain.",
}

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# RFC 3463, 7372, 7505 and the codes of Exchange: the sender, the login or the sending host is meant.
_OUR_FAULT = frozenset(
    ["5.1.7", "5.1.8", "5.7.8", "5.7.9", "5.7.13", "5.7.14"]
    + [f"5.7.{detail}" for detail in range(20, 28)]
    + ["5.7.54", "5.7.57", "5.7.60"]
)
# Many servers put off a refusal of the sender to RCPT: only their words tell it from a bad recipient.
_OUR_FAULT_WORDS = re.compile(
    r"relay(ing)?( access)?( is)? (denied|not (permitted|allowed))|(unable|not (permitted|allowed)) to relay"
    r"|sender address rejected|sender (is )?not (allowed|authori[sz]ed)|not owned by user"
    r"|client host rejected|authentication (is )?required|must (authenticate|issue a STARTTLS)",
    re.IGNORECASE,
)
#: A block list on which our server stands, or a quota that we have used up, is often told of a recipient: the
#: next 171 would be refused with the same words, and marked as if they did not exist.
_LISTED_WORDS = re.compile(
    r"blocked (using|by)|black\s?-?list|block\s?-?list|spamhaus|spamcop|\b(RBL|DNSBL)\b|banned (sending )?IP"
    r"|(poor|bad|low) (IP |sender |domain )?reputation"
    r"|IP (address )?.{0,40}(is )?(blocked|banned|not allowed)",
    re.IGNORECASE,
)
_QUOTA_WORDS = re.compile(
    r"(send(ing|er)?|message|outgoing|outbound|daily|hourly|rate|relay)\b.{0,30}\b(quota|limit)s?"
    r".{0,30}(exceed|reach|over)"
    r"|(quota|limit) (exceeded|reached) for (sender|account|this (user|account))"
    r"|exceed(ed|s)?\b.{0,40}\b(send(ing|er)?|daily|hourly|rate|outgoing)\b.{0,20}\b(quota|limit)"
    r"|too many (messages|mails|e-?mails|connections)",
    re.IGNORECASE,
)
LISTED = (
    "Our mail server stands on a block list. Ask its operator to have it taken off, and to find out what put"
    " it there."
)
SPENT = (
    "The mail server takes no more letters from this account for now. Ask its operator for a larger quota, or"
    " set mail.rate_per_minute."
)


def outcome_of(stage: Stage, code: int, message: str) -> Outcome:
    """What a refusal by the mail server means.

    code     the SMTP reply, 400 or above; anything else is an answer nobody can read
    message  the server's words
    """
    reason = _reason(code, message)
    if code < 400 or code >= 600:
        return Unknown(reason) if stage is Stage.CONTENT else Retry(reason, code)
    if code < 500:
        return Retry(reason, code)
    if remedy := _remedy(stage, code, message):
        return Halt(reason, remedy)
    return Refused(reason, code)


def _remedy(stage: Stage, code: int, message: str) -> str:
    """What the administrator has to do; "" where the refusal means this letter or its recipient."""
    enhanced = _ENHANCED.match(message)
    status = enhanced.group(0) if enhanced else ""
    # 5.2.x is said of the recipient's own mailbox, whatever words come with it.
    if not status.startswith("5.2.") and code != 552:
        if _LISTED_WORDS.search(message):
            return LISTED
        if status == "5.4.5" or _QUOTA_WORDS.search(message):
            return SPENT
    return REMEDY[stage] if _means_us(stage, code, status, message) else ""


def _means_us(stage: Stage, code: int, status: str, message: str) -> bool:
    if stage is Stage.SENDER:
        # Announced with MAIL FROM, the size is the one thing about this message alone.
        return not (code == 552 or status.startswith(("5.2.", "5.3.4")))
    if stage < Stage.SENDER or code in (530, 535, 538) or status in _OUR_FAULT:
        return True
    return bool(_OUR_FAULT_WORDS.search(message))


def _reason(code: int, message: str) -> str:
    words = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    return f"The mail server answered {code} {words[:400]}".rstrip()
