"""The public register: pages that anybody may read, of cases that were released, in words written for it.

Off by default. The language stands in the address, so that a page is the same for everybody and caches may
keep it. A case that is not released answers exactly as one that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import PlainTextResponse, RedirectResponse

from states import openness
from workflow import contributions, i18n, published, queries
from workflow.contributions import Contribution
from workflow.published import Published, Question
from workflow.queries import World
from workflow.web import caching, references, tiles
from workflow.web.showing import language_of, page, say
from workflow.web.site import Site, site_of

router = APIRouter()

HOME = "/public"
#: A browser may ask what a page would answer without its text.
METHODS = ("GET", "HEAD")
_CASE = f"{HOME}/{{language}}/{{reference:{references.KIND}}}"
#: Longer questions are cut: nobody types them.
_QUERY_MAX = 200


@router.api_route("/robots.txt", methods=list(METHODS), name="robots")
def robots(request: Request) -> Response:
    """What search engines may look at: the public register, if the installation says so, and nothing else."""
    settings = site_of(request).house.settings.public
    allow = f"Allow: {HOME}/\n" if settings.register_open and settings.search_engines else ""
    return PlainTextResponse(
        f"User-agent: *\n{allow}Disallow: /\n", headers={"Cache-Control": "max-age=3600"}
    )


@router.api_route(HOME, methods=list(METHODS), name="public")
def lead(request: Request) -> Response:
    """To the register in the reader's language."""
    opened(request)
    return RedirectResponse(f"{HOME}/{language_of(request)}", status_code=303)


@router.api_route(f"{HOME}/{{language}}", methods=list(METHODS), name="public_register")
def show_register(request: Request, language: str, q: str = "") -> Response:
    """Every case that was released, what has changed last first."""
    site = opened(request, language)
    q = q.strip()[:_QUERY_MAX]
    with site.reading() as session:
        cases = published.released(session, q)
    return _page(
        request,
        "public_register.html",
        language,
        cases=cases,
        contributed=summed(contributions.together(case.contributed for case in cases)),
        q=q,
        rest=f"?{urlencode({'q': q})}" if q else "",
    )


@router.api_route(_CASE, methods=list(METHODS), name="public_case")
def show_case(request: Request, language: str, reference: str) -> Response:
    """One case that was released."""
    site = opened(request, language)
    with site.reading() as session:
        case = found(published.one(session, reference))
        known = queries.world(session, case.law.parties)
    return _page(
        request,
        "public_case.html",
        language,
        case=case,
        text=case.text(language),
        authentic=openness.authentic(case.law),
        territory=sorted(tiles.party_name(known, code, language) for code in case.territory),
        questions=[(each, answers(each, known, language)) for each in case.questions],
        contributed=summed(case.contributed.years),
        results=RESULTS,
        rest=f"/{reference}",
    )


#: What a body decided, in words.
RESULTS: Mapping[str, str] = {"for": "in favour", "against": "against", "deferred": "deferred"}


def opened(request: Request, language: str = "") -> Site:
    """The site, if the public may come in; each visit counts.

    language   that of the address; "": it names none
    Raises     HTTPException where there is no public register, or no such language; TooOften
    """
    site = site_of(request)
    is_open = site.house.settings.public.register_open
    if not is_open or (language and language not in site.languages):
        raise HTTPException(404)
    site.limits.take("public", request.client.host if request.client else "", site.now())
    return site


def found(case: Published | None) -> Published:
    """The case. Raises   HTTPException where it is not in the register, whatever the reason"""
    if case is None:
        raise HTTPException(404, "There is no such case in the public register.")
    return case


def answers(question: Question, known: World, language: str) -> list[tuple[str, int, list[str]]]:
    """(answer in words, how many, who) of a question that is closed, as far as it is published."""
    told = []
    for word, number in (question.counts or {}).items():
        said = (
            say(tiles.WORDS[word], language) if word in tiles.WORDS else i18n.word("answer", word, language)
        )
        codes = (question.positions or {}).get(word, ())
        names = sorted((tiles.party_name(known, code, language) for code in codes), key=i18n.sort_key)
        told.append((said, number, names))
    return told


def summed(years: tuple[Contribution, ...]) -> tuple[Contribution, ...]:
    """The contributions of each year, and behind them those of all years together."""
    return (*years, *contributions.in_all(years))


def _page(request: Request, template: str, language: str, *, rest: str, **values: Any) -> Response:
    """A page of the register, in the language of its address.

    rest   what follows the language in the address
    """
    site = site_of(request)
    settings = site.house.settings.public
    made = page(
        request,
        template,
        language=language,
        home=f"{HOME}/{language}",
        is_indexed=settings.search_engines,
        own_name=i18n.own_name,
        money=lambda amount, currency: i18n.amount(amount, currency, language),
        elsewhere=[(code, name, f"{HOME}/{code}{rest}") for code, name in _languages(site)],
        base_url=site.house.settings.installation.base_url,
        **values,
    )
    return caching.shared(request, made, settings.keep_for_s, indexed=settings.search_engines)


def _languages(site: Site) -> list[tuple[str, str]]:
    return [(code, i18n.own_name(code)) for code in site.languages]
