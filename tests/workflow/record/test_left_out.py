"""A document that holds a virus, or may hold one, does not leave the house in a bundle; its hash does."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.workflow.clam import EICAR, NAME, clam
from tests.workflow.record import story
from tests.workflow.record.bundled import broken, check, files_of, furnish, unpack
from tests.workflow.record.chains import NOON
from workflow import db, files, record, scans
from workflow.config import Settings
from workflow.house import House, laws_of, settle

INFECTED, PLAN = b"a letter " + EICAR, b"%PDF-1.7 a plan"


@pytest.fixture
def daemon():
    with clam() as running:
        yield running


@pytest.fixture
def doubtful(played, daemon):
    """The case with an infected document and one that nobody has looked at; its bundle, unpacked."""
    settings = Settings.model_validate({"antivirus": {"host": "127.0.0.1", "port": daemon.port}})
    furnished = furnish(played)
    settle(furnished, House(settings, laws_of(settings)))
    with db.transaction(furnished) as session:
        files.add(session, 1, "Letter.txt", INFECTED, "parties", "mkaur", NOON)
    scans.look(furnished, lambda: NOON)
    with db.transaction(furnished) as session:
        files.add(session, 1, "Plan.pdf", PLAN, "parties", "mkaur", NOON)
    return furnished


def bundled(on, folder: Path) -> Path:
    with db.reading(on) as session:
        return unpack(record.bundle(session, story.REFERENCE), folder)


def test_what_holds_a_virus_or_may_hold_one_is_named_and_its_bytes_are_left_out(doubtful, tmp_path):
    with db.reading(doubtful) as session:
        content = record.bundle(session, story.REFERENCE)
    inside = files_of(content)

    assert sorted(name for name in inside if name.startswith("documents/")) == [
        "documents/0001-v1-Carte_du_site_e.pdf",
        "documents/0002-v2-Carte_du_site_e.pdf",
    ]
    assert not any(INFECTED in each or PLAN in each for each in inside.values())
    assert record.left_out(content) == json.loads(inside["manifest.json"])["left_out"]
    assert record.left_out(content) == {
        "documents/0003-v1-Letter.txt": {
            "sha256": hashlib.sha256(INFECTED).hexdigest(), "size": len(INFECTED), "verdict": "infected",
            "found": NAME, "why": "it holds a virus; whoever needs it asks the Secretariat, which keeps it",
        },
        "documents/0004-v1-Plan.pdf": {
            "sha256": hashlib.sha256(PLAN).hexdigest(), "size": len(PLAN), "verdict": "pending", "found": "",
            "why": "it had not been looked at for viruses yet; a bundle made once it has been holds it",
        },
    }  # fmt: skip
    listed = [each["file"] for each in json.loads(inside["dossier.json"])["documents"]]
    assert listed[2:] == list(record.left_out(content))


def test_the_check_tells_what_was_left_out_and_takes_it_in_its_place(doubtful, tmp_path):
    folder = bundled(doubtful, tmp_path / "evidence")
    code, lines = check(folder)
    digest = hashlib.sha256(INFECTED).hexdigest()

    assert (code, [line for line in lines if line.startswith("documents/0003")]) == (
        0,
        [
            "documents/0003-v1-Letter.txt: left out, it holds a virus; whoever needs it asks the"
            f" Secretariat, which keeps it; {len(INFECTED)} bytes, SHA-256 {digest}"
        ],
    )
    put = folder / "documents" / "0003-v1-Letter.txt"
    put.write_bytes(INFECTED)
    assert broken(folder) == []
    put.write_bytes(INFECTED + b".")
    assert broken(folder) == [
        "documents/0003-v1-Letter.txt was changed: its SHA-256 is not the one in manifest.json"
    ]


def test_once_it_has_been_called_clean_a_bundle_holds_it(doubtful, tmp_path):
    scans.look(doubtful, lambda: NOON)
    folder = bundled(doubtful, tmp_path / "evidence")

    assert (folder / "documents" / "0004-v1-Plan.pdf").read_bytes() == PLAN
    assert list(json.loads((folder / "manifest.json").read_text())["left_out"]) == [
        "documents/0003-v1-Letter.txt"
    ]


def test_a_bundle_made_before_anything_was_left_out_is_checked_as_ever(played, tmp_path):
    folder = bundled(played, tmp_path / "evidence")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["left_out"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    assert broken(folder) == []
