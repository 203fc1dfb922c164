"""What many law files say alike stands in parts, and is read as if each had said it itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from states.reader import ProcedureError, load, read, sources
from states.soundness import check
from tests.states.law_text import KNOWN, SMALL

#: A part that speaks of a group, and of a role the law file does not know.
PART = """\
title = "Accounts"

[checklists.closing]
final = "the final accounts"

[actions.book]
title = "Book"
basis = "nothing is deleted"
by    = ["officer", "treasurer"]
in    = ["every open state but running"]

[groups.running.actions.book]
title = "Book at once"
by    = "officer"
"""

HEAD = """\
[groups]
running = ["open"]

[parts.money]
basis = "Rule 9"

[roles]
"""


def written(folder: Path, law: str = SMALL.replace("[roles]\n", HEAD), part: str = PART) -> Path:
    """A law file, with the part beside it."""
    (folder / "parts").mkdir()
    (folder / "parts" / "money.toml").write_text(part)
    (folder / "small.toml").write_text(law)
    return folder / "small.toml"


def told(path: Path) -> list[str]:
    with pytest.raises(ProcedureError) as refused:
        read(path, path.name)
    return [str(fault) for fault in refused.value.faults]


def test_a_part_is_read_for_the_states_the_law_file_names(tmp_path: Path) -> None:
    law = read(written(tmp_path))

    assert [(a.title, a.basis, a.by, a.states, a.part) for a in law.actions["book"]] == [
        ("Book", "Rule 9; nothing is deleted", ("officer",), ("draft", "meeting"), "money"),
        ("Book at once", "Rule 9", ("officer",), ("open",), "money"),
    ]
    assert law.checklists["closing"] == {"final": "the final accounts"}
    assert law.parts == {"money": "Accounts"}


def test_in_its_states_an_action_of_the_law_file_holds_and_not_that_of_the_part(tmp_path: Path) -> None:
    own = '[states.draft.actions.book]\ntitle = "Note"\nby = "officer"\n'
    law = read(written(tmp_path, SMALL.replace("[roles]\n", HEAD) + own))

    assert [(a.title, a.states) for a in law.actions["book"]] == [
        ("Note", ("draft",)),
        ("Book", ("meeting",)),
        ("Book at once", ("open",)),
    ]


@pytest.mark.parametrize(
    ("words", "states"),
    [
        ('["every state"]', ("draft", "open", "meeting", "agreed", "refused")),
        ('["every open state"]', ("draft", "open", "meeting")),
        ('["every state but the start"]', ("open", "meeting", "agreed", "refused")),
        ('["every open state but running"]', ("draft", "meeting")),
        ('["running", "agreed", "open"]', ("open", "agreed")),
        ('["every open state but draft", "refused"]', ("open", "meeting", "refused")),
    ],
)
def test_states_are_spoken_of_together(words: str, states: tuple[str, ...], tmp_path: Path) -> None:
    own = f'[actions.note]\ntitle = "Note"\nby = "officer"\nin = {words}\n'
    law = read(written(tmp_path, SMALL.replace("[roles]\n", HEAD) + own))

    assert [action.states for action in law.actions["note"]] == [states]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "[parts.money]",
            "[parts.mony]",
            "small.toml:16: parts.mony: there is no part 'mony', did you mean 'money'?",
        ),
        ('basis = "Rule 9"\n', "", "small.toml:16: parts.money: the key 'basis' is missing. Add 'basis'."),
        (
            'running = ["open"]\n',
            "",
            "small.toml:15: parts.money: the part 'money' speaks of the group 'running' (as for book),"
            " and there is none. Say under [groups] which states it stands for: running = [...].",
        ),
        (
            'running = ["open"]',
            'running = ["opn"]',
            "small.toml:14: groups.running: there is no state 'opn', did you mean 'open'?",
        ),
        (
            'running = ["open"]',
            'running = ["open"]\nmeeting = ["open"]',
            "small.toml:15: groups.meeting: 'meeting' is a state already. Give the group a name of its own.",
        ),
    ],
    ids=["part", "basis", "group", "state", "name"],
)
def test_what_is_wrong_with_it_is_told_in_the_law_file(
    old: str, new: str, fault: str, tmp_path: Path
) -> None:
    assert fault in told(written(tmp_path, SMALL.replace("[roles]\n", HEAD).replace(old, new)))


def test_a_part_for_roles_that_nobody_has_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, part=PART.replace('["officer", "treasurer"]', '"treasurer"'))

    assert told(path) == [
        "small.toml:16: parts.money: nobody may do what the part 'money' leaves to treasurer: book."
        " Add the role under [roles]."
    ]


def test_what_is_wrong_in_a_part_is_told_in_the_part(tmp_path: Path) -> None:
    """Both what cannot be read, and what is found when the procedure is proved sound."""
    path = written(tmp_path, part=PART.replace("basis =", "bassis ="))
    assert told(path) == [
        "parts/money.toml:8: actions.book: unknown key 'bassis', did you mean 'basis'?",
    ]

    (tmp_path / "parts" / "money.toml").write_text(PART.replace("every open", "every opn"))
    assert told(path) == [
        "parts/money.toml:10: actions.book.in[1]: 'every opn state but running' says no states,"
        " did you mean 'every open state but the start'?"
    ]

    (tmp_path / "parts" / "money.toml").write_text(PART.replace("in    =", 'when  = "ok"\nin    ='))
    faults = [str(fault) for fault in check(read(path, path.name), KNOWN)]
    assert [fault.partition(",")[0] for fault in faults] == [
        "parts/money.toml:10: actions.book.when: unknown guard 'ok'. Use one of: dossier_is_there"
    ]


def test_a_part_belongs_to_the_law_a_case_begins_under(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = read(path)
    assert sources(path) == {"small.toml": path.read_bytes(), "parts/money.toml": PART.encode()}

    (tmp_path / "parts" / "money.toml").write_text(PART.replace("Book at once", "Book now"))
    # Another name for messages: a content that has been read is not read again.
    after = read(path, "again")

    assert before.digest != after.digest


def test_procedures_of_several_treaties_take_the_same_parts() -> None:
    for name in ("ramsar-private", "fao-private", "who-engagement", "unccd", "basel-partnership"):
        law = load(name)
        assert set(law.parts) == {"due_diligence", "accounts", "monitoring", "public"}, name
        assert {"book_entry", "recommend", "release", "reopen_due_diligence"} <= set(law.actions), name
