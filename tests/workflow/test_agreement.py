"""The draft of an agreement holds what the case says and every clause of its law file, in Word and PDF."""

from __future__ import annotations

import io
import re
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader
from sqlalchemy import Engine

from notifications import LANGUAGES
from tests import build
from tests.web.brought import case_in
from workflow import db, i18n, reports
from workflow.config import Secretariat
from workflow.laws import Laws
from workflow.reports import BadTemplate, CaseFile, NoDraft

HOSTILE = "Waters & Co <b>{{ 7*7 }}</b> #x *y* \\ @z {% raw %} الماء"
NOW = build.at("2024-10-01 10:00")
PLEDGE = {"kind": "pledge", "amount": "250000.50", "currency": "CHF", "who": HOSTILE, "purpose": "the fund"}
LAWS = {law.id: law for law in Laws().all}


def file_of(on: Engine, reference: str = "RP-2024-1") -> CaseFile:
    with db.reading(on) as session:
        return reports.gather(session, reference, Secretariat(), NOW)


def bare(text: str) -> str:
    return re.sub(r"[\s\u00ad\u200b\u2010\u202f\u2066-\u2069-]+", "", text)


def word_text(content: bytes) -> str:
    opened = docx.Document(io.BytesIO(content))
    return bare("".join(node.text or "" for node in opened.element.body.iter() if node.tag.endswith("}t")))


@pytest.fixture
def case(engine: Engine) -> int:
    """An agreement yet to be signed, with a partner of an awkward name, and a pledge."""
    build.world(engine)
    case_id = case_in(
        engine, "agreement", title=HOSTILE, summary="To protect a spring.\nFor three years.",
        partner={"name": HOSTILE, "sector": "water", "home": "FR"},
    )  # fmt: skip
    build.do(engine, case_id, "2024-07-01 10:00", "finance", "book_entry", **PLEDGE)
    return case_id


@pytest.mark.parametrize("language", LANGUAGES)
def test_word_and_pdf_name_both_sides_the_place_the_money_every_clause_and_the_signatures(
    engine: Engine, case: int, language: str
) -> None:
    file = file_of(engine)
    draft = reports.draft_of(file, language)
    acts = ("legal_review", "financial_approval")

    word = reports.agreement_word(draft)
    pdf = reports.handed_out(reports.agreement(file, language), "pdf", NOW)

    assert [c.name for c in draft.clauses] == [i for i in file.law.checklists["agreement"] if i not in acts]
    amount = i18n.amount("250000.50", "CHF", language)
    wanted = [
        draft.title, draft.office, draft.territory, "To protect a spring.", "For three years.", amount, "CHF",
        *(words for clause in draft.clauses for words in (clause.heading, clause.text)),
        *(name for pair in draft.signatures for name in pair if name),
    ]  # fmt: skip
    pages = PdfReader(io.BytesIO(pdf))
    said = {"docx": word_text(word), "pdf": bare("".join(p.extract_text() for p in pages.pages))}
    assert {form: [w for w in wanted if bare(w) not in text] for form, text in said.items()} == {
        "docx": [],
        "pdf": [],
    }
    assert said["docx"].count(bare(HOSTILE)) == 4
    assert (docx.Document(io.BytesIO(word)).core_properties.language[:2], pages.root_object["/Lang"]) == (
        language,
        language,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_clause_of_every_written_agreement_is_worded(language: str) -> None:
    wanted = {
        item
        for law in LAWS.values()
        for form in law.agreements.values()
        if form.written
        for item in law.checklists.get(form.clauses, {})
        if not any(action.does == "confirm_own_item" for action in law.actions.get(item, ()))
    }
    said = {
        item: (i18n.word("clause_title", item, language), i18n.word("clause", item, language))
        for item in wanted
    }

    assert len(wanted) > 15
    assert [item for item in sorted(wanted) if not i18n.knows("clause", item)] == []
    assert [item for item, (heading, text) in sorted(said.items()) if not heading or len(text) < 40] == []


def test_where_no_form_was_chosen_among_several_nothing_is_drafted(engine: Engine) -> None:
    build.world(engine)
    law = LAWS["unccd"]
    build.case(engine, procedure=law)

    with pytest.raises(NoDraft, match="choose one of memorandum, contribution_agreement"):
        reports.draft_of(file_of(engine, f"{law.prefix}-2024-1"), "en")


def test_a_procedure_without_a_written_agreement_has_nothing_to_draft(engine: Engine) -> None:
    build.world(engine)
    law = LAWS["ramsar-iop"]
    build.case(engine, procedure=law)

    with pytest.raises(NoDraft, match="knows no written agreement"):
        reports.draft_of(file_of(engine, f"{law.prefix}-2024-1"), "en")


def test_a_secretariat_may_fill_a_template_of_its_own(engine: Engine, case: int, tmp_path: Path) -> None:
    own = docx.Document(io.BytesIO(reports.template()))
    own.add_paragraph("Our own closing words to {{ draft.sides[1][1] }}.")
    own.save(str(tmp_path / "own.docx"))

    made = reports.agreement_word(reports.draft_of(file_of(engine), "en"), tmp_path / "own.docx")

    assert bare(f"Our own closing words to {HOSTILE}.") in word_text(made)


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        ("{{ draft.nothing }}", "has a mark that cannot be filled"),
        ("{{ ''.__class__.__mro__ }}", "has a mark that cannot be filled"),
        ("{{ draft.title", "has a mark that cannot be filled"),
    ],
)
def test_a_template_that_asks_for_what_there_is_not_is_refused(
    engine: Engine, case: int, tmp_path: Path, mark: str, says: str
) -> None:
    own = docx.Document()
    own.add_paragraph(mark)
    own.save(str(tmp_path / "own.docx"))

    with pytest.raises(BadTemplate, match=says):
        reports.agreement_word(reports.draft_of(file_of(engine), "en"), tmp_path / "own.docx")


def test_a_template_that_is_not_there_or_no_word_file_is_refused(
    engine: Engine, case: int, tmp_path: Path
) -> None:
    (tmp_path / "own.docx").write_text("Not Word.")
    draft = reports.draft_of(file_of(engine), "en")

    with pytest.raises(BadTemplate, match=r"own\.docx is no Word file"):
        reports.agreement_word(draft, tmp_path / "own.docx")
    with pytest.raises(BadTemplate, match=r"none\.docx cannot be read"):
        reports.agreement_word(draft, tmp_path / "none.docx")
