"""Promises about the evidence of a case that leaves the house, and about the check that lies in it."""

import ast
import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import select, text

from notifications import REPLY_LINK
from tests.workflow.record import chains, story
from tests.workflow.record.bundled import MAP, broken, check, files_of, furnish, unpack
from workflow import db, links, record
from workflow.house import House
from workflow.queries import LETTERS
from workflow.record import verifier
from workflow.record.bundling import safe_name


@pytest.fixture
def furnished(played):
    """The played case with two documents and a letter that was tried twice."""
    return furnish(played)


@pytest.fixture
def evidence(furnished):
    """Its bundle."""
    with db.reading(furnished) as session:
        return record.bundle(session, story.REFERENCE)


def test_the_bundle_holds_everything_about_the_case(evidence):
    files = files_of(evidence)
    dossier = json.loads(files["dossier.json"])
    letters = [json.loads(line) for line in files["letters.jsonl"].splitlines()]
    law = (Path(__file__).parents[3] / "states/law/ramsar-private.toml").read_bytes()

    assert [name for name in files if not name.startswith("letters/")] == [
        "README.txt",
        "verify.py",
        "dossier.json",
        "events.jsonl",
        "head.txt",
        "letters.jsonl",
        "deliveries.jsonl",
        "replies.json",
        "documents/0001-v1-Carte_du_site_e.pdf",
        "documents/0002-v2-Carte_du_site_e.pdf",
        "calendars/CH-VD-4a9bd2298dde7a72.txt",
        "law/ramsar-private.toml",
        "law/catalogues/risks.toml",
        "law/parts/due_diligence.toml",
        "law/parts/accounts.toml",
        "law/parts/monitoring.toml",
        "law/parts/public.toml",
        "personal.json",
        "manifest.json",
    ]
    assert {name for name in files if name.startswith("letters/")} == {
        f"{letter['letter']}.{ending}" for letter in letters for ending in ("txt", "html")
    }
    assert (dossier["case"]["reference"], dossier["case"]["state"]) == (story.REFERENCE, "agreement")
    assert [(p["state"], p["outcome"], len(p["asked"])) for p in dossier["positions"]] == [
        ("body_consultation", "carried", 5),
        ("committee_approval", "carried", 19),
        ("notification", "carried", 172),
    ]
    assert {k: v for k, v in dossier["positions"][2]["asked"].items() if v != "silent"} == {
        "AT": "no_objection",
        "BR": "question",
    }
    assert [len(dossier[name]) for name in ("objections", "holds", "extensions")] == [1, 1, 1]
    assert [(each["file"], each["name"], each["version"]) for each in dossier["documents"]] == [
        ("documents/0001-v1-Carte_du_site_e.pdf", "../../Carte du site é.pdf", 1),
        ("documents/0002-v2-Carte_du_site_e.pdf", "../../Carte du site é.pdf", 2),
    ]
    assert files["documents/0001-v1-Carte_du_site_e.pdf"] == MAP
    assert files["law/ramsar-private.toml"] == law
    assert [(a["voice"], a["word"]) for a in json.loads(files["replies.json"])][-2:] == [
        ("party:AT", "objection"),
        ("party:BR/nfp", "question"),
    ]
    assert [json.loads(line) for line in files["deliveries.jsonl"].splitlines()] == [
        {
            "letter": letters[0]["letter"],
            "at": "2024-03-01T12:00:00.000000Z",
            "outcome": "retry",
            "code": 451,
        },
        {
            "letter": letters[0]["letter"],
            "at": "2024-03-01T12:00:00.000000Z",
            "outcome": "delivered",
            "code": 250,
        },
    ]


def test_the_same_record_gives_the_same_bytes(furnished, evidence):
    with db.reading(furnished) as session:
        assert record.bundle(session, story.REFERENCE) == evidence


def test_letters_are_as_they_were_sent_and_nobody_can_answer_with_them(furnished, evidence):
    with db.reading(furnished) as session:
        rows = session.execute(select(LETTERS).where(LETTERS.c.token_hash != "")).all()
    tokens = {
        links.token_for(House().secret, row.case_id, row.round, row.member, row.contact_id) for row in rows
    }
    files = files_of(evidence)

    assert {row.token_hash for row in rows} == {links.token_hash(token) for token in tokens}
    assert f"{rows[0].subject}\n\n{rows[0].text}".encode() in files.values()
    assert sum(REPLY_LINK.encode() in content for content in files.values()) == 2 * len(rows)
    everything = b"".join(files.values()).decode()
    secrets = {*tokens, *(row.token_hash for row in rows)}
    assert {secret for secret in secrets if secret in everything} == set()


def test_names_and_addresses_of_people_stand_in_a_file_of_their_own(evidence):
    files = files_of(evidence)
    personal = json.loads(files["personal.json"])
    elsewhere = {n: c for n, c in files.items() if n != "personal.json" and not n.startswith("letters/")}
    people = {b"head@ca.example", b"Head of CA", b"Ms A. Example"}

    assert {one for one in people for content in elsewhere.values() if one in content} == set()
    assert {"letter": "letters/0001-request-mwg-4-en", "name": "Head of CA", "email": "head@ca.example"} in (
        personal["recipients"]
    )
    assert [each["detail"] for each in personal["mail_server_said"]] == ["head@ca.example: busy"]
    assert '{"name":"Ms A. Example","title":"Head"}' in [each["content"] for each in personal["referred_to"]]


def test_a_case_that_does_not_exist_is_refused_with_the_nearest_one(furnished):
    with db.reading(furnished) as session, pytest.raises(record.NoSuchCase) as refused:
        record.bundle(session, "RP-2024-11")

    assert str(refused.value) == (
        "There is no case 'RP-2024-11', did you mean 'RP-2024-1'? `assent case list` shows those there are."
    )


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Map of the site.pdf", "Map_of_the_site.pdf"),
        ("../../etc/passwd", "etc_passwd"),
        ("C:\\Windows\\win.ini", "C_Windows_win.ini"),
        ("/abs/olute", "abs_olute"),
        (".htaccess", "htaccess"),
        ("a\x00b\n<script>.html", "a_b_script_.html"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("湿地", "unnamed"),
        ("Évaluation préalable.docx", "Evaluation_prealable.docx"),
        ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
        ("y." + "z" * 300, "y." + "z" * 10),
        ("w" * 300, "w" * 80),
    ],
)
def test_a_name_never_leads_out_of_the_folder(name, safe):
    assert safe_name(name) == safe


# -- the check that lies in the bundle ---------------------------------------------------------------------


def test_the_check_says_what_it_checked(evidence, tmp_path):
    folder = unpack(evidence, tmp_path / "evidence")
    files = files_of(evidence)
    head = files["head.txt"].decode().split()

    code, lines = check(folder)

    manifest = hashlib.sha256(files["manifest.json"]).hexdigest()
    people = len(json.loads(files["personal.json"])["referred_to"])
    assert (code, lines) == (
        0,
        [
            f"manifest.json: SHA-256 {manifest}",
            f"files: {len(files) - 1} listed in manifest.json, 0 not as listed",
            f"events of {story.REFERENCE}: {head[2]}, the last with hash {head[3]}",
            f"personal data that events refer to: {people}",
            "All is as it was when the bundle was made.",
        ],
    )


def test_the_check_runs_where_there_is_only_an_old_python():
    source = Path(verifier.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }

    assert imported == {"__future__", "collections", "hashlib", "json", "pathlib", "re", "sys", "typing"}


def test_personal_data_may_be_taken_out(evidence, tmp_path):
    folder = unpack(evidence, tmp_path / "evidence")
    (folder / "personal.json").unlink()

    code, lines = check(folder)

    assert (code, "personal.json: removed, which is allowed" in lines) == (0, True)


@pytest.fixture(scope="module")
def one_bundle(played_on_sqlite):
    engine = db.make_engine(f"sqlite:///{played_on_sqlite}")
    with db.reading(engine) as session:
        yield record.bundle(session, story.REFERENCE)
    engine.dispose()


@pytest.fixture
def folder(one_bundle, tmp_path):
    """An unpacked bundle."""
    return unpack(one_bundle, tmp_path / "evidence")


def lines_of(folder: Path) -> list[str]:
    return (folder / "events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)


def put(folder: Path, lines: list[str]) -> None:
    """Write other events, and a manifest that fits them: whoever tampers is not stupid."""
    (folder / "events.jsonl").write_text("".join(lines), encoding="utf-8")
    refit(folder)


def refit(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name in manifest["files"]:
        manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_a_changed_event_is_named(folder):
    lines = lines_of(folder)
    lines[4] = lines[4].replace("a long paper", "a long peper")
    put(folder, lines)

    assert broken(folder) == [f"{story.REFERENCE}: event 5 was changed: its hash is not that of its content"]


def test_a_removed_event_is_named(folder):
    lines = lines_of(folder)
    del lines[4]
    put(folder, lines)

    assert broken(folder) == [f"{story.REFERENCE}: event 5 is missing: after event 4 comes event 6"]


def test_a_removed_last_event_is_named(folder):
    lines = lines_of(folder)
    put(folder, lines[:-1])

    count = len(lines)
    assert broken(folder) == [
        f"{story.REFERENCE}: event {count} is missing: head.txt stands at event {count}"
    ]


def test_events_in_another_order_are_named(folder):
    lines = lines_of(folder)
    put(folder, [*lines, lines[0]])

    assert broken(folder) == [
        f"{story.REFERENCE}: event 1 is out of order: it comes after event {len(lines)}"
    ]


def test_a_line_that_is_no_event_is_named(folder):
    lines = lines_of(folder)
    put(folder, [*lines[:2], "nothing\n", *lines[3:]])

    assert broken(folder) == ["events.jsonl, line 3, is not an event"]


def test_the_events_of_another_case_are_named(folder):
    row = chains.event(2, "RP-2024-2", 1, "draft", "")
    put(folder, [json.dumps({name: row[name] for name in ("seq", "prev", "hash", "body")}) + "\n"])
    head = f"2024-03-01T12:00:00.000000Z {story.REFERENCE} 1 {row['hash']}\n"
    (folder / "head.txt").write_text(head)
    refit(folder)

    assert broken(folder) == [
        f"{story.REFERENCE}: event 1 says chain '{story.REFERENCE}', but its content says 'RP-2024-2'"
    ]


def test_a_bundle_written_anew_holds_until_it_is_compared_with_a_head_kept_elsewhere(folder, tmp_path):
    kept = tmp_path / "heads.txt"
    day = "2024-12-01T00:00:00.000000Z"
    head = (folder / "head.txt").read_text().split()
    kept.write_text(f"# from our mailbox\n{day} {' '.join(head[1:])}\n{day} RP-2024-9 4 {'0' * 64}\n")
    genuine = check(folder, "--heads", str(kept))
    lines = lines_of(folder)[: int(head[2]) - 1]
    last = json.loads(lines[-1])
    (folder / "head.txt").write_text(f"{head[0]} {head[1]} {last['seq']} {last['hash']}\n")
    put(folder, lines)

    assert (genuine[0], f"heads kept elsewhere: 1 of {story.REFERENCE} compared" in genuine[1]) == (0, True)
    assert broken(folder) == []
    assert broken(folder, "--heads", str(kept)) == [
        f"{story.REFERENCE}: event {head[2]} is missing: it was exported as head on {day}"
    ]


def test_files_that_are_not_as_they_were_are_named(folder):
    letters = sorted(path.name for path in (folder / "letters").iterdir())
    (folder / "letters" / letters[0]).unlink()
    (folder / "letters" / letters[1]).write_text("Dear colleague,")
    (folder / "documents").mkdir()
    (folder / "documents" / "0001-v1-map.pdf").write_bytes(MAP)

    assert broken(folder) == [
        f"letters/{letters[0]} is missing",
        "documents/0001-v1-map.pdf does not belong to the bundle",
        f"letters/{letters[1]} was changed: its SHA-256 is not the one in manifest.json",
    ]


def test_changed_personal_data_are_named(folder):
    personal = json.loads((folder / "personal.json").read_text())
    personal["referred_to"][0]["content"] = '{"name":"Mr B."}'
    (folder / "personal.json").write_text(json.dumps(personal))
    refit(folder)

    ref = personal["referred_to"][0]["ref"]
    assert broken(folder) == [f"personal.json: the data that events call {ref} were changed"]


def test_a_folder_that_is_no_bundle_is_told_as_such(folder):
    (folder / "manifest.json").write_text("{")

    assert len(broken(folder)) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--help"], "usage: python3 verify.py [--heads FILE]"),
        (["--heads"], "usage: python3 verify.py [--heads FILE]"),
        (["--heads", "nowhere.txt"], "The heads cannot be read: "),
        (["--heads", "evidence/README.txt"], "The heads cannot be read: evidence/README.txt, line 1: "),
    ],
)
def test_the_check_called_wrongly_says_how_it_is_called(folder, arguments, says):
    code, lines = check(folder, *arguments)

    assert (code, len(lines), lines[0][: len(says)]) == (2, 1, says)


def test_a_record_that_is_broken_already_is_handed_out_and_named(furnished, tmp_path):
    with db.transaction(furnished) as session:
        chains.lift(session)
        session.execute(text("UPDATE events SET body = 'nothing' WHERE case_id = 1 AND seq = 7"))
    with db.reading(furnished) as session:
        folder = unpack(record.bundle(session, story.REFERENCE), tmp_path / "evidence")

    assert broken(folder) == [f"{story.REFERENCE}: event 7 was changed: its hash is not that of its content"]
