"""The guide to law files knows every key that is read, and says of no key that is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from states import reader
from states.glossary import glossary
from states.shelves import PARTS, shelf
from states.tables import Table
from workflow.check import known

GUIDE = (Path(__file__).parent.parent / "docs" / "law-file.md").read_text(encoding="utf-8")
#: Its examples.
BLOCKS = re.compile(r"^    .*$", re.MULTILINE)


@pytest.fixture(scope="module")
def keys() -> set[str]:
    """Every key that some table of a law file or of a part may have."""
    asked: set[str] = set()
    done = Table.done

    def noted(table: Table) -> None:
        asked.update(table.asked_for)
        done(table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Table, "done", noted)
        for path in reader.shipped().values():
            # Under another name: what has been read is not read again.
            reader.read(path, f"guide {path.name}")
        newer = reader.shipped()["ramsar-private"].read_text(encoding="utf-8")
        reader.read(f'{newer}\n[takes_over."2025"]\nbasis = "Rule 1"\n', "a newer edition")
    return asked


def test_every_key_is_explained(keys: set[str]) -> None:
    spoken = set(re.findall(r"[a-z_]+", GUIDE))

    assert sorted(key for key in keys if key not in spoken) == []


def test_what_it_quotes_can_be_written(keys: set[str]) -> None:
    """In its examples every key is one that is read."""
    examples = "\n".join(BLOCKS.findall(GUIDE))
    written = set(re.findall(r"^    ([a-z_]+) +=", examples, re.MULTILINE))
    names = {"carried", "defeated", "lapsed", "answering", "running", "secretariat", "partner"}

    assert sorted(written - keys - names) == []


def test_every_part_that_is_shipped_is_told(keys: set[str]) -> None:
    assert [name for name in shelf(PARTS, None) if f"| `{name}` |" not in GUIDE] == []


def test_every_word_for_a_rule_a_condition_or_an_act_has_a_meaning() -> None:
    words, all_known = glossary(), known()
    rules, conditions, acts = words.values()

    assert (set(rules), set(acts)) == (all_known.rules, all_known.acts)
    assert {
        name.partition("(")[0] for name in conditions
    } == all_known.guards | all_known.guards_with_argument
    assert [word for each in words.values() for word, meaning in each.items() if len(meaning) < 12] == []
