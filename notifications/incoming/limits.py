"""How much of a message is looked at: whoever sends more than this wants to hurt, or has made a mistake."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading; what lies beyond is told as a fault and kept in the raw bytes."""

    #: Bytes of the whole message that are read.
    size_max_bytes: int = 25 * 2**20
    #: Parts of the message, of all levels together.
    parts_max: int = 200
    #: Levels of parts within parts.
    depth_max: int = 20
    #: Attachments.
    attachments_max: int = 50
    #: Characters of text that are read for an answer.
    text_max: int = 200_000
    #: Entries of one archive.
    entries_max: int = 1000
    #: Bytes an archive may have once unpacked, those within it included.
    unpacked_max_bytes: int = 200 * 2**20
    #: Archives within archives: 1 is an archive that holds none.
    archive_depth_max: int = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with a message, without keeping it from being read."""

    #: too_large, too_many_parts, too_deep, too_many_attachments, too_long, unreadable, doubled_header,
    #: bad_date, bad_charset, archive.
    kind: str
    #: Which header, part or attachment.
    where: str
    #: What is wrong with it, in a few words.
    words: str


LIMITS = Limits()
