"""Documents of a case: kept as they came, under a name that is safe everywhere, version after version.

* FilesError
  x BadName
  x BadDocument
  x NoSuchDocument
  x DamagedDocument
  x HeldBack
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select
from sqlalchemy.orm import Session

from states.faults import meant
from workflow import models, scans
from workflow.queries import CASES, table

DOCUMENTS = table(models.Document)
#: Who may see a document, from everybody to nobody outside.
ACCESS = ("public", "parties", "committee", "secretariat")
SIZE_MAX_BYTES = 25 * 2**20
#: In bytes of UTF-8, which is what file systems count (255), with room for a number before it.
NAME_MAX_BYTES = 200

_COLUMNS = tuple(column for column in DOCUMENTS.c if column.name != "content")
# Names that Windows gives to devices: a file cannot be saved under them, whatever follows the dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


class FilesError(ValueError):
    """A document that is not taken, or cannot be given; the text says why and what to do."""


class BadName(FilesError):
    """Nothing of the name can be used."""


class BadDocument(FilesError):
    """It is empty, too large, or meant for a circle that does not exist."""


class NoSuchDocument(FilesError):
    """The case has no such document, or there is no such case."""


class DamagedDocument(FilesError):
    """What is stored is not what was added."""


class HeldBack(FilesError):
    """It has not been looked at for viruses yet, or it holds one."""


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document, without its content."""

    id: int
    case_id: int
    #: As shown; never a path.
    name: str
    #: From 1.
    version: int
    #: public, parties, committee or secretariat.
    access: str
    #: By its content, whatever its name says.
    media_type: str
    #: In bytes.
    size: int
    #: Of the content, hexadecimal.
    sha256: str
    #: UTC.
    added_at: datetime
    added_by: str
    #: Whether it was added just now; False where the same content was there already.
    is_new: bool = False


def add(
    session: Session,
    case_id: int,
    name: str,
    content: bytes,
    access: str,
    by: str,
    now: datetime,
    *,
    size_max_bytes: int = SIZE_MAX_BYTES,
) -> Document:
    """Keep a document of a case. Only rows are written: the event is that of whoever holds the case.

    The same content again under the same name and for the same circle is the same version.
    name     as it came; a path is taken off, and what would be unsafe elsewhere
    Raises   BadName, BadDocument, NoSuchDocument
    """
    shown = clean_name(name)
    if access not in ACCESS:
        raise BadDocument(f"{shown}: '{access}' is not a circle of readers: {meant(access, ACCESS)}")
    if not content:
        raise BadDocument(f"{shown}: the file is empty. Choose the file again.")
    if len(content) > size_max_bytes:
        raise BadDocument(
            f"{shown}: the file has {_megabytes(len(content))}, and no more than"
            f" {_megabytes(size_max_bytes)} are kept. Make it smaller, or add it in parts."
        )
    if session.execute(select(CASES.c.id).where(CASES.c.id == case_id)).first() is None:
        raise NoSuchDocument(f"{shown}: there is no case {case_id} to add it to. Check its reference.")
    digest = hashlib.sha256(content).hexdigest()
    newest = _newest(session, case_id, shown)
    if newest is not None and (newest.sha256, newest.access) == (digest, access):
        return _document(newest)
    row: dict[str, Any] = {
        "case_id": case_id,
        # Map.pdf and map.pdf would be one file once they are saved.
        "name": newest.name if newest is not None else shown,
        "version": newest.version + 1 if newest is not None else 1,
        "access": access,
        "media_type": media_type(content),
        "size": len(content),
        "sha256": digest,
        "added_at": now,
        "added_by": by,
    }
    number = session.execute(insert(DOCUMENTS).values(content=content, **row).returning(DOCUMENTS.c.id))
    return Document(id=number.scalar_one(), is_new=True, **row)


def documents(session: Session, case_id: int, *, all_versions: bool = False) -> list[Document]:
    """The documents of a case by name, the newest version of each; or all versions, oldest first."""
    rows = session.execute(_of_case(case_id).order_by(DOCUMENTS.c.name, DOCUMENTS.c.version)).all()
    if all_versions:
        return [_document(row) for row in rows]
    return [_document(row) for row in {row.name: row for row in rows}.values()]


def get(session: Session, case_id: int, name: str, version: int | None = None) -> tuple[Document, bytes]:
    """A document with its content; the newest version unless one is named.

    Raises   NoSuchDocument; DamagedDocument if its content is not the one that was added; HeldBack
    """
    wanted = select(DOCUMENTS).where(DOCUMENTS.c.case_id == case_id, DOCUMENTS.c.name == name)
    if version is not None:
        wanted = wanted.where(DOCUMENTS.c.version == version)
    row = session.execute(wanted.order_by(DOCUMENTS.c.version.desc()).limit(1)).first()
    if row is None:
        known = [document.name for document in documents(session, case_id)]
        if version is not None and name in known:
            raise NoSuchDocument(f"'{name}' has no version {version}. Look at the list of its versions.")
        raise NoSuchDocument(f"The case has no document '{name}': {meant(name, known)}")
    content = bytes(row.content)
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise DamagedDocument(
            f"'{row.name}', version {row.version}, is not what was added: its SHA-256 differs. Restore it"
            " from a backup, and find out who changed the database."
        )
    # Here, and not on the pages: whoever hands out a document by another road is held back as well.
    if why := scans.why_not(session, row.sha256):
        raise HeldBack(why)
    return _document(row), content


def clean_name(name: str) -> str:
    """The part of a name that can be used anywhere: no path, no sign that cannot be seen, no device.

    Raises   BadName if nothing is left
    """
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    seen = "".join(sign for sign in last if not _is_unseen(sign))
    kept = " ".join(_NOT_IN_NAMES.sub("_", seen).split()).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        stem, ending = kept, ""
    if not any(sign.isalnum() for sign in stem):
        given = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in name[:60])
        raise BadName(f"'{given}' cannot be the name of a document. Give it one such as 'Boundary map.pdf'.")
    if _DEVICES.fullmatch(kept.partition(".")[0].strip()):
        stem = f"_{stem}"
    return _short(stem, f"{dot}{ending}")


def media_type(content: bytes) -> str:
    """What a content is, by its first bytes; never a type that a browser would run."""
    for sign, kind in _SIGNS.items():
        if content.startswith(sign):
            return kind
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_archive(content)
    return "text/plain" if _is_text(content) else "application/octet-stream"


_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SIGNS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


def _of_archive(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "application/octet-stream"
    # A document with macros is no plain Word document.
    is_word = {"[Content_Types].xml", "word/document.xml"} <= names and "word/vbaProject.bin" not in names
    return _DOCX if is_word else "application/zip"


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(sign < " " and sign not in "\t\n\r\f" for sign in text)


def _is_unseen(sign: str) -> bool:
    return sign in _OVERRIDES or unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _short(stem: str, ending: str) -> str:
    """A name cut in its middle, so that its ending stays."""
    ending = ending.encode()[: NAME_MAX_BYTES // 4].decode(errors="ignore")
    room = NAME_MAX_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + ending


def _newest(session: Session, case_id: int, name: str) -> Row[Any] | None:
    rows = session.execute(_of_case(case_id).order_by(DOCUMENTS.c.version.desc())).all()
    return next((row for row in rows if row.name.casefold() == name.casefold()), None)


def _of_case(case_id: int) -> Select[Any]:
    return select(*_COLUMNS).where(DOCUMENTS.c.case_id == case_id)


def _document(row: Row[Any]) -> Document:
    return Document(**{c.name: getattr(row, c.name) for c in _COLUMNS})


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"
