"""The reply board: one tile for everyone asked, and files that say exactly what it says."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, update

from states.positions import tally
from tests import build
from tests.web.brought import case_in
from tests.web.seen import Seen, inline
from workflow import db, engine, i18n
from workflow.queries import LETTERS

Browse = Callable[..., TestClient]
HOME = "/cases/RP-2024-1"
BOARD = f"{HOME}/board"
#: The notification is the third question of a case that concerns nobody's territory.
NO = 3
AFTER = build.at("2024-06-19 10:00")


@pytest.fixture
def case_id(site: Engine) -> int:
    """A notification of which every kind of reply there is has come, or not come, by 19 June 2024."""
    found = case_in(site, "notification", territory=())
    with db.transaction(site) as session:
        asked = (LETTERS.c.case_id == found) & (LETTERS.c.round == NO)
        for member, status in (("KE", "refused"), ("TD", "given_up"), ("FJ", "waiting")):
            session.execute(update(LETTERS).where(asked & (LETTERS.c.member == member)).values(status=status))
    build.do(site, found, "2024-05-02 10:00", "party:FR", "support")
    build.do(site, found, "2024-05-03 10:00", "party:CH", "support", text="=HYPERLINK(1)")
    build.do(site, found, "2024-05-03 11:00", "party:DE/mission", "objection", reasons="No map.")
    build.do(site, found, "2024-05-06 11:00", "party:DE/nfp", "support")
    build.do(site, found, "2024-05-07 11:00", "party:AT", "no_objection")
    build.do(site, found, "2024-06-12 10:00", "party:NZ", "question", text="Which lake?")
    build.do(site, found, "2024-06-18 10:00", "party:US", "support")  # too late
    return found


def seen(browser: TestClient, address: str = BOARD) -> Seen:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text[:2000]
    return Seen(answer.text)


def tiles(told: Seen, no: int = NO) -> dict[str, tuple[str, str]]:
    """Code -> class and words of its tile."""
    found = {}
    for address, words in told.links.items():
        match = re.fullmatch(rf"{BOARD}/(.+)\?round={no}", address)
        if match and told.classes[address].startswith("tile"):
            found[match[1]] = (told.classes[address], words)
    return found


def test_every_party_has_its_tile_with_colour_sign_and_word(case_id: int, signed_in: Browse) -> None:
    found = tiles(seen(signed_in(at=AFTER)))

    assert len(found) == 172
    looked_at = ("FR", "AT", "DE", "NZ", "US", "KE", "TD", "FJ", "SE")
    assert {code: found[code] for code in looked_at} == {
        "FR": ("tile good", "France + Support"),
        "AT": ("tile good", "Austria ✓ No objection"),
        "DE": ("tile bad", "Germany ✕ Objection"),
        "NZ": ("tile note", "New Zealand ? Question"),
        "US": ("tile warn", "United States of America ◷ Answered too late"),
        "KE": ("tile warn", "Kenya ! Not reached"),
        "TD": ("tile warn", "Chad ! Not reached"),
        "FJ": ("tile silent", "Fiji … Letter not yet sent"),
        "SE": ("tile silent", "Sweden – No answer"),
    }  # fmt: skip


def test_the_board_counts_as_the_law_does(site: Engine, case_id: int, signed_in: Browse) -> None:
    with db.reading(site) as session:
        found = engine.facts_of(session, case_id, AFTER)
    assert found is not None
    law, facts = found
    round_ = facts.case.rounds[NO - 1]
    ask = law.states[round_.state].ask
    assert ask is not None
    counted = tally(round_, facts.case, ask, facts.unreached)

    shown = counts(seen(signed_in(at=AFTER)))

    # To the law a letter that is still on its way has not reached anybody.
    shown["Not reached"] += shown.pop("Letter not yet sent")
    words = {"silent": "No answer", "late": "Answered too late", "unreached": "Not reached"}
    assert shown == {words.get(k) or i18n.word("answer", k, "en"): n for k, n in counted.items()}


def counts(told: Seen) -> Counter[str]:
    """Position -> its number, as the filters say."""
    found: Counter[str] = Counter()
    for address, words in told.links.items():
        if "position=" in address and (match := re.fullmatch(r"\S (.+) (\d+)", words)):
            found[match[1]] = int(match[2])
    return found


def test_conditions_and_consents_are_told_apart(site: Engine, signed_in: Browse) -> None:
    found = case_in(site, "party_consent", territory=("FR", "BE", "DE"))
    build.do(site, found, "2024-02-05 10:00", "party:FR", "consent")
    build.do(site, found, "2024-02-06 10:00", "party:BE", "consent_with_conditions", conditions="no logo")

    shown = tiles(seen(signed_in(at=build.at("2024-02-07 10:00"))), no=1)

    assert shown == {
        "FR": ("tile good", "France ✓ Consent"),
        "BE": ("tile warn", "Belgium ± Consent with conditions"),
        "DE": ("tile silent", "Germany – No answer"),
    }


@pytest.mark.parametrize("position", ["", "support", "objection", "question", "silent", "late", "unreached"])
def test_the_files_equal_the_screen_under_every_filter(
    case_id: int, signed_in: Browse, position: str
) -> None:
    browser = signed_in(at=AFTER)
    address = f"round={NO}" + (f"&position={position}" if position else "")

    shown = [words.split(" ")[0] for _, words in tiles(seen(browser, f"{BOARD}?{address}")).values()]
    listed = seen(browser, f"{BOARD}?{address}&form=list").text
    written = list(
        csv.DictReader(io.StringIO(browser.get(f"{BOARD}.csv?{address}").content.decode("utf-8-sig")))
    )
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get(f"{BOARD}.xlsx?{address}").content)).active

    assert sheet is not None
    assert [row["Name"].split(" ")[0] for row in written] == shown
    assert [str(row[1].value) for row in sheet.iter_rows(min_row=2)] == [row["Name"] for row in written]
    assert f"{len(written)} shown" in listed


def test_a_text_that_looks_like_a_formula_stays_a_text(case_id: int, signed_in: Browse) -> None:
    browser = signed_in(at=AFTER)

    written = browser.get(f"{BOARD}.csv?position=support")
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get(f"{BOARD}.xlsx?position=support").content)).active

    assert "'=HYPERLINK(1)" in written.text
    assert sheet is not None
    texts = [row[10] for row in sheet.iter_rows(min_row=2) if row[10].value]
    assert [(cell.value, cell.data_type) for cell in texts] == [("=HYPERLINK(1)", "s")]
    assert written.headers["content-disposition"] == f'attachment; filename="RP-2024-1-{NO}-support.csv"'


@pytest.mark.parametrize(
    ("language", "first"), [("en", "Algeria"), ("fr", "Afrique du Sud"), ("es", "Angola")]
)
def test_parties_stand_by_region_and_there_in_the_order_of_the_readers_alphabet(
    case_id: int, signed_in: Browse, language: str, first: str
) -> None:
    told = seen(signed_in(at=AFTER), f"{BOARD}?lang={language}")

    names = [words for _, words in tiles(told).values()]
    assert names[0].startswith(first)
    africa = [name.split(" ")[0] for name in names[:50]]
    assert africa == sorted(africa, key=i18n.sort_key)


def test_an_earlier_question_can_be_looked_at_with_its_seats(case_id: int, signed_in: Browse) -> None:
    told = seen(signed_in(at=AFTER), f"{BOARD}?round=2")

    found = tiles(told, no=2)
    assert len(found) == 19
    assert found["africa-1"] == ("tile good", "Gabon ✓ Approval")
    assert "Africa 5" in told.text
    assert f"{BOARD}?round={NO}" in told.links


def test_a_tile_leads_to_everything_that_party_said_and_every_letter_to_it(
    site: Engine, case_id: int, signed_in: Browse
) -> None:
    told = seen(signed_in(at=AFTER), f"{BOARD}/DE?round={NO}").text

    assert "Germany ✕ Objection Region Europe" in told
    assert (
        "Support replaced by another answer Notification to all Contracting Parties"
        " · National Focal Point of Germany · received 6 May 2024, 11:00" in told
    )
    assert (
        "Objection counts Notification to all Contracting Parties · Permanent Mission of Germany"
        " · received 3 May 2024, 11:00 No map." in told
    )
    with db.reading(site) as session:
        letters = build.letters_to(session, case_id, "DE")
    rows = told[told.index("What became of it") :]
    assert Counter(letters) == {
        name: len(re.findall(i18n.word("template", name, "en") + " head", rows)) for name in set(letters)
    }


def test_the_course_of_the_answers_is_a_picture_and_the_same_table(case_id: int, signed_in: Browse) -> None:
    browser = signed_in(at=AFTER)
    page = browser.get(BOARD).text

    table = Seen(page).text
    table = table[table.index("Answers by day") :]

    assert '<svg aria-hidden="true"' in page
    assert "Day No objection Support Objection Question Together Reminded" in table
    assert "2 May 2024 0 1 0 0 1" in table
    assert "3 May 2024 0 2 1 0 3" in table
    # Germany said something else after its objection: this is the course of what came in.
    assert "7 May 2024 1 3 0 0 4" in table
    assert re.search(r"3 June 2024 1 3 0 0 4 16\d", table)  # the reminder, two weeks before the last day
    assert inline(page) == []


def test_there_is_no_board_of_a_question_nobody_was_asked(
    site: Engine, case_id: int, signed_in: Browse
) -> None:
    browser = signed_in(at=AFTER)
    draft = build.case(site, at_="2024-06-19 09:00")

    missing = [
        f"{BOARD}?round=9",
        f"{BOARD}/XX",
        f"{BOARD}/africa-1?round={NO}",
        f"/cases/RP-2024-{draft}/board",
    ]

    assert [browser.get(address).status_code for address in missing] == [404] * 4


def test_a_filter_that_does_not_exist_shows_nobody_and_breaks_nothing(
    case_id: int, signed_in: Browse
) -> None:
    told = seen(signed_in(at=AFTER), f"{BOARD}?position=<script>&round=abc")

    assert len(tiles(told)) == 172
