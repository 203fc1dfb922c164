"""What a scanner has not called clean is listed with why, and handed out to nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build
from tests.web.asked import Asked, words
from tests.workflow import mails
from tests.workflow.clam import EICAR, Daemon, clam
from workflow import db, files, scans
from workflow.clock import SimulatedClock
from workflow.config import Settings

SignedIn = Callable[..., TestClient]
HOME = "/cases/RP-2024-1/documents"
NOW = build.at("2024-06-12 10:00")
#: Verdict -> name and content of a document that gets it.
KEPT = {
    "clean": ("Map.pdf", b"%PDF-1.7 a map"),
    "infected": ("Letter.txt", b"a letter " + EICAR),
    "pending": ("Plan.pdf", b"%PDF-1.7 a plan"),
}
TAGS = {
    "clean": "no virus found",
    "infected": "holds a virus",
    "pending": "not looked at for viruses yet",
}
WHY = {
    "infected": {
        "en": "It holds a virus. It stays on file, and is not handed out.",
        "fr": "Ce contenu renferme un virus. Il reste au dossier et n’est pas remis.",
        "es": "Contiene un virus. Queda archivado y no se entrega.",
    },
    "pending": {
        "en": "It has not been looked at for viruses yet. Try again in a minute.",
        "fr": "La recherche de virus n’a pas encore été faite. Réessayez dans une minute.",
        "es": "Todavía no se ha comprobado si contiene virus. Inténtelo de nuevo dentro de un minuto.",
    },
}


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with clam() as running:
        yield running


def looked_at(on: Engine, case_id: int, daemon: Daemon, at: Any = NOW) -> dict[str, int]:
    """A document of each verdict, meant for Parties; their numbers."""
    antivirus = {"host": "127.0.0.1", "port": daemon.port, "timeout_s": 5}
    build.settle(on, Settings.model_validate(mails.SETTINGS.model_dump() | {"antivirus": antivirus}))
    numbers = {}
    for verdict, (name, content) in KEPT.items():
        if verdict == "pending":
            scans.look(on, lambda: at)
        with db.transaction(on) as session:
            numbers[verdict] = files.add(session, case_id, name, content, "parties", "officer", at).id
    return numbers


@pytest.mark.parametrize("role", ["officer", "head", "legal", "finance", "auditor"])
def test_all_of_the_house_see_it_listed_with_why_and_nobody_is_given_it(
    site: Engine, signed_in: SignedIn, daemon: Daemon, role: str
) -> None:
    numbers = looked_at(site, build.case(site, at_="2024-06-03 09:00"), daemon)
    browser = signed_in(role)
    page = browser.get(HOME).text
    got = {verdict: browser.get(f"{HOME}/{number}") for verdict, number in numbers.items()}

    assert {verdict: answer.status_code for verdict, answer in got.items()} == {
        "clean": 200, "infected": 403, "pending": 403,
    }  # fmt: skip
    for verdict, (name, _) in KEPT.items():
        assert f"{name} version 1 {TAGS[verdict]}" in words(page)
        assert (f'href="{HOME}/{numbers[verdict]}"' in page) == (verdict == "clean")
    for verdict in ("infected", "pending"):
        assert WHY[verdict]["en"] in words(got[verdict].text) and EICAR not in got[verdict].content


def test_who_may_see_no_documents_is_not_told_of_viruses_either(
    site: Engine, signed_in: SignedIn, daemon: Daemon
) -> None:
    numbers = looked_at(site, build.case(site, at_="2024-06-03 09:00"), daemon)
    browser = signed_in("administrator")

    refused = [browser.get(HOME), *(browser.get(f"{HOME}/{number}") for number in numbers.values())]
    assert [answer.status_code for answer in refused] == [403] * 4
    assert not any("virus" in answer.text for answer in refused)


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("verdict", ["infected", "pending"])
def test_why_it_is_held_back_is_told_in_the_language_of_the_reader(
    site: Engine, signed_in: SignedIn, daemon: Daemon, verdict: str, language: str
) -> None:
    numbers = looked_at(site, build.case(site, at_="2024-06-03 09:00"), daemon)

    answer = signed_in("officer").get(f"{HOME}/{numbers[verdict]}?lang={language}")

    assert (answer.status_code, WHY[verdict][language] in words(answer.text)) == (403, True)


def test_it_is_given_as_soon_as_it_has_been_called_clean(
    site: Engine, signed_in: SignedIn, daemon: Daemon
) -> None:
    numbers = looked_at(site, build.case(site, at_="2024-06-03 09:00"), daemon)
    scans.look(site, lambda: NOW)

    assert signed_in("officer").get(f"{HOME}/{numbers['pending']}").content == KEPT["pending"][1]


def test_a_party_sees_that_something_is_held_back_and_is_not_given_it(
    site: Engine, visitor: TestClient, clock: SimulatedClock, daemon: Daemon
) -> None:
    asked = Asked(site, visitor, clock)
    numbers = looked_at(site, asked.case, daemon, clock.now())
    page = asked.page()
    got = {verdict: visitor.get(f"{asked.address}/documents/{number}") for verdict, number in numbers.items()}

    assert {verdict: answer.status_code for verdict, answer in got.items()} == {
        "clean": 200, "infected": 403, "pending": 403,
    }  # fmt: skip
    held = "held back until it is known to be free of viruses"
    assert [f"{name} {held}" in words(page) for name, _ in KEPT.values()] == [False, True, True]
    assert WHY["infected"]["en"] in words(got["infected"].text)
