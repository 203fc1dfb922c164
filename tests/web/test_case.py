"""The page of a case tells where it stands, what comes next and why, and what may be done by whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, insert, update

from states.commands import Actor, Command
from states.machine import possibilities
from tests import build
from tests.web.brought import case_in
from tests.web.seen import Seen, inline
from workflow import db, engine, explanations, forecast, i18n, models, register
from workflow.queries import CASES, LETTERS, table
from workflow.web.deeds import OFFERED_ON
from workflow.web.people import COOKIE, begin
from workflow.web.showing import say

Browse = Callable[..., TestClient]
REFERENCE = "RP-2024-1"
HOME = f"/cases/{REFERENCE}"
MAY = build.at("2024-05-06 10:00")


def page(browser: TestClient, address: str = HOME) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text[:2000]
    return answer.text


def seen(browser: TestClient, address: str = HOME) -> Seen:
    return Seen(page(browser, address))


def test_a_case_says_where_it_stands_and_until_when_answers_count(site: Engine, signed_in: Browse) -> None:
    case_in(site, "notification")

    told = seen(signed_in(at=MAY))

    assert "Evian Project Notification to all Contracting Parties What comes next" in told.text
    assert (
        "Monday 17 June 2024 The window closes Answers count until 18 June 2024, 09:00 (Europe/Zurich)."
        " If no answer is received, the Party is taken to have no objection." in told.text
    )


def test_behind_every_date_stands_how_it_was_calculated(site: Engine, signed_in: Browse) -> None:
    case_id = case_in(site, "cop")
    with db.reading(site) as session:
        dates = explanations.explain_dates(session, case_id, build.law())
    browser = signed_in(at=build.at("2024-07-02 10:00"))

    for told in (seen(browser).text, seen(browser, f"{HOME}/dates").text):
        for each in dates:
            lines = " ".join(line.english for line in each.lines)
            assert lines in told
    assert [each.last_day for each in dates] == [date(2025, 4, 24), date(2025, 7, 31)]


@pytest.mark.parametrize("role", ["officer", "head", "legal", "finance", "auditor"])
@pytest.mark.parametrize("state", ["draft", "notification", "objection", "agreement"])
def test_buttons_and_reasons_are_those_of_the_law_file(
    site: Engine, signed_in: Browse, role: str, state: str
) -> None:
    case_id = case_in(site, state)
    browser = signed_in(role, at=build.at("2024-06-20 10:00"))
    with db.reading(site) as session:
        found = engine.facts_of(session, case_id, build.at("2024-06-20 10:00"))
    assert found is not None
    law = possibilities(*found, Command("look", Actor(role, role)))

    told = seen(browser)

    buttons = {told.links[a] for a, kind in told.classes.items() if kind.startswith("button")}
    # What concerns the accounts or the monitoring plan is offered and refused on those pages.
    pages = {a.name: OFFERED_ON.get(a.does, "") for a in found[0].actions_in(state)}
    own = [each for each in law if not pages[each.name]]
    assert buttons == {each.title for each in own if each.refused is None and each.name != "confirm_item"}
    for page in ("", "accounts", "monitoring"):
        told = seen(browser, f"{HOME}/{page}".rstrip("/"))
        here = [each for each in law if pages[each.name] == page and each.refused is not None]
        assert sorted(told.disabled) == sorted(each.title for each in here)
        for each in here:
            assert each.refused is not None
            reasons = " ".join(reason.english for reason in each.refused.reasons)
            assert f"{each.title} Why can I not do this? {each.title} {reasons}" in told.text


def test_every_button_leads_to_the_page_of_its_action(site: Engine, signed_in: Browse) -> None:
    case_in(site, "notification")

    told = seen(signed_in(at=MAY))

    assert {a for a, kind in told.classes.items() if kind.startswith("button")} == {
        f"{HOME}/do/extend",
        f"{HOME}/do/corrigendum",
        f"{HOME}/do/hold",
        f"{HOME}/do/reopen_due_diligence",
        f"{HOME}/do/withdraw",
        f"{HOME}/do/fill_sheet",
        f"{HOME}/do/revoke_consent",
        f"{HOME}/do/record_risk",
        f"{HOME}/do/write_public_text",
        f"{HOME}/reply",
    }


def test_whoever_stands_in_for_the_officer_may_do_what_the_officer_may(
    site: Engine, signed_in: Browse
) -> None:
    with db.transaction(site) as session:
        register.add_staff(
            session, "ada", "officer", "ada@secretariat.example", actor="t", now=build.BEGINNING
        )
    case_in(site, "notification", officer="ada")
    before = seen(signed_in(at=MAY))

    with db.transaction(site) as session:
        absent = {"staff": "ada", "deputy": "officer", "starts": MAY.date(), "ends": MAY.date()}
        session.execute(insert(table(models.Handover)).values(absent))
    after = seen(signed_in(at=MAY))

    assert "Extend the window" in before.disabled
    assert f"{HOME}/do/extend" in after.links


def test_through_somebody_elses_eyes_nothing_can_be_done(site: Engine, signed_in: Browse) -> None:
    case_in(site, "notification")
    browser = signed_in("administrator", at=MAY)
    with db.transaction(site) as session:
        browser.cookies.set(COOKIE, begin(session, "administrator", "test", MAY, as_whom="officer"))

    told = seen(browser)

    assert [a for a, kind in told.classes.items() if kind.startswith("button")] == []
    assert "Nothing, by you and now." in told.text
    assert "Extend the window" in told.disabled


def test_objections_stand_there_in_their_own_words_also_once_withdrawn(
    site: Engine, signed_in: Browse
) -> None:
    case_id = case_in(site, "notification")
    build.do(
        site, case_id, "2024-05-02 10:00", "party:NO/mission", "objection", reasons="The spring <dries> up."
    )
    build.do(site, case_id, "2024-05-03 10:00", "party:DE", "objection", reasons="No map.")
    build.do(site, case_id, "2024-05-06 09:00", "party:DE", "withdraw_objection")

    told = page(signed_in(at=MAY))

    assert (
        "Germany Withdrawn in writing Head of the Administrative Authority of Germany"
        " · received 3 May 2024, 10:00 · ended 6 May 2024, 09:00 No map." in Seen(told).text
    )
    assert (
        "Norway stands Permanent Mission of Norway · received 2 May 2024, 10:00 The spring <dries> up."
        in Seen(told).text
    )
    assert "<dries>" not in told


def test_questions_of_parties_stand_there_with_what_they_were_answered(
    site: Engine, signed_in: Browse
) -> None:
    case_id = case_in(site, "notification")
    build.do(site, case_id, "2024-05-02 10:00", "party:JP", "question", text="How are the <reeds> cut?")
    build.do(site, case_id, "2024-05-02 11:00", "party:KE", "question", text="Who buys them?")
    build.do(site, case_id, "2024-05-02 12:00", "party:FR", "question", text="Which lake?")
    build.do(
        site, case_id, "2024-05-03 10:00", "officer", "answer_question",
        party="JP", text="By hand.", for_all=True,
    )  # fmt: skip
    build.do(site, case_id, "2024-05-03 11:00", "party:FR", "support")

    officer, auditor = seen(signed_in(at=MAY)), seen(signed_in("auditor", at=MAY))

    head = "Head of the Administrative Authority of"
    assert (
        "Questions of those asked 1 of 3 wait for an answer"
        f" Kenya waits for an answer {head} Kenya · received 2 May 2024, 11:00 Who buys them?"
        " Answer it: Kenya"
        f" France overtaken by its later answer {head} France · received 2 May 2024, 12:00 Which lake?"
        f" Japan answered {head} Japan · received 2 May 2024, 10:00 How are the <reeds> cut?"
        " Answered by the Secretariat · 3 May 2024, 10:00 · Officer in charge of the case · for all to read"
        " By hand." in officer.text
    )
    assert officer.links[f"{HOME}/do/answer_question?party=KE"] == "Answer it: Kenya"
    assert officer.links[f"{HOME}/board/JP?round=4"] == "Japan"
    assert "Who buys them?" in auditor.text
    assert f"{HOME}/do/answer_question?party=KE" not in auditor.links


def test_a_checklist_says_who_confirmed_what_and_offers_the_rest(site: Engine, signed_in: Browse) -> None:
    case_id = build.case(site, items=("objective", "contribution"))
    with db.transaction(site) as session:
        confirming = Command(
            "confirm_item", Actor("officer", "officer"), {"item": "dossier", "evidence": "folder 7"}
        )
        engine.perform(session, case_id, confirming, build.at("2024-01-08 11:00"))

    officer = seen(signed_in(at=build.at("2024-01-09 10:00")))
    auditor = seen(signed_in("auditor", at=build.at("2024-01-09 10:00")))

    assert "Proposal 3 of 4" in officer.text
    assert "✓ the proposal dossier The officer, 8 January 2024, 11:00: folder 7" in officer.text
    assert "✓ the objective, among those of Resolution X.12 confirmed from the start" in officer.text
    confirm = f"{HOME}/do/confirm_item?item="
    assert officer.links[f"{confirm}partner_identity"] == "Confirm: the partner's legal identity"
    assert f"{confirm}legal_review" not in officer.links  # the legal adviser's own
    assert [a for a in auditor.links if a.startswith(confirm)] == []


def test_the_legal_adviser_confirms_the_review_where_it_is_listed(site: Engine, signed_in: Browse) -> None:
    build.case(site, items=())
    with db.transaction(site) as session:
        session.execute(update(CASES).values(state="agreement"))

    legal = seen(signed_in("legal", at=build.at("2024-01-09 10:00")))
    officer = seen(signed_in("officer", at=build.at("2024-01-09 10:00")))

    item = "○ the legal review not yet confirmed"
    assert f"{item} Confirm: the legal review" in legal.text
    assert item in officer.text and f"{item} Confirm" not in officer.text


def test_letters_are_counted_by_what_became_of_them_at_every_look(site: Engine, signed_in: Browse) -> None:
    case_id = case_in(site, "notification")
    browser = signed_in(at=MAY)
    assert "Request: Notification question 4 Sent 172" in seen(browser).text

    with db.transaction(site) as session:
        lost = (LETTERS.c.case_id == case_id) & (LETTERS.c.member == "KE") & (LETTERS.c.round == 4)
        session.execute(update(LETTERS).where(lost).values(status="refused"))

    assert "Request: Notification question 4 Refused 1 Sent 171" in seen(browser).text
    assert seen(browser).classes[f"{HOME}/board/KE?round=4"] == "tile warn"


def test_an_answer_is_on_the_page_from_the_moment_it_was_given(site: Engine, signed_in: Browse) -> None:
    case_id = case_in(site, "notification")
    browser = signed_in(at=MAY)
    before = seen(browser)

    build.do(site, case_id, "2024-05-06 09:30", "party:FJ", "support")
    after = seen(browser)

    tile = f"{HOME}/board/FJ?round=4"
    assert (before.links[tile], after.links[tile]) == ("FJ – Fiji, No answer", "FJ + Fiji, Support")
    assert f"{HOME}/board?position=support&round=4" in after.links
    assert "Answer Head of the Administrative Authority of Fiji Support" in after.text


def test_the_part_that_a_script_exchanges_is_that_of_the_page(site: Engine, signed_in: Browse) -> None:
    case_in(site, "notification")
    browser = signed_in(at=MAY)

    whole, part = page(browser), page(browser, f"{HOME}/part")

    assert part in whole
    assert f'data-live="{HOME}/part" data-events="{HOME}/live?seen=' in whole


def test_the_forecast_is_the_one_the_law_makes(site: Engine, signed_in: Browse) -> None:
    case_id = case_in(site, "notification")
    with db.reading(site) as session:
        found = engine.facts_of(session, case_id, MAY)
    assert found is not None

    told = seen(signed_in(at=MAY)).text

    for outlook in forecast.forecast(*found):
        for stage in outlook.stages:
            assert stage.earliest is not None and stage.likeliest is not None
            meeting = f" {stage.earliest_meeting}" if stage.earliest_meeting else ""
            days = [i18n.day(day, "en", weekday=False) + meeting for day in (stage.earliest, stage.likeliest)]
            assert f"{found[0].states[stage.state].title} {days[0]} {days[1]}" in told
    assert "Before the Conference of the Parties 18 June 2024 COP15 19 July 2024 COP15" in told


def test_the_procedure_is_drawn_with_the_way_the_case_has_gone(site: Engine, signed_in: Browse) -> None:
    case_in(site, "body_consultation")

    told = page(signed_in(at=build.at("2024-02-22 10:00")))

    assert told.count('class="node visited"') == 3
    assert told.count('class="node current"') == 1
    assert (
        "Where it has been Draft 8 January 2024, 09:00 Preliminary assessment 8 January 2024, 10:00"
        " Advance agreement of the Parties concerned 31 January 2024, 15:00"
        " Consultation of the Management Working Group 20 February 2024, 11:00" in Seen(told).text
    )


def test_documents_stand_there_with_their_version_and_who_may_see_them(
    site: Engine, signed_in: Browse
) -> None:
    case_id = case_in(site, "draft")
    browser = signed_in(at=build.at("2024-01-09 10:00"))
    assert "Documents None yet." in seen(browser).text
    for content in (b"one", b"two"):
        with db.transaction(site) as session:
            engine.attach(
                session, case_id, "Map.txt", content, "parties", Actor("officer", "officer"),
                build.at("2024-01-09 10:00"),
            )  # fmt: skip

    told = seen(browser)

    assert "Map.txt version 2, 9 January 2024" in told.text
    assert f"{HOME}/documents" in told.links


def test_a_case_is_told_in_the_language_of_its_reader(site: Engine, signed_in: Browse) -> None:
    case_in(site, "notification")

    told = seen(signed_in(at=MAY), f"{HOME}?lang=fr").text

    assert i18n.title("Notification to all Contracting Parties", "fr") in told
    assert "lundi 17 juin 2024" in told
    assert say("What comes next", "fr") in told


def test_nothing_on_the_page_needs_what_its_policy_forbids(site: Engine, signed_in: Browse) -> None:
    case_in(site, "objection")
    browser = signed_in(at=build.at("2024-06-20 10:00"))

    assert inline(page(browser)) == []


def test_there_is_no_page_for_a_case_that_is_not_there(site: Engine, signed_in: Browse) -> None:
    browser = signed_in()

    answers = [browser.get(f"/cases/RP-1999-1{more}") for more in ("", "/part", "/dates", "/live")]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert "There is no case RP-1999-1." in answers[0].text


def test_a_case_is_nobodys_business_who_has_not_signed_in(visitor: TestClient) -> None:
    assert visitor.get(HOME).status_code == 303
