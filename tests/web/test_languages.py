"""Whoever reads the pages in French or Spanish reads no English."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.web import wording
from tests.web.asked import CLAIRE, Asked
from workflow import i18n
from workflow.clock import SimulatedClock
from workflow.i18n.catalogs import catalog

SignedIn = Callable[..., TestClient]
#: The reference of the case whose pages are read.
CASE = "2024-1"
TRANSLATED = [language for language in i18n.LANGUAGES if language != "en"]
#: Texts that the account of a law file puts together from words.
PUT_TOGETHER = {"If carried", "If defeated", "If lapsed"}
#: Attributes that are read aloud, or shown.
READ = ("aria-label", "title", "placeholder", "alt", "data-label")


def of_pages(language: str, *contexts: str) -> dict[str, str]:
    """English -> how it is said, in the catalogs of pages."""
    known = catalog(language)
    said = {said: text for (context, said), text in known.texts.items() if context in contexts}
    return said | {one: forms[0] for (context, one), forms in known.plurals.items() if context in contexts}


# --------------------------------------------------------------------- the catalogs and the sources


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_that_a_page_says_is_translated(language: str) -> None:
    known = of_pages(language, "page")

    assert {text: where for text, where in wording.spoken().items() if text not in known} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_of_the_pages_and_every_refusal_of_the_registers_is_translated(language: str) -> None:
    known = of_pages(language, "page")

    def is_said(text: str) -> bool:
        filled = text.replace("{}", "7")
        told = i18n.refusal(filled, language)
        told = told if told != filled else i18n.retold(filled, language)
        # No two words may be left of the English.
        left = [each for each in wording.pieces(text) if " " in each.strip() and each in told]
        return text in known or (told != filled and not left)

    assert {text: where for text, where in wording.for_readers().items() if not is_said(text)} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_catalog_holds_a_text_that_no_page_uses(language: str) -> None:
    everything = wording.everything()
    refusals = "\n".join(everything)

    # A refusal may be put together of parts, each between quotation marks of its own.
    unused = [said for said in of_pages(language, "page") if said not in everything | PUT_TOGETHER]
    unused += [
        said
        for said in of_pages(language, "refusal", "about")
        if max(wording.pieces(said), key=len).strip() not in refusals
    ]
    assert unused == []


@pytest.mark.parametrize(
    ("english", "french", "spanish"),
    [
        (
            "Staff nina: email is empty. Fill it in.",
            "Personnel, nina\u00a0: adresse électronique\u00a0: le champ est vide. Remplissez-le.",
            "Personal, nina: correo electrónico: el campo está vacío. Rellénelo.",
        ),
        (
            "Staff nina: 'oficer' is not a role, did you mean 'officer'?",
            "Personnel, nina\u00a0: 'oficer' n’est pas une fonction, vouliez-vous dire "
            "«\u00a0officer\u00a0»\u00a0?",
            "Personal, nina: 'oficer' no es una función, ¿quiso decir «officer»?",
        ),
        (
            "Seat AF-1 of committee: it is held from 2024-01-01 without an end and again from 2025-01-01."
            " Correct one of the two terms.",
            "Siège AF-1, committee\u00a0: il est occupé à compter du 2024-01-01 sans fin et de nouveau"
            " à compter du 2025-01-01. Corrigez l’un des deux mandats.",
            "Puesto AF-1, committee: está ocupado desde el 2024-01-01 sin fecha final y de nuevo desde el"
            " 2025-01-01. Corrija uno de los dos mandatos.",
        ),
        ("Somebody wrote: it stays.", "Somebody wrote: it stays.", "Somebody wrote: it stays."),
    ],
)  # fmt: skip
def test_a_refusal_is_told_with_what_it_is_about_and_what_to_do(
    english: str, french: str, spanish: str
) -> None:
    assert [i18n.refusal(english, language) for language in i18n.LANGUAGES] == [english, french, spanish]


# --------------------------------------------------------------------------------- the pages themselves


class _Read(HTMLParser):
    """The texts of a page that are in the language of the page, one by one."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.languages: list[str] = []
        self._foreign: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.languages.append(given.get("lang") or "")
        elif (given.get("lang") and not self._foreign) or (self._foreign and tag == self._foreign[-1]):
            self._foreign.append(tag)
        if not self._foreign:
            self.texts |= {_one_line(given.get(name) or "") for name in READ}

    def handle_endtag(self, tag: str) -> None:
        if self._foreign and tag == self._foreign[-1]:
            self._foreign.pop()

    def handle_data(self, data: str) -> None:
        if not self._foreign:
            self.texts.add(_one_line(data))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _english(page: str, language: str) -> list[str]:
    """What a page says in English although it could say it otherwise."""
    texts = catalog(language).texts
    # Words of law files are codes, and documents on paper have texts of their own.
    known = {said: text for said, text in of_pages(language, "page", "", "about").items() if said != text}
    # A word that is said alike in both languages, in whatever context, is no English.
    alike = set(texts.values())
    return sorted(text for text in _Read(page).texts if text in known and text not in alike | NAMES)


#: By which somebody signs in, by which a law file calls an action, and what a list says of a place.
NAMES = {"officer", "corrigendum", "to be decided"}
#: Role -> main pages.
PAGES = {
    "officer": (
        "/", "/cases", "/cases/new", "/letters", "/letters/1", "/parties", "/parties/FR", "/parties/import",
        "/bodies", "/meetings", "/calendar/cases", "/law", "/law/ramsar-private", "/figures", "/account",
        "/account/code", "/nowhere", "/cases/2000-99",
        *(f"/cases/{CASE}{rest}" for rest in (
            "", "/documents", "/board", "/reply", "/calendar", "/do/extend", "/do/hold",
        )),
    ),
    "administrator": ("/system", "/staff", "/staff/officer", "/staff/new"),
}  # fmt: skip


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_page_of_the_staff_has_english_left(
    language: str, site: Engine, signed_in: SignedIn, visitor: TestClient, clock: SimulatedClock
) -> None:
    asked = Asked(site, visitor, clock)
    asked.send(answer="refuse", reasons="Non.", name="Claire Dupont", title="Directrice")
    browsers = {role: signed_in(role, clock.now()) for role in ("officer", "administrator")}
    english, wrong = {}, []
    for role, address in ((role, address) for role, pages in PAGES.items() for address in pages):
        answer = browsers[role].get(address, params={"lang": language})
        english[address] = _english(answer.text, language)
        if _Read(answer.text).languages != [language]:
            wrong.append((address, answer.status_code))

    assert {address: texts for address, texts in english.items() if texts} == {}
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_page_of_a_party_has_english_left(
    language: str, site: Engine, visitor: TestClient, clock: SimulatedClock
) -> None:
    asked = Asked(site, visitor, clock)
    english = {}
    for path in (asked.address, "/r/nothing", "/sign-in", "/nowhere"):
        answer = visitor.get(path, params={"lang": language})
        english[path.replace(asked.address, "reply")] = _english(answer.text, language)
    kept = _Read(visitor.get(asked.address).text).languages

    assert english == {"reply": [], "/r/nothing": [], "/sign-in": [], "/nowhere": []}
    # What was chosen holds for the pages that follow.
    assert kept == [language]


def test_somebodys_own_words_are_marked_with_their_language(
    site: Engine, visitor: TestClient, clock: SimulatedClock
) -> None:
    asked = Asked(site, visitor, clock)
    asked.send(answer="refuse", reasons="The bog is protected.", **CLAIRE)

    page = visitor.get(asked.address, params={"lang": "es"}).text

    assert '<dd class="own-words" lang="en" dir="ltr">The bog is protected.</dd>' in page
