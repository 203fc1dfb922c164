"""Documents of a case: safe names, versions, and what they are by their content."""

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, update

from workflow import files, models
from workflow.files import BadDocument, BadName, DamagedDocument, Document, NoSuchDocument

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2024, 3, 2, 12, tzinfo=UTC)
PDF = b"%PDF-1.7 a map"


@pytest.fixture
def case_id(session):
    row = {
        "reference": "RP-2024-1", "procedure": "ramsar-private", "edition": "2026", "law_digest": "",
        "state": "draft", "since": NOON, "opened_at": NOON, "title": "Evian Project", "partner": {},
        "territory": [], "marks": [], "items": [], "conditions": [], "decisions": [],
    }  # fmt: skip
    return session.execute(insert(models.Case.__table__).values(row).returning(models.Case.id)).scalar_one()


def add(session, case_id, name="map.pdf", content=PDF, access="parties", now=NOON):
    return files.add(session, case_id, name, content, access, "m.martin", now)


# -- versions ----------------------------------------------------------------------------------------------


def test_a_document_is_kept_as_it_came(session, case_id):
    added = add(session, case_id)

    expected = Document(
        id=added.id,
        case_id=case_id,
        name="map.pdf",
        version=1,
        access="parties",
        media_type="application/pdf",
        size=14,
        sha256=hashlib.sha256(PDF).hexdigest(),
        added_at=NOON,
        added_by="m.martin",
        is_new=True,
    )
    assert added == expected
    assert files.get(session, case_id, "map.pdf") == (replace(expected, is_new=False), PDF)


def test_other_content_under_the_same_name_is_a_new_version_and_the_old_one_stays(session, case_id):
    first = add(session, case_id)
    second = add(session, case_id, content=b"%PDF-1.7 another map", now=LATER)

    assert [(d.version, d.added_at) for d in files.documents(session, case_id)] == [(2, LATER)]
    assert files.documents(session, case_id, all_versions=True) == [
        replace(first, is_new=False),
        replace(second, is_new=False),
    ]
    assert files.get(session, case_id, "map.pdf")[1] == b"%PDF-1.7 another map"
    assert files.get(session, case_id, "map.pdf", version=1)[1] == PDF


def test_the_same_content_again_is_the_same_version(session, case_id):
    first = add(session, case_id)

    assert add(session, case_id, now=LATER) == replace(first, is_new=False)


def test_the_same_content_for_another_circle_is_a_new_version(session, case_id):
    add(session, case_id)

    assert add(session, case_id, access="secretariat").version == 2


def test_the_content_of_an_older_version_added_again_is_the_newest(session, case_id):
    for content in (PDF, b"%PDF-1.7 another map", PDF):
        add(session, case_id, content=content)

    assert (files.get(session, case_id, "map.pdf")[0].version, files.get(session, case_id, "map.pdf")[1]) == (
        3,
        PDF,
    )


def test_names_that_would_be_one_file_once_saved_are_one_document(session, case_id):
    add(session, case_id, name="Map.PDF")

    assert [(d.name, d.version) for d in (add(session, case_id, "map.pdf", b"other"),)] == [("Map.PDF", 2)]


# -- what is refused ---------------------------------------------------------------------------------------


def test_a_document_for_a_circle_that_does_not_exist_is_refused(session, case_id):
    with pytest.raises(BadDocument) as refused:
        add(session, case_id, access="party")

    assert str(refused.value) == "map.pdf: 'party' is not a circle of readers: did you mean 'parties'?"


def test_an_empty_document_is_refused(session, case_id):
    with pytest.raises(BadDocument) as refused:
        add(session, case_id, content=b"")

    assert str(refused.value) == "map.pdf: the file is empty. Choose the file again."


def test_a_document_that_is_too_large_is_refused_with_the_limit(session, case_id):
    with pytest.raises(BadDocument) as refused:
        files.add(session, case_id, "map.pdf", bytes(3 * 2**20), "public", "", NOON, size_max_bytes=2 * 2**20)

    assert str(refused.value) == (
        "map.pdf: the file has 3.0 MB, and no more than 2.0 MB are kept. Make it smaller, or add it in parts."
    )


def test_a_document_of_a_case_that_does_not_exist_is_refused(session, case_id):
    with pytest.raises(NoSuchDocument) as refused:
        add(session, case_id + 1)

    assert str(refused.value) == (
        f"map.pdf: there is no case {case_id + 1} to add it to. Check its reference."
    )


def test_a_document_that_is_not_there_is_told_with_the_nearest_one(session, case_id):
    add(session, case_id)

    with pytest.raises(NoSuchDocument) as refused:
        files.get(session, case_id, "mapp.pdf")
    assert str(refused.value) == "The case has no document 'mapp.pdf': did you mean 'map.pdf'?"
    with pytest.raises(NoSuchDocument) as refused:
        files.get(session, case_id, "map.pdf", version=2)
    assert str(refused.value) == "'map.pdf' has no version 2. Look at the list of its versions."


def test_a_document_that_was_changed_in_the_database_is_not_given_out(session, case_id):
    document = add(session, case_id)
    table = models.Document.__table__
    session.execute(update(table).where(table.c.id == document.id).values(content=b"%PDF-1.7 forged"))

    with pytest.raises(DamagedDocument) as refused:
        files.get(session, case_id, "map.pdf")
    assert str(refused.value) == (
        "'map.pdf', version 1, is not what was added: its SHA-256 differs. Restore it from a backup, and find"
        " out who changed the database."
    )


# -- names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Boundary map.pdf", "Boundary map.pdf"),
        ("Évaluation préliminaire – 2024.docx", "Évaluation préliminaire – 2024.docx"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\Windows\\system.ini", "system.ini"),
        ("C:\\Users\\m\\map.pdf", "map.pdf"),
        ("/absolute/map.pdf", "map.pdf"),
        ("map.pdf\0.exe", "map.pdf.exe"),
        ("map\r\nSet-Cookie: x.pdf", "mapSet-Cookie_ x.pdf"),
        ("map.pdf:hidden", "map.pdf_hidden"),
        ('a<b>c"d|e?f*g.pdf', "a_b_c_d_e_f_g.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),  # shown, it would read "invoiceexe.pdf"
        ("ma\u200bp.pdf", "map.pdf"),
        ("  map .pdf. ", "map.pdf"),
        (".htaccess", "htaccess"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("console.txt", "console.txt"),
        ("E\u0301vian.pdf", "Évian.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("é" * 300 + ".pdf", "é" * 98 + ".pdf"),
        ("x." + "y" * 300, "x." + "y" * 49),
    ],
)
def test_a_name_is_cleaned_of_what_would_be_unsafe_elsewhere(given, kept):
    assert files.clean_name(given) == kept
    assert len(kept.encode()) <= files.NAME_MAX_BYTES


@pytest.mark.parametrize("given", ["_CON", "map of 2024.pdf", "x" * 196 + ".pdf", "é" * 98 + ".pdf"])
def test_a_clean_name_stays_as_it_is(given):
    assert files.clean_name(given) == given


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", "''"),
        ("..", "'..'"),
        ("folder/", "'folder/'"),
        ("../..", "'../..'"),
        ("\0\r\n", "'\\u0000\\u000d\\u000a'"),
        (" . ", "' . '"),
        ("???", "'???'"),
        ("\u202e", "'\\u202e'"),
    ],
)
def test_a_name_of_which_nothing_can_be_used_is_refused_with_an_example(session, case_id, given, shown):
    with pytest.raises(BadName) as refused:
        add(session, case_id, name=given)

    assert str(refused.value) == (
        f"{shown} cannot be the name of a document. Give it one such as 'Boundary map.pdf'."
    )


# -- what a document is ------------------------------------------------------------------------------------


def archive(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (archive("[Content_Types].xml", "word/document.xml"), WORD),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "application/zip"),
        (archive("a.txt"), "application/zip"),
        (archive(), "application/zip"),
        (b"PK\x03\x04 broken", "application/octet-stream"),
        ("Texte accentué\r\n".encode(), "text/plain"),
        (b"<html><script>alert(1)</script></html>", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "text/plain"),
        (b"caf\xe9", "application/octet-stream"),
        (b"\x7fELF\x02\x01\x01\x00", "application/octet-stream"),
        (b"MZ\x90\x00", "application/octet-stream"),
    ],
)
def test_what_a_document_is_is_told_by_its_content(content, kind):
    assert files.media_type(content) == kind
