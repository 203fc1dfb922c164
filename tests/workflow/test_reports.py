"""Reports say what the case, its accounts and its record say: in three languages, in three formats alike."""

from __future__ import annotations

import ast
import html as html_of
import io
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, select

import workflow
from notifications import LANGUAGES
from notifications.paper import Block, Document, Facts, Grid, Heading, Items, Quote, Text
from tests import build
from tests.web.brought import case_in
from workflow import accounts, db, i18n, posting, queries, reports
from workflow.config import Secretariat
from workflow.i18n.catalogs import catalog
from workflow.queries import EVENTS, LETTERS
from workflow.reports import CaseFile, Period

OFFICE = Secretariat()
OCTOBER = "2024-10-01 10:00"
GRANT = {"kind": "receipt", "amount": "250000.50", "currency": "CHF", "who": "Danone", "purpose": "the fund"}
SPENT = {
    **GRANT,
    "kind": "spending",
    "amount": "1000.25",
    "who": "A printer",
    "purpose": "World Wetlands Day",
}


@pytest.fixture
def world(engine: Engine) -> Engine:
    build.world(engine)
    return engine


def active(on: Engine) -> int:
    """A partnership in force, with money received and spent in two currencies."""
    case_id = case_in(on, "active", summary="To protect a spring.\nFor three years.")
    build.do(on, case_id, "2024-07-16 10:00", "finance", "book_entry", **{**GRANT, "kind": "pledge"})
    build.do(on, case_id, "2024-08-01 10:00", "finance", "book_entry", **GRANT)
    build.do(on, case_id, "2024-08-02 10:00", "finance", "book_entry", **{**GRANT, "currency": "EUR"})
    build.do(on, case_id, "2024-09-03 10:00", "finance", "book_entry", **SPENT)
    return case_id


def file_of(on: Engine, reference: str = "RP-2024-1", when: str = OCTOBER) -> CaseFile:
    with db.reading(on) as session:
        return reports.gather(session, reference, OFFICE, build.at(when))


def to_meeting(on: Engine, ordinal: str, language: str = "en", when: str = OCTOBER) -> Document:
    at = build.at(when)
    with db.reading(on) as session:
        meetings = file_of(on).meetings
        period = reports.period_before(meetings, ordinal, at.date())
        files = reports.gather_all(session, OFFICE, at, period)
        return reports.meeting_report(session, files, period, OFFICE, language)


def of_year(on: Engine, year: int, when: str = OCTOBER) -> Document:
    at = build.at(when)
    with db.reading(on) as session:
        files = reports.gather_all(session, OFFICE, at, reports.year_of(year, at.date()))
        return reports.yearly(files, year, OFFICE, "en", at.date())


def parts(of: Document) -> list[str]:
    return [block.text for block in of.blocks if isinstance(block, Heading)]


def below(of: Document, heading: str) -> list[Block]:
    """The blocks of one part."""
    at = next(n for n, b in enumerate(of.blocks) if isinstance(b, Heading) and b.text == heading)
    level = of.blocks[at].level  # type: ignore[union-attr]
    found: list[Block] = []
    for block in of.blocks[at + 1 :]:
        if isinstance(block, Heading) and block.level <= level:
            break
        found.append(block)
    return found


def facts(blocks: Sequence[Block]) -> dict[str, str]:
    return {name: said for block in blocks if isinstance(block, Facts) for name, said in block.rows}


def cells(of: Document) -> list[str]:
    """Every text of a document, in order."""
    found = [of.title, *(said for _, said in of.marks)]
    for block in of.blocks:
        if isinstance(block, Heading):
            found.append(block.text)
        elif isinstance(block, Text | Items | Quote):
            found += block.lines
        elif isinstance(block, Facts):
            found += [said for _, said in block.rows]
        elif isinstance(block, Grid):
            found += [cell for row in (block.columns, *block.rows) for cell in row]
    return [each for each in found if each]


def bare(text: str) -> str:
    return re.sub(r"[\s\u00ad\u200b\u2010\u202f-]+", "", text)


# ------------------------------------------------------------------------------------------ accounts


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sums_of_a_report_are_those_of_the_accounts(world: Engine, language: str) -> None:
    case_id = active(world)
    with db.reading(world) as session:
        stated = accounts.statement(session, case_id)

    made = reports.case_report(file_of(world), language)

    told = below(made, i18n.paper("Contributions and accounts", language))
    grids = [block for block in told if isinstance(block, Grid)]
    sums = [dict(block.rows) for block in told if isinstance(block, Facts)]
    assert [len(grid.rows) for grid in grids] == [len(account.lines) for account in stated.accounts]
    for account, said in zip(stated.accounts, sums, strict=True):
        expected = {
            "Pledged": account.sums.pledged, "Received": account.sums.received, "Spent": account.sums.spent,
            "Balance": account.sums.balance,
        }  # fmt: skip
        for name, amount in expected.items():
            figure = i18n.amount(amount, account.currency, language)
            assert said[i18n.paper(name, language)] == f"{figure} {account.currency}"
    adds_up = "The statement adds up: in every currency, receipts less expenditure are the balance."
    assert told[-1] == Text((i18n.paper(adds_up, language),))


def test_the_report_to_a_meeting_adds_up_all_cases_as_they_stood_at_the_end_of_its_period(
    world: Engine,
) -> None:
    active(world)

    (chf, eur) = [
        b for b in below(to_meeting(world, "COP15"), "Accounts of all partnerships") if isinstance(b, Grid)
    ]
    (early, *_) = [
        b
        for b in below(to_meeting(world, "COP15", when="2024-08-20 10:00"), "Accounts of all partnerships")
        if isinstance(b, Grid)
    ]

    assert chf.caption == "Amounts in CHF"
    assert chf.rows[-1] == (
        "Sum",
        "250,000.50",
        "0.00",
        "250,000.50",
        "1,000.25",
        "0.00",
        "0.00",
        "249,000.25",
    )
    assert eur.rows[-1][-1] == "250,000.50"
    assert early.rows[-1][-1] == "250,000.50"


def test_without_any_entry_nothing_is_said_of_accounts(world: Engine) -> None:
    build.case(world)

    report, meeting = reports.case_report(file_of(world), "en"), to_meeting(world, "COP15")

    assert "Contributions and accounts" not in parts(report)
    assert "Accounts of all partnerships" not in parts(meeting)


# ------------------------------------------------------------------------------------- periods, years


def test_a_report_to_a_meeting_holds_the_cases_of_the_time_since_the_one_before(world: Engine) -> None:
    build.case(world, at_="2019-05-06 09:00", title="An old one")
    build.do(world, 1, "2019-06-03 09:00", "officer", "withdraw", reason="not wanted")
    build.case(world, at_="2024-01-08 09:00", title="A new one")

    held = {ordinal: to_meeting(world, ordinal) for ordinal in ("COP14", "COP15")}

    assert {o: [p for p in parts(d) if p.startswith("RP-")] for o, d in held.items()} == {
        "COP14": ["RP-2019-1: An old one"],
        "COP15": ["RP-2024-1: A new one"],
    }
    assert held["COP15"].marks == (("Period", "14 November 2022 – 1 October 2024"),)
    assert facts(below(held["COP15"], "Overview"))["Begun in this time"] == "1"


def test_a_meeting_nobody_knows_or_whose_turn_has_not_come_is_refused(world: Engine) -> None:
    build.case(world)

    with pytest.raises(
        reports.UnknownMeeting, match=re.escape("There is no meeting 'COP15x' on file, did you mean 'COP15'?")
    ):
        to_meeting(world, "COP15x")
    with pytest.raises(reports.UnknownMeeting, match="Report to that meeting first"):
        to_meeting(world, "COP16")


def test_the_figures_of_a_year_count_what_happened_in_it(world: Engine) -> None:
    build.case(world, at_="2023-05-08 09:00", title="Before")
    case_in(world, "objection")
    case_in(world, "withdrawn")
    with db.transaction(world) as session:
        letter = session.scalars(select(LETTERS.c.id).where(LETTERS.c.round > 0).limit(1)).one()
        at = build.at("2024-09-30 10:00")
        posting.record(session, [letter], "post", at.date(), build.command("officer", "x", {}).actor, at)

    made, before = of_year(world, 2024), of_year(world, 2023)

    cases = next(b for b in below(made, "Cases") if isinstance(b, Grid))
    assert cases.rows[-1] == ("Sum", "2", "1", "2")
    assert next(b for b in below(before, "Cases") if isinstance(b, Grid)).rows[-1] == ("Sum", "1", "0", "1")
    questions = next(b for b in below(made, "Questions") if isinstance(b, Grid))
    notification = next(row for row in questions.rows if row[0] == "Notification to all Contracting Parties")
    assert notification[1:3] == ("2", "344")
    assert facts(below(made, "Objections")) == {
        "Objections received": "1",
        "Objections withdrawn": "0",
        "Objections lapsed": "0",
        "Letters posted on paper, so far": "1",
    }


def test_an_objection_counts_in_the_year_it_was_made_and_its_withdrawal_in_the_year_of_that(
    world: Engine,
) -> None:
    case_id = case_in(world, "objection")
    with db.reading(world) as session:
        case = queries.load_case(session, case_id)
    assert case is not None
    (objection,) = case.objections
    build.do(
        world,
        case_id,
        "2025-01-08 10:00",
        f"party:{objection.party}",
        "withdraw_objection",
        in_writing=True,
    )

    told = {
        year: facts(below(of_year(world, year, "2026-02-02 10:00"), "Objections"))
        for year in (2024, 2025, 2026)
    }

    assert [
        (year, said["Objections received"], said["Objections withdrawn"]) for year, said in told.items()
    ] == [(2024, "1", "0"), (2025, "0", "1"), (2026, "0", "0")]


# -------------------------------------------------------------------------------------- working paper


def test_the_working_paper_tells_who_answered_what_every_objection_and_the_options(world: Engine) -> None:
    case_id = case_in(world, "cop")
    build.do(world, case_id, "2024-07-03 10:00", "party:DE", "withdraw_objection", in_writing=True)
    reasons = "The site lies *upstream*.\n#panic and a second line."
    other = case_in(world, "notification")
    build.do(world, other, "2024-05-02 10:00", "party:BR", "objection", reasons=reasons)
    build.run_to(world, "2024-07-20 09:00")

    first = reports.working_paper(file_of(world, "RP-2024-1"), "en")
    second = reports.working_paper(file_of(world, "RP-2024-2"), "en")

    assert "Withdrawn on 3 July 2024." in cells(first)
    objected = below(second, "Objections")
    assert Heading("1. Brazil", 2) in objected
    assert Quote(tuple(reasons.split("\n"))) in objected
    asked = next(
        b for b in below(second, "What was asked, of whom, and with what result") if isinstance(b, Grid)
    )
    assert asked.rows[-1][1:3] == ("Notification to all Contracting Parties", "All Contracting Parties (172)")
    assert "Objection 1" in asked.rows[-1][-1]
    options = next(b for b in below(second, "Options") if isinstance(b, Items))
    assert [line.split(";")[0] for line in options.lines] == [
        "approve the partnership",
        "not approve the partnership",
        "defer its decision to a later meeting.",
    ]
    assert facts(below(second, "Background"))["Objections that stand"] == "1"


def test_the_dossier_holds_every_event_of_the_case(world: Engine) -> None:
    case_id = active(world)
    with db.reading(world) as session:
        seqs = session.scalars(select(EVENTS.c.seq).where(EVENTS.c.case_id == case_id)).all()

    made = reports.dossier(file_of(world), "en")

    record = next(b for b in below(made, "The record") if isinstance(b, Grid))
    assert [int(row[0]) for row in record.rows] == sorted(seqs)


# ------------------------------------------------------------------------------------------- formats


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [reports.case_report, reports.working_paper, reports.dossier])
def test_pdf_word_and_html_say_the_same_in_every_language(world: Engine, language: str, make: Any) -> None:
    title = 'Springs: #import "x" *b* $x$ <i>i</i> \\ @r'
    build.case(world, title=title, summary=f"{title}\n{'W' * 90}", territory=("FR", "CI"))
    build.do(world, 1, "2024-01-08 10:00", "officer", "submit")
    made = make(file_of(world), language)
    at = build.at(OCTOBER)

    pages = PdfReader(io.BytesIO(reports.handed_out(made, "pdf", at)))
    word = docx.Document(io.BytesIO(reports.handed_out(made, "docx", at)))
    page = reports.handed_out(made, "html", at).decode()

    said = {
        "pdf": bare("".join(each.extract_text() for each in pages.pages)),
        "docx": bare(
            "".join(node.text or "" for node in word.element.body.iter() if node.tag.endswith("}t"))
        ),
        "html": bare(html_of.unescape(re.sub(r"<[^>]*>", "", page.partition("<body")[2]))),
    }
    wanted = {bare(each) for each in cells(made)}
    assert {form: {each for each in wanted if each not in text} for form, text in said.items()} == {
        "pdf": set(),
        "docx": set(),
        "html": set(),
    }
    assert pages.root_object["/Lang"] == language
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pages.root_object["/Metadata"].get_data()
    assert word.core_properties.language.startswith(language)
    assert f'<html lang="{language}">' in page
    assert "<i>i</i>" not in page and len(word.tables) == sum(isinstance(b, Grid) for b in made.blocks)


def test_a_format_there_is_not_is_refused_with_the_nearest_one(world: Engine) -> None:
    build.case(world)

    with pytest.raises(
        reports.UnknownFormat, match=re.escape("'dcx' is no format of reports, did you mean 'docx'?")
    ):
        reports.handed_out(reports.case_report(file_of(world), "en"), "dcx", build.at(OCTOBER))


def test_a_case_there_is_not_is_refused(world: Engine) -> None:
    with pytest.raises(reports.NoSuchCase, match=re.escape("There is no case RP-1999-1.")):
        file_of(world, "RP-1999-1")


def test_a_period_holds_both_its_ends() -> None:
    period = Period(date(2024, 1, 1), date(2024, 12, 31))

    assert [period.holds(date(*d)) for d in ((2023, 12, 31), (2024, 1, 1), (2024, 12, 31), (2025, 1, 1))] == [
        False,
        True,
        True,
        False,
    ]


def texts() -> set[str]:
    """Every text that a document is worded in, as the sources have them."""
    found: set[str] = set()
    root = Path(workflow.__file__).parent
    for path in (*(root / "reports").glob("*.py"), root / "printing.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in ("t", "say") and node.args:
                    found |= {
                        n.value
                        for n in ast.walk(node.args[0])
                        if isinstance(n, ast.Constant) and isinstance(n.value, str)
                    }
    return found


@pytest.mark.parametrize("language", ["fr", "es"])
def test_every_text_of_a_document_is_said_in_french_and_spanish(language: str) -> None:
    known = catalog(language)

    assert len(texts()) > 100
    assert sorted(text for text in texts() if known.text("paper", text) is None) == []
