"""Whoever holds a reply link sees what is asked, answers without an account, and keeps a receipt."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from tests import build
from tests.web.asked import CLAIRE, Asked, words
from tests.web.mailed import counts, form_to, last_event
from workflow import db, files
from workflow.clock import SimulatedClock
from workflow.queries import LETTERS
from workflow.web import create_app


@pytest.fixture
def asked(site: Engine, visitor: TestClient, clock: SimulatedClock) -> Asked:
    """France and Brazil have been asked; it is the day after."""
    return Asked(site, visitor, clock)


# --------------------------------------------------------------------------------------- looking


def test_the_page_says_what_is_asked_by_when_and_what_silence_means(asked: Asked) -> None:
    said = words(asked.page())

    assert "Evian Project" in said and "Advance agreement of the Parties concerned" in said
    assert "Reply by Monday 26 February 2024, 23:59 (Europe/Zurich)" in said
    assert "Still counted if received before Tuesday 27 February 2024, 09:00 (Europe/Zurich)" in said
    assert "Time zone Europe/Zurich (UTC+1)" in said
    assert "If no answer is received, the Party has not agreed: silence is not consent." in said


def test_the_hour_of_closing_is_told_on_the_clock_of_the_capital_too(asked: Asked) -> None:
    said = words(asked.page(asked.link("BR")))

    assert "On the clock of your capital Tuesday 27 February 2024, 05:00 (America/Sao_Paulo)" in said
    assert "On the clock of your capital" not in words(asked.page())


def test_no_answer_is_chosen_beforehand(asked: Asked) -> None:
    form = form_to(asked.page())

    assert form.offered["answer"] == ["consent", "consent_with_conditions", "refuse"]
    assert "answer" not in form.untouched and " checked" not in asked.page()


def test_looking_changes_nothing_however_often(asked: Asked) -> None:
    before = counts(asked.on)

    statuses = [asked.browser.head(asked.address).status_code]
    statuses += [asked.browser.get(asked.address).status_code for _ in range(5)]

    assert statuses == [200] * 6
    assert counts(asked.on) == before


def test_the_page_is_kept_nowhere_and_tells_nobody_where_its_reader_was(asked: Asked) -> None:
    headers = asked.browser.get(asked.address).headers

    wanted = ("cache-control", "referrer-policy", "x-robots-tag")
    assert [headers[name] for name in wanted] == ["no-store", "no-referrer", "noindex, nofollow"]


def test_the_page_speaks_the_language_of_the_letter_until_another_is_chosen(asked: Asked) -> None:
    def language(address: str) -> str:
        return asked.browser.get(address).text.split('<html lang="')[1][:2]

    first = language(asked.address)
    chosen = language(asked.address + "?lang=es")
    afterwards = language(asked.address)

    assert [first, chosen, afterwards] == ["fr", "es", "es"]


def test_whoever_wishes_is_written_to_in_the_language_of_the_page_from_then_on(asked: Asked) -> None:
    asked.send(answer="consent", keep_language="yes", **CLAIRE)

    with db.reading(asked.on) as session:
        told = session.scalars(select(LETTERS.c.language).where(LETTERS.c.party == "FR")).all()
    assert told == ["fr", "en"]
    assert last_event(asked.on, 0) == ("contact_language", "party:FR")
    asked.browser.cookies.clear()
    assert '<html lang="en"' in asked.browser.get(asked.address).text


def test_a_language_written_from_right_to_left_turns_the_page(asked: Asked) -> None:
    browser = TestClient(create_app(asked.on, asked.clock, languages=("en", "ar")))

    assert '<html lang="ar" dir="rtl">' in browser.get(asked.address + "?lang=ar").text
    assert '<html lang="ar" dir="rtl">' in browser.get(asked.address).text  # the browser remembers it
    assert '<html lang="fr" dir="ltr">' in asked.browser.get(asked.address + "?lang=ar").text


# ------------------------------------------------------------------------------------- answering


def test_an_answer_is_recorded_in_the_name_of_the_contact_that_was_written_to(asked: Asked) -> None:
    response = asked.send(answer="consent", **CLAIRE)

    assert (response.status_code, response.headers["location"]) == (
        303,
        f"{asked.address}?recorded=answer&lang=en",
    )
    assert asked.answered() == [("party:FR", "consent", True)]
    assert last_event(asked.on, asked.case)[1] == "party:FR"


def test_the_receipt_on_screen_says_what_was_said_by_whom_and_until_when_it_may_be_changed(
    asked: Asked,
) -> None:
    response = asked.send(answer="consent_with_conditions", conditions="Only with a map.", **CLAIRE)

    said = words(asked.browser.get(response.headers["location"]).text)

    assert "Your answer is recorded." in said
    assert "Consent with conditions" in said and "Only with a map." in said
    assert "Received Friday 12 January 2024, 09:00 (Europe/Zurich)" in said
    assert "Given by Head of the Administrative Authority of France" in said
    assert "Signed Claire Dupont, Directrice de l’eau" in said
    assert "You may change it on this page until: Tuesday 27 February 2024, 09:00 (Europe/Zurich)" in said


def test_every_contact_of_the_party_gets_a_receipt_that_names_who_answered(asked: Asked) -> None:
    asked.send(answer="consent", **CLAIRE)

    with db.reading(asked.on) as session:
        texts = session.scalars(
            select(LETTERS.c.text).where(LETTERS.c.party == "FR", LETTERS.c.template == "receipt")
        ).all()
    assert len(texts) == 1
    assert "- Signée\u00a0: Claire Dupont, Directrice de l’eau" in texts[0]


def test_a_form_in_which_nobody_chose_records_nothing_and_keeps_what_was_written(asked: Asked) -> None:
    before = counts(asked.on)

    response = asked.send(text="We are still thinking.", **CLAIRE)

    assert response.status_code == 422
    assert "No answer was chosen. Choose one of the answers." in words(response.text)
    assert "We are still thinking." in response.text and 'value="Claire Dupont"' in response.text
    assert counts(asked.on) == before


def test_whoever_answers_signs_with_name_and_title(asked: Asked) -> None:
    response = asked.send(answer="consent")

    assert '<a href="#name">Your name is missing.</a>' in response.text
    assert '<a href="#title">Your title or function is missing.</a>' in response.text
    assert asked.answered() == []


def test_a_refusal_without_reasons_is_sent_back_to_the_field_that_is_empty(asked: Asked) -> None:
    response = asked.send(answer="refuse", **CLAIRE)

    assert response.status_code == 422
    assert re.search(r'<a href="#reasons">[^<]*reasons', response.text)
    assert 'value="refuse" required class="wants-reasons" checked' in response.text
    assert asked.answered() == []


def test_conditions_beside_a_plain_consent_are_not_lost_but_asked_about(asked: Asked) -> None:
    response = asked.send(answer="consent", conditions="Only with a map.", **CLAIRE)

    said = words(response.text)
    assert "There are conditions, but the answer chosen is “Consent”." in said
    assert asked.answered() == []


def test_an_answer_may_be_changed_by_the_same_link(asked: Asked) -> None:
    asked.send(answer="consent", **CLAIRE)
    asked.move("2024-01-20 09:00")
    response = asked.send(answer="refuse", reasons="The minister decided otherwise.", **CLAIRE)

    said = words(asked.browser.get(response.headers["location"]).text)

    assert [word for _, word, _ in asked.answered()] == ["consent", "refuse"]
    assert "Refusal ✓ Counts" in said and "Consent ⤳ Does not count" in said


def test_a_form_that_is_sent_twice_is_one_answer(asked: Asked) -> None:
    form = form_to(asked.page())
    filled = form.untouched | {"answer": "consent", **CLAIRE}

    statuses = [asked.browser.post(form.action, data=filled).status_code for _ in range(2)]

    assert statuses == [303, 303]
    assert len(asked.answered()) == 1


def test_a_page_that_was_open_for_half_a_day_is_shown_again_before_it_is_believed(asked: Asked) -> None:
    form = form_to(asked.page())
    asked.clock.move_to(asked.clock.now() + timedelta(hours=12))

    response = asked.browser.post(form.action, data=form.untouched | {"answer": "consent", **CLAIRE})

    assert "This page was open for more than twelve hours." in words(response.text)
    assert asked.answered() == []
    again = form_to(response.text)
    assert asked.browser.post(again.action, data=again.untouched | CLAIRE).status_code == 303


def test_a_form_made_for_one_party_does_not_answer_for_another(asked: Asked) -> None:
    form, other = form_to(asked.page()), asked.link("BR")

    response = asked.browser.post(other, data=form.untouched | {"answer": "consent", **CLAIRE})

    assert response.status_code == 422
    assert asked.answered() == []


def test_another_site_cannot_send_the_form(asked: Asked) -> None:
    form = form_to(asked.page())
    elsewhere = {"sec-fetch-site": "cross-site"}

    response = asked.browser.post(form.action, data=form.untouched | CLAIRE, headers=elsewhere)

    assert response.status_code == 403
    assert asked.answered() == []


def test_one_link_answers_thirty_times_in_ten_minutes_and_no_more(asked: Asked) -> None:
    statuses = [asked.browser.post(asked.address, data={}).status_code for _ in range(31)]

    assert statuses == [422] * 30 + [429]
    assert asked.browser.get(asked.address).status_code == 200


def test_whoever_does_not_say_how_much_they_send_is_not_listened_to(asked: Asked) -> None:
    response = asked.browser.post(asked.address, content=(part for part in (b"answer=", b"consent")))

    assert response.status_code == 413


def test_what_is_written_is_shown_as_text_and_never_as_a_page(asked: Asked) -> None:
    response = asked.send(answer="consent", text="<script>alert(1)</script>", **CLAIRE)

    page = asked.browser.get(response.headers["location"]).text

    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# ---------------------------------------------------------------------------- documents and files


def test_a_party_reads_what_is_meant_for_parties_and_nothing_else(asked: Asked) -> None:
    with db.transaction(asked.on) as session:
        kept = {
            access: files.add(
                session, asked.case, f"{access}.pdf", b"%PDF-" + access.encode(), access, "officer",
                asked.clock.now(),
            ).id
            for access in files.ACCESS
        }  # fmt: skip

    got = {access: asked.browser.get(f"{asked.address}/documents/{id}") for access, id in kept.items()}

    assert {access: answer.status_code for access, answer in got.items()} == {
        "public": 200, "parties": 200, "committee": 404, "secretariat": 404,
    }  # fmt: skip
    assert got["parties"].content == b"%PDF-parties"
    assert got["parties"].headers["content-disposition"].startswith('attachment; filename="parties.pdf"')
    assert got["parties"].headers["cache-control"] == "no-store"
    shown = re.findall(r">(\w+)\.pdf</a>", asked.page())
    assert shown == ["parties", "public"]


def test_a_document_of_another_case_is_not_to_be_had(asked: Asked) -> None:
    other = build.case(asked.on, territory=())
    with db.transaction(asked.on) as session:
        kept = files.add(session, other, "other.pdf", b"%PDF-", "public", "officer", asked.clock.now())

    assert asked.browser.get(f"{asked.address}/documents/{kept.id}").status_code == 404


def test_a_file_that_comes_with_an_answer_is_for_the_secretariat(asked: Asked) -> None:
    scan = {"attachment": ("../note verbale.pdf", b"%PDF-1.4 signed", "text/html")}

    response = asked.send(files=scan, answer="consent", **CLAIRE)

    with db.reading(asked.on) as session:
        (kept,) = files.documents(session, asked.case)
    assert (kept.name, kept.access, kept.media_type, kept.added_by) == (
        "Reply FR - note verbale.pdf",
        "secretariat",
        "application/pdf",
        "party:FR",
    )
    assert "With it Reply FR - note verbale.pdf" in words(
        asked.browser.get(response.headers["location"]).text
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"MZ\x90\x00 a program \x00\xff", "The file is of a kind that is not taken."),
        (b"%PDF-" + b"x" * (10 * 2**20), "The file is too large: 10 MB at most."),
    ],
)
def test_a_file_that_is_no_document_is_refused_by_what_it_is(asked: Asked, content: bytes, why: str) -> None:
    response = asked.send(files={"attachment": ("letter.pdf", content)}, answer="consent", **CLAIRE)

    assert why in words(response.text)
    assert (asked.answered(), counts(asked.on)["documents"]) == ([], 0)


def test_a_file_of_a_party_never_takes_the_place_of_one_of_ours(asked: Asked) -> None:
    with db.transaction(asked.on) as session:
        files.add(session, asked.case, "Dossier.pdf", b"%PDF-ours", "parties", "officer", asked.clock.now())

    asked.send(files={"attachment": ("Dossier.pdf", b"%PDF-theirs")}, answer="consent", **CLAIRE)
    asked.send(files={"attachment": ("Dossier.pdf", b"%PDF-again")}, answer="consent", **CLAIRE)

    with db.reading(asked.on) as session:
        kept = [(d.name, d.version) for d in files.documents(session, asked.case)]
    assert kept == [("Dossier.pdf", 1), ("Reply FR - Dossier.pdf", 1), ("Reply FR 2 - Dossier.pdf", 1)]
