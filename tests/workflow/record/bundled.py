"""A case with documents, its bundle unpacked, and what the check that lies in it says."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

from sqlalchemy import Engine, insert, select

from tests.workflow.record.chains import NOON
from workflow import db, models
from workflow.queries import LETTERS, table

DOCUMENTS, DELIVERIES = table(models.Document), table(models.Delivery)
MAP = b"%PDF-1.7 a map of the wetland"


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def unpack(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        file.extractall(folder)
    return folder


def check(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    """What the check in the folder says, run by a Python that knows nothing but its standard library."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", str(folder / "verify.py"), *arguments],
        capture_output=True, text=True, cwd=folder.parent,
    )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).splitlines()


def broken(folder: Path, *arguments: str) -> list[str]:
    """What the check finds broken; it must then end with 1, and with 0 if it finds nothing."""
    code, lines = check(folder, *arguments)
    found = [line.removeprefix("BROKEN: ") for line in lines if line.startswith("BROKEN: ")]
    assert code == (1 if found else 0), lines
    return found


def furnish(played: Engine) -> Engine:
    """The played case with two documents and a letter that was tried twice."""
    with db.transaction(played) as session:
        for version, name in ((1, "../../Carte du site é.pdf"), (2, "../../Carte du site é.pdf")):
            row = {
                "case_id": 1, "name": name, "version": version, "access": "parties", "content": MAP,
                "media_type": "application/pdf", "size": len(MAP), "sha256": hashlib.sha256(MAP).hexdigest(),
                "added_at": NOON, "added_by": "mkaur",
            }  # fmt: skip
            session.execute(insert(DOCUMENTS).values(row))
        first = session.scalar(select(LETTERS.c.id).order_by(LETTERS.c.id))
        for outcome, code, detail in (("retry", 451, "head@ca.example: busy"), ("delivered", 250, "")):
            row = {"letter_id": first, "at": NOON, "outcome": outcome, "code": code, "detail": detail}
            session.execute(insert(DELIVERIES).values(row))
    return played
