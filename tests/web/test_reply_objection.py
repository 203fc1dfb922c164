"""An objection by link stands until it is withdrawn in writing, by the same page, while the law allows."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build
from tests.web.asked import CLAIRE, words
from tests.web.mailed import addresses, answers, arrive, counts, form_to
from workflow import db, queries
from workflow.clock import SimulatedClock


class Notified:
    """All Parties have been notified; a browser may stand at the page of any of them."""

    def __init__(self, on: Engine, browser: TestClient, clock: SimulatedClock) -> None:
        self.on, self.browser, self.clock = on, browser, clock
        self.case = build.in_notification(on)
        self.move("2024-06-12 10:00")

    def move(self, when: str) -> None:
        """It is that moment, and what was due before has happened."""
        build.run_to(self.on, when)
        arrive(self.on)
        self.clock.move_to(build.at(when))

    def link(self, party: str) -> str:
        """The address of the reply page of a Party."""
        return addresses(self.on, self.case, 3, member=party)[0]

    def page(self, party: str) -> str:
        """Its reply page in English."""
        return self.browser.get(f"{self.link(party)}?lang=en").text

    def send(self, party: str, ending: str = "", **said: str) -> Any:
        """Fill in a form of the page and send it."""
        form = form_to(self.page(party), ending)
        return self.browser.post(form.action, data=form.untouched | said)

    def standing(self) -> list[str]:
        """The Parties whose objection stands."""
        with db.reading(self.on) as session:
            case = queries.load_case(session, self.case)
        assert case is not None
        return [o.party for o in case.standing]


@pytest.fixture
def notified(site: Engine, visitor: TestClient, clock: SimulatedClock) -> Notified:
    """All Parties have been notified; it is the day after."""
    return Notified(site, visitor, clock)


def test_an_objection_by_link_stands_and_another_answer_does_not_end_it(notified: Notified) -> None:
    notified.send("FR", answer="objection", reasons="The site is protected.", **CLAIRE)
    notified.send("FR", answer="no_objection", **CLAIRE)

    said = words(notified.page("FR"))

    assert notified.standing() == ["FR"]
    assert "The objection stands until it is withdrawn, whatever is answered besides." in said
    assert "No objection ⤳ Does not count" in said and "What counts is: Objection." in said


def test_an_objection_is_withdrawn_by_the_page_on_which_it_was_made(notified: Notified) -> None:
    notified.send("FR", answer="objection", reasons="The site is protected.", **CLAIRE)
    notified.move("2024-06-20 10:00")

    response = notified.send("FR", "/withdraw", agreed="yes", text="The map was corrected.", **CLAIRE)

    said = words(notified.browser.get(response.headers["location"]).text)
    assert response.status_code == 303
    assert notified.standing() == []
    assert "The objection is withdrawn." in said and "Objection ↩ Withdrawn" in said
    assert "Thursday 20 June 2024, 10:00 (Europe/Zurich) Objection withdrawn" in said
    assert "Withdraw the objection" not in said


def test_without_the_box_ticked_nothing_is_withdrawn(notified: Notified) -> None:
    notified.send("FR", answer="objection", **CLAIRE)
    before = counts(notified.on)

    response = notified.send("FR", "/withdraw", **CLAIRE)

    assert "Nothing was withdrawn: tick the box that says so." in words(response.text)
    assert (notified.standing(), counts(notified.on)) == (["FR"], before)


def test_an_objection_can_be_withdrawn_after_the_window_has_closed(notified: Notified) -> None:
    notified.send("FR", answer="objection", **CLAIRE)
    notified.move("2024-08-14 10:00")

    before = words(notified.page("FR"))
    notified.send("FR", "/withdraw", agreed="yes", **CLAIRE)

    assert "Where the case is now Consultations on an objection" in before
    assert notified.standing() == []
    assert "Where the case is now Agreement to be drafted and signed" in words(notified.page("FR"))


def test_whoever_may_not_withdraw_an_objection_reads_why(notified: Notified) -> None:
    build.do(notified.on, notified.case, "2024-06-12 11:00", "party:FR/mission", "objection")
    notified.move("2024-06-13 10:00")

    page = notified.page("FR")

    assert 'action="' + notified.link("FR") + "/withdraw" not in page
    assert "rank" in words(page).rpartition("Withdraw the objection")[2][:400]


def test_a_question_gives_the_party_that_asks_ten_days_more(notified: Notified) -> None:
    notified.move("2024-08-09 10:00")

    empty = notified.send("FR", answer="question", **CLAIRE)
    notified.send("FR", answer="question", text="Where is the site?", **CLAIRE)

    assert "The question itself is missing." in words(empty.text)
    assert "Reply by Monday 19 August 2024, 23:59" in words(notified.page("FR"))
    assert "Reply by Monday 12 August 2024, 23:59" in words(notified.page("BR"))
    assert answers(notified.on, notified.case)[-1][:2] == ("party:FR", "question")
