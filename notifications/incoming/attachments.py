"""What is attached to a message: by its content, not by its name, and never unpacked."""

import hashlib
from dataclasses import dataclass, field

from notifications.incoming.archives import look_into
from notifications.incoming.limits import Fault, Limits

#: First bytes -> type. What could run stands here to be named, not to be let in.
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"#!", "text/x-script"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = "application/vnd.openxmlformats-officedocument."
#: An entry of a zip archive -> what the whole is.
_IN_ZIP = (
    ("word/vbaProject.bin", "application/vnd.ms-word.document.macroEnabled.12"),
    ("xl/vbaProject.bin", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    ("word/document.xml", f"{_OFFICE}wordprocessingml.document"),
    ("xl/workbook.xml", f"{_OFFICE}spreadsheetml.sheet"),
    ("ppt/presentation.xml", f"{_OFFICE}presentationml.presentation"),
)
#: Types that a person has to be warned of, whatever they are called.
RUNNING = frozenset(
    ["application/x-msdownload", "application/x-executable", "text/x-script", "text/html"]
    + [kind for _, kind in _IN_ZIP if "macro" in kind]
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file that came with a message."""

    #: As the sender called it: a label, never a path or a name to save it under.
    label: str
    #: As the sender declared it.
    declared: str
    #: By its content.
    media_type: str
    #: Bytes.
    size: int
    #: SHA-256, hexadecimal.
    sha256: str
    content: bytes = field(repr=False)
    #: What is wrong with it; "" where nothing was seen.
    warning: str = ""


def look_at(
    found: list[tuple[str, str, bytes]], limits: Limits
) -> tuple[tuple[Attachment, ...], tuple[Fault, ...]]:
    """The attachments of a message, and the faults seen in them."""
    attachments, faults = [], []
    for number, (name, declared, content) in enumerate(found, start=1):
        label = name or f"attachment {number}"
        kind, warning = media_type(content), ""
        if kind in RUNNING:
            warning = f"it is of a kind that can run ({kind})"
        wrong = look_into(content, limits)
        if wrong:
            warning = wrong
            faults.append(Fault("archive", label, wrong))
        digest = hashlib.sha256(content).hexdigest()
        attachments.append(Attachment(label, declared, kind, len(content), digest, content, warning))
    return tuple(attachments), tuple(faults)


def media_type(content: bytes) -> str:
    """What a content is, by its first bytes."""
    for sign, kind in _SIGNS:
        if content.startswith(sign):
            return kind
    if content.startswith(_ZIP):
        # The names stand uncompressed in the directory at the end: nothing has to be unpacked.
        return next((kind for name, kind in _IN_ZIP if name.encode() in content), "application/zip")
    start = content[:4096].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<script", b"<svg", b"<?xml")):
        return (
            "text/html" if b"<html" in start or b"<script" in start or b"html" in start[:20] else "text/xml"
        )
    if start.startswith(b"begin:vcalendar"):
        return "text/calendar"
    return "text/plain" if _is_text(content) else "application/octet-stream"


def _is_text(content: bytes) -> bool:
    head = content[:4096]
    try:
        text = head.decode("utf-8-sig", "strict")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8-sig", "replace")
    return not any(sign < " " and sign not in "\t\n\r\f" for sign in text)
