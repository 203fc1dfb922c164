"""The tree of a message, walked with limits: its texts, its reports, and what is attached."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_string
from email.message import Message

from notifications.incoming.headers import decoded, of_bytes
from notifications.incoming.limits import Fault, Limits

_NEVER_TYPED = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_OF_MESSAGES = ("from", "return-path", "received", "message-id", "subject")


@dataclass(slots=True)
class Parts:
    """What a message is made of."""

    #: In the order in which they stand; of alternatives each kind once.
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    #: message/delivery-status and message/disposition-notification, with what comes in them.
    reports: "list[Message[str, str]]" = field(default_factory=list)
    #: Messages within the message: what was forwarded, or what came back.
    embedded: "list[Message[str, str]]" = field(default_factory=list)
    #: (name, declared type, content) of everything else.
    attached: list[tuple[str, str, bytes]] = field(default_factory=list)
    #: Types of all parts, from the outermost inwards.
    types: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def take_apart(message: "Message[str, str]", limits: Limits) -> Parts:
    """The parts of a message, as far as the limits allow."""
    found = Parts()
    for part, depth, is_within in _walk(message, limits, found):
        kind = _type(part)
        found.types.append(kind)
        if kind in ("message/delivery-status", "message/disposition-notification"):
            found.reports.append(part)
        elif kind in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            _embedded(part, kind, depth, found)
        elif not part.is_multipart():
            _leaf(part, kind, is_within, found, limits)
    return found


def _walk(
    message: "Message[str, str]", limits: Limits, found: Parts
) -> Iterator[tuple["Message[str, str]", int, bool]]:
    """Every part with its depth, and whether it lies within a message that is only embedded."""
    waiting: list[tuple[Message[str, str], int, bool]] = [(message, 0, False)]
    seen = 0
    while waiting:
        part, depth, is_within = waiting.pop()
        if seen >= limits.parts_max:
            found.faults.append(
                Fault("too_many_parts", "", f"more than {limits.parts_max}; the rest was not read")
            )
            return
        if depth > limits.depth_max:
            found.faults.append(
                Fault("too_deep", "", f"parts within parts, more than {limits.depth_max} levels")
            )
            continue
        seen += 1
        # A part with a sender of its own is somebody's message, whatever it calls itself.
        is_within |= depth > 0 and any(name.lower() in _OF_MESSAGES for name, _ in part.raw_items())
        yield part, depth, is_within
        kind = _type(part)
        if part.is_multipart() and kind not in (
            "message/delivery-status",
            "message/disposition-notification",
        ):
            inside = is_within or kind.startswith("message/")
            children = part.get_payload()
            if isinstance(children, list):
                waiting += [
                    (child, depth + 1, inside) for child in reversed(children) if isinstance(child, Message)
                ]


def _embedded(part: "Message[str, str]", kind: str, depth: int, found: Parts) -> None:
    if kind.endswith("headers"):
        content = _content(part)
        found.embedded.append(message_from_string(of_bytes(content[:200_000])))
        return
    children = part.get_payload()
    if isinstance(children, list) and children and isinstance(children[0], Message):
        found.embedded.append(children[0])


def _leaf(part: "Message[str, str]", kind: str, is_within: bool, found: Parts, limits: Limits) -> None:
    name = _name(part)
    disposition = str(part.get("content-disposition", "")).strip().lower()
    is_attached = disposition.startswith("attachment") or (bool(name) and not kind.startswith("text/"))
    content = _content(part)
    if is_within:
        # What was forwarded or came back is not the sender's own; its text is shown with it, not here.
        return
    if kind in ("text/plain", "text/html") and not is_attached:
        charset = _charset(part)
        text = of_bytes(content, charset)
        if _is_noise(text):
            found.faults.append(Fault("unreadable", kind, "it holds no text"))
            return
        if charset and not _is_known(charset):
            found.faults.append(Fault("bad_charset", kind, f"'{charset[:40]}' is not known; it was guessed"))
        if len(text) > limits.text_max:
            found.faults.append(
                Fault("too_long", kind, f"more than {limits.text_max} characters; the rest was not read")
            )
            text = text[: limits.text_max]
        (found.plain if kind == "text/plain" else found.html).append(text)
    elif not content and not name:
        return
    elif len(found.attached) < limits.attachments_max:
        found.attached.append((name, kind, content))
    elif not any(fault.kind == "too_many_attachments" for fault in found.faults):
        found.faults.append(
            Fault(
                "too_many_attachments", "", f"more than {limits.attachments_max}; the rest was not looked at"
            )
        )


def _is_noise(text: str) -> bool:
    """Whether it is no text, whatever it is called: one character in ten is none that anybody types."""
    start = text[:2000]
    return len(_NEVER_TYPED.findall(start)) * 10 > len(start)


def _type(part: "Message[str, str]") -> str:
    try:
        kind = part.get_content_type()
    except Exception:  # damaged parameters raise more than one class
        return "text/plain"
    # Parts were announced and never came: what is there instead is read as text.
    return "text/plain" if kind.startswith("multipart/") and not part.is_multipart() else kind


def _charset(part: "Message[str, str]") -> str:
    try:
        return part.get_content_charset() or ""
    except Exception:
        return ""


def _is_known(charset: str) -> bool:
    try:
        b"".decode(charset)
    except (LookupError, UnicodeError, ValueError):
        return False
    return True


def _name(part: "Message[str, str]") -> str:
    try:
        return decoded(str(part.get_filename() or ""))[:200].strip()
    except Exception:
        return ""


def _content(part: "Message[str, str]") -> bytes:
    try:
        content = part.get_payload(decode=True)
    except Exception:  # an unknown transfer encoding, base64 of a broken length
        content = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return content if isinstance(content, bytes) else b""
