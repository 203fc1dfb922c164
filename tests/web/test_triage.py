"""The page on which officers look at mail that waits: the mail, the case, the answer, and one click."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build
from tests.web.conftest import token_of
from tests.workflow import mails
from tests.workflow.mails import answers, arrive, made, read_as, sent
from workflow import db, files, queries
from workflow.clock import SimulatedClock
from workflow.inbox import MATCHED, WAITS
from workflow.inbox.filing import reference_of
from workflow.web.showing import say
from workflow.web.triage import DONE, MARKS, SIGNS, VERDICTS

SignedIn = Callable[..., TestClient]
NOW = build.at("2024-06-12 11:00")


class Desk:
    """A case whose notification has reached all, and an officer at the page of the mail."""

    def __init__(self, on: Engine, browser: TestClient, case_id: int) -> None:
        self.on, self.browser, self.case = on, browser, case_id

    def receive(self, name: str, party: str = "NO", **head: str) -> int:
        """Let a message of the corpus come in; its number."""
        return arrive(self.on, made(name, sent(self.on, self.case, party), **head))

    def page(self, address: str = "/mail") -> str:
        return self.browser.get(f"{address}{'&' if '?' in address else '?'}lang=en").text

    def send(self, address: str, **fields: Any) -> Any:
        """Send a form of the page."""
        token = token_of(self.page("/account"))
        return self.browser.post(address, data={"form_token": token, **fields})


@pytest.fixture
def desk(site: Engine, signed_in: SignedIn, clock: SimulatedClock) -> Desk:
    """It is the day after the notification."""
    build.settle(site, mails.SETTINGS)
    case_id = build.in_notification(site)
    return Desk(site, signed_in("officer", NOW), case_id)


def test_what_waits_stands_there_the_oldest_first_with_why_and_by_when(desk: Desk) -> None:
    first = desk.receive("condition-en")
    second = desk.receive("thanks-only", "CA")
    desk.receive("gmail-en", "JP")  # counted: it waits for nobody
    page = desk.page()

    assert page.index(f'href="/mail/{first}"') < page.index(f'href="/mail/{second}"')
    assert "It seems to give an answer, with something that only a person can weigh." in page
    assert "open until" in page
    assert page.count('href="/mail/') == 2


def test_the_mail_stands_beside_the_case_and_the_answer_with_its_sentence_marked(desk: Desk) -> None:
    number = desk.receive("condition-en")
    page = desk.page(f"/mail/{number}")

    assert "<mark>We have no objection, provided that our logo is not used.</mark>" in page
    assert "a condition: <q" in page.replace("&#39;", "'")
    assert '<option value="party:NO" selected>' in page
    assert '<option value="no_objection" selected>' in page
    assert "It was sent to the sealed address of our letter." in page


def test_one_click_in_the_list_records_a_clear_answer_that_waits(desk: Desk) -> None:
    number = desk.receive("objection-en", Authentication_Results="")
    page = desk.page()
    assert "Record: Objection" in page
    answer = desk.send(f"/mail/{number}/accept", who="party:NO", voice="head", answer="objection", key="k")

    assert (answer.status_code, answer.headers["location"]) == (303, "/mail?done=accepted")
    assert answers(desk.on, desk.case) == [("NO", "party:NO", "objection")]
    assert f"/mail/{number}" not in desk.page()


def test_the_same_click_twice_records_one_answer(desk: Desk) -> None:
    number = desk.receive("objection-en", Authentication_Results="")
    said = {"who": "party:NO", "voice": "head", "answer": "objection", "key": "k"}
    desk.send(f"/mail/{number}/accept", **said)
    again = desk.send(f"/mail/{number}/accept", **said)

    assert again.status_code == 409
    assert "somebody has dealt with it" in again.text
    assert answers(desk.on, desk.case) == [("NO", "party:NO", "objection")]


def test_an_answer_of_nobody_is_refused_and_what_was_chosen_stays(desk: Desk) -> None:
    number = desk.receive("condition-en")
    answer = desk.send(f"/mail/{number}/accept", who="", answer="objection", key="k")

    assert answer.status_code == 422
    assert "Say whose answer it is, and what it is." in answer.text
    assert '<option value="objection" selected>' in answer.text


def test_what_the_law_refuses_is_told_and_nothing_of_it_is_kept(desk: Desk) -> None:
    number = desk.receive("condition-en")
    answer = desk.send(f"/mail/{number}/accept", who="seat:CA", voice="head", answer="consent", key="k")

    assert answer.status_code == 422
    assert answers(desk.on, desk.case) == []
    assert read_as(desk.on, number, "status") == "waiting"
    with db.reading(desk.on) as session:
        assert files.documents(session, desk.case) == []


def test_mail_of_no_case_is_filed_with_one_by_a_click_on_a_guess_or_by_its_reference(desk: Desk) -> None:
    number = desk.receive("stranger-with-the-subject")
    with db.reading(desk.on) as session:
        reference = session.scalar(
            queries.CASES.select()
            .with_only_columns(queries.CASES.c.reference)
            .where(queries.CASES.c.id == desk.case)
        )
    page = desk.page(f"/mail/{number}")
    assert f"File it with {reference}" in page
    assert "Record the answer" not in page

    moved = desk.send(f"/mail/{number}/move", case=str(reference).lower())

    assert (moved.status_code, moved.headers["location"]) == (303, f"/mail/{number}?done=moved")
    assert "Record the answer" in desk.page(f"/mail/{number}")


def test_a_reference_of_no_case_is_told(desk: Desk) -> None:
    number = desk.receive("stranger-with-the-subject")
    answer = desk.send(f"/mail/{number}/move", case="RP-1999-1")

    assert answer.status_code == 422
    assert "There is no case &#39;RP-1999-1&#39;. Check its reference." in answer.text


def test_letters_that_came_back_from_an_unknown_are_set_aside_together(desk: Desk) -> None:
    letter = sent(desk.on, desk.case)
    numbers = []
    for each in range(3):
        raw = made("bounce-postfix", letter).replace(letter.bounce_to.encode(), b"bounce@cases.example")
        raw = raw.replace(letter.recipient.encode(), b"nobody%d@elsewhere.example" % each)
        numbers.append(arrive(desk.on, raw))
    page = desk.page("/mail?show=returned")
    assert page.count('type="checkbox"') == 3
    assert 'href="/mail/' not in desk.page("/mail")

    desk.send("/mail/close", number=numbers, back="returned")

    assert [read_as(desk.on, number, "status") for number in numbers] == ["dropped"] * 3
    assert "Nothing waits." in desk.page("/mail?show=returned")


def test_a_mail_of_an_open_window_is_on_the_desk_of_its_officer_with_its_date(desk: Desk) -> None:
    desk.receive("condition-en")
    desk.receive("noise")
    page = desk.page("/")

    assert page.count("1 mail waits for somebody to look at it.") == 2
    assert 'href="/mail">Look at the mail' in page


def test_what_is_attached_and_may_do_harm_is_named_and_not_handed_out(desk: Desk) -> None:
    bad, good = desk.receive("zip-bomb"), desk.receive("scan-attached", "CA")
    page = desk.page(f"/mail/{bad}")

    assert "do not open" in page and "/raw" not in page
    assert desk.browser.get(f"/mail/{bad}/raw").status_code == 403
    saved = desk.browser.get(f"/mail/{good}/raw")
    assert (saved.status_code, saved.headers["content-type"]) == (200, "application/octet-stream")
    assert saved.headers["content-disposition"] == f'attachment; filename="mail-{good}.eml"'


def test_nothing_a_mail_holds_runs_or_loads_on_the_page(desk: Desk) -> None:
    number = desk.receive("script-in-html")
    page = desk.page(f"/mail/{number}")

    assert "steal" not in page and "spy.example" not in page


def test_somebody_who_only_reads_sees_no_button(desk: Desk, signed_in: SignedIn) -> None:
    number = desk.receive("objection-en", Authentication_Results="")
    auditor = signed_in("auditor", NOW)

    for address in ("/mail", f"/mail/{number}"):
        assert "<button" not in auditor.get(address).text.replace('<button class="search', "")


def test_all_mail_of_a_case_stands_on_one_page_the_newest_first(desk: Desk) -> None:
    waits, counted = desk.receive("condition-en"), desk.receive("gmail-en", "JP")
    absent = desk.receive("absence-fr", "CA")
    page = desk.page("/mail?case=rp-2024-1")

    places = [page.index(f'href="/mail/{number}"') for number in (absent, counted, waits)]
    assert places == sorted(places)
    assert "Record: No objection" not in page
    assert desk.browser.get("/mail?case=RP-1999-1").status_code == 404


def test_an_absence_stands_in_the_timeline_as_sent_by_a_program_and_the_party_has_not_answered(
    desk: Desk,
) -> None:
    desk.receive("absence-exchange")
    page = desk.page("/cases/RP-2024-1")

    assert "Mail received" in page
    assert "Head of the Administrative Authority of Norway" in page
    assert "sent by a program" in page
    assert answers(desk.on, desk.case) == []


def test_a_page_of_a_mail_that_is_not_there_says_so(desk: Desk) -> None:
    answer = desk.browser.get("/mail/99999")

    assert answer.status_code == 404
    assert "There is no mail 99999." in answer.text


@pytest.mark.parametrize("role", ["officer", "head", "legal", "finance", "auditor"])
def test_the_page_of_a_case_leads_to_its_mail_with_how_many_there_are_and_how_many_wait(
    desk: Desk, signed_in: SignedIn, role: str
) -> None:
    case = f"/cases/{mails_case(desk)}"
    browser = signed_in(role, NOW)

    def said() -> str:
        page = browser.get(f"{case}?lang=en").text
        return (
            " ".join(re.sub(r"<[^>]+>", " ", page).split())
            if f'href="/mail?case={mails_case(desk)}"' in page
            else ""
        )

    none = said()
    desk.receive("gmail-en")  # counted: it waits for nobody
    desk.receive("absence-fr", "CA")
    two = said()
    number = desk.receive("condition-en", "JP")
    three = said()
    desk.send("/mail/close", number=number)
    closed = said()

    assert none == ""
    assert "2 mails about this case Reports" in two
    assert "3 mails about this case 1 waits for somebody" in three
    assert "3 mails about this case Reports" in closed


def test_a_case_tells_of_its_mail_in_french_and_spanish(desk: Desk) -> None:
    desk.receive("condition-en")
    case = f"/cases/{mails_case(desk)}"

    told = [desk.browser.get(f"{case}?lang={language}").text for language in ("fr", "es")]
    assert '1 courrier sur ce dossier</a> <span class="tag warn">1 attend quelqu’un</span>' in told[0]
    assert '1 correo sobre este expediente</a> <span class="tag warn">1 espera a alguien</span>' in told[1]


@pytest.mark.parametrize("language", ["fr", "es"])
def test_whatever_the_page_says_of_a_mail_is_said_in_french_and_spanish(language: str) -> None:
    found = [*WAITS.values(), *MATCHED.values(), *MARKS.values(), *SIGNS.values(), *DONE.values()]
    found += [words for _, words in VERDICTS.values()]
    found += ["it is of a kind that can run (text/html)", "an archive of 9000 files, more than 2000"]

    assert [text for text in found if say(text, language) == text] == []


def test_a_sender_without_a_name_is_told_by_the_address_alone_and_no_stranger_before_a_case_is_known(
    desk: Desk,
) -> None:
    raw = (
        b"From: head.no@parties.example\r\nTo: secretariat@example.org\r\nSubject: Wetlands\r\n\r\nHello.\r\n"
    )
    number = arrive(desk.on, raw)
    page = desk.page(f"/mail/{number}")

    assert "<dt>From</dt><dd>head.no@parties.example " in page
    assert "no contact on file" not in page and "address not proved" in page


def mails_case(desk: Desk) -> str:
    """The reference of the case."""
    with db.reading(desk.on) as session:
        return reference_of(session, desk.case)
