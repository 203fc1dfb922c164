"""The law as people read it: every state, period, silence and permission of the file stands on the page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from states.account import account
from tests import build
from workflow import i18n

SignedIn = Callable[..., TestClient]
AT = "/law/ramsar-private"


def test_the_list_names_every_procedure_with_its_basis(signed_in: SignedIn) -> None:
    page = signed_in("administrator").get("/law").text

    assert html.escape(build.law().title) in page and html.escape(build.law().basis) in page
    assert "in force" in page


def test_all_that_the_law_file_says_stands_on_its_page(signed_in: SignedIn) -> None:
    page = signed_in("officer").get(AT).text
    shown = html.unescape(re.sub(r"<[^>]+>", " ", page))

    said = [
        i18n.provision(entry.words, entry.label, build.law(), "en", cited=bool(heading))
        for section in account(build.law())
        for group, heading in zip(section.groups, section.headings, strict=True)
        for entry in group
        if entry.label != "Action"
    ]
    assert [words for words in said if words not in shown] == []


def test_every_state_has_its_place_and_can_be_reached_from_the_top(signed_in: SignedIn) -> None:
    page = signed_in("auditor").get(AT).text

    states = set(build.law().states)
    assert set(re.findall(r'<section id="(\w+)">', page)) == states | {"drawing", "permissions"}
    assert set(re.findall(r'<li><a href="#(\w+)">', page)) == states


def test_the_permission_table_is_that_of_the_law_file(signed_in: SignedIn) -> None:
    page = signed_in("legal").get(AT).text.partition('id="permissions"')[2]

    actions = [action for same in build.law().actions.values() for action in same]
    assert page.count(">may</span>") == sum(len(action.by) for action in actions)
    assert page.count('scope="row"') == len(actions)


def test_the_drawing_is_a_picture_without_anything_that_runs(signed_in: SignedIn) -> None:
    page = signed_in("officer").get(AT).text

    (svg,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(svg) > 5000
    assert re.findall(r"<script|\son\w+=|style=|href=", svg) == []


@pytest.mark.parametrize("language", ["fr", "es"])
def test_the_titles_of_the_law_are_said_in_the_language_of_the_reader(
    signed_in: SignedIn, language: str
) -> None:
    page = signed_in("officer").get(f"{AT}?lang={language}").text
    titles = [state.title for state in build.law().states.values()]

    shown = html.unescape(page)
    assert [t for t in titles if i18n.title(t, language) not in shown] == []


@pytest.mark.parametrize("address", ["/law/nothing", f"{AT}?edition=1999"])
def test_a_procedure_that_is_none_is_told_so(signed_in: SignedIn, address: str) -> None:
    answer = signed_in("officer").get(address)

    assert (answer.status_code, "Look at the list of procedures." in answer.text) == (404, True)
