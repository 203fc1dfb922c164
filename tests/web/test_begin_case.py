"""Beginning a case: a form that loses nothing, and a case that is begun once."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select

from tests.web.conftest import token_of
from workflow import db, queries
from workflow.queries import CASES

Browser = Callable[..., TestClient]

GIVEN = {
    "title": "Peatlands of the Cuvette Centrale",
    "partner": "Rivages SA",
    "sector": "bottled water",
    "home": "FR",
    "contact": "Jeanne Dupont",
    "email": "Partenariats@Rivages.example",
    "language": "fr",
    "summary": "Rewetting.\r\nTraining.",
    "procedure": "ramsar-private",
    "officer": "officer",
    "territory": ["CD", "CG"],
}


def form_of(browser: TestClient, **changed: Any) -> dict[str, Any]:
    """The form as it is shown, filled in."""
    page = browser.get("/cases/new?procedure=ramsar-private").text
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key is not None
    return {**GIVEN, "form_token": token_of(page), "key": key[1], **changed}


def count(on: Engine) -> int:
    with db.reading(on) as session:
        return session.scalar(select(func.count()).select_from(CASES)) or 0


def faults(page: str) -> dict[str, str]:
    """What is wrong, by the field that the line leads to."""
    box = page.partition('id="faults"')[2].partition("</div>")[0]
    return {
        name: unescape(re.sub(r"<[^>]+>", "", words)).partition(": ")[2]
        for name, words in re.findall(r'<li><a href="#(\w+)">(.*?)</li>', box)
    }


def test_which_procedure_is_asked_first_for_it_decides_whose_territory_may_be_named(
    site: Engine, signed_in: Browser
) -> None:
    browser = signed_in("officer")

    which, form = browser.get("/cases/new").text, browser.get("/cases/new?procedure=ramsar-private").text
    unknown = browser.get("/cases/new?procedure=nothing").text

    assert 'href="/cases/new?procedure=ramsar-private">Partnership with the private sector</a>' in which
    assert 'name="territory"' not in which and which.count("/cases/new?procedure=") > 1
    assert 'name="territory" value="FR"' in form
    assert '<input type="hidden" name="procedure" value="ramsar-private">' in form
    assert "/cases/new?procedure=ramsar-private" in unknown


def test_a_case_is_begun_as_a_draft_with_what_was_typed(site: Engine, signed_in: Browser) -> None:
    browser = signed_in("officer")

    answer = browser.post("/cases/new", data=form_of(browser))

    assert (answer.status_code, answer.headers["location"]) == (303, "/cases/RP-2024-1")
    with db.reading(site) as session:
        case = queries.load_case(session, 1)
    assert case is not None
    assert (case.state, case.title, case.officer, case.territory, case.summary) == (
        "draft", GIVEN["title"], "officer", ("CD", "CG"), "Rewetting.\nTraining.",
    )  # fmt: skip
    assert dict(case.partner) == {
        "name": "Rivages SA",
        "sector": "bottled water",
        "home": "FR",
        "contact": "Jeanne Dupont",
        "email": "Partenariats@rivages.example",
        "language": "fr",
    }


def test_a_form_that_is_sent_twice_begins_one_case(site: Engine, signed_in: Browser) -> None:
    browser = signed_in("officer")
    form = form_of(browser)

    answers = [browser.post("/cases/new", data=form) for _ in range(2)]

    assert [answer.headers["location"] for answer in answers] == ["/cases/RP-2024-1"] * 2
    assert count(site) == 1


def test_a_form_sent_again_with_other_words_is_refused(site: Engine, signed_in: Browser) -> None:
    browser = signed_in("officer")
    form = form_of(browser)
    browser.post("/cases/new", data=form)

    answer = browser.post("/cases/new", data={**form, "title": "Another"})

    assert answer.status_code == 422
    assert count(site) == 1


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_lost(
    site: Engine, signed_in: Browser
) -> None:
    browser = signed_in("officer")
    form = form_of(
        browser, title="", partner="", email="rivages.example", home="XX", officer="nobody",
        summary="x" * 5001, territory=["CD", "TW"],
    )  # fmt: skip

    answer = browser.post("/cases/new", data=form)

    assert answer.status_code == 422
    assert list(faults(answer.text)) == [
        "title", "partner", "home", "email", "summary", "territory", "officer",
    ]  # fmt: skip
    assert faults(answer.text)["territory"] == "TW is no Party on this day. Take it out."
    assert (
        'value="rivages.example" aria-describedby="email-hint email-fault" aria-invalid="true"' in answer.text
    )
    assert 'value="Jeanne Dupont"' in answer.text
    assert re.search(r'value="CD" checked', answer.text)
    assert f'name="key" value="{form["key"]}"' in answer.text
    assert count(site) == 0


def test_only_parties_of_the_day_are_offered(site: Engine, signed_in: Browser) -> None:
    page = signed_in("officer").get("/cases/new?procedure=ramsar-private").text

    # Of the 173 that are shipped, one joins later.
    assert page.count('name="territory"') == 172


@pytest.mark.parametrize("role", ["head", "legal", "finance", "auditor", "administrator"])
def test_nobody_but_an_officer_begins_cases(site: Engine, signed_in: Browser, role: str) -> None:
    browser = signed_in(role)

    assert browser.get("/cases/new").status_code == 403
    assert browser.post("/cases/new", data=GIVEN).status_code == 403


def test_a_form_of_another_site_begins_nothing(site: Engine, signed_in: Browser) -> None:
    browser = signed_in("officer")
    form = form_of(browser)

    assert browser.post("/cases/new", data={**form, "form_token": "0" * 64}).status_code == 403
    assert (
        browser.post("/cases/new", data=form, headers={"origin": "https://evil.example"}).status_code == 403
    )
    assert count(site) == 0
