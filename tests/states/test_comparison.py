"""Who decides, whether an agreement is due, and to whom it is reported, as the report compares them.

The Basel report's comparison: paragraphs 51 to 66, and 4 to 39 for Basel and Stockholm.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from states import comparison, reader
from states.handbook import handbook
from states.soundness import check
from workflow.check import known

ROOT = Path(__file__).parents[2]
STORIES = sorted((ROOT / "tests" / "stories").glob("*.toml"))

#: Procedure -> (who decides, whose framework it is, the duty of an agreement, to whom it is reported).
COMPARED = {
    # Parties concerned and the Standing Committee; an objection of any Party takes it to the Conference.
    "ramsar-private": (
        ("territory_parties", "standing_committee", "all_parties", "cop"), "", "always", ("cop",),
    ),
    "ramsar-iop": (("standing_committee", "cop"), "", "never", ("cop",)),
    "ramsar-mea": (("standing_committee",), "", "sometimes", ("standing_committee",)),
    # The Conference, under the guidance of the Working Group.
    "basel-partnership": (("basel_oewg", "basel_cop"), "", "never", ("basel_oewg", "basel_cop")),
    "basel-cooperation": (("secretariat",), "", "never", ()),
    "basel-strategy": (("secretariat",), "", "never", ("basel_cop",)),
    "stockholm-pen": (("stockholm_cop",), "", "never", ("stockholm_cop",)),
    "stockholm-alliance": (("stockholm_cop",), "", "never", ("stockholm_cop",)),
    "saicm-observer": (("secretariat",), "", "never", ()),
    # A framework of the governing body, and the secretariat under it.
    "unicef-global": (("secretariat",), "executive_board", "silent", ()),
    "unicef-other": (("secretariat",), "", "sometimes", ()),
    "who-engagement": (("secretariat",), "world_health_assembly", "silent", ()),
    "who-formal": (("secretariat",), "world_health_assembly", "silent", ("executive_board",)),
    "fao-private": (("partnerships_committee",), "", "silent", ("partnerships_committee",)),
    # The secretariat alone.
    "unep": (("secretariat",), "", "always", ("representatives",)),
    "unfccc": (("secretariat",), "", "always", ()),
    "unccd": (("secretariat",), "", "always", ()),
    "un-baseline": (("secretariat",), "", "always", ()),
    "cites-xv": (("all_parties", "cites_cop"), "", "never", ()),
}  # fmt: skip


@pytest.mark.parametrize("procedure", sorted(COMPARED))
def test_a_procedure_is_decided_signed_and_reported_as_its_source_says(procedure: str) -> None:
    law = reader.load(procedure)

    compared = (
        comparison.deciders(law),
        law.framed_by,
        comparison.agreement_duty(law),
        comparison.reports_to(law),
    )
    assert compared == COMPARED[procedure]


@pytest.mark.parametrize("procedure", sorted(COMPARED))
def test_a_shipped_procedure_is_sound(procedure: str) -> None:
    assert check(reader.load(procedure), known()) == []


@pytest.mark.parametrize("procedure", sorted(COMPARED))
def test_a_shipped_procedure_has_a_story_that_succeeds_and_one_that_a_gate_stops(procedure: str) -> None:
    told = [text for path in STORIES if f'"{procedure}"' in (text := path.read_text("utf-8"))]

    assert len(told) >= 2
    assert any("refused" in text for text in told)


def test_every_shipped_procedure_is_compared() -> None:
    assert sorted(reader.shipped()) == sorted(COMPARED)


def test_the_handbook_is_what_the_law_files_say_now() -> None:
    written = (ROOT / "docs" / "procedures.md").read_text("utf-8")

    said = handbook([reader.load(id_) for id_ in reader.shipped()])
    assert written == said, "Write it anew: assent law show --all > docs/procedures.md"


@pytest.mark.parametrize("procedure", sorted(COMPARED))
def test_every_period_rule_and_action_of_a_shipped_procedure_names_its_source(procedure: str) -> None:
    law = reader.load(procedure)

    nameless = [deadline.title for s in law.states.values() for deadline in s.deadlines if not deadline.basis]
    nameless += [s.title for s in law.states.values() if s.ask is not None and not s.ask.basis]
    nameless += [action.title for same in law.actions.values() for action in same if not action.basis]
    assert nameless == []
