"""Put everything about one case into one file that can be checked without Assent.

The same record always gives the same bytes. README.txt, which lies in the file, tells what each part holds.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files as resources
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from states.effects import plain
from states.positions import positions
from workflow.record.evidence import Evidence, gather
from workflow.record.verifier import Head

#: Names and addresses: this file may be taken out, and the rest can still be checked.
PERSONAL_FILE = "personal.json"
#: A zip gives every file a date; this is the first one it can express.
_NO_DATE = (1980, 1, 1, 0, 0, 0)

Files = dict[str, bytes]

#: Verdict of the virus scanner -> why a document is named and its bytes are left out.
_WHY_LEFT_OUT = {
    "infected": "it holds a virus; whoever needs it asks the Secretariat, which keeps it",
    "failed": "it could not be looked at for viruses; a bundle made once it has been holds it",
    "pending": "it had not been looked at for viruses yet; a bundle made once it has been holds it",
}


def bundle(session: Session, reference: str) -> bytes:
    """The evidence of one case, as a zip file.

    Raises   NoSuchCase
    """
    of = gather(session, reference)
    contents = _contents(of)
    return _zipped({**contents, "manifest.json": _manifest(reference, contents, _left_out(of))})


def left_out(content: bytes) -> dict[str, dict[str, Any]]:
    """What a bundle names and does not hold: name of the file -> sha256, size, verdict, found, why."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        named: dict[str, dict[str, Any]] = json.loads(file.read("manifest.json"))["left_out"]
    return named


def _contents(of: Evidence) -> Files:
    letters, names, law = _letter_names(of), _document_names(of), _law_files(of)
    documents = {
        name: row.content
        for name, row in zip(names, of.documents, strict=True)
        if row.sha256 not in of.held_back
    }
    return {
        "README.txt": _part("README.txt").replace(b"{reference}", of.case.reference.encode()),
        "verify.py": _part("verifier.py"),
        "dossier.json": _json(_dossier(of, names, law)),
        "events.jsonl": _lines(
            {k: getattr(e, k) for k in ("seq", "prev", "hash", "body")} for e in of.events
        ),
        "head.txt": _head(of),
        "letters.jsonl": _lines(_letter(row, letters[row.id]) for row in of.letters),
        **{f"{letters[row.id]}.txt": f"{row.subject}\n\n{row.text}".encode() for row in of.letters},
        **{f"{letters[row.id]}.html": row.html.encode() for row in of.letters},
        "deliveries.jsonl": _lines(
            {"letter": letters[row.letter_id], **_told(row, "id", "letter_id", "detail")}
            for row in of.deliveries
        ),
        "replies.json": _json([_told(row) for row in of.answers]),
        **documents,
        **{
            f"calendars/{safe_name(name)}-{digest[:16]}.txt": text.encode()
            for name, digest, text in of.calendars
        },
        **law,
        PERSONAL_FILE: _json(_personal(of, letters)),
    }


# ---------------------------------------------------------------------------------- what is in the files


def _dossier(of: Evidence, documents: Sequence[str], law: Files) -> dict[str, Any]:
    return {
        "case": _told(of.row),
        "law_file": next(iter(law), None),
        "positions": _positions(of),
        "objections": [_told(row) for row in of.objections],
        "deadlines": [_told(row) for row in of.deadlines],
        "holds": [_told(row) for row in of.holds],
        "extensions": [_told(row) for row in of.extensions],
        "entries": [_told(row) for row in of.numbered["entry"]],
        "indicators": [_told(row) for row in of.numbered["indicator"]],
        "measures": [_told(row) for row in of.numbered["measure"]],
        "duties": [_told(row) for row in of.numbered["duty"]],
        "documents": [
            {"file": name, **_told(row, "content")} for name, row in zip(documents, of.documents, strict=True)
        ],
    }


def _positions(of: Evidence) -> list[dict[str, Any]]:
    """Of each round who was asked and, if the law it was put under is here, what each said that counts."""
    told = []
    for round_ in of.case.rounds:
        ask = of.law.states[round_.state].ask if of.law else None
        asked: Any = [member.code for member in round_.asked]
        if ask is not None:
            found = positions(round_, of.case, ask)
            asked = {each.code: each.word or ("late" if each.late else "silent") for each in found}
        told.append({"round": round_.no, "state": round_.state, "outcome": round_.outcome, "asked": asked})
    return told


def _head(of: Evidence) -> bytes:
    at = of.events[-1].at if of.events else of.row.opened_at
    return f"{Head(plain(at), of.case.reference, of.row.seq, of.row.head)}\n".encode()


def _letter_names(of: Evidence) -> dict[int, str]:
    """Id of a letter -> its files, without their endings."""
    return {
        row.id: f"letters/{no:04}-"
        + safe_name("-".join((row.purpose, row.member or row.template, row.language)))
        for no, row in enumerate(of.letters, 1)
    }


def _letter(row: Row[Any], name: str) -> dict[str, Any]:
    """What is known of a letter beside its words; to whom it went is told in PERSONAL_FILE."""
    hidden = ("id", "text", "html", "what", "name", "email", "contact_id", "token_hash", "lease_until")
    return {"letter": name, **_told(row, *hidden)}


def _document_names(of: Evidence) -> list[str]:
    return [
        f"documents/{no:04}-v{row.version}-{safe_name(row.name)}" for no, row in enumerate(of.documents, 1)
    ]


def _left_out(of: Evidence) -> dict[str, dict[str, Any]]:
    """What is not handed out from the house does not leave it in a bundle either; its hash stands for it."""
    return {
        name: {
            "sha256": row.sha256,
            "size": row.size,
            "verdict": (held := of.held_back[row.sha256]).verdict,
            "found": held.words,
            "why": _WHY_LEFT_OUT[held.verdict],
        }
        for name, row in zip(_document_names(of), of.documents, strict=True)
        if row.sha256 in of.held_back
    }


def _law_files(of: Evidence) -> Files:
    return {
        "/".join(("law", *map(safe_name, name.split("/")))): content for name, content in of.law_files.items()
    }


def _personal(of: Evidence, letters: Mapping[int, str]) -> dict[str, Any]:
    return {
        "referred_to": [_told(row) for row in of.personal],
        "recipients": [
            {"letter": letters[row.id], "name": row.name, "email": row.email} for row in of.letters
        ],
        # Mail servers like to repeat the address.
        "mail_server_said": [
            {"letter": letters[row.letter_id], "at": plain(row.at), "detail": row.detail}
            for row in of.deliveries
            if row.detail
        ],
    }


def _told(row: Row[Any], *hidden: str) -> dict[str, Any]:
    """The columns of a row as plain values."""
    left_out = {"case_id", *hidden}
    return {name: plain(value) for name, value in row._mapping.items() if name not in left_out}


# ----------------------------------------------------------------------------------------------- files


def safe_name(name: str) -> str:
    """A file name for any name: no folder, no drive, nothing that a system or a shell would understand."""
    latin = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plainly = re.sub(r"\.{2,}", ".", re.sub(r"[^A-Za-z0-9.-]+", "_", latin)).strip("._-")
    stem, dot, ending = plainly.rpartition(".")
    short = f"{stem[:80]}{dot}{ending[:10]}" if dot else plainly[:80]
    return short or "unnamed"


def _part(name: str) -> bytes:
    return (resources("workflow.record") / name).read_bytes()


def _json(values: Any) -> bytes:
    return (json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _lines(values: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(each, sort_keys=True, ensure_ascii=False) + "\n" for each in values).encode()


def _manifest(reference: str, contents: Files, without: Mapping[str, Any]) -> bytes:
    return _json(
        {
            "form": "assent bundle 1",
            "reference": reference,
            "removable": [PERSONAL_FILE],
            "left_out": without,
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        }
    )


def _zipped(contents: Files) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # The same on every system: made on Unix, a file that its owner may write and all may read.
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            file.writestr(entry, content, compresslevel=6)
    return target.getvalue()
