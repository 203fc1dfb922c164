"""The table of edge cases (docs/edge-cases.md) names nothing that is not there, and leaves no number out."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from states.acts import ACTS
from states.facts import Party
from states.guards import GUARDS
from states.reader import shipped

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "edge-cases.md"
LAW = tomllib.loads(shipped()["ramsar-private"].read_text(encoding="utf-8"))
#: How many questions a legal officer raises.
QUESTIONS = 62

_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^]]+)\]\(([^)]+)\)")
#: Words of a law file beside its keys: voices, and keys that any body or ask may have.
WORDS = frozenset({"other", "kinds"})


@dataclass(frozen=True)
class Entry:
    """One row of the table."""

    no: int
    question: str
    #: Yes, In part or No.
    met: str
    happens: str
    shown: str


def entries() -> list[Entry]:
    """The rows, in the order of the page."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0].isdigit():
            no, *rest = cells
            found.append(Entry(int(no), *rest))
    return found


ENTRIES = entries()
BY_NO = {f"{entry.no} {entry.question}": entry for entry in ENTRIES}


def test_every_number_stands_there_once_and_in_order() -> None:
    assert [entry.no for entry in ENTRIES] == list(range(1, QUESTIONS + 1))


def test_the_sums_are_those_of_the_table() -> None:
    sums = {word: sum(entry.met == word for entry in ENTRIES) for word in ("Yes", "In part", "No")}

    told = re.search(r"(\d+) are met, (\d+) in part, and (\d+) are not", PAGE.read_text(encoding="utf-8"))

    assert told is not None
    assert dict(zip(sums, map(int, told.groups()), strict=True)) == sums


@pytest.mark.parametrize("name", BY_NO)
def test_what_is_met_is_shown_and_what_is_not_is_said_to_be_so(name: str) -> None:
    entry = BY_NO[name]

    assert (entry.shown != "-") == (entry.met in ("Yes", "In part"))


@pytest.mark.parametrize("name", BY_NO)
def test_every_story_and_test_it_names_is_there(name: str) -> None:
    """The words of a link are the name of the story, or of the test in that file."""
    for words, address in _LINK.findall(BY_NO[name].shown):
        path = PAGE.parent / address
        if path.suffix == ".toml":
            assert path.stem.replace("-", " ") == words
            assert path.is_file(), address
        else:
            assert f"\ndef test_{words.replace(' ', '_')}(" in path.read_text(encoding="utf-8"), words


@pytest.mark.parametrize("name", BY_NO)
def test_every_word_of_the_law_it_quotes_is_one(name: str) -> None:
    unknown = [word for word in _CODE.findall(BY_NO[name].happens) if not _is_of_the_law(word)]

    assert unknown == []


def test_a_party_has_its_rights_from_the_day_it_joins_to_the_day_it_leaves() -> None:
    """Arrears have no effect: nothing else is known of a Party that could take its rights away."""
    party = Party("FR", joins=date(1986, 10, 1), leaves=date(2024, 3, 1))

    assert [field.name for field in fields(Party)] == ["code", "joins", "leaves"]
    assert [party.is_party(day) for day in (date(1986, 9, 30), date(1986, 10, 1), date(2024, 2, 29))] == [
        False,
        True,
        True,
    ]
    assert not party.is_party(date(2024, 3, 1))


def _is_of_the_law(word: str) -> bool:
    return word in WORDS or word in GUARDS or word in ACTS or _stands_at(LAW, word.split("."))


def _stands_at(table: Any, steps: list[str]) -> bool:
    for step in steps:
        if not isinstance(table, dict) or step not in table:
            return False
        table = table[step]
    return True
