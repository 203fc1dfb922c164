"""The public register: what was released, in words written for it and reviewed, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlalchemy import Engine, update

from states.commands import Actor
from tests import build
from tests.web import opened
from tests.web.brought import case_in
from tests.web.seen import Seen, inline
from workflow import db, queries
from workflow.clock import SimulatedClock
from workflow.web import create_app
from workflow.web.limits import LIMITS

JULY = "2024-07-01 10:00"
_ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def public(site: Engine, clock: SimulatedClock) -> TestClient:
    """A browser in which nobody has signed in, before an installation that has a public register."""
    opened.open_register(site)
    clock.move_to(build.at(JULY))
    return TestClient(create_app(site, clock), base_url="http://testserver", follow_redirects=False)


def released(site: Engine, state: str = "agreement", **words: str) -> str:
    return opened.release(site, case_in(site, state, officer="officer"), JULY, **words)


def test_without_the_setting_there_is_no_public_register(site: Engine, visitor: TestClient) -> None:
    reference = released(site)
    nothing = visitor.get("/no-such-page")

    parts = ("", "/en", f"/en/{reference}", "/en/register.atom", "/en/register.json", "/en/dates.ics")
    for path in (*(f"/public{part}" for part in parts), f"/public/en/{reference}.json"):
        answer = visitor.get(path)
        assert (answer.status_code, Seen(answer.text).text) == (404, Seen(nothing.text).text), path
    assert visitor.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_a_case_is_read_in_the_words_that_were_written_for_the_public(
    site: Engine, public: TestClient
) -> None:
    reference = released(site)

    register, page = public.get("/public/en"), public.get(f"/public/en/{reference}")

    assert inline(register.text) == inline(page.text) == []
    for part in (reference, "Water and wetlands", "A company that bottles water", "Agreement to be drafted"):
        assert part in Seen(register.text).text
    for part in ("To restore ten wetlands.", "One million francs", "France", "Published 1 July 2024, 10:00"):
        assert part in Seen(page.text).text
    assert "Evian" not in register.text + page.text


def test_a_case_that_is_not_released_answers_as_one_that_does_not_exist(
    site: Engine, public: TestClient
) -> None:
    hidden = case_in(site, "notification", officer="officer")
    opened.write(site, hidden, "2024-05-06 10:00")
    opened.review(site, hidden, "2024-05-06 11:00")

    for ending in ("", ".json"):
        there, nowhere = (public.get(f"/public/en/{ref}{ending}") for ref in ("RP-2024-1", "RP-2024-9"))
        assert (there.status_code, there.headers, there.text.replace("RP-2024-1", "RP-2024-9")) == (
            404, nowhere.headers, nowhere.text,
        )  # fmt: skip
    assert "No case has been published yet." in public.get("/public/en").text
    assert "RP-2024-1" not in public.get("/public/en/register.json").text


def test_what_was_taken_back_is_gone(site: Engine, public: TestClient) -> None:
    case_id = case_in(site, "agreement", officer="officer")
    reference = opened.release(site, case_id, JULY)
    assert public.get(f"/public/en/{reference}").status_code == 200

    opened.take_back(site, case_id, "2024-07-01 11:00")

    assert public.get(f"/public/en/{reference}").status_code == 404
    nothing = {"language": "en", "cases": [], "contributions": []}
    assert public.get("/public/en/register.json").json() == nothing


def test_a_text_that_waits_for_a_second_person_is_not_read_outside(site: Engine, public: TestClient) -> None:
    case_id = case_in(site, "agreement", officer="officer")
    reference = opened.release(site, case_id, JULY)
    opened.write(site, case_id, JULY, proposal="To restore twelve wetlands.")
    opened.write(site, case_id, JULY, language="fr", public_title="L’eau")

    assert "twelve" not in public.get(f"/public/en/{reference}").text
    assert "L’eau" not in public.get(f"/public/fr/{reference}").text

    opened.review(site, case_id, "2024-07-01 12:00")
    assert "To restore twelve wetlands." in public.get(f"/public/en/{reference}").text


def test_every_language_says_which_text_is_authentic(site: Engine, public: TestClient) -> None:
    case_id = case_in(site, "agreement", officer="officer")
    reference = opened.release(site, case_id, JULY)

    spanish = public.get(f"/public/es/{reference}").text
    assert '<h1 lang="en">Water and wetlands</h1>' in spanish
    assert 'role="note"' in spanish

    opened.write(site, case_id, JULY, language="fr", public_title="L’eau et les zones humides")
    opened.review(site, case_id, JULY, language="fr")
    french = public.get(f"/public/fr/{reference}").text
    assert "L’eau et les zones humides" in french and f'href="/public/en/{reference}" hreflang="en"' in french
    assert "This text is authentic" in public.get(f"/public/en/{reference}").text
    assert {f"/public/{code}/{reference}" for code in ("en", "fr", "es")} <= set(Seen(french).links)


def test_answers_are_published_after_the_close_and_as_the_law_file_allows(
    site: Engine, public: TestClient, clock: SimulatedClock
) -> None:
    case_id = case_in(site, "notification", officer="officer")
    build.do(site, case_id, "2024-05-20 10:00", "party:DE", "support")
    reference = opened.release(site, case_id, "2024-05-20 11:00")
    clock.move_to(build.at(JULY))

    put = public.get(f"/public/en/{reference}.json").json()["questions"]
    assert put[-1]["answers"] == [] and put[-1]["closed_on"] is None
    page = Seen(public.get(f"/public/en/{reference}").text).text
    assert "Answers are awaited." in page and "Germany" not in page

    build.run_to(site, JULY)
    consent, consulted, committee, notified = public.get(f"/public/en/{reference}.json").json()["questions"]

    assert consent["answers"] == [{"answer": "Consent", "number": 1, "parties": ["France"]}]
    assert [set(each) for each in (*consulted["answers"], *committee["answers"])] == [
        {"answer", "number"}
    ] * len(consulted["answers"] + committee["answers"])
    assert notified["answers"][0] == {"answer": "Support", "number": 1, "parties": ["Germany"]}
    assert sum(each["number"] for each in notified["answers"]) == notified["asked"]
    assert "Germany" in public.get(f"/public/en/{reference}").text


def test_words_are_looked_for_in_what_is_public_alone(site: Engine, public: TestClient) -> None:
    reference = released(site)

    assert reference in public.get("/public/en?q=wetl").text
    assert reference in public.get(f"/public/en?q={reference.lower()}").text
    for hidden in ("Evian", "Danone", "beverages"):
        assert "No published case holds these words." in public.get(f"/public/en?q={hidden}").text


def test_a_reader_of_feeds_learns_what_has_changed(site: Engine, public: TestClient) -> None:
    reference = released(site)

    answer = public.get("/public/en/register.atom")
    feed = ElementTree.fromstring(answer.text)
    (entry,) = feed.findall(f"{_ATOM}entry")

    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert entry.findtext(f"{_ATOM}title") == f"{reference}: Water and wetlands"
    assert entry.findtext(f"{_ATOM}id") == f"http://localhost:8000/public/en/{reference}"
    assert entry.findtext(f"{_ATOM}updated") == feed.findtext(f"{_ATOM}updated") == "2024-07-01T08:00:00Z"


def test_a_calendar_has_the_days_by_which_answers_are_awaited(site: Engine, public: TestClient) -> None:
    case_id = case_in(site, "notification", officer="officer")
    reference = opened.release(site, case_id, "2024-05-20 11:00")

    (entry,) = Calendar.from_ical(public.get("/public/en/dates.ics").content).walk("VEVENT")

    assert str(entry["SUMMARY"]) == f"{reference}: The window for answers closes"
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (date(2024, 6, 17), date(2024, 6, 18))


def test_whoever_has_the_page_is_told_that_nothing_has_changed(site: Engine, public: TestClient) -> None:
    case_id = case_in(site, "agreement", officer="officer")
    reference = opened.release(site, case_id, JULY)

    for path in ("/public/en", f"/public/en/{reference}", "/public/en/register.atom", "/public/en/dates.ics",
                 "/public/en/register.json", f"/public/en/{reference}.json"):  # fmt: skip
        first = public.get(path)
        assert first.headers["cache-control"] == "public, max-age=300"
        assert first.headers["x-robots-tag"] == "noindex, nofollow"
        assert "set-cookie" not in first.headers
        again = public.get(path, headers={"If-None-Match": f'W/{first.headers["etag"]}, "other"'})
        assert (again.status_code, again.content) == (304, b"")
        assert public.head(path).headers["etag"] == first.headers["etag"]

    tag = public.get(f"/public/en/{reference}").headers["etag"]
    opened.write(site, case_id, JULY, proposal="To restore twelve wetlands.")
    opened.review(site, case_id, JULY)
    assert public.get(f"/public/en/{reference}", headers={"If-None-Match": tag}).status_code == 200


def test_search_engines_list_the_register_only_where_the_installation_says_so(
    site: Engine, clock: SimulatedClock
) -> None:
    opened.open_register(site, search_engines=True)
    browser = TestClient(create_app(site, clock), base_url="http://testserver")

    assert browser.get("/robots.txt").text == "User-agent: *\nAllow: /public/\nDisallow: /\n"
    register = browser.get("/public/en")
    assert register.headers["x-robots-tag"] == "all" and '<meta name="robots" content="all">' in register.text
    assert 'content="noindex"' in browser.get("/sign-in").text


def test_whoever_asks_too_often_has_to_wait(site: Engine, public: TestClient) -> None:
    for _ in range(LIMITS["public"][0]):
        assert public.get("/public/en/register.json").status_code == 200

    answer = public.get("/public/en/register.json")
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)


def test_the_page_is_the_same_for_whoever_has_signed_in(
    site: Engine, public: TestClient, signed_in: object
) -> None:
    reference = released(site)
    officer = signed_in("officer", build.at(JULY))  # type: ignore[operator]

    for path in ("/public/en", f"/public/en/{reference}"):
        assert officer.get(path).content == public.get(path).content


def test_the_case_page_says_what_is_written_for_the_public_and_where_it_stands(
    site: Engine, public: TestClient, signed_in: object
) -> None:
    case_id = case_in(site, "agreement", officer="officer")
    officer = signed_in("officer", build.at(JULY))  # type: ignore[operator]
    page = Seen(officer.get("/cases/RP-2024-1").text)
    assert "Nobody outside reads anything of this case." in page.text
    assert "/cases/RP-2024-1/do/write_public_text?language=fr" in page.links

    opened.release(site, case_id, JULY)
    opened.write(site, case_id, JULY, proposal="To restore twelve wetlands.")

    page = Seen(officer.get("/cases/RP-2024-1").text)
    assert "In the public register since 1 July 2024, 10:00." in page.text
    assert "waits for a second person" in page.text and "To restore twelve wetlands." in page.text
    form = officer.get("/cases/RP-2024-1/do/write_public_text?language=en").text
    assert "To restore twelve wetlands.</textarea>" in form and '<option value="en" selected>' in form


# ------------------------------------------------------------------------------------- contributions


def booked(site: Engine, case_id: int, when: str, kind: str, amount: str, currency: str, **more: Any) -> None:
    given = {"kind": kind, "amount": amount, "currency": currency, "who": "Danone", "purpose": "the fund"}
    opened.act(site, case_id, when, Actor("finance", "finance"), "book_entry", **given, **more)


def test_what_was_contributed_and_cleared_is_told_year_by_year_of_a_case_and_of_all(
    site: Engine, clock: SimulatedClock
) -> None:
    first, second = (case_in(site, "active", officer="officer") for _ in range(2))
    for case_id in (first, second):
        opened.release(site, case_id, "2024-08-01 10:00")
    booked(site, first, "2024-08-02 10:00", "receipt", "1000.50", "CHF")
    booked(site, first, "2024-08-02 11:00", "receipt", "77000.00", "CHF", on=date(2024, 7, 1))
    booked(site, first, "2024-08-02 12:00", "pledge", "88000.00", "CHF")
    booked(site, second, "2024-08-03 10:00", "receipt", "2.00", "CHF")
    booked(site, second, "2024-08-03 11:00", "in_kind", "40.00", "EUR")
    booked(site, first, "2025-01-09 10:00", "receipt", "500.00", "CHF")
    opened.open_register(site)
    clock.move_to(build.at("2025-02-03 10:00"))
    public = TestClient(create_app(site, clock), base_url="http://testserver")

    told = public.get("/public/en/register.json").json()
    page, register = (Seen(public.get(f"/public/en{at}").text).text for at in ("/RP-2024-1", ""))
    feed = ElementTree.fromstring(public.get("/public/en/register.atom").content)

    def sums(of: Any) -> list[tuple[int, str, str, str]]:
        return [(y["year"], y["currency"], y["received"], y["in_kind"]) for y in of["contributions"]]

    assert {case["reference"]: sums(case) for case in told["cases"]} == {
        "RP-2024-1": [(2024, "CHF", "1000.50", "0"), (2025, "CHF", "500.00", "0")],
        "RP-2024-2": [(2024, "CHF", "2.00", "0"), (2024, "EUR", "0", "40.00")],
    }
    assert sums(told) == [
        (2024, "CHF", "1002.50", "0"),
        (2024, "EUR", "0", "40.00"),
        (2025, "CHF", "500.00", "0"),
    ]
    assert "2024 CHF 1,000.50 0.00 2025 CHF 500.00 0.00 All years CHF 1,500.50 0.00" in page
    assert (
        "2024 CHF 1,002.50 0.00 2024 EUR 0.00 40.00 2025 CHF 500.00 0.00 All years CHF 1,502.50" in register
    )
    # Whoever follows the register is told that something has come in.
    assert feed.findtext(f"{_ATOM}updated") == "2025-01-09T09:00:00Z"


def test_what_is_cleared_later_counts_then_and_what_is_taken_back_no_more(
    site: Engine, public: TestClient, clock: SimulatedClock
) -> None:
    case_id = case_in(site, "active", officer="officer")
    opened.release(site, case_id, "2024-08-01 10:00")
    booked(site, case_id, "2024-08-02 10:00", "receipt", "77.00", "CHF", on=date(2024, 7, 1))
    clock.move_to(build.at("2024-08-05 10:00"))

    def told() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = public.get("/public/en/RP-2024-1.json").json()["contributions"]
        return found

    def act(when: str, action: str) -> None:
        with db.reading(site) as session:
            last = queries.entries_of(session, case_id)[-1].no
        opened.act(site, case_id, when, Actor("finance", "finance"), action, entry=last, reason="so it is")

    held = told()
    act("2024-08-05 11:00", "release_entry")
    cleared = told()
    act("2024-08-05 12:00", "correct_entry")

    assert (held, [year["received"] for year in cleared]) == ([], ["77.00"])
    assert told() == []


def test_of_accounts_that_do_not_add_up_the_public_is_told_no_sum(site: Engine, public: TestClient) -> None:
    case_id = case_in(site, "active", officer="officer")
    opened.release(site, case_id, "2024-08-01 10:00")
    booked(site, case_id, "2024-08-02 10:00", "receipt", "77.00", "CHF")
    with db.transaction(site) as session:
        session.execute(update(queries.ENTRIES).values(amount="-1"))

    assert public.get("/public/en/RP-2024-1.json").json()["contributions"] == []
    assert "Contributions by year" not in public.get("/public/en").text
