"""What came back undelivered: whom it was for, why, and whether trying again can help.

A report of the standard form (RFC 3464) is read first; then the dialects of mail servers that have words of
their own (flufl.bounce); then the codes that stand in the text.
"""

import logging
import re
import tomllib
from copy import copy
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr
from functools import cache

from flufl.bounce import all_failures

from notifications.incoming.headers import message_ids, of_bytes
from notifications.incoming.parts import Parts
from notifications.incoming.phrases import FOLDER


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a letter comes back."""

    name: str
    #: In plain words.
    words: str
    #: Whether trying again can help.
    helps: bool
    #: Enhanced codes (RFC 3463), their first digit left out, that mean it.
    status: tuple[str, ...]
    #: What servers say that means it.
    says: re.Pattern[str]


@cache
def causes() -> dict[str, Cause]:
    """Every cause by its name, in the order in which their words are believed."""
    data = tomllib.loads((FOLDER / "failures.toml").read_text(encoding="utf-8"))
    return {
        name: Cause(
            name,
            told["words"],
            told["helps"],
            tuple(told["status"]),
            re.compile("|".join(told["says"]) or r"(?!)", re.IGNORECASE),
        )
        for name, told in data.items()
    }


# Its detectors tell in the log of each message they do not understand, with a trace.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())
logging.getLogger("flufl.bounce").propagate = False

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<!\d)([45])(\d\d)(?=[ \-])")


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient whom a letter did not reach."""

    #: As the report names it, in small letters; "" where it does not.
    recipient: str
    #: Name of a cause (phrases/failures.toml).
    cause: str
    #: Never, or not now: whether trying again can help.
    is_hard: bool
    #: Enhanced status such as "5.1.1", or "".
    status: str
    #: The server's own words, on one line.
    said: str
    #: Whether the server still tries.
    is_delay: bool = False

    @property
    def words(self) -> str:
        """In plain words, with the code and what the server said."""
        code = f" ({self.status})" if self.status else ""
        said = f": {self.said}" if self.said else ""
        return f"{causes()[self.cause].words}{code}{said}"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a report tells of the letter that came back."""

    #: Message-IDs in the headers that came with it.
    message_ids: tuple[str, ...] = ()
    #: Envelope senders in those headers.
    senders: tuple[str, ...] = ()


def read_failures(message: "Message[str, str]", parts: Parts) -> tuple[Failure, ...]:
    """Every recipient of whom a message says that it was not reached, or not yet."""
    found: dict[str, Failure] = {}
    for report in parts.reports:
        if report.get_content_type() == "message/delivery-status":
            for failure in _of_report(report):
                found.setdefault(failure.recipient, failure)
    if not found:
        text = _text(parts)
        for recipient, is_delay in _of_dialects(message):
            found.setdefault(recipient, _judged(recipient, "", "", _near(text, recipient), is_delay))
    return tuple(found.values())


def read_outcomes(parts: Parts) -> tuple[str, ...]:
    """What the reports within a message say became of it: failed, delayed, delivered, relayed, expanded."""
    return tuple(
        action
        for report in parts.reports
        for block in _blocks(report)
        if (action := _value(block, "action").split(" ")[0].lower())
    )


def read_origin(parts: Parts, text: str) -> Origin:
    """Which letter came back, by the headers that came with it; by the text where there are none."""
    ids: list[str] = []
    senders: list[str] = []
    for embedded in parts.embedded:
        for name, value in embedded.raw_items():
            if name.lower() == "message-id":
                ids += message_ids(str(value))
            elif name.lower() in ("return-path", "x-envelope-from", "x-original-mailfrom"):
                senders += [parseaddr(str(value))[1].lower()]
    # Servers that attach nothing often put the headers, or the whole letter, into the text.
    ids += message_ids(" ".join(re.findall(r"(?im)^\W{0,3}message-id:\s*(<[^>\s]+>)", text)))
    return Origin(tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(each for each in senders if each)))


def _of_report(report: "Message[str, str]") -> list[Failure]:
    found = []
    for block in _blocks(report):
        action = _value(block, "action").split(" ")[0].lower()
        if not action.startswith(("fail", "delay", "error")):
            continue
        recipient = _recipient(block)
        status = _value(block, "status")
        said = _value(block, "diagnostic-code").partition(";")[2] or _value(block, "diagnostic-code")
        found.append(_judged(recipient, status, said.strip(), said, action.startswith("delay")))
    return found


def _blocks(report: "Message[str, str]") -> "list[Message[str, str]]":
    """The groups of headers of a report, that of the server first."""
    content = report.get_payload()
    return [block for block in content if isinstance(block, Message)] if isinstance(content, list) else []


def _value(block: "Message[str, str]", name: str) -> str:
    value = next((str(each) for key, each in block.raw_items() if key.lower() == name), "")
    readable = of_bytes(value.encode("ascii", "surrogateescape")) if not value.isascii() else value
    return " ".join(readable.split())[:1000]


def _recipient(block: "Message[str, str]") -> str:
    for name in ("original-recipient", "final-recipient"):
        value = _value(block, name)
        address = parseaddr(value.partition(";")[2] or value)[1].lower()
        if "@" in address:
            return address
    return ""


def _of_dialects(message: "Message[str, str]") -> list[tuple[str, bool]]:
    asked = copy(message)
    if not parseaddr(str(asked.get("from", "")))[1]:
        # One detector trips over a message without a sender, and those behind it are not asked any more.
        del asked["from"]
        asked["from"] = "MAILER-DAEMON@sender.invalid"
    try:
        temporary, permanent = all_failures(asked)
    except Exception:  # its detectors are many, and each trusts its own server
        return []
    found = [(of_bytes(each).lower(), False) for each in sorted(permanent)]
    return found + [(of_bytes(each).lower(), True) for each in sorted(temporary - permanent)]


def _near(text: str, recipient: str) -> str:
    """What stands after a recipient in the text: there servers say why."""
    place = text.lower().find(recipient) if recipient else -1
    return text[max(place, 0) : max(place, 0) + 600]


def _judged(recipient: str, status: str, said: str, words: str, is_delay: bool) -> Failure:
    in_words = _STATUS.search(words)
    found = _STATUS.search(status) or in_words
    # A report may say 5.0.0 and its words 5.1.1: the one that says more is believed.
    if found and found[2] == "0" and in_words:
        found = in_words
    code = found.group() if found else ""
    reply = _CODE.search(words)
    cause = _cause(code, words)
    is_permanent = code.startswith("5") or (not code and (reply is None or reply[1] == "5"))
    can_help = causes()[cause].helps if cause != "other" else not is_permanent
    if is_delay and cause == "other":
        cause = "delayed"
    shown = " ".join(said.split())[:400] or _sentence_with(words)
    return Failure(recipient, cause, not is_delay and is_permanent and not can_help, code, shown, is_delay)


def _cause(code: str, words: str) -> str:
    by_words = next((cause.name for cause in causes().values() if cause.says.search(words)), "")
    detail = code.partition(".")[2]
    by_status = _of_status(detail) or _of_status(detail.partition(".")[0])
    # "5.7.1" and "5.0.0" are said of anything: there the words decide.
    is_vague = by_status in ("", "refused") or detail.startswith("0")
    return (by_words or by_status or "other") if is_vague else by_status


def _of_status(detail: str) -> str:
    return next((cause.name for cause in causes().values() if detail in cause.status), "")


def _sentence_with(words: str) -> str:
    """The line that holds a code or a known cause, else nothing."""
    for line in words.splitlines():
        if (
            _STATUS.search(line)
            or _CODE.search(line)
            or any(cause.says.search(line) for cause in causes().values())
        ):
            return " ".join(line.split())[:400]
    return ""


def _text(parts: Parts) -> str:
    return "\n".join(parts.plain or parts.html)[:20_000]
