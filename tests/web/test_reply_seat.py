"""A member of a body answers by link as a Party does; the page asks whether its alternate speaks."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build
from tests.web.asked import CLAIRE, words
from tests.web.mailed import addresses, answers, arrive, form_to
from workflow import db, files, queries
from workflow.clock import SimulatedClock
from workflow.web import create_app


@pytest.fixture
def case(site: Engine) -> int:
    """The Committee was asked on 5 March, after France had consented."""
    case_id = build.case(site, territory=("FR",))
    for when, by, action, details in (
        ("2024-01-08 10:00", "officer", "submit", {}),
        ("2024-01-10 09:00", "officer", "endorse", {"risk": "low"}),
        ("2024-01-11 09:00", "officer", "dispatch", {}),
        ("2024-01-15 09:00", "party:FR", "consent", {}),
        ("2024-01-16 09:00", "officer", "dispatch", {}),
        ("2024-03-05 09:00", "officer", "dispatch", {}),
    ):
        build.do(site, case_id, when, by, action, **details)
        arrive(site)
    return case_id


@pytest.fixture
def seat(site: Engine, case: int) -> queries.facts.Asked:
    """A seat of the Committee that has an alternate."""
    with db.reading(site) as session:
        found = queries.load_case(session, case)
    assert found is not None and found.round is not None
    return next(m for m in found.round.asked if m.alternate and m.alternate != m.party)


@pytest.fixture
def page(site: Engine, case: int, seat: queries.facts.Asked, clock: SimulatedClock) -> tuple[TestClient, str]:
    """A browser, and the address of the page of that seat, the day after."""
    clock.move_to(build.at("2024-03-06 10:00"))
    address = addresses(site, case, 3, member=seat.code)[0]
    return TestClient(create_app(site, clock), follow_redirects=False), f"{address}?lang=en"


Page = tuple[TestClient, str]


def test_the_page_of_a_seat_asks_who_answers(page: Page, site: Engine, case: int) -> None:
    browser, address = page
    form = form_to(browser.get(address).text)
    filled = form.untouched | {"answer": "approve", **CLAIRE}

    response = browser.post(form.action, data=filled)

    assert form.offered["voice"] == ["0", "1"] and "voice" not in form.untouched
    assert "It is not said who answers." in words(response.text)
    assert [word for _, word, _ in answers(site, case)] == ["consent"]


@pytest.mark.parametrize(("voice", "rank"), [("0", 3), ("1", 2)])
def test_the_member_speaks_louder_than_its_alternate(
    page: Page, site: Engine, case: int, seat: queries.facts.Asked, voice: str, rank: int
) -> None:
    browser, address = page
    form = form_to(browser.get(address).text)

    browser.post(form.action, data=form.untouched | {"answer": "approve", "voice": voice, **CLAIRE})

    with db.reading(site) as session:
        found = queries.load_case(session, case)
    assert found is not None and found.round is not None
    (given,) = found.round.answers
    spoken_by = seat.code if voice == "0" else seat.alternate
    assert (given.voice, given.member, given.rank) == (f"seat:{spoken_by}", seat.code, rank)
    receipt = words(browser.get(address).text)
    assert ("alternate member" in receipt.partition("Given by")[2][:80]) == (voice == "1")


def test_the_committee_sees_the_consents_but_not_how_the_others_answer_until_it_has_closed(
    page: Page, site: Engine, case: int, clock: SimulatedClock
) -> None:
    browser, address = page
    for member in ("GA", "LY", "RW", "LA", "JP", "BE", "CZ", "BR", "CR", "CA"):
        build.do(site, case, "2024-03-10 10:00", f"seat:{member}", "approve")
    clock.move_to(build.at("2024-03-11 10:00"))
    during = words(browser.get(address).text)
    build.run_to(site, "2024-04-10 10:00")
    clock.move_to(build.at("2024-04-10 10:00"))

    after = words(browser.get(address).text)

    assert "Advance agreement of the Parties concerned France: Consent" in during
    assert "Approval 10" not in during and "Approval 10 No answer" in after


def test_the_committee_reads_papers_that_parties_do_not(page: Page, site: Engine, case: int) -> None:
    browser, address = page
    with db.transaction(site) as session:
        for access in ("committee", "secretariat"):
            files.add(
                session, case, f"{access}.pdf", b"%PDF-", access, "officer", build.at("2024-03-05 10:00")
            )

    shown = browser.get(address).text
    party = browser.get(addresses(site, case, 1, member="FR")[0] + "?lang=en").text

    assert "committee.pdf" in shown and "secretariat.pdf" not in shown
    assert "committee.pdf" not in party
